"""Question: do tools we did not write agree with what goes over the wire?

openssl for signatures, certificates and TLS; curl for HTTP; plistutil for
property lists; Apple's schema for every profile, command and check-in.
"""

import plistlib
import re
import shutil
import subprocess
import unittest

import pki
from harness import Case, judge

SERIAL = "VVKJUDGE0001"


def curl(*args):
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", "30", *args],
                          capture_output=True, text=True, errors="replace",
                          timeout=60)
    status = re.search(r"^HTTP/\S+ (\d+)", done.stdout)
    return int(status.group(1)) if status else None, done


class Certificates(Case):

    def test_enrolment_profile(self):
        phone = self.new_phone(SERIAL)
        self.assertEqual(phone.profile_type, "application/x-apple-aspen-config")
        # open_link() has verified the signature against our CA.
        judge(self, "profile", [phone.profile_xml], "--manual-install")
        self.assertTrue(phone.mdm["SignMessage"])
        self.assertEqual(phone.mdm["ServerURL"], self.server.url + "/mdm/connect")
        if shutil.which("plistutil"):
            done = subprocess.run(["plistutil", "-i", "-", "-f", "xml"],
                                  input=phone.profile_xml, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_changed_profile_does_not_verify(self):
        phone = self.new_phone("VVKJUDGE0002")
        changed = bytearray(phone.profile_cms)
        at = changed.find(phone.mdm["Topic"].encode())
        self.assertGreater(at, 0)
        changed[at] ^= 1
        done = pki.openssl("cms", "-verify", "-inform", "DER", "-CAfile",
                           self.server.ca, "-purpose", "any",
                           data=bytes(changed), ok=False)
        self.assertNotEqual(done.returncode, 0)

    def test_issued_certificate(self):
        phone = self.new_phone("VVKJUDGE0003").get_certificate()
        pki.openssl("verify", "-CAfile", self.server.ca, "-purpose",
                    "sslclient", "-x509_strict", phone.key.certificate)
        text = pki.openssl("x509", "-in", phone.key.certificate, "-noout",
                           "-text").decode()
        self.assertIn("TLS Web Client Authentication", text)
        self.assertIn("CA:FALSE", text.replace("CA: FALSE", "CA:FALSE"))

    def test_our_own_certificates(self):
        pki.openssl("verify", "-CAfile", self.server.ca, "-purpose",
                    "sslserver", self.server.keys / "tls.crt")
        pki.openssl("verify", "-CAfile", self.server.ca, self.server.ca)

    def test_tls(self):
        address = self.server.url.removeprefix("https://")
        done = pki.openssl("s_client", "-connect", address, "-CAfile",
                           self.server.ca, "-verify_return_error",
                           "-verify_ip", "127.0.0.1", data=b"", ok=False)
        text = (done.stdout + done.stderr).decode()
        self.assertEqual(done.returncode, 0, text)
        self.assertIn("Verify return code: 0 (ok)", text)
        for version in ("-tls1_1", "-tls1"):
            done = pki.openssl("s_client", "-connect", address, version,
                               "-cipher", "ALL:@SECLEVEL=0", data=b"",
                               ok=False)
            self.assertNotEqual(done.returncode, 0, version)

    def test_keys_are_private(self):
        self.assertEqual(self.server.keys.stat().st_mode & 0o777, 0o700)
        for name in self.server.keys.iterdir():
            if name.suffix == ".key":
                self.assertEqual(name.stat().st_mode & 0o777, 0o600, name)


class Curl(Case):

    def test_errors_over_tls(self):
        ca = ["--cacert", str(self.server.ca)]
        url = self.server.url
        cases = [
            (404, [url + "/nothing"]),
            (404, [url + "/enrol/no-such-link"]),
            (405, ["-X", "DELETE", url + "/mdm/checkin"]),
            (405, [url + "/mdm/connect"]),
            (400, ["-X", "PUT", "-d", "x", "-H",
                   "Content-Type: application/x-apple-aspen-mdm",
                   url + "/mdm/connect"]),
            (200, [url + "/scep?operation=GetCACaps"]),
            (200, [url + "/scep?operation=GetCACert"]),
        ]
        for status, args in cases:
            with self.subTest(args=args):
                got, done = curl(*ca, *args)
                self.assertEqual(got, status, done.stdout + done.stderr)

    def test_untrusting_curl_refuses(self):
        _, done = curl(self.server.url + "/scep?operation=GetCACaps")
        self.assertEqual(done.returncode, 60, done.stderr)

    def test_head_and_expect(self):
        ca = ["--cacert", str(self.server.ca)]
        got, done = curl(*ca, "--head", self.server.url +
                         "/scep?operation=GetCACaps")
        self.assertEqual(got, 200, done.stdout + done.stderr)
        got, done = curl(*ca, "-H", "Expect: 100-continue", "-X", "POST",
                         "--data-binary", "x" * 3000, self.server.url +
                         "/scep?operation=PKIOperation")
        self.assertIn("HTTP/1.1 100", done.stdout)

    def test_ca_of_scep_is_ours(self):
        done = subprocess.run(
            ["curl", "-sS", "--cacert", str(self.server.ca), self.server.url +
             "/scep?operation=GetCACert"], capture_output=True, timeout=60)
        ours = pki.openssl("x509", "-in", self.server.ca, "-outform", "DER")
        self.assertEqual(done.stdout, ours)

    def test_ops(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            got, done = curl(self.server.ops_url + path)
            self.assertEqual(got, 200, done.stdout)
        # Nothing of the phones' side is served there.
        got, done = curl(self.server.ops_url + "/scep?operation=GetCACaps")
        self.assertEqual(got, 404, done.stdout)


class Wire(Case):
    """Everything a virtual phone said and was told, judged by the schema."""

    def test_all_messages(self):
        serials = ["VVKWIRE0000%d" % number for number in range(3)]
        options = (["--no-pin"], ["--pin"], ["--pin", "--sims", "2"])
        self.cli.run("push-policy", "--yes")
        for serial, extra in zip(serials, options):
            self.phones.enrol(self.cli.link(serial)["url"], serial, *extra)
        self.cli.run("wipe", serials[0], "--reason", "test", "--yes")
        for serial in serials:
            self.phones.poll(serial)
        kinds = {"checkin": [], "command": [], "profile": []}
        for name in sorted(self.phones.dump.rglob("*")):
            if name.is_file():
                self.sort_message(name.read_bytes(), kinds)
        for kind, least in (("checkin", 6), ("command", 6), ("profile", 2)):
            self.assertGreaterEqual(len(kinds[kind]), least, kind)
        judge(self, "checkin", kinds["checkin"])
        judge(self, "command", kinds["command"])
        judge(self, "profile", kinds["profile"])

    def sort_message(self, data, kinds):
        try:
            message = plistlib.loads(data)
        except Exception:
            return
        if not isinstance(message, dict):
            return
        if "MessageType" in message:
            kinds["checkin"].append(data)
        elif "Command" in message:
            kinds["command"].append(data)
            payload = message["Command"].get("Payload")
            if payload is not None:
                kinds["profile"].append(self.unsigned(payload))

    def unsigned(self, profile):
        """A profile's property list; signed ones must verify."""
        if profile.lstrip().startswith(b"<"):
            return profile
        return pki.openssl("cms", "-verify", "-inform", "DER", "-CAfile",
                           self.server.ca, "-purpose", "any", data=profile)


if __name__ == "__main__":
    unittest.main(verbosity=2)
