"""Question: what does the operator read, what stands in the journal and what
does the server hear at each failure that the field knows at a bench?

One test a row of the table in README.md.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest
import uuid

from bench_case import AGENT, Case
from cable import Mux, wait_for

HUB = pathlib.Path(__file__).parents[2] / "phones/usb/describe_hub.sh"


class Failure(Case):
    def setUp(self):
        super().setUp()
        self.run_joined()

    def used(self, serial, **keys):
        """Somebody's phone, set up; not plugged in."""
        self.bench.order("new", serial=serial)
        self.bench.set(serial, trust="yes", return_ms=200, **keys)
        return self.bench.state(serial)["udid"]

    def plug(self, serial):
        self.bench.order("attach", serial)

    def known(self, serial, **keys):
        """Plugged in, and its facts are read."""
        udid = self.used(serial, **keys)
        self.plug(serial)
        self.agent.wait_code(serial, "ok")
        wait_for("its facts", lambda: self.agent.port(serial)["state"] ==
                 "ready")
        return udid

    def order(self, kind, udid, serial, **params):
        if kind == "wipe":
            params.setdefault("wipe_id", str(uuid.uuid4()))
        if kind == "enrol":
            params.setdefault("has_cloud", True)
            params.setdefault("cloud", self.server.cloud())
        return self.server.order(kind, udid, serial, params)

    # ---- the three that are looked at ----

    def operator_reads(self, key, code, *words):
        row = self.agent.wait_code(key, code)
        for word in words:
            self.assertIn(word, row["operator"])
        return row

    def journal_says(self, udid, order, code):
        """code: how the order ended; None: it is open."""
        def ends():
            return [e["code"] for e in self.agent.journal(udid)
                    if e["event"] == "finished" and e["order"] == order]
        if code is not None:
            wait_for("its end in the journal", ends)
        self.assertEqual(ends(), [] if code is None else [code])

    def server_hears(self, order, *results):
        """What it is told of the order, one after the other."""
        wait_for(f"{results}", lambda: len(self.server.results(order)) >=
                 len(results))
        self.assertEqual(self.server.results(order), list(results))

    def hosts(self, udid, event):
        return [e["host_id"] for e in self.agent.journal(udid)
                if e["event"] == event]


class TrustFailures(Failure):
    def test_locked_before_the_dialog(self):
        udid = self.used("LO1", locked=True, passcode_set=True)
        order = self.order("read_facts", udid, "LO1")
        self.plug("LO1")
        row = self.operator_reads(udid, "waiting_unlock", "Unlock the phone")
        self.assertEqual(row["state"], "unlock")
        self.assertEqual(self.hosts(udid, "paired"), [])
        self.bench.order("unlock", "LO1")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")
        self.assertEqual(len(self.hosts(udid, "paired")), 1)

    def test_locked_since_it_was_started(self):
        udid = self.known("LO2")
        self.bench.set("LO2", passcode_set=True, locked=True,
                       unlocked_once=False)
        order = self.order("wipe", udid, "LO2")
        self.operator_reads("LO2", "waiting_first_unlock", "once")
        self.server_hears(order, ("waiting", "waiting_first_unlock"))
        self.journal_says(udid, order, None)
        self.assertEqual(self.bench.state("LO2")["erases"], 0)
        self.bench.order("unlock", "LO2")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")

    def test_dialog_is_open(self):
        udid = self.used("DI1")
        self.bench.set("DI1", trust="ask")
        self.plug("DI1")
        self.operator_reads(udid, "waiting_trust", "Tap Trust")
        time.sleep(2.5)  # asked again each second, with the same record
        self.assertEqual(self.hosts(udid, "paired"), [])
        self.bench.order("tap", "DI1", arg="trust")
        self.agent.wait_code("DI1", "ok")
        self.assertEqual(len(self.hosts(udid, "paired")), 1)
        wait_for("its facts", lambda: self.server.of("facts"))

    def test_dialog_was_denied(self):
        udid = self.used("DI2")
        self.bench.set("DI2", trust="deny")
        order = self.order("read_facts", udid, "DI2")
        self.plug("DI2")
        self.operator_reads(udid, "trust_denied", "Unplug the phone")
        self.bench.set("DI2", trust="yes")
        time.sleep(2)  # it is not asked again by itself
        self.assertEqual(self.agent.port(udid)["code"], "trust_denied")
        self.journal_says(udid, order, None)
        self.bench.order("detach", "DI2")
        self.plug("DI2")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")

    def test_record_is_stale(self):
        udid = self.known("ST1")
        first = self.hosts(udid, "paired")[0]
        self.bench.order("factory_reset", "ST1")
        wait_for("a new pairing", lambda: len(
            self.hosts(udid, "paired")) == 2)
        self.assertEqual(self.hosts(udid, "host_refused"), [first])
        self.assertTrue((self.agent.state / "pairs" /
                         f"{udid}.{first}.plist").exists())
        self.agent.wait_code(udid, "ok")
        facts = wait_for("facts of the erased phone", lambda: [
            r["facts"] for r in self.server.of("facts")
            if r["facts"]["activation"] == "unactivated"])
        self.assertEqual(facts[-1]["is_setup_done"], "no")

    def test_pairing_is_forbidden(self):
        udid = self.used("FB1", cloud={
            "IsSupervised": True, "AllowPairing": False,
            "OrganizationName": "Another", "OrganizationMagic": "M-2"})
        order = self.order("wipe", udid, "FB1")
        self.plug("FB1")
        self.operator_reads(udid, "pairing_forbidden", "not erased")
        # Its serial stays its own, so nothing is asked for it.
        wait_for("what it tells anybody", lambda: self.server.of("facts"))
        self.server_hears(order)
        self.journal_says(udid, order, None)
        self.assertEqual(self.bench.state("FB1")["erases"], 0)


