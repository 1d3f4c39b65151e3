"""Question: does every wrong request get its answer, and change nothing?

Malformed, oversized, wrong certificate, replayed, out of order, unknown phone.
Never 401 (a phone takes that as an order to leave), each counted in /metrics.
"""

import base64
import plistlib
import unittest

import phone as raw
import pki
from harness import Case

XML_HEAD = (b'<?xml version="1.0" encoding="UTF-8"?>\n'
            b'<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
            b'"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n')


def plist(inner):
    return XML_HEAD + b'<plist version="1.0">' + inner + b"</plist>"


class Quiet(Case):
    """Watches that a request changed nothing but counters."""

    def state(self):
        """All that a wrong request must not touch."""
        devices = self.cli.api("/devices")
        for item in devices:
            item.pop("last_seen_at")
        return {"devices": devices, "commands": self.cli.api("/commands"),
                "links": self.cli.api("/enrolment-links"),
                "verdicts": [(item["serial"], item["rule"], item["verdict"])
                             for item in self.cli.api("/verdicts")]}

    def refusals(self):
        """Whatever /metrics counts as not done as asked."""
        total = 0
        for name, value in self.server.metrics().items():
            wrong = any(word in name for word in (
                "refused", "ignored", "malformed", "too_large", "no_route"))
            if wrong or any(f'"{code}"' in name for code in ("4xx", "5xx")):
                total += value
        return total

    def refused(self, name, statuses, act, counted=True):
        before, count = self.state(), self.refusals()
        with self.subTest(case=name):
            answer = act()
            statuses = statuses if isinstance(statuses, tuple) else (statuses,)
            self.assertIn(answer.status, statuses, answer)
            self.assertNotEqual(answer.status, 401)
            if counted:
                self.assertGreater(self.refusals(), count, "not counted")
            self.assertEqual(self.state(), before, "something changed")
            self.no_secrets(answer)
        return answer

    def no_secrets(self, answer):
        """An error tells no insides: no SQL, no path, no address."""
        for word in (b"sqlite", b"SELECT", b"/server/", b".c:", b"0x7f"):
            self.assertNotIn(word, answer.body)


