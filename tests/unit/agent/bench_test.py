"""Question: does the agent do at the bench what the reference says, whatever
the phone, the cable, the network or the server does?

The agent runs against the virtual phones' cable side and a server made of
Python.
"""

import datetime
import plistlib
import signal
import sys
import time
import unittest
import uuid

from bench_case import Case
from cable import Mux, openssl, wait_for
from station_server import StationServer, rfc3339


class TrustTest(Case):
    def test_setup_assistant_pairs_by_itself(self):
        udid = self.bench.new("TR1", setup=True)
        row = self.agent.look()["ports"][0]
        self.assertEqual((row["code"], row["state"]), ("ok", "ready"))
        self.assertEqual(row["facts"]["activation"], "unactivated")
        self.assertEqual(row["facts"]["is_setup_done"], "no")
        self.check_record(udid)

    def check_record(self, udid):
        """The pair record, by openssl: SHA-256 and keys that belong."""
        record = self.ask_mux(
            MessageType="ReadPairRecord", PairRecordID=udid)
        record = plistlib.loads(record["PairRecordData"])
        folder = self.bench.folder
        for name in ("RootCertificate", "HostCertificate",
                     "DeviceCertificate", "RootPrivateKey",
                     "HostPrivateKey"):
            (folder / name).write_bytes(record[name])
        for name in ("RootCertificate", "HostCertificate",
                     "DeviceCertificate"):
            text = openssl("x509", "-in", folder / name, "-noout",
                           "-text").decode()
            self.assertIn("sha256WithRSAEncryption", text)
            self.assertIn("Version: 3", text)
            self.assertIn("Public-Key: (2048 bit)", text)
            # Subject and issuer of no attribute at all.
            self.assertRegex(text, r"Subject: *\n")
        for side in ("Root", "Host"):
            key = openssl("pkey", "-in", folder / (side + "PrivateKey"),
                          "-pubout")
            self.assertEqual(key, openssl(
                "x509", "-in", folder / (side + "Certificate"), "-pubkey",
                "-noout"))
        self.assertEqual(len(record["EscrowBag"]), 32)
        self.assertRegex(record["HostID"], r"^[0-9A-F-]{36}$")
        self.assertEqual(
            record["SystemBUID"],
            self.ask_mux(MessageType="ReadBUID")["BUID"])

    def ask_mux(self, **message):
        mux = Mux(self.bench)
        answer = mux.ask(**message)
        mux.close()
        return answer

    def test_dialog(self):
        udid = self.bench.new("TR2")
        self.bench.set("TR2", trust="ask")
        self.agent.start()
        row = self.agent.wait_code(udid, "waiting_trust")
        self.assertEqual(row["state"], "tap Trust")
        self.assertIn("Tap Trust", row["operator"])
        self.bench.order("tap", "TR2", arg="trust")
        self.agent.wait_code("TR2", "ok")

    def test_denied_until_plugged_in_again(self):
        udid = self.bench.new("TR3")
        self.bench.set("TR3", trust="deny")
        self.agent.start()
        row = self.agent.wait_code(udid, "trust_denied")
        self.assertIn("Unplug", row["operator"])
        self.bench.set("TR3", trust="yes")
        time.sleep(2.5)
        self.assertEqual(self.agent.port(udid)["code"], "trust_denied")
        self.bench.order("detach", "TR3")
        self.bench.order("attach", "TR3")
        self.agent.wait_code("TR3", "ok")

    def test_locked_goes_on_by_itself(self):
        udid = self.bench.new("TR4", pin=True)
        self.bench.set("TR4", trust="yes", locked=True, passcode_set=True)
        self.agent.start()
        row = self.agent.wait_code(udid, "waiting_unlock")
        self.assertEqual(row["state"], "unlock")
        self.bench.order("unlock", "TR4")
        self.agent.wait_code("TR4", "ok")

    def test_stale_record_is_put_aside(self):
        udid = self.bench.new("TR5", setup=True)
        self.agent.look()
        first = self.agent.journal(udid)[0]["host_id"]
        self.bench.order("factory_reset", "TR5")
        wait_for("the phone to come back", lambda: self.bench.state(
            "TR5").get("pairings") in ([], 0))
        time.sleep(2)
        self.agent.look()
        events = [(e["event"], e["host_id"]) for e in
                  self.agent.journal(udid) if "host_id" in e]
        self.assertIn(("host_refused", first), events)
        self.assertNotEqual(events[-1][1], first)
        kept = list((self.agent.state / "pairs").iterdir())
        self.assertEqual([p.name for p in kept],
                         [f"{udid}.{first}.plist"])
        self.assertEqual(kept[0].stat().st_mode & 0o777, 0o600)


