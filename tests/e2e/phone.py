"""A phone in Python: raw enough to say anything, right or wrong."""

import http.client
import itertools
import os
import plistlib
import ssl
import urllib.parse

import pki

CHECKIN = "application/x-apple-aspen-mdm-checkin"
CONNECT = "application/x-apple-aspen-mdm"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.type = response.headers.get("Content-Type")
        self.body = response.read()

    def __repr__(self):
        return f"<{self.status} {self.type} {self.body[:200]!r}>"


def send(url, method="GET", body=None, headers=None, ca=None, key=None,
         certificate=None):
    """One request on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(ca))
        if key is not None:
            context.load_cert_chain(str(certificate), str(key))
        line = http.client.HTTPSConnection(parts.hostname, parts.port,
                                           context=context, timeout=30)
    else:
        line = http.client.HTTPConnection(parts.hostname, parts.port,
                                          timeout=30)
    try:
        target = parts.path + ("?" + parts.query if parts.query else "")
        line.request(method, target, body=body, headers=headers or {})
        return Answer(line.getresponse())
    finally:
        line.close()


KEY_NUMBERS = itertools.count()


class Phone:
    """identity: how it says who it is: "tls", "proxy" or "signature"."""

    def __init__(self, server, folder, serial, identity="tls"):
        self.server = server
        self.serial = serial
        self.identity = identity
        self.udid = "00008110-" + os.urandom(8).hex().upper()
        self.key = pki.Key(folder, "%s-%d" % (serial, next(KEY_NUMBERS)))
        self.profile = None
        self.mdm = None
        self.scep = None

    # ---- enrolment ----

    def open_link(self, url):
        """The profile behind a link, its signature checked by openssl."""
        answer = send(url, ca=self.server.ca)
        assert answer.status == 200, answer
        self.profile_cms = answer.body
        self.profile_type = answer.type
        xml = pki.openssl("cms", "-verify", "-inform", "DER", "-CAfile",
                          self.server.ca, "-purpose", "any",
                          data=answer.body)
        self.take_profile(xml)
        return self

    def take_profile(self, xml):
        self.profile_xml = xml
        self.profile = plistlib.loads(xml, fmt=plistlib.FMT_XML)
        payloads = {item["PayloadType"]: item
                    for item in self.profile["PayloadContent"]}
        self.mdm = payloads["com.apple.mdm"]
        self.scep = payloads["com.apple.security.scep"]["PayloadContent"]

    def subject(self):
        """The common name that the profile asks for."""
        return [part[1] for name in self.scep["Subject"] for part in name
                if part[0] == "CN"][0]

    def scep_request(self, **changes):
        arguments = {"challenge": self.scep["Challenge"],
                     "subject": self.subject()}
        arguments.update(changes)
        return pki.Request(self.key, self.server.ca, **arguments)

    def scep_send(self, request):
        body = request if isinstance(request, bytes) else request.encode()
        return send(self.scep["URL"] + "?operation=PKIOperation", "POST", body,
                    {"Content-Type": "application/x-pki-message"},
                    ca=self.server.ca)

    def get_certificate(self):
        request = self.scep_request()
        answer = self.scep_send(request)
        assert answer.status == 200, answer
        reply = request.read(answer.body)
        assert reply.status == "0", (reply.status, reply.fail_info)
        self.key.set_certificate(reply.certificate())
        return self

    def enrol(self, url):
        self.open_link(url).get_certificate()
        answer = self.authenticate()
        assert answer.status == 200, answer
        answer = self.token_update()
        assert answer.status == 200, answer
        return self

    # ---- messages ----

    def message(self, **keys):
        return {"UDID": self.udid, **keys}

    def authenticate(self, **changes):
        return self.check_in(self.message(
            MessageType="Authenticate", Topic=self.mdm["Topic"],
            DeviceName="Telefon", Model="MPVN3", ModelName="iPhone",
            ProductName="iPhone14,7", OSVersion="17.5", BuildVersion="21F79",
            SerialNumber=self.serial, IMEI="35 735005 003432 4", **changes))

    def token_update(self, **changes):
        keys = {"Token": b"\x01" * 32, "PushMagic": "magic-" + self.serial,
                "Topic": self.mdm["Topic"], "NotOnConsole": False,
                "AwaitingConfiguration": False}
        keys.update(changes)
        return self.check_in(self.message(MessageType="TokenUpdate", **keys))

    def check_in(self, keys, **how):
        return self.put(self.mdm["CheckInURL"], keys, CHECKIN, **how)

    def connect(self, status="Idle", uuid=None, **keys):
        body = self.message(Status=status, **keys)
        if uuid is not None:
            body["CommandUUID"] = uuid
        return self.put(self.mdm["ServerURL"], body, CONNECT)

    def put(self, url, keys, content_type, headers=None, identity=None,
            key=None):
        """keys: a dictionary, or bytes sent as they are."""
        body = keys if isinstance(keys, bytes) else plistlib.dumps(keys)
        key = key or self.key
        identity = identity or self.identity
        sent = {"Content-Type": content_type}
        if identity == "proxy":
            url = self.server.through_proxy(url)
            sent["Client-Cert"] = key.client_cert_header()
        elif identity == "signature":
            sent["Mdm-Signature"] = key.sign_detached(body)
        sent.update(headers or {})
        if identity == "tls":
            return send(url, "PUT", body, sent, ca=self.server.ca, key=key.key,
                        certificate=key.certificate)
        return send(url, "PUT", body, sent, ca=self.server.ca)

    # ---- work ----

    def next_command(self, status="Idle", uuid=None, **keys):
        """(uuid, command dictionary), or (None, None) when there is no more."""
        answer = self.connect(status, uuid, **keys)
        assert answer.status == 200, answer
        if not answer.body:
            return None, None
        command = plistlib.loads(answer.body, fmt=plistlib.FMT_XML)
        return command["CommandUUID"], command["Command"]