class CheckIn(Quiet):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = cls.enrolled_phone(cls, "VVKBAD000001")

    def put(self, body, content_type=raw.CHECKIN, path="/mdm/checkin", **how):
        return self.phone.put(self.server.url + path, body, content_type, **how)

    def test_malformed(self):
        good = plistlib.dumps(self.phone.message(Status="Idle"))
        deep = plist(b"<array>" * 2000 + b"</array>" * 2000)
        many = plist(b"<array>" + b"<true/>" * 9000 + b"</array>")
        for name, body in {
            "empty": b"",
            "not a plist": b"hello",
            "cut off": good[:len(good) // 2],
            "binary": plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY),
            "UTF-16": good.decode().encode("utf-16"),
            "not UTF-8": good.replace(b"Idle", b"\xff\xfe\xfd"),
            "NUL": good.replace(b"Idle", b"Id\0le"),
            "an array": plist(b"<array/>"),
            "a string": plist(b"<string>x</string>"),
            "deep": deep,
            "no message type": plistlib.dumps(self.phone.message()),
            "type is a number": plistlib.dumps(
                self.phone.message(MessageType=7)),
            "unknown type": plistlib.dumps(
                self.phone.message(MessageType="Surprise")),
            "custom entity": XML_HEAD.replace(
                b".dtd\">", b".dtd\" [<!ENTITY a \"b\">]>") +
            b"<plist><dict><key>UDID</key><string>&a;</string></dict></plist>",
            "entities": plist(b"<string>" + b"&amp;" * 5000 + b"</string>"),
            "not base64": plist(
                b"<dict><key>MessageType</key><string>TokenUpdate</string>"
                b"<key>UDID</key><string>" + self.phone.udid.encode() +
                b"</string><key>Topic</key><string>x</string><key>Token</key>"
                b"<data>****</data></dict>"),
            "more elements than any phone has": many,
        }.items():
            self.refused("check-in: " + name, 400, lambda: self.put(body))
            if name not in ("no message type", "type is a number",
                            "unknown type"):
                self.refused("connect: " + name, 400, lambda: self.put(
                    body, raw.CONNECT, "/mdm/connect"))

    def test_wrong_content_type(self):
        body = plistlib.dumps(self.phone.message(
            MessageType="CheckOut", Topic=self.phone.mdm["Topic"]))
        for kind in ("text/plain", "application/json", ""):
            self.refused("content type %r" % kind, 400,
                         lambda: self.put(body, kind))

    def test_oversized(self):
        padding = plistlib.dumps(self.phone.message(
            MessageType="Authenticate", DeviceName="x" * (64 * 1024)))
        self.refused("check-in above 64 KiB", 413, lambda: self.put(padding))
        self.refused("header above 16 KiB", 431, lambda: self.put(
            b"x", headers={"X-Long": "y" * 20000}))
        # Refused before a byte of the body was read.
        self.refused("announced, never sent", 413, lambda: raw.send(
            self.server.url + "/mdm/checkin", "PUT", None,
            {"Content-Type": raw.CHECKIN, "Content-Length": "99999999"},
            ca=self.server.ca))

    def test_nobody(self):
        body = {"MessageType": "CheckOut", "Topic": self.phone.mdm["Topic"]}
        self.refused("neither UDID nor EnrollmentID", 500,
                     lambda: self.phone.check_in(body))

    def test_no_identity(self):
        body = plistlib.dumps(self.phone.message(
            MessageType="CheckOut", Topic=self.phone.mdm["Topic"]))

        def bare(url, headers=None):
            return lambda: raw.send(url + "/mdm/checkin", "PUT", body, {
                "Content-Type": raw.CHECKIN, **(headers or {})},
                ca=self.server.ca)
        self.refused("no certificate", 400, bare(self.server.url))
        self.refused("no header", 400, bare(self.server.proxy_url))
        bad = base64.b64encode(b"no certificate").decode()
        for name, value in {
            "not a byte sequence": "abc", "empty": "::",
            "not base64": ":*:", "not DER": ":" + bad + ":",
            "long": ":" + "A" * 15000 + ":",
        }.items():
            self.refused("Client-Cert: " + name, 400, bare(
                self.server.proxy_url, {"Client-Cert": value}))
            self.refused("Mdm-Signature: " + name, 400, bare(
                self.server.url, {"Mdm-Signature": value}))
        twice = self.phone.key.client_cert_header()
        self.refused("Client-Cert is a list", 400, bare(
            self.server.proxy_url, {"Client-Cert": twice + ", " + twice}))

    def test_not_offered(self):
        for name, status, keys in (
            ("UserAuthenticate", 410, {"UserID": "x", "UserShortName": "y",
                                       "UserLongName": "z"}),
            ("GetToken", 500, {"TokenServiceType": "com.apple.maid"}),
            ("DeclarativeManagement", 404, {"Endpoint": "nothing"}),
            ("DeclarativeManagement", 404,
             {"Endpoint": "declaration/configuration/none"}),
            ("DeclarativeManagement", 400, {"Endpoint": "status"}),
            ("DeclarativeManagement", 400,
             {"Endpoint": "status", "Data": b'{"StatusItems": []}'}),
        ):
            self.refused(name, status, lambda: self.phone.check_in(
                self.phone.message(MessageType=name, **keys)))

    def test_unknown_path(self):
        for path in ("/", "/mdm/other", "/mdm/checkin/", "/..%2fetc/passwd",
                     "/api/v1/devices", "/metrics", "/enrol/",
                     "/enrol/" + "x" * 300):
            self.refused("path " + path, (400, 404), lambda: raw.send(
                self.server.url + path, ca=self.server.ca))

    def test_wrong_topic_and_serial(self):
        link = self.cli.link("VVKBAD000002")
        fresh = raw.Phone(self.server, self.folder, "VVKBAD000002").open_link(
            link["url"]).get_certificate()
        topic = fresh.mdm["Topic"]
        fresh.mdm["Topic"] = "com.apple.mgmt.External.somebody-else"
        self.refused("foreign topic", (400, 500), fresh.authenticate)
        fresh.mdm["Topic"] = topic
        fresh.serial = "VVKBAD000003"
        self.refused("serial of another phone", (400, 500), fresh.authenticate)

    def test_another_phones_identity(self):
        link = self.cli.link("VVKBAD000004")
        fresh = raw.Phone(self.server, self.folder, "VVKBAD000004").open_link(
            link["url"]).get_certificate()
        fresh.udid = self.phone.udid
        self.refused("UDID of an enrolled phone", (400, 500),
                     fresh.authenticate)