class JoinTest(Case):
    def test_wrong_code(self):
        folder = self.bench.folder / "server"
        folder.mkdir()
        self.server = StationServer(folder)
        done = self.agent.join(self.server, code="wrong", status=1)
        self.assertIn("That code is not known.", done.stderr)
        self.agent.join(self.server)
        key = self.agent.state / "station" / "station.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_certificate_is_renewed(self):
        """In time, for the same key, and shown from then on."""
        folder = self.bench.folder / "server"
        folder.mkdir()
        self.server = StationServer(folder)
        self.server.days = 59
        self.agent.join(self.server)
        before = openssl("x509", "-in", self.agent.state / "station" /
                         "station.crt", "-noout", "-pubkey")
        self.agent.start()
        udid = self.bench.new("RC1", setup=True)
        wait_for("a new certificate", lambda: self.server.renewed)
        order = self.server.order("read_facts", udid, "RC1")
        self.wait_result(order)
        wait_for("it to be shown", lambda: len(self.server.shown) == 2)
        after = openssl("x509", "-in", self.agent.state / "station" /
                        "station.crt", "-noout", "-pubkey")
        self.assertEqual(before, after)
        time.sleep(1)
        self.assertEqual(self.server.renewed, 1)  # it is good for long

    def test_once_reports_and_stops(self):
        self.join()
        udid = self.bench.new("ON1", setup=True)
        self.agent.say("once")
        kinds = [r["kind"] for r in self.server.reports]
        self.assertEqual(kinds[0], "attached")
        self.assertIn("facts", kinds)
        facts = self.server.of("facts")[-1]
        self.assertEqual((facts["udid"], facts["serial"]), (udid, "ON1"))
        self.assertEqual([r["sequence"] for r in self.server.reports],
                         list(range(1, len(kinds) + 1)))
        self.assertIn(f"udid={udid}&serial=ON1", self.server.asked[-1])