class LineFailures(Failure):
    def test_tls_breaks_off(self):
        """Twice: the record is put aside and not thrown away, and accused of
        nothing: a wipe is not proven by it."""
        udid = self.known("TL1")
        first = self.hosts(udid, "paired")[0]
        self.bench.set("TL1", tls="close")
        order = self.order("read_facts", udid, "TL1")
        self.operator_reads("TL1", "tls_failed", "pairs anew")
        self.bench.set("TL1", tls="")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")
        self.assertEqual(self.hosts(udid, "host_refused"), [])
        self.assertTrue((self.agent.state / "pairs" /
                         f"{udid}.{first}.plist").exists())

    def test_unplugged_in_tls(self):
        udid = self.known("TL2")
        self.bench.set("TL2", tls="hang")
        order = self.order("read_facts", udid, "TL2")
        wait_for("the worker", lambda: self.agent.port("TL2")["is_working"])
        time.sleep(0.5)
        self.bench.order("detach", "TL2")
        wait_for("its line to end", lambda: not self.agent.look()["ports"])
        self.journal_says(udid, order, None)
        self.bench.set("TL2", tls="")
        self.plug("TL2")
        self.wait_result(order)
        # The record was not the fault.
        self.assertEqual(len(self.hosts(udid, "paired")), 1)

    def test_old_number_is_dead(self):
        """At each attach usbmuxd gives a new number; the old one answers -8."""
        udid = self.known("MX1")
        before = self.bench.state("MX1")["device_id"]
        self.bench.order("detach", "MX1")
        self.plug("MX1")
        self.assertNotEqual(self.bench.state("MX1")["device_id"], before)
        order = self.order("read_facts", udid, "MX1")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")


