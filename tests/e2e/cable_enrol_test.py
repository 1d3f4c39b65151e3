"""Question: do the cable and MDM see one and the same phone?

A cloud configuration with a ConfigurationURL, or an enrolment profile, given
over the cable enrols the phone at the real server; an erase by MDM is seen on
the cable, an erase over the cable ends the enrolment. The bench is Python, the
phone is the program virtual-phones.
"""

import pathlib
import ssl
import sys
import unittest
import urllib.request

from harness import ROOT, Case, wait_for

sys.path.insert(0, str(pathlib.Path(ROOT) / "tests/unit/usb"))

import cable  # noqa: E402: it lies with the tests of the cable itself


class CableEnrol(Case):
    def setUp(self):
        self.bench = cable.Bench("--poll", 1)
        self.supervisor = cable.Supervisor(self.bench.folder)

    def tearDown(self):
        self.bench.close_lines()
        status, said = self.bench.close()
        self.assertEqual((status, said), (0, ""))

    def ca_der(self):
        return cable.openssl("x509", "-in", self.server.ca, "-outform", "DER")

    def cloud(self, **keys):
        return {"OrganizationName": "Västervik", "OrganizationMagic": "M",
                "IsSupervised": True, "AllowPairing": True,
                "SupervisorHostCertificates": [self.supervisor.der],
                "AnchorCertificates": [self.ca_der()], **keys}

    def new_phone(self, serial):
        """In Setup Assistant, activated, paired; MCInstall open."""
        host = cable.Host(self.bench, self.bench.new(serial, setup=True))
        host.pair()
        self.bench.set(serial, activation="Activated", return_ms=300)
        return host, host.mcinstall()

    def device_becomes(self, serial, state):
        return wait_for(f"{serial} to be {state}", lambda: (
            lambda d: d and d["state"] == state and d)(
                self.cli.device(serial)))

    def phone_becomes(self, serial, what, test):
        return wait_for(f"{serial}: {what}", lambda: (
            lambda s: s if test(s) else None)(self.bench.state(serial)))

    def test_configuration_url_then_wiped_by_mdm(self):
        serial = "VVKUSB000001"
        link = self.cli.link(serial)
        _, mc = self.new_phone(serial)
        answer = mc.ask(RequestType="SetCloudConfiguration",
                        CloudConfiguration=self.cloud(
                            ConfigurationURL=link["url"]))
        self.assertEqual(answer["Status"], "Acknowledged")
        self.device_becomes(serial, "enrolled")
        state = self.phone_becomes(serial, "setup to end",
                                   lambda s: s["setup_done"])
        self.assertTrue(state["enrolled"])
        self.assertTrue(state["supervised"])
        self.assertEqual(state["anomalies"], [])
        before = state["device_id"]
        self.cli.run("wipe", serial, "--reason", "returned", "--yes")
        state = self.phone_becomes(
            serial, "the erase", lambda s: s["erases"] == 2 and s["attached"]
            and s["device_id"] > before)
        self.assertEqual((state["activation"], state["pairings"],
                          state["cloud"], state["enrolled"]),
                         ("Unactivated", [], None, False))

    def test_profile_over_the_cable_then_erased_over_it(self):
        serial = "VVKUSB000002"
        link = self.cli.link(serial)
        _, mc = self.new_phone(serial)
        context = ssl.create_default_context(cafile=str(self.server.ca))
        with urllib.request.urlopen(link["url"], context=context) as reply:
            profile = reply.read()
        answer = mc.ask(RequestType="InstallProfile", Payload=profile)
        self.assertEqual([item["ErrorCode"] for item in answer["ErrorChain"]],
                         [4001, 1009], "nobody told it to trust this server")
        mc.ask(RequestType="SetCloudConfiguration",
               CloudConfiguration=self.cloud())
        answer = mc.ask(RequestType="InstallProfile", Payload=profile)
        self.assertEqual(answer, {"Status": "Acknowledged"})
        self.device_becomes(serial, "enrolled")
        again = mc.ask(RequestType="InstallProfile", Payload=profile)
        self.assertEqual(again["Status"], "Acknowledged", "waits for its user")
        refused = self.bench.say("tap", serial, arg="approve")
        self.assertEqual(refused["error"]["code"], "conflict")
        mc.ask(RequestType="EraseDevice")
        state = self.phone_becomes(serial, "the erase",
                                   lambda s: s["erases"] == 2)
        self.assertFalse(state["enrolled"])

    def test_the_server_comes_up_late(self):
        serial = "VVKUSB000003"
        link = self.cli.link(serial)
        _, mc = self.new_phone(serial)
        self.bench.order("lose_network", serial, arg=2)
        mc.ask(RequestType="SetCloudConfiguration",
               CloudConfiguration=self.cloud(ConfigurationURL=link["url"]))
        self.device_becomes(serial, "enrolled")
        self.assertEqual(self.bench.state(serial)["anomalies"], [])


if __name__ == "__main__":
    unittest.main()