class OrderTest(Case):
    def test_wipe_and_proof(self):
        self.run_joined()
        udid = self.bench.new("WI1")
        self.bench.set("WI1", trust="yes")
        self.agent.wait_code("WI1", "ok")
        wipe = str(uuid.uuid4())
        order = self.server.order("wipe", udid, "WI1", {"wipe_id": wipe})
        self.wait_result(order)
        self.assertEqual([r for r, _ in self.server.results(order)],
                         ["started", "ok"])
        wait_for("the erase", lambda: self.bench.state(
            "WI1")["erases"])
        verify = self.server.order(
            "verify_wiped", udid, "WI1", {"wipe_id": wipe})
        self.wait_result(verify)
        proof = self.server.of("proof", verify)[0]["proof"]
        self.assertEqual(
            {k: proof[k] for k in (
                "wipe_id", "had_old_pair_record", "is_old_pair_refused",
                "activation", "is_setup_done", "cloud")},
            {"wipe_id": wipe, "had_old_pair_record": "yes",
             "is_old_pair_refused": "yes", "activation": "unactivated",
             "is_setup_done": "no", "cloud": "none"})

    def test_liar(self):
        self.run_joined()
        udid = self.bench.new("LI1")
        self.bench.set("LI1", trust="yes")
        self.bench.order("lie_erase", "LI1")
        self.agent.wait_code("LI1", "ok")
        wipe = str(uuid.uuid4())
        order = self.server.order("wipe", udid, "LI1", {"wipe_id": wipe})
        self.wait_result(order)
        verify = self.server.order(
            "verify_wiped", udid, "LI1", {"wipe_id": wipe})
        self.wait_result(verify)
        proof = self.server.of("proof", verify)[0]["proof"]
        self.assertEqual(proof["is_old_pair_refused"], "no")
        self.assertEqual(proof["activation"], "activated")

    def test_foreign_is_never_erased(self):
        self.run_joined()
        udid = self.bench.new("FO1")
        self.bench.set("FO1", trust="yes", cloud={
            "IsSupervised": True, "OrganizationName": "Another",
            "OrganizationMagic": "M-2"})
        order = self.server.order(
            "wipe", udid, "FO1", {"wipe_id": str(uuid.uuid4())})
        self.assertEqual(self.wait_refused(order), "foreign_supervision")
        self.assertFalse(self.bench.state("FO1")["erases"])

    def test_find_my_stops_an_erase(self):
        self.run_joined()
        udid = self.bench.new("FM1")
        self.bench.set("FM1", trust="yes", fmip=True)
        order = self.server.order(
            "wipe", udid, "FM1", {"wipe_id": str(uuid.uuid4())})
        self.assertEqual(self.wait_refused(order), "find_my_on")
        self.assertFalse(self.bench.state("FM1")["erases"])

    def test_refused_orders(self):
        self.run_joined()
        udid = self.bench.new("RE1")
        self.bench.set("RE1", trust="yes")
        self.agent.wait_code("RE1", "ok")
        wipe = {"wipe_id": str(uuid.uuid4())}
        cases = [
            (self.server.order("wipe", udid, "RE9", wipe), "other_phone"),
            (self.server.order("wipe", "0" * 40, "RE1", wipe, to_all=True),
             "other_phone"),
            (self.server.order("wipe", udid, "RE1", wipe,
                               not_before=rfc3339(-90),
                               expires_at=rfc3339(-60)), "expired"),
            (self.server.order("wipe", udid, "RE1", wipe,
                               station=str(uuid.uuid4())), "other_station"),
        ]
        for order, reason in cases:
            self.assertEqual(self.wait_refused(order), reason)
        self.server.order("wipe", udid, "RE1", wipe, key=self.server.ca_key)
        wait_for("a bad signature to be reported", lambda: [
            r for r in self.server.of("refused")
            if r["refused"]["reason"] == "bad_signature"])
        time.sleep(1)
        # Each is said once, however often the server repeats it.
        self.assertEqual(len(self.server.of("refused")), len(cases) + 1)
        self.assertFalse(self.bench.state("RE1")["erases"])

    def test_replay(self):
        self.run_joined()
        udid = self.bench.new("RP1")
        self.bench.set("RP1", trust="yes")
        order = self.server.order("restart", udid, "RP1")
        self.wait_result(order)
        self.server.gives_done = True
        self.assertEqual(self.wait_refused(order), "replayed")
        time.sleep(1)
        self.assertEqual(len(self.server.of("refused", order)), 1)
        self.assertEqual(
            [r for r, _ in self.server.results(order)], ["ok"])

    def test_serial_that_changed(self):
        """The facts said one serial; right before the erase it is another."""
        self.run_joined()
        udid = self.bench.new("SC1")
        self.bench.set("SC1", trust="yes")
        self.agent.wait_code("SC1", "ok")
        self.bench.set("SC1", values={"": {"SerialNumber": "SC2"}})
        order = self.server.order(
            "wipe", udid, "SC1", {"wipe_id": str(uuid.uuid4())})
        self.assertEqual(self.wait_refused(order), "serial_changed")
        self.assertFalse(self.bench.state("SC1")["erases"])