class SupervisionFailures(Failure):
    def test_certificate_is_rejected(self):
        """Supervised by us, with an identity that is no more: what can be done
        without it is done, what it would have told stays unknown."""
        udid = self.used("CR1", cloud={
            "IsSupervised": True, "AllowPairing": True,
            "OrganizationName": "Test", "OrganizationMagic": "M-1",
            "SupervisorHostCertificates": []})
        self.plug("CR1")
        order = self.order("read_facts", udid, "CR1")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")
        facts = self.server.of("facts")[-1]["facts"]
        self.assertEqual(facts["cloud"], "ours")
        self.assertNotIn("MCInstall", json.dumps(
            facts.get("passcode_set", {})))
        self.assertEqual(self.server.challenges, [])

    def test_certificate_is_rejected_and_pairing_forbidden(self):
        udid = self.used("CR2", cloud={
            "IsSupervised": True, "AllowPairing": False,
            "OrganizationName": "Test", "OrganizationMagic": "M-1",
            "SupervisorHostCertificates": []})
        self.plug("CR2")
        self.operator_reads(udid, "pairing_forbidden", "IT must find out")
        wait_for("what it tells anybody", lambda: self.server.of("facts"))
        self.assertEqual(self.hosts(udid, "paired"), [])

    def enrolled(self, serial):
        udid = self.fresh(serial)
        self.wait_result(self.order("enrol", udid, serial))
        return udid

    def test_signature_is_rejected(self):
        """The server signs, but not as the phone wants it."""
        udid = self.enrolled("SR1")
        self.server.sign_options = ("-crlfeol",)
        self.bench.set("SR1", challenge="0a0d0a410a0d0a0a")
        order = self.order("read_facts", udid, "SR1")
        self.wait_result(order)
        # A challenge is good for one answer: a new one was asked for.
        asked = [c["challenge"] for c in self.server.challenges]
        self.assertEqual(len(asked), 2)
        self.assertNotEqual(asked[0], asked[1])
        self.journal_says(udid, order, "ok")

    def test_configuration_of_ours_exists(self):
        udid = self.enrolled("CE1")
        order = self.order("enrol", udid, "CE1")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")
        self.assertEqual([e["step"] for e in self.agent.journal(udid)
                          if e["event"] == "step"], ["cloud_set"])

    def test_configuration_of_another_exists(self):
        udid = self.fresh("CE2")
        self.bench.set("CE2", cloud={
            "IsSupervised": True, "AllowPairing": True,
            "OrganizationName": "Another", "OrganizationMagic": "M-2"})
        order = self.order("enrol", udid, "CE2")
        self.assertEqual(self.wait_refused(order), "foreign_supervision")
        self.operator_reads("CE2", "foreign_supervision", "neither erased")
        self.journal_says(udid, order, "foreign_supervision")
        self.assertEqual(self.bench.state("CE2")["cloud"][
            "OrganizationMagic"], "M-2")

    def test_not_activated(self):
        udid = self.bench.new("NA1", setup=True)
        order = self.order("enrol", udid, "NA1")
        self.operator_reads("NA1", "not_activated", "Wi-Fi")
        self.assertEqual(self.wait_result(order, "waiting"), "not_activated")
        self.journal_says(udid, order, None)
        self.bench.set("NA1", activation="Activated")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")

    def test_owned_in_apple_business(self):
        udid = self.fresh("AB1")
        self.bench.set("AB1", in_abm=True)
        order = self.order("enrol", udid, "AB1")
        self.server_hears(order, ("failed", "in_apple_business"))
        self.operator_reads("AB1", "in_apple_business", "Apple Business")
        self.journal_says(udid, order, "in_apple_business")
        self.assertIsNone(self.bench.state("AB1")["cloud"])

    def test_management_was_removed(self):
        udid = self.used("MR1", cloud={
            "IsSupervised": True, "AllowPairing": True,
            "OrganizationName": "Test", "OrganizationMagic": "M-1"})
        order = self.order("enrol", udid, "MR1")
        self.plug("MR1")
        self.server_hears(order, ("failed", "mdm_removed"))
        self.operator_reads("MR1", "mdm_removed", "must be erased")
        self.journal_says(udid, order, "mdm_removed")


class EraseFailures(Failure):
    def test_activation_lock(self):
        udid = self.known("AL1", fmip=True)
        order = self.order("wipe", udid, "AL1")
        self.assertEqual(self.wait_refused(order), "find_my_on")
        self.operator_reads("AL1", "activation_lock", "Sign out")
        self.journal_says(udid, order, "activation_lock")
        self.assertEqual(self.bench.state("AL1")["erases"], 0)

    def test_erased_over_the_air_meanwhile(self):
        """The wipe went both ways: who comes second finds it done."""
        udid = self.known("OA1")
        self.bench.order("detach", "OA1")
        self.bench.order("factory_reset", "OA1")
        wait_for("the erase", lambda: self.bench.state("OA1")["erases"])
        order = self.order("wipe", udid, "OA1")
        self.plug("OA1")
        self.server_hears(order, ("ok", "already_erased"))
        self.journal_says(udid, order, "already_erased")
        self.assertEqual(self.bench.state("OA1")["erases"], 1)
        # Somebody has set it up since: that is not empty any more.
        self.bench.set("OA1", activation="Activated")
        self.bench.order("walk", "OA1")
        order = self.order("wipe", udid, "OA1")
        self.wait_result(order)
        wait_for("the erase", lambda: self.bench.state("OA1")["erases"] == 2)

    def restart_patiently(self, patience):
        self.agent.stop()
        self.agent.options = ["--erase-confirm", patience]
        self.agent.start()

    def never_back(self, serial):
        self.restart_patiently("1s")
        udid = self.known(serial)
        self.bench.set(serial, return_ms=-1)
        order = self.order("wipe", udid, serial)
        self.wait_result(order)
        return udid, order

    def test_erased_and_never_back(self):
        udid, order = self.never_back("NB1")
        self.operator_reads("NB1", "erase_unconfirmed", "plug it in again")
        self.journal_says(udid, order, "ok")
        self.server_hears(order, ("started", "ok"), ("ok", "ok"),
                          ("waiting", "erase_unconfirmed"))
        self.bench.order("attach", "NB1")
        self.agent.wait_code(udid, "ok")
        self.assertEqual(len(self.agent.look()["ports"]), 1)

    def test_never_back_is_not_forgotten_in_a_restart(self):
        self.restart_patiently("60s")
        udid = self.known("NB2")
        self.bench.set("NB2", return_ms=-1)
        order = self.order("wipe", udid, "NB2")
        self.wait_result(order)
        wait_for("it to go", lambda: not self.bench.state("NB2")["attached"])
        self.agent.stop(signal.SIGKILL)
        self.agent.options = ["--erase-confirm", "1s"]
        self.agent.start()
        self.operator_reads("NB2", "erase_unconfirmed", "plug it in again")
        self.wait_result(order, "waiting")

    def test_line_breaks_while_it_is_told_to_erase(self):
        """Told, and no answer seen: nobody knows until it is plugged in."""
        udid = self.known("EU1")
        at = self.requests_until_erase()
        self.bench.set("EU1", drop_after=at)
        order = self.order("wipe", udid, "EU1")
        self.assertEqual(self.wait_result(order, "waiting"), "erase_unsure")
        self.journal_says(udid, order, None)
        wait_for("the erase", lambda: self.bench.state("EU1")["erases"])
        self.bench.order("attach", "EU1")
        self.wait_result(order)
        self.journal_says(udid, order, "ok")
        self.assertEqual(self.bench.state("EU1")["erases"], 1)

    def requests_until_erase(self):
        udid = self.known("EU0")
        self.bench.set("EU0")
        before = len(self.bench.state("EU0")["log"])
        self.wait_result(self.order("wipe", udid, "EU0"))
        log = self.bench.state("EU0")["log"][before:]
        self.unplug("EU0")
        return 1 + [row["request"] for row in log].index("EraseDevice")

    def test_dies_between_configuration_and_profile(self):
        udid = self.fresh("HP1")
        self.bench.set("HP1")
        order = self.order("enrol", udid, "HP1")
        wait_for("the configuration", lambda: [
            e for e in self.agent.journal(udid)
            if e.get("step") == "cloud_set"])
        self.agent.stop(signal.SIGKILL)
        self.agent.start()
        self.wait_result(order)
        self.journal_says(udid, order, "ok")
        self.assertEqual(len([e for e in self.agent.journal(udid)
                              if e.get("step") == "cloud_set"]), 1)
        self.assertEqual(self.bench.state("HP1")["cloud"][
            "OrganizationMagic"], "M-1")