class Order(Quiet):
    """Replays and messages out of their order."""

    def test_before_authenticate(self):
        phone = self.new_phone("VVKORD000001").get_certificate()
        self.refused("TokenUpdate first", (400, 500), phone.token_update)
        self.refused("Idle first", (400, 500), phone.connect)

    def test_after_check_out(self):
        phone = self.enrolled_phone("VVKORD000002")
        answer = phone.check_in(phone.message(
            MessageType="CheckOut", Topic=phone.mdm["Topic"]))
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.cli.device("VVKORD000002")["state"],
                         "checked_out")
        self.refused("Idle after CheckOut", (400, 500), phone.connect)
        self.refused("TokenUpdate after CheckOut", (400, 500),
                     phone.token_update)
        self.refused("Authenticate with the old certificate", (400, 500),
                     phone.authenticate)

    def test_answers_twice_unknown_and_late(self):
        self.cli.run("push-policy", "--yes")
        phone = self.enrolled_phone("VVKORD000003")
        self.cli.run("push-policy", "--yes")
        first, _ = phone.next_command()
        self.assertIsNotNone(first, "nothing was queued")
        second, _ = phone.next_command("Acknowledged", first)
        self.assertNotEqual(first, second)
        before = self.state()
        # The same again, and one nobody ever sent: neither counts.
        again, _ = phone.next_command("Acknowledged", first)
        self.assertEqual(again, second)
        unknown, _ = phone.next_command(
            "Acknowledged", "00000000-0000-4000-8000-000000000000")
        self.assertEqual(unknown, second)
        late, _ = phone.next_command("Error", first, ErrorChain=[
            {"ErrorCode": 1, "ErrorDomain": "x", "LocalizedDescription": "y"}])
        self.assertEqual(late, second)

        def settled(state):
            return [(item["id"], item["state"]) for item in state["commands"]]
        self.assertEqual(settled(self.state()), settled(before))

    def test_answer_of_another_phones_command(self):
        one = self.enrolled_phone("VVKORD000004")
        two = self.enrolled_phone("VVKORD000005")
        self.cli.run("push-policy", "--yes")
        uuid, _ = one.next_command()
        self.assertIsNotNone(uuid)
        answer = two.connect("Acknowledged", uuid)
        self.assertIn(answer.status, (200, 400, 500))
        state = {item["id"]: item["state"]
                 for item in self.cli.json("commands", "VVKORD000004")}
        self.assertEqual(state[uuid], "sent")

    def test_not_now_is_asked_again(self):
        phone = self.enrolled_phone("VVKORD000006")
        self.cli.run("push-policy", "VVKORD000006", "--yes")
        first, _ = phone.next_command()
        self.assertIsNotNone(first)
        seen, uuid = [first], first
        while uuid is not None:
            uuid, _ = phone.next_command("NotNow", uuid)
            self.assertNotIn(uuid, seen)
            seen += [uuid] if uuid else []
        again, _ = phone.next_command()
        self.assertEqual(again, first)

    def test_bootstrap_token(self):
        phone = self.enrolled_phone("VVKORD000007")
        answer = phone.check_in(phone.message(MessageType="GetBootstrapToken"))
        self.assertEqual((answer.status, answer.body), (200, b""))
        token = bytes(range(64))
        answer = phone.check_in(phone.message(
            MessageType="SetBootstrapToken", BootstrapToken=token))
        self.assertEqual((answer.status, answer.body), (200, b""))
        answer = phone.check_in(phone.message(MessageType="GetBootstrapToken"))
        self.assertEqual(plistlib.loads(answer.body), {"BootstrapToken": token})
        phone.check_in(phone.message(MessageType="SetBootstrapToken"))
        answer = phone.check_in(phone.message(MessageType="GetBootstrapToken"))
        self.assertEqual((answer.status, answer.body), (200, b""))


class Links(Quiet):

    def test_once(self):
        link = self.cli.link("VVKLNK000001")
        head = raw.send(link["url"], "HEAD", ca=self.server.ca)
        self.assertEqual(head.status, 200)  # a preview does not use it up
        phone = raw.Phone(self.server, self.folder, "VVKLNK000001")
        phone.open_link(link["url"])
        self.refused("a used link", (404, 410), lambda: raw.send(
            link["url"], ca=self.server.ca))

    def test_expired(self):
        link = self.cli.link("VVKLNK000002", "Emma Nordström", "--valid-for",
                             "1h")
        try:
            self.server.move_clock(2 * 3600)
            self.refused("an expired link", (404, 410), lambda: raw.send(
                link["url"], ca=self.server.ca))
        finally:
            self.server.move_clock(-2 * 3600)

    def test_guessed(self):
        link = self.cli.link("VVKLNK000003")
        last = link["url"][-1]
        other = link["url"][:-1] + ("a" if last != "a" else "b")
        self.refused("a guessed link", 404, lambda: raw.send(
            other, ca=self.server.ca))