class ProofTest(Case):
    """Which pairing is of before the wipe, when that came over the air. The
    server's clock is not the station's: only how long ago counts."""

    def setUp(self):
        super().setUp()
        self.run_joined()

    def used(self, serial):
        self.bench.order("new", serial=serial)
        self.bench.set(serial, trust="yes", return_ms=200)
        return self.bench.state(serial)["udid"]

    def plugged(self, serial):
        self.bench.order("attach", serial)
        self.agent.wait_code(serial, "ok")

    def erase(self, serial):
        before = self.bench.state(serial)["erases"]
        self.bench.order("factory_reset", serial)
        wait_for("the erase", lambda: self.bench.state(serial)["erases"] ==
                 before + 1)
        return time.time()

    def proof(self, udid, serial, acknowledged=None, ahead=0):
        """ahead: by so many seconds the server's clock is."""
        params = {"wipe_id": str(uuid.uuid4())}
        if acknowledged:
            params["acknowledged_at"] = rfc3339(
                acknowledged - time.time() + ahead)
        order = self.server.order("verify_wiped", udid, serial, params,
                                  issued_at=rfc3339(ahead))
        self.wait_result(order)
        return self.server.of("proof", order)[0]["proof"]

    def hosts(self, udid, event):
        return [e for e in self.agent.journal(udid) if e["event"] == event]

    def test_never_here_before(self):
        """Paired when it was plugged in, so not before its erase."""
        for number, ahead in enumerate((0, 3600, -3600)):
            serial = f"NH{number}"
            udid = self.used(serial)
            erased = self.erase(serial)
            time.sleep(3)  # times in an order of this server are of seconds
            self.plugged(serial)
            self.assertEqual(len(self.hosts(udid, "paired")), 1)
            proof = self.proof(udid, serial, erased, ahead)
            self.assertEqual(
                {k: v for k, v in proof.items() if not k.endswith("_id")
                 and k != "checked_at"},
                {"had_old_pair_record": "no", "activation": "unactivated",
                 "is_setup_done": "no", "cloud": "none"})
            # Nor when it is looked at again, plugged in anew.
            self.bench.order("detach", serial)
            self.plugged(serial)
            proof = self.proof(udid, serial, erased, ahead)
            self.assertEqual(proof["had_old_pair_record"], "no")

    def test_known_here_and_erased(self):
        udid = self.used("KE1")
        self.plugged("KE1")
        former, = self.hosts(udid, "paired")
        self.bench.order("detach", "KE1")
        time.sleep(3)
        erased = self.erase("KE1")
        time.sleep(3)
        self.plugged("KE1")
        proof = self.proof(udid, "KE1", erased)
        self.assertEqual((proof["had_old_pair_record"],
                          proof["is_old_pair_refused"]), ("yes", "yes"))
        self.assertEqual(self.moment(proof["pair_since"]), former["at"])
        # A server that does not say when: as it was always chosen.
        proof = self.proof(udid, "KE1")
        self.assertEqual((proof["had_old_pair_record"],
                          proof["is_old_pair_refused"]), ("yes", "yes"))

    def moment(self, text):
        when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return round(when.timestamp() * 1000)

    def test_liar_in_its_second_life(self):
        """What was refused after the first erase says nothing of the next."""
        udid = self.used("SL1")
        self.plugged("SL1")
        self.bench.order("detach", "SL1")
        self.erase("SL1")
        self.plugged("SL1")
        wait_for("both pairings", lambda: len(
            self.hosts(udid, "paired")) == 2)
        second = self.hosts(udid, "paired")[1]
        self.bench.order("walk", "SL1")
        self.bench.set("SL1", activation="Activated")
        time.sleep(3)
        proof = self.proof(udid, "SL1", time.time())
        self.assertEqual((proof["had_old_pair_record"],
                          proof["is_old_pair_refused"]), ("yes", "no"))
        self.assertEqual(self.moment(proof["pair_since"]), second["at"])
        self.assertEqual(proof["activation"], "activated")


