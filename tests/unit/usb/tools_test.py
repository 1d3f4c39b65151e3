"""Question: do Debian's own tools take the virtual phone for a phone?

libimobiledevice's programs against the usbmuxd socket. What they print is
theirs; only what a phone must have said is looked for.
"""

import plistlib
import shutil
import signal
import subprocess
import time
import unittest

import cable
from cable import Case, wait_for

TOOLS = ("idevice_id", "idevicepair", "ideviceinfo", "idevicename",
         "idevicedate", "idevicediagnostics", "ideviceprovision",
         "idevicenotificationproxy", "idevicesyslog", "ideviceenterrecovery")


class Tools(Case):
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing:
            print("SKIP: not installed: " + ", ".join(missing))
            raise unittest.SkipTest("libimobiledevice-utils is not installed")
        super().setUpClass()

    def run_tool(self, tool, *args, ok=True):
        done = subprocess.run(
            [tool, *args], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, env=self.bench.environment(),
            timeout=cable.PATIENCE)
        said = done.stdout + done.stderr
        if ok and done.returncode != 0:
            raise AssertionError(f"{tool} {args}: {done.returncode} {said}")
        return said

    def trusted(self, serial, **keys):
        udid = self.bench.new(serial, **keys)
        self.bench.set(serial, trust="yes")
        self.assertIn("SUCCESS", self.run_tool("idevicepair", "-u", udid,
                                               "pair"))
        return udid

    def test_list(self):
        first = self.bench.new("TOOL1")
        old = self.bench.new("TOOL2", model="iPhone10,1")
        self.assertEqual(len(old), 40)
        listed = self.run_tool("idevice_id", "-l").split()
        self.assertIn(first, listed)
        self.assertIn(old, listed)
        self.bench.order("detach", "TOOL1")
        self.assertNotIn(first, self.run_tool("idevice_id", "-l").split())

    def test_pairing(self):
        udid = self.bench.new("TOOL3", pin=True)
        pair = lambda verb, ok=True: self.run_tool(
            "idevicepair", "-u", udid, verb, ok=ok)
        self.assertIn("accept the trust dialog", pair("pair", ok=False))
        self.bench.order("tap", "TOOL3", arg="deny")
        self.assertIn("denied the trust dialog", pair("pair", ok=False))
        self.bench.order("detach", "TOOL3")
        self.bench.order("attach", "TOOL3")
        self.bench.order("lock", "TOOL3")
        self.assertIn("passcode is set", pair("pair", ok=False))
        self.bench.order("unlock", "TOOL3")
        pair("pair", ok=False)
        self.bench.order("tap", "TOOL3", arg="trust")
        self.assertIn("SUCCESS: Paired", pair("pair"))
        self.assertIn("SUCCESS: Validated", pair("validate"))
        self.assertIn(pair("hostid").strip(),
                      self.bench.state("TOOL3")["pairings"])
        self.assertEqual(len(pair("systembuid").strip()), 36)
        self.assertIn("SUCCESS: Unpaired", pair("unpair"))
        self.assertEqual(self.bench.state("TOOL3")["pairings"], [])
        self.assertNotIn("SUCCESS", pair("validate", ok=False))

    def test_facts(self):
        udid = self.trusted("TOOL4", sims=2, name="Åsa")
        info = lambda *args, **how: self.run_tool(
            "ideviceinfo", "-u", udid, *args, **how)
        everything = plistlib.loads(info("-x").encode())
        self.assertEqual(everything["SerialNumber"], "TOOL4")
        self.assertEqual(len(everything["CarrierBundleInfoArray"]), 2)
        simple = plistlib.loads(info("-s", "-x").encode())
        self.assertEqual(simple["UniqueDeviceID"], udid)
        self.assertNotIn("SerialNumber", simple)
        self.assertEqual(info("-k", "ProductType").strip(), "iPhone14,5")
        self.assertIn("SetupDone: true", info("-q", "com.apple.purplebuddy"))
        self.assertTrue(info("-q", "com.apple.fmip", "-k", "IsAssociated")
                        .startswith("false\n"))
        self.assertEqual(self.run_tool("idevicename", "-u", udid).strip(),
                         "Åsa")
        self.run_tool("idevicename", "-u", udid, "Bo")
        self.assertEqual(info("-k", "DeviceName").strip(), "Bo")
        self.assertIn(time.strftime("%Y", time.gmtime()),
                      self.run_tool("idevicedate", "-u", udid))

    def test_old_phone_speaks_old_tls(self):
        udid = self.trusted("TOOL5", model="iPhone10,1")
        self.bench.set("TOOL5", ios_version="9.3.5")
        self.assertIn("TOOL5", self.run_tool("ideviceinfo", "-u", udid))
        self.bench.set("TOOL5", tls="floor12")
        self.assertNotIn("TOOL5", self.run_tool(
            "ideviceinfo", "-u", udid, ok=False))
        self.bench.set("TOOL5", ios_version="16.7.10")
        self.assertIn("TOOL5", self.run_tool("ideviceinfo", "-u", udid))

    def test_provisioning(self):
        udid = self.trusted("TOOL6")
        self.assertIn("0 provisioning profiles", self.run_tool(
            "ideviceprovision", "-u", udid, "list"))

    def test_diagnostics(self):
        udid = self.trusted("TOOL7")
        tool = lambda *args: self.run_tool("idevicediagnostics", "-u", udid,
                                           *args)
        found = plistlib.loads(tool("diagnostics", "All").strip().encode())
        self.assertEqual(found["GasGauge"]["Status"], "Success")
        self.assertIn("MobileGestaltDeprecated",
                      tool("mobilegestalt", "DeviceName"))
        self.bench.set("TOOL7", ios_version="16.1", return_ms=200)
        self.assertIn("iPhone", tool("mobilegestalt", "DeviceName"))
        before = self.bench.state("TOOL7")["device_id"]
        tool("restart")
        wait_for("the phone to be back", lambda: (
            lambda s: s["attached"] and s["device_id"] > before)(
                self.bench.state("TOOL7")))
        tool("shutdown")
        wait_for("the phone to be off", lambda: udid not in self.run_tool(
            "idevice_id", "-l", ok=False))

    def watch(self, *command):
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env=self.bench.environment())

    def finish(self, process):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=cable.PATIENCE)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]

    def requests(self, serial, service):
        return [item["request"] for item in self.bench.state(serial)["log"]
                if item["service"] == service]

    def test_notifications(self):
        udid = self.trusted("TOOL8", pin=True)
        name = "com.apple.springboard.lockstate"
        watch = self.watch("stdbuf", "-oL", "idevicenotificationproxy", "-u",
                           udid, "observe", "my.own", name)
        proxy = "com.apple.mobile.notification_proxy"
        wait_for("two observations", lambda: self.requests(
            "TOOL8", proxy).count("ObserveNotification") == 2)
        self.bench.order("post", "TOOL8", arg="my.own")
        self.bench.order("post", "TOOL8", arg="nobodys")
        self.bench.order("lock", "TOOL8")
        time.sleep(3)  # the library hands over one in a second or so
        said = self.finish(watch)
        self.assertIn("> my.own", said)
        self.assertIn("> " + name, said)
        self.assertNotIn("nobodys", said)

    def test_syslog(self):
        udid = self.trusted("TOOL9")
        watch = self.watch("stdbuf", "-oL", "idevicesyslog", "-u", udid)
        wait_for("the relay", lambda: any(
            item["request"] == "StartService"
            for item in self.bench.state("TOOL9")["log"]))
        time.sleep(1)
        self.assertIn("profiled", self.finish(watch))

    def test_recovery_needs_a_session(self):
        udid = self.trusted("TOOLA")
        self.run_tool("ideviceenterrecovery", udid, ok=False)
        time.sleep(0.5)
        self.assertTrue(self.bench.state("TOOLA")["attached"])


if __name__ == "__main__":
    unittest.main()