class Scep(Quiet):

    def failure(self, name, phone, request, info="2"):
        def act():
            return phone.scep_send(request)
        answer = self.refused(name, 200, act)
        self.assertEqual(answer.type, "application/x-pki-message")
        reply = request.read(answer.body)
        reply.check(self)
        self.assertEqual((reply.status, reply.fail_info), ("2", info))

    def test_wrong_challenge(self):
        phone = self.new_phone("VVKSCP000001")
        self.failure("wrong challenge", phone,
                     phone.scep_request(challenge="0" * 48))
        self.failure("no challenge", phone,
                     phone.scep_request(challenge=None))

    def test_challenge_of_another_enrolment(self):
        one = self.new_phone("VVKSCP000002")
        two = self.new_phone("VVKSCP000003")
        self.failure("challenge of another link", one, one.scep_request(
            challenge=two.scep["Challenge"]))

    def test_challenge_works_once(self):
        phone = self.new_phone("VVKSCP000004").get_certificate()
        self.failure("used challenge", phone, phone.scep_request())

    def test_replayed_message(self):
        phone = self.new_phone("VVKSCP000005")
        request = phone.scep_request()
        self.assertEqual(
            request.read(phone.scep_send(request).body).status, "0")
        self.failure("replayed message", phone, request)

    def test_weak_key(self):
        phone = self.new_phone("VVKSCP000006")
        phone.key = pki.Key(self.folder, "weak", bits=1024)
        request = phone.scep_request()
        answer = self.refused("RSA with 1024 bits", 200,
                              lambda: phone.scep_send(request))
        self.assertEqual(request.read(answer.body).status, "2")

    def test_renewal_by_a_stranger(self):
        phone = self.enrolled_phone("VVKSCP000007")
        stranger = pki.Key(self.folder, "scep-stranger")
        request = pki.Request(stranger, self.server.ca, None,
                              kind=pki.RENEWAL_REQ, subject=phone.subject())
        answer = self.refused("renewal by a stranger", 200,
                              lambda: phone.scep_send(request))
        self.assertEqual(request.read(answer.body).status, "2")

    def test_three_des_and_get(self):
        """What older clients do works all the same."""
        phone = self.new_phone("VVKSCP000008")
        request = phone.scep_request(cipher="-des3")
        message = base64.b64encode(request.encode()).decode()
        for char, escaped in (("+", "%2B"), ("/", "%2F"), ("=", "%3D")):
            message = message.replace(char, escaped)
        answer = raw.send(phone.scep["URL"] +
                          "?operation=PKIOperation&message=" + message,
                          ca=self.server.ca)
        self.assertEqual(answer.status, 200, answer)
        reply = request.read(answer.body)
        reply.check(self)
        self.assertEqual(reply.status, "0", reply.fail_info)

    def test_not_scep(self):
        phone = self.new_phone("VVKSCP000009")
        good = phone.scep_request().encode()
        broken = bytearray(good)
        broken[len(broken) // 2] ^= 1
        for name, body in {"empty": b"", "text": b"hello",
                           "cut off": good[:-20],
                           "random": bytes(range(256)) * 8}.items():
            self.refused("SCEP: " + name, (400, 500),
                         lambda: phone.scep_send(body))
        self.refused("SCEP: changed on the way", (200, 400, 500),
                     lambda: phone.scep_send(bytes(broken)))
        self.refused("SCEP: above 64 KiB", 413, lambda: phone.scep_send(
            b"\x30" * (65 * 1024)))

    def test_operations(self):
        base = self.server.url + "/scep"
        for query in ("", "?operation=", "?operation=GetNextCACert",
                      "?operation=Surprise", "?operation=PKIOperation",
                      "?operation=PKIOperation&message=***"):
            self.refused("operation " + query, (400, 500), lambda: raw.send(
                base + query, ca=self.server.ca))
        self.refused("PUT /scep", (404, 405), lambda: raw.send(
            base, "PUT", b"", ca=self.server.ca))


if __name__ == "__main__":
    unittest.main(verbosity=2)