class SuperviseTest(Case):
    def enrol(self):
        self.run_joined()
        udid = self.fresh("EN1")
        order = self.server.order(
            "enrol", udid, "EN1",
            {"has_cloud": True, "cloud": self.server.cloud()})
        self.wait_result(order)
        cloud = self.bench.state("EN1")["cloud"]
        self.assertEqual(cloud["OrganizationMagic"], "M-1")
        self.assertTrue(cloud["IsSupervised"])
        # Ours already: done again, nothing is done.
        again = self.server.order(
            "enrol", udid, "EN1",
            {"has_cloud": True, "cloud": self.server.cloud()})
        self.wait_result(again)
        steps = [e for e in self.agent.journal(udid)
                 if e["event"] == "step"]
        self.assertEqual([e["step"] for e in steps], ["cloud_set"])
        return udid

    def test_enrol_in_setup(self):
        self.enrol()

    def test_passcode_of_a_supervised_phone(self):
        udid = self.enrol()
        # A challenge with a line feed: CMS must not turn it into two bytes.
        self.bench.set("EN1", challenge="0a0d0a410a0d0a0a")
        order = self.server.order("read_facts", udid, "EN1")
        self.wait_result(order)
        self.assertEqual(len(self.server.challenges), 1)
        self.assertEqual(self.server.challenges[0]["order_id"], order)
        facts = wait_for("a sure fact", lambda: [
            r["facts"] for r in self.server.of("facts")
            if r["facts"].get("passcode_set", {}).get("source", "")
            .startswith("MCInstall")])[-1]
        self.assertEqual(facts["passcode_set"]["value"], "no")
        self.assertEqual(facts["is_supervised"], "yes")

    def test_signature_that_is_not_binary(self):
        udid = self.enrol()
        self.server.sign_options = ("-crlfeol",)
        self.bench.set("EN1", challenge="0a0d0a410a0d0a0a")
        order = self.server.order("read_facts", udid, "EN1")
        self.wait_result(order)
        # Refused, and asked once more with a challenge that has no line feed.
        self.assertEqual(len(self.server.challenges), 2)
        self.assertEqual(self.server.challenges[0]["challenge"],
                         "Cg0KQQoNCgo=")

    def test_pairs_without_a_tap(self):
        """The record is lost; the server's signature stands for the tap."""
        udid = self.enrol()
        self.agent.stop()
        mux = Mux(self.bench)
        mux.ask(MessageType="DeletePairRecord", PairRecordID=udid)
        mux.close()
        self.bench.order("walk", "EN1")
        self.bench.set("EN1", trust="ask")
        before = len(self.server.challenges)
        order = self.server.order("read_facts", udid, "EN1")
        self.agent.start()
        self.wait_result(order)
        # One to pair, one to escalate.
        self.assertEqual(len(self.server.challenges), before + 2)

    def test_not_activated(self):
        self.run_joined()
        udid = self.bench.new("EN3", setup=True)
        order = self.server.order(
            "enrol", udid, "EN3",
            {"has_cloud": True, "cloud": self.server.cloud()})
        self.assertEqual(
            self.wait_result(order, "waiting"), "not_activated")
        self.bench.set("EN3", activation="Activated")
        self.wait_result(order)

    def test_set_up_already(self):
        self.run_joined()
        udid = self.bench.new("EN4")
        self.bench.set("EN4", trust="yes")
        order = self.server.order(
            "enrol", udid, "EN4",
            {"has_cloud": True, "cloud": self.server.cloud()})
        self.assertEqual(self.wait_result(order, "failed"), "needs_erase")

    def test_apple_business(self):
        self.run_joined()
        udid = self.fresh("EN5")
        self.bench.set("EN5", in_abm=True)
        order = self.server.order(
            "enrol", udid, "EN5",
            {"has_cloud": True, "cloud": self.server.cloud()})
        self.assertEqual(
            self.wait_result(order, "failed"), "in_apple_business")