@unittest.skipUnless(shutil.which("umockdev-run"), "umockdev is missing")
class PortFailures(Case):
    """What only USB itself tells: a hub made by umockdev."""

    def plug_hub(self, *phones):
        self.join()
        described = self.bench.folder / "hub.umockdev"
        described.write_bytes(subprocess.run(
            ["bash", str(HUB), *phones], check=True,
            capture_output=True).stdout)
        self.agent.options = ["--usb", "on"]
        self.agent.wrapper = ["umockdev-run", "-d", str(described), "--"]
        self.agent.environment = {
            **os.environ,
            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        self.agent.start()

    def at(self, path, code, *words):
        row = wait_for(f"{path} to be {code}", lambda: next(
            (row for row in self.agent.look()["ports"]
             if row.get("path") == path and row["code"] == code), None), 30)
        for word in words:
            self.assertIn(word, row["operator"])
        return row

    def mode_heard(self, mode):
        return wait_for(f"a report of {mode}", lambda: [
            r for r in self.server.of("attached")
            if r["attached"]["mode"] == mode])[0]

    def test_hidden(self):
        """USB sees it, usbmuxd does not: locked for an hour, or it asks."""
        self.bench.order("new", serial="HI1")
        self.bench.set("HI1", trust="yes")
        udid = self.bench.state("HI1")["udid"]
        self.plug_hub(udid)
        row = self.at("1-4.1", "hidden", "allow the accessory", "30 seconds")
        self.assertEqual((row["udid"], row["mode"]), (udid, "hidden"))
        report = self.mode_heard("hidden")
        self.assertEqual(report["udid"], udid)
        self.assertEqual(self.agent.journal(udid), [])
        # The hand did it: it goes on by itself, on the same line.
        self.bench.order("attach", "HI1", location=(1 << 16) | 5)
        self.at("1-4.1", "ok")
        self.assertEqual(len(self.agent.look()["ports"]), 1)
        self.bench.order("detach", "HI1")
        self.at("1-4.1", "hidden")

    def test_recovery_dfu_android(self):
        self.plug_hub("recovery=CPID:8110 CPRV:11 BDID:0C "
                      "ECID:001A0C123456401E IBFL:3C SRNM:[F2LX0001]",
                      "dfu=CPID:8110 ECID:001A0C123456401F",
                      "android=R58M1234")
        row = self.at("1-4.1", "recovery", "Nothing is done by itself")
        self.assertEqual((row["mode"], row["serial"]),
                         ("recovery", "F2LX0001"))
        self.at("1-4.2", "recovery", "restore it")
        self.at("1-4.3", "not_managed", "register it by its IMEI")
        self.assertEqual(self.mode_heard("recovery")["serial"], "F2LX0001")
        self.mode_heard("dfu")
        self.mode_heard("not_managed")
        self.assertEqual(list((self.agent.state / "journal").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