class LineTest(Case):
    def test_hostile_answers(self):
        """The worker dies; the daemon and the other phone do not."""
        self.bench.new("HO0")
        self.bench.set("HO0", trust="yes")
        self.agent.start()
        self.agent.wait_code("HO0", "ok")
        for number, how in enumerate((
                "wrong_types", "huge", "deep", "bad_length", "half_frame",
                "rubbish", "close")):
            serial = f"HO{number + 1}"
            self.bench.order("new", serial=serial)
            self.bench.set(serial, trust="yes", mangle=how, mangle_at=2)
            self.bench.order("attach", serial)
        self.bench.order("detach", "HO0")
        start = time.monotonic()
        self.bench.order("attach", "HO0")
        self.agent.wait_code("HO0", "ok")
        self.assertLess(time.monotonic() - start, 15)
        time.sleep(3)
        self.assertIsNone(self.agent.process.poll())

    def test_hanging_phone_delays_nobody(self):
        for number in range(3):
            self.bench.order("new", serial=f"HA{number}")
            self.bench.set(f"HA{number}", trust="yes", tls="hang")
            self.bench.order("attach", f"HA{number}")
        self.agent.start()
        self.bench.new("HA9")
        self.bench.set("HA9", trust="yes")
        start = time.monotonic()
        self.agent.wait_code("HA9", "ok")
        self.assertLess(time.monotonic() - start, 15)


class CutTest(Case):
    """The cable is pulled at each request of an order: before the phone has
    done it, and after, before it has said so. Many phones at a time."""

    AT_ONCE = 16

    def ready(self, serials):
        for serial in serials:
            self.agent.wait_code(serial, "ok")

    def one(self, serial, make, order):
        """How many requests the order takes when nobody pulls."""
        udid = make(serial)
        self.ready([serial])
        self.bench.set(serial)
        self.wait_result(order(udid, serial))
        asked = self.bench.state(serial)["requests"]
        self.unplug(serial)
        return asked

    def cuts(self, prefix, make, order, judge):
        self.run_joined()
        asked = self.one(prefix + "X", make, order)
        self.assertGreater(asked, 10)
        todo = [(how, at) for at in range(1, asked + 1)
                for how in ("drop_at", "drop_after")]
        while todo:
            batch = [(f"{prefix}{how[5:].upper()}{at}", how, at)
                     for how, at in todo[:self.AT_ONCE]]
            del todo[:self.AT_ONCE]
            udids = {serial: make(serial) for serial, _, _ in batch}
            self.ready(udids)
            for serial, how, at in batch:
                self.bench.set(serial, replug_ms=200, **{how: at})
            orders = {serial: order(udid, serial)
                      for serial, udid in udids.items()}
            for serial, how, at in batch:
                with self.subTest(how=how, at=at):
                    self.wait_result(orders[serial], seconds=60)
                    judge(serial, udids[serial], orders[serial])
            for serial in udids:
                self.unplug(serial)

    def test_wipe(self):
        def make(serial):
            self.bench.order("new", serial=serial)
            self.bench.set(serial, trust="yes", return_ms=200)
            self.bench.order("attach", serial)
            return self.bench.state(serial)["udid"]

        def order(udid, serial):
            return self.server.order(
                "wipe", udid, serial, {"wipe_id": str(uuid.uuid4())})

        def judge(serial, udid, order):
            wait_for("the erase", lambda: self.bench.state(serial)["erases"])
            self.assertEqual(self.bench.state(serial)["erases"], 1)
            sent = [e for e in self.agent.journal(udid)
                    if e.get("step") == "erase_sent"]
            self.assertIn(len(sent), (1, 2))
            self.assertEqual([r for r, _ in self.server.results(order)
                              if r in ("ok", "failed")], ["ok"])
            self.ended(udid, order)

        self.cuts("UW", make, order, judge)

    def test_enrolment(self):
        def make(serial):
            return self.fresh(serial)

        def order(udid, serial):
            return self.server.order("enrol", udid, serial, {
                "has_cloud": True, "cloud": self.server.cloud()})

        def judge(serial, udid, order):
            state = self.bench.state(serial)
            self.assertEqual(state["cloud"]["OrganizationMagic"], "M-1")
            self.assertEqual(state["erases"], 1)  # when it was made
            self.assertEqual([r for r, _ in self.server.results(order)
                              if r in ("ok", "failed")], ["ok"])
            self.ended(udid, order)

        self.cuts("UE", make, order, judge)

    def ended(self, udid, order):
        """The journal tells one beginning and one end of it."""
        def events():
            return [e["event"] for e in self.agent.journal(udid)
                    if e.get("order") == order]
        wait_for("its end in the journal", lambda: "finished" in events())
        self.assertEqual(events().count("begun"), 1)
        self.assertEqual(events().count("finished"), 1)


class NetworkTest(Case):
    def test_outage(self):
        self.run_joined()
        udid = self.bench.new("NE1")
        self.bench.set("NE1", trust="yes")
        self.agent.wait_code("NE1", "ok")
        order = self.server.order("restart", udid, "NE1", to_all=False)
        self.wait_result(order)
        self.server.is_out = True
        self.unplug("NE1")
        self.bench.order("attach", "NE1")
        wait_for("reports to wait", lambda: self.agent.look()[
            "station"]["reports_waiting"] > 0)
        # Killed and started again: what waited still waits.
        self.agent.stop(signal.SIGKILL)
        self.agent.start()
        self.assertGreater(
            self.agent.look()["station"]["reports_waiting"], 0)
        self.server.is_out = False
        wait_for("the reports", lambda: self.agent.look()[
            "station"]["reports_waiting"] == 0, 60)
        sequences = [r["sequence"] for r in self.server.reports]
        self.assertEqual(sequences, sorted(set(sequences)))
        self.assertEqual(self.server.again, 0)

    def test_lost_answers_make_no_duplicates(self):
        self.join()
        self.server.loses_answers = 2
        self.agent.start()
        self.bench.new("NE2")
        self.bench.set("NE2", trust="yes")
        wait_for("facts", lambda: self.server.of("facts"), 60)
        wait_for("nothing to wait", lambda: self.agent.look()[
            "station"]["reports_waiting"] == 0, 60)
        ids = [r["id"] for r in self.server.reports]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertGreater(self.server.again, 0)

    def test_killed_at_any_time_of_a_wipe(self):
        """The daemon is killed while it works; the erase happens once."""
        self.join()
        for number in range(6):
            serial = f"KI{number}"
            udid = self.bench.new(serial)
            self.bench.set(serial, trust="yes")
            self.agent.start()
            self.agent.wait_code(serial, "ok")
            order = self.server.order(
                "wipe", udid, serial, {"wipe_id": str(uuid.uuid4())})
            time.sleep(0.25 + number * 0.2)
            self.agent.stop(signal.SIGKILL)
            self.agent.start()
            self.wait_result(order, seconds=60)
            wait_for("the erase", lambda: self.bench.state(
                serial)["erases"])
            time.sleep(0.5)
            self.assertEqual(self.bench.state(serial)["erases"], 1)
            self.assertEqual([r for r, _ in self.server.results(
                order)].count("ok"), 1)
            self.agent.stop()
            self.unplug(serial)


class SpeedTest(Case):
    def test_eight_at_once(self):
        for number in range(8):
            self.bench.order("new", serial=f"SP{number}")
            self.bench.set(f"SP{number}", trust="yes")
        self.agent.start()
        start = time.monotonic()
        for number in range(8):
            self.bench.order("attach", f"SP{number}")
        wait_for("all eight", lambda: [
            row.get("code") == "ok" and row.get("state") == "ready"
            for row in self.agent.look()["ports"]].count(True) == 8, 60)
        print(f"8 phones paired and read in {time.monotonic() - start:.1f} s",
              file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
