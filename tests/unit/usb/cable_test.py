"""Question: does the phone on the cable answer as the reference says?

Pairing of every kind, sessions, services, MCInstall before and after
escalation, erasing, and every way to misbehave, asked by a client that shares
no code with it.
"""

import base64
import plistlib
import socket
import ssl
import threading
import time
import unittest

import cable
from cable import Case, Gone, Host, Mux, Supervisor, wait_for

PROFILE = {
    "PayloadType": "Configuration", "PayloadVersion": 1,
    "PayloadIdentifier": "test.profile", "PayloadUUID": "UUID-1",
    "PayloadDisplayName": "Test", "PayloadContent": [{
        "PayloadType": "com.apple.wifi.managed", "PayloadVersion": 1,
        "PayloadIdentifier": "test.profile.wifi", "PayloadUUID": "UUID-2"}]}


def cloud(supervisor, **keys):
    return {"OrganizationName": "Test", "OrganizationMagic": "M-1",
            "IsSupervised": True, "AllowPairing": True,
            "SupervisorHostCertificates": [supervisor.der],
            "SkipSetup": ["Siri"], **keys}


class MuxTest(Case):
    def test_events(self):
        udid = self.bench.new("MUX1")
        listener = Mux(self.bench)
        self.assertEqual(listener.ask(MessageType="Listen")["Number"], 0)
        first = listener.read()[1]
        self.assertEqual(first["Properties"]["SerialNumber"], udid)
        self.assertEqual(first["Properties"]["ConnectionType"], "USB")
        self.bench.order("detach", "MUX1")
        gone = listener.read()[1]
        self.assertEqual(gone, {"MessageType": "Detached",
                                "DeviceID": first["DeviceID"]})
        self.bench.order("attach", "MUX1", location=65541)
        back = listener.read()[1]
        self.assertGreater(back["DeviceID"], first["DeviceID"])
        self.assertEqual(back["Properties"]["LocationID"], 65541)
        asker = Mux(self.bench)
        asker.ask(MessageType="SavePairRecord", PairRecordID=udid,
                  PairRecordData=b"x", DeviceID=back["DeviceID"])
        self.assertEqual(listener.read()[1]["MessageType"], "Paired")

    def test_records(self):
        mux = Mux(self.bench)
        buid = mux.ask(MessageType="ReadBUID")["BUID"]
        self.assertRegex(buid, r"^[0-9A-F-]{36}$")
        missing = mux.ask(MessageType="ReadPairRecord", PairRecordID="A-1")
        self.assertEqual(missing, {"MessageType": "Result", "Number": 2})
        for name in ("../evil", "a/b", "", "x" * 65, "a.b"):
            answer = mux.ask(MessageType="SavePairRecord", PairRecordID=name,
                             PairRecordData=b"x")
            self.assertEqual(answer["Number"], 22, name)
        mux.ask(MessageType="SavePairRecord", PairRecordID="A-1",
                PairRecordData=b"\x00record")
        kept = mux.ask(MessageType="ReadPairRecord", PairRecordID="A-1")
        self.assertEqual(kept, {"PairRecordData": b"\x00record"})
        gone = mux.ask(MessageType="DeletePairRecord", PairRecordID="A-1")
        self.assertEqual(gone["Number"], 0)
        again = mux.ask(MessageType="DeletePairRecord", PairRecordID="A-1")
        self.assertEqual(again["Number"], 2)

    def test_refusals(self):
        mux = Mux(self.bench)
        self.assertEqual(mux.ask(MessageType="Dance")["Number"], 1)
        self.assertEqual(mux.ask(Other=1)["Number"], 1)
        answer = mux.ask(MessageType="Connect", DeviceID=9999,
                         PortNumber=socket.htons(62078))
        self.assertEqual(answer["Number"], 2)
        self.bench.new("MUX2")
        device = list(mux.devices().values())[0]
        answer = mux.ask(MessageType="Connect", DeviceID=device,
                         PortNumber=socket.htons(80))
        self.assertEqual(answer["Number"], 3)
        mux.line.sendall(b"\x10\0\0\0" + b"\0" * 8 + b"\x07\0\0\0")
        self.assertEqual(cable.read_exactly(mux.line, 20),
                         b"\x14\0\0\0\0\0\0\0\x01\0\0\0\x07\0\0\0\x06\0\0\0")
        mux.line.sendall(b"\xff\xff\xff\xff" * 4)
        self.assertEqual(mux.line.recv(1), b"")


class PairTest(Case):
    def test_dialog(self):
        host = Host(self.bench, self.bench.new("ASK1"))
        line = host.lockdown()
        record = host.record(line)
        ask = lambda: host.pair(line, record).get("Error")
        self.assertEqual(ask(), "PairingDialogResponsePending")
        self.assertEqual(ask(), "PairingDialogResponsePending")
        self.assertEqual(self.bench.state("ASK1")["dialog"], "open")
        answer = line.ask("StartService", Service=(
            "com.apple.mobile.insecure_notification_proxy"))
        self.assertFalse(answer["EnableServiceSSL"])
        proxy = cable.Service(host.connect(answer["Port"]))
        name = "com.apple.mobile.lockdown.request_pair"
        proxy.send({"Command": "ObserveNotification", "Name": name})
        wait_for("the proxy to observe", lambda: any(
            item["request"] == "ObserveNotification"
            for item in self.bench.state("ASK1")["log"]))
        self.bench.order("tap", "ASK1", arg="trust")
        self.assertEqual(proxy.read()["Name"], name)
        self.assertIsNone(ask())
        self.assertEqual(len(host.escrow), 32)
        self.assertEqual(self.bench.state("ASK1")["pairings"], [host.host_id])
        refused = self.bench.say("tap", "ASK1", arg="trust")
        self.assertEqual(refused["error"]["code"], "conflict")

    def test_denied_until_replugged(self):
        host = Host(self.bench, self.bench.new("ASK2"))
        host.pair()
        self.bench.order("tap", "ASK2", arg="deny")
        self.assertEqual(host.pair()["Error"], "UserDeniedPairing")
        self.assertEqual(host.pair()["Error"], "UserDeniedPairing")
        self.bench.order("detach", "ASK2")
        self.bench.order("attach", "ASK2")
        self.assertEqual(host.pair()["Error"], "PairingDialogResponsePending")

    def test_locked_then_unlocked(self):
        host = Host(self.bench, self.bench.new("ASK3", pin=True))
        self.bench.order("lock", "ASK3")
        self.assertTrue(host.lockdown().value("PasswordProtected")["Value"])
        self.assertEqual(host.pair()["Error"], "PasswordProtected")
        self.bench.order("unlock", "ASK3")
        self.assertEqual(host.pair()["Error"], "PairingDialogResponsePending")

    def test_setup_assistant_asks_nobody(self):
        host = Host(self.bench, self.bench.new("ASK4", setup=True))
        self.assertNotIn("Error", host.pair())

    def test_broken_records(self):
        host = Host(self.bench, self.bench.new("ASK5", setup=True))
        line = host.lockdown()
        good = host.record(line)
        self.assertEqual(line.ask("Pair")["Error"], "MissingPairRecord")
        for key in ("HostID", "RootCertificate", "HostCertificate",
                    "DeviceCertificate"):
            record = {k: v for k, v in good.items() if k != key}
            self.assertEqual(host.pair(line, record)["Error"],
                             "InvalidPairRecord", key)
        other = Host(self.bench, host.udid)
        record = {**good, "RootCertificate": other.root.read_bytes()}
        self.assertEqual(host.pair(line, record)["Error"], "InvalidPairRecord")
        record = {**good, "DeviceCertificate": host.root.read_bytes()}
        self.assertEqual(host.pair(line, record)["Error"], "InvalidPairRecord")

    def test_supervisor_needs_no_dialog(self):
        supervisor = Supervisor(self.bench.folder)
        host = self.paired("SUP1", setup=True)
        self.bench.set("SUP1", activation="Activated")
        mc = host.mcinstall()
        self.assertEqual(mc.ask(RequestType="SetCloudConfiguration",
                                CloudConfiguration=cloud(
                                    supervisor, AllowPairing=False)),
                         {"Status": "Acknowledged"})
        self.assertEqual(self.bench.state("SUP1")["pairings"], [])
        self.bench.set("SUP1", setup=False)
        other = Host(self.bench, host.udid)
        self.assertEqual(other.pair()["Error"], "MCProtected")
        line = other.lockdown()
        record = other.record(line)
        self.bench.set("SUP1", challenge="0a0d0a000a")
        asked = other.pair(line, record, SupervisorCertificate=supervisor.der)
        self.assertEqual(asked["Error"], "MCChallengeRequired")
        challenge = asked["ExtendedResponse"]["PairingChallenge"]
        self.assertEqual(challenge, b"\x0a\x0d\x0a\0\x0a")
        text = supervisor.sign(challenge, "-nodetach")  # without -binary
        self.assertEqual(other.pair(line, record, ChallengeResponse=text)
                         ["Error"], "InvalidPairRecord")
        good = supervisor.sign(challenge)
        self.assertEqual(other.pair(line, record, ChallengeResponse=good)
                         ["Error"], "InvalidPairRecord", "used twice")
        asked = other.pair(line, record, SupervisorCertificate=supervisor.der)
        good = supervisor.sign(asked["ExtendedResponse"]["PairingChallenge"])
        paired = other.pair(line, record, ChallengeResponse=good)
        self.assertNotIn("Error", paired)
        self.assertEqual(len(paired["EscrowBag"]), 32)

    def test_locked_supervised_phone_gives_no_escrow_bag(self):
        supervisor = Supervisor(self.bench.folder)
        host = Host(self.bench, self.bench.new("SUP2", pin=True))
        self.bench.set("SUP2", cloud={
            "IsSupervised": True, "SupervisorHostCertificates": [
                base64.b64encode(supervisor.der).decode()]})
        self.bench.order("lock", "SUP2")
        line = host.lockdown()
        record = host.record(line)
        asked = host.pair(line, record, SupervisorCertificate=supervisor.der)
        good = supervisor.sign(asked["ExtendedResponse"]["PairingChallenge"])
        paired = host.pair(line, record, ChallengeResponse=good)
        self.assertEqual(paired, {"Request": "Pair"})


class SessionTest(Case):
    def test_values(self):
        host = self.paired("SES1", sims=2)
        plain = host.lockdown()
        self.assertEqual(plain.ask("QueryType")["Type"],
                         "com.apple.mobile.lockdown")
        self.assertEqual(plain.value("SerialNumber")["Error"], "GetProhibited")
        self.assertEqual(plain.ask("SetValue", Key="DeviceName", Value="x")
                         ["Error"], "SetProhibited")
        self.assertNotIn("Error", plain.ask(
            "SetValue", Key="UntrustedHostBUID", Value="x"))
        self.assertEqual(plain.ask("Dance")["Error"], "InvalidRequest")
        line = host.session()
        self.assertEqual(line.value("SerialNumber")["Value"], "SES1")
        self.assertEqual(line.value("Nonsense")["Error"], "MissingValue")
        everything = line.ask("GetValue")["Value"]
        self.assertNotIn("PhoneNumber2", everything)
        self.assertEqual(len(everything["CarrierBundleInfoArray"]), 2)
        self.assertTrue(line.value("PhoneNumber2")["Value"])
        self.assertEqual(line.ask("GetValue", Domain="com.apple.fmip")
                         ["Value"], {})
        self.bench.set("SES1", fmip=True, values={
            "": {"BuildVersion": None, "Strange": [1, {"a": True}]}})
        self.assertTrue(line.value("IsAssociated", "com.apple.fmip")["Value"])
        self.assertEqual(line.value("BuildVersion")["Error"], "MissingValue")
        self.assertEqual(line.value("Strange")["Value"], [1, {"a": True}])

    def test_session_rules(self):
        host = self.paired("SES2")
        line = host.session()
        again = line.ask("StartSession", HostID=host.host_id)
        self.assertEqual(again["Error"], "SessionActive")
        self.assertEqual(line.ask("StartService", Service="no.such")["Error"],
                         "InvalidService")
        self.assertEqual(line.ask("StopSession", SessionID="x")["Error"],
                         "InvalidSessionID")
        self.assertNotIn("Error", line.ask(
            "StopSession", SessionID=line.session_id))
        other = Host(self.bench, host.udid)
        with self.assertRaisesRegex(PermissionError, "InvalidHostID"):
            other.session()
        plain = host.lockdown()
        self.assertEqual(plain.ask(
            "StartService", Service="com.apple.mobile.MCInstall")["Error"],
            "SessionInactive")

    def test_a_stranger_with_the_right_host_id_hears_nothing(self):
        host = self.paired("SES3")
        thief = Host(self.bench, host.udid)
        thief.host_id = host.host_id
        with self.assertRaises(Gone):
            thief.session().value("SerialNumber")

    def test_locked_phone_wants_the_escrow_bag(self):
        host = self.paired("SES4", pin=True)
        self.bench.order("lock", "SES4")
        with self.assertRaisesRegex(PermissionError, "PasswordProtected"):
            host.mcinstall()
        mc = host.mcinstall(escrow=True)
        self.assertEqual(mc.ask(RequestType="Flush")["Status"], "Acknowledged")
        self.bench.set("SES4", unlocked_once=False)
        with self.assertRaisesRegex(PermissionError, "MissingValue"):
            host.mcinstall(escrow=True)
        good, host.escrow = host.escrow, b"\0" * 32
        self.bench.set("SES4", unlocked_once=True)
        with self.assertRaisesRegex(PermissionError, "EscrowLocked"):
            host.mcinstall(escrow=True)
        host.escrow = good

    def test_a_port_opens_once(self):
        host = self.paired("SES5")
        line = host.session()
        port = line.ask("StartService", Service=(
            "com.apple.mobile.MCInstall"))["Port"]
        host.connect(port).close()
        with self.assertRaisesRegex(Gone, "refused"):
            host.connect(port)


class McInstallTest(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = Supervisor(cls.bench.folder)

    def codes(self, answer):
        self.assertEqual(answer["Status"], "Error", answer)
        return [item["ErrorCode"] for item in answer["ErrorChain"]]

    def test_cloud_configuration_in_order(self):
        host = self.paired("MC1")
        mc = host.mcinstall()
        ask = lambda **keys: mc.ask(
            RequestType="SetCloudConfiguration",
            CloudConfiguration=cloud(self.supervisor, **keys))
        self.assertEqual(self.codes(ask()), [14002])  # setup is done
        self.bench.set("MC1", setup=True, activation="Unactivated",
                       in_abm=True)
        self.assertEqual(self.codes(ask()), [33003])
        self.bench.set("MC1", activation="Activated")
        self.assertEqual(self.codes(ask()), [33004])
        self.bench.set("MC1", in_abm=False)
        self.assertEqual(self.codes(ask(SkipSetup="Siri")), [33002])
        self.assertEqual(self.codes(ask(IsSupervised=1)), [33002])
        self.assertNotIn("CloudConfiguration",
                         mc.ask(RequestType="GetCloudConfiguration"))
        self.assertEqual(ask(IsMDMUnremovable=True)["Status"], "Acknowledged")
        kept = mc.ask(RequestType="GetCloudConfiguration")[
            "CloudConfiguration"]
        self.assertEqual(kept["ConfigurationSource"], 2)
        self.assertEqual(kept["OrganizationMagic"], "M-1")
        self.assertFalse(kept["IsMDMUnremovable"])
        self.assertTrue(kept["ConfigurationWasApplied"])
        self.assertEqual(self.codes(ask()), [14002])

    def test_profiles(self):
        host = self.paired("MC2", setup=True)
        mc = host.mcinstall()
        install = lambda payload: mc.ask(RequestType="InstallProfile",
                                         Payload=payload)
        self.assertEqual(install(plistlib.dumps(PROFILE)),
                         {"Status": "Acknowledged"})
        self.assertEqual(install({**PROFILE, "PayloadIdentifier": "two"})
                         ["Status"], "Acknowledged")
        self.assertEqual(self.codes(install(7)), [14000])
        self.assertEqual(self.codes(install(b"rubbish")), [4001, 1009])
        listed = mc.ask(RequestType="GetProfileList")
        self.assertEqual(listed["OrderedIdentifiers"], ["test.profile", "two"])
        self.assertEqual(listed["ProfileMetadata"]["two"]
                         ["PayloadDisplayName"], "Test")
        data = plistlib.dumps({"PayloadType": "Configuration",
                               "PayloadIdentifier": "two"})
        for name in ("unknown", data, "test.profile"):
            self.assertEqual(mc.ask(RequestType="RemoveProfile",
                                    ProfileIdentifier=name),
                             {"Status": "Acknowledged"})
        self.assertEqual(mc.ask(RequestType="GetProfileList")
                         ["OrderedIdentifiers"], [])
        locked = {**PROFILE, "PayloadRemovalDisallowed": True}
        install(locked)
        self.assertEqual(self.codes(mc.ask(
            RequestType="RemoveProfile", ProfileIdentifier="test.profile")),
            [4008])

    def test_after_setup_its_user_must_agree(self):
        host = self.paired("MC3", pin=True)
        mc = host.mcinstall()
        data = plistlib.dumps(PROFILE)
        self.assertEqual(mc.ask(RequestType="InstallProfile", Payload=data),
                         {"Status": "Acknowledged"})
        self.assertEqual(self.bench.state("MC3")["profiles"], [])
        self.bench.order("tap", "MC3", arg="approve")
        self.assertEqual(self.bench.state("MC3")["profiles"],
                         ["test.profile"])
        self.bench.order("lock", "MC3")
        self.assertEqual(self.codes(mc.ask(
            RequestType="InstallProfile", Payload=data)), [4020])

    def test_stored_profile_waits_for_the_end_of_setup(self):
        host = self.paired("MC4", setup=True)
        mc = host.mcinstall()
        purpose = "PostSetupInstallation"
        data = plistlib.dumps(PROFILE)
        self.assertEqual(mc.ask(RequestType="StoreProfile", ProfileData=data)
                         ["Status"], "CommandFormatError")
        mc.ask(RequestType="StoreProfile", Purpose=purpose, ProfileData=data)
        self.assertEqual(mc.ask(RequestType="GetStoredProfile",
                                Purpose=purpose)["ProfileData"], data)
        self.bench.order("walk", "MC4")
        state = self.bench.state("MC4")
        self.assertEqual(state["profiles"], ["test.profile"])
        self.assertTrue(state["setup_done"])

    def test_escalation(self):
        host = self.paired("MC5", setup=True, sims=1)
        self.bench.set("MC5", activation="Activated")
        mc = host.mcinstall()
        mc.ask(RequestType="SetCloudConfiguration",
               CloudConfiguration=cloud(self.supervisor))
        for kind in ("SecurityInfo", "ActivationLockBypassCode", "Nonsense",
                     "ProceedWithKeybagMigration"):
            self.assertEqual(mc.ask(RequestType=kind),
                             {"Status": "CommandFormatError"}, kind)
        stranger = Supervisor(host.folder)
        self.assertEqual(mc.ask(RequestType="Escalate",
                                SupervisorCertificate=stranger.der),
                         {"Status": "CertificateRejected"})
        escalate = lambda: mc.ask(
            RequestType="Escalate",
            SupervisorCertificate=self.supervisor.der)["Challenge"]
        answer = lambda cms: mc.ask(RequestType="EscalateResponse",
                                    SignedRequest=cms)["Status"]
        challenge = escalate()
        self.assertEqual(len(challenge), 8)
        self.assertEqual(answer(stranger.sign(challenge)),
                         "SignedRequestRejected")
        self.assertEqual(answer(self.supervisor.sign(challenge)),
                         "SignedRequestRejected", "the challenge is used up")
        self.bench.set("MC5", challenge="0a01020304050607")
        self.assertEqual(answer(self.supervisor.sign(escalate(), "-nodetach")),
                         "SignedRequestRejected", "text mode alters bytes")
        self.assertEqual(answer(self.supervisor.sign(escalate())),
                         "Acknowledged")
        self.assertEqual(mc.ask(RequestType="SecurityInfo")["Status"],
                         "CommandFormatError")
        mc.ask(RequestType="ProceedWithKeybagMigration")
        info = mc.ask(RequestType="SecurityInfo")
        self.assertIs(info["SecurityInfo"]["PasscodePresent"], False)
        facts = mc.ask(RequestType="DeviceInformation",
                       Queries=["SerialNumber", "IsSupervised"])
        self.assertEqual(facts["QueryResponses"],
                         {"SerialNumber": "MC5", "IsSupervised": True})
        code = mc.ask(RequestType="ActivationLockBypassCode")
        self.assertRegex(code["ActivationLockBypassCode"],
                         r"^[0-9A-Z]{5}-[0-9A-Z]{5}(-[0-9A-Z]{4}){4}$")
        token = mc.ask(RequestType="RequestUnlockToken")["UnlockToken"]
        self.assertGreater(len(token), 1000)
        self.bench.set("MC5", passcode_set=True)
        self.assertEqual(self.codes(mc.ask(RequestType="RequestUnlockToken")),
                         [37002])
        self.assertEqual(mc.ask(RequestType="InstallProfileSilent",
                                Payload=plistlib.dumps(PROFILE))["Status"],
                         "Acknowledged")
        named = mc.ask(RequestType="Settings", Settings=[
            {"Item": "DeviceName", "DeviceName": "Ny"}])
        self.assertEqual(named["Settings"][0]["Status"], "Acknowledged")
        self.assertEqual(host.lockdown().value("DeviceName")["Value"], "Ny")
        for kind in ("HelloHostIdentifier", "Flush", "ProfileList",
                     "CertificateList", "InstalledApplicationList",
                     "Restrictions", "ProvisioningProfileList",
                     "AvailableOSUpdates", "OSUpdateStatus",
                     "ScheduleOSUpdateScan", "ScheduleOSUpdate",
                     "DefaultMDMOptions", "ValidateApplications",
                     "ClearRestrictionsPassword", "RequestMirroring",
                     "StopMirroring", "DeviceConfigured",
                     "ClearActivationLockBypassCode", "DeviceLock",
                     "PollMDMIfNetworkTethered", "GetCloudConfiguration"):
            self.assertEqual(mc.ask(RequestType=kind)["Status"],
                             "Acknowledged", kind)
        fresh = host.mcinstall(escrow=True)
        self.assertEqual(fresh.ask(RequestType="SecurityInfo")["Status"],
                         "CommandFormatError", "escalation ends with it")

    def test_erase(self):
        host = self.paired("MC6")
        old_key = host.lockdown().value("DevicePublicKey")["Value"]
        self.bench.set("MC6", return_ms=200, fmip=True)
        mc = host.mcinstall()
        self.assertEqual(mc.ask(RequestType="EraseDevice"),
                         {"Status": "Acknowledged"})
        with self.assertRaises(Gone):
            mc.ask(RequestType="Flush")
            time.sleep(1)
            mc.ask(RequestType="Flush")
        state = wait_for("the phone to be back", lambda: (
            lambda s: s if s["erases"] == 1 and s["attached"] else None)(
                self.bench.state("MC6")))
        self.assertEqual((state["activation"], state["setup_done"],
                          state["pairings"], state["cloud"],
                          state["activation_locked"]),
                         ("Unactivated", False, [], None, True))
        with self.assertRaisesRegex(PermissionError, "InvalidHostID"):
            host.session()
        self.assertNotIn("Error", host.pair())
        new_key = host.lockdown().value("DevicePublicKey")["Value"]
        self.assertEqual(old_key == new_key, "--shared-key" in self.OPTIONS)
        refused = self.bench.say("walk", "MC6")
        self.assertEqual(refused["error"]["code"], "conflict")

    def test_the_liar_stays(self):
        host = self.paired("MC7")
        self.bench.order("lie_erase", "MC7", arg=True)
        mc = host.mcinstall()
        self.assertEqual(mc.ask(RequestType="EraseDevice"),
                         {"Status": "Acknowledged"})
        time.sleep(0.6)
        state = self.bench.state("MC7")
        self.assertEqual((state["erases"], state["attached"]), (0, True))
        host.session()


class BehaviourTest(Case):
    def facts(self, host):
        return host.session().ask("GetValue")["Value"]

    def test_drop_at_every_request(self):
        """The cable goes at each request of a conversation, and comes back."""
        host = self.paired("DROP1")
        for at in range(1, 4):
            for kind in ("drop_at", "drop_after"):
                before = Mux(self.bench).devices()[host.udid]
                self.bench.set("DROP1", **{kind: at, "replug_ms": 50})
                with self.assertRaises(Gone):
                    line = host.lockdown()
                    for _ in range(3):
                        line.ask("QueryType")
                wait_for("the phone to be back", lambda: Mux(
                    self.bench).devices().get(host.udid, before) != before)
        self.assertEqual(self.facts(host)["SerialNumber"], "DROP1")

    def test_drop_after_an_erase_erases(self):
        host = self.paired("DROP2")
        mc = host.mcinstall()
        self.bench.set("DROP2", drop_after=1)
        with self.assertRaises(Gone):
            mc.ask(RequestType="EraseDevice")
        wait_for("the erase", lambda: self.bench.state("DROP2")["erases"] == 1)
        self.assertFalse(self.bench.state("DROP2")["attached"])

    def test_drop_at_an_erase_does_not(self):
        host = self.paired("DROP3")
        mc = host.mcinstall()
        self.bench.set("DROP3", drop_at=1, replug_ms=50)
        with self.assertRaises(Gone):
            mc.ask(RequestType="EraseDevice")
        time.sleep(0.5)
        self.assertEqual(self.bench.state("DROP3")["erases"], 0)
        host.session()

    def test_tls(self):
        host = self.paired("TLS1")
        self.bench.set("TLS1", tls="close")
        with self.assertRaises(Gone):
            host.session()
        self.bench.set("TLS1", tls="other_key")
        line = host.session()
        self.assertNotEqual(line.line.getpeercert(True), b"")
        self.bench.set("TLS1", tls="hang")
        hung = host.lockdown()
        hung.ask("StartSession", HostID=host.host_id)
        hung.line.settimeout(0.5)
        with self.assertRaises(socket.timeout):
            host.tls(hung.line)
        self.bench.set("TLS1", tls="")
        self.facts(host)

    def test_mangled_answers(self):
        host = self.paired("BAD1")
        def ask(mangle):
            self.bench.set("BAD1", mangle=mangle)
            line = host.lockdown()
            line.line.settimeout(1)
            line.send({"Request": "GetValue", "Key": "DeviceName"})
            return line
        self.assertIsInstance(ask("wrong_types").read()["Value"], int)
        self.assertGreater(len(ask("huge").read()["Value"]), 1 << 20)
        self.assertGreater(ask("deep").read_raw().count(b"<array>"), 60000)
        self.assertEqual(ask("rubbish").read_raw()[:8], b"bplist00")
        for mangle in ("half_frame", "close"):
            with self.assertRaises(ConnectionError):
                ask(mangle).read()
        for mangle in ("bad_length", "hang"):
            with self.assertRaises(socket.timeout):
                ask(mangle).read()
        self.bench.set("BAD1", mangle="close", mangle_at=3)
        line = host.lockdown()
        line.ask("QueryType")
        line.ask("QueryType")
        with self.assertRaises(Gone):
            line.ask("QueryType")
        self.bench.set("BAD1", mangle="", fragment=7, slow_ms=20)
        self.assertEqual(self.facts(host)["SerialNumber"], "BAD1")

    def test_wrong_orders_are_refused(self):
        self.bench.new("ORD1")
        for keys, code in (({"nonsense": 1}, "unsupported"),
                           ({"tls": "loud"}, "invalid"),
                           ({"slow_ms": -1}, "invalid"),
                           ({"locked": "yes"}, "invalid"),
                           ({"challenge": "xyz"}, "invalid")):
            answer = self.bench.say("usb_set", "ORD1", set=keys)
            self.assertEqual(answer["error"]["code"], code, keys)
        for words, code in ((("attach", "ORD1"), "conflict"),
                            (("attach", "NOBODY"), "not_found"),
                            (("detach", None), "invalid"),
                            (("dance", "ORD1"), "unsupported")):
            answer = self.bench.say(*words)
            self.assertEqual(answer["error"]["code"], code, words)

    def test_hostile_clients(self):
        """Bytes that are no request end the connection, not the phone."""
        host = self.paired("HOS1")
        for data in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x05hello",
                     b"\0\0\0\x08bplist00",
                     b"\0\x01\x86\xa0" + b"<array>" * 14286):
            line = host.connect()
            try:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
                self.assertEqual(line.recv(1), b"", data[:20])
            except (ConnectionResetError, BrokenPipeError):
                pass  # it hung up before it had read everything
        self.facts(host)

    def test_eight_phones_at_once(self):
        hosts = [self.paired("MANY%d" % i) for i in range(8)]
        self.bench.set("MANY0", mangle="hang")  # one of them hangs
        found = {}
        def work(host):
            found[host.udid] = [self.facts(host)["UniqueDeviceID"]
                                for _ in range(3)]
        threads = [threading.Thread(target=work, args=(host,))
                   for host in hosts[1:]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(cable.PATIENCE)
        self.assertEqual(found, {host.udid: [host.udid] * 3
                                 for host in hosts[1:]})


class ServicesTest(Case):
    OPTIONS = ()  # each phone its own key

    def test_activation(self):
        host = self.paired("SRV1")
        ask = lambda **keys: host.service(
            "com.apple.mobileactivationd").ask(**keys)
        self.assertEqual(ask(Command="GetActivationStateRequest"),
                         {"Value": "Activated"})
        self.assertEqual(ask(Command="DeactivateRequest"), {})
        self.assertEqual(ask(Command="GetActivationStateRequest"),
                         {"Value": "Unactivated"})
        self.assertIn("Error", ask(Command="CreateTunnel1SessionInfoRequest"))

    def test_restart_and_shutdown(self):
        host = self.paired("SRV2", pin=True)
        self.bench.set("SRV2", return_ms=100)
        relay = host.service("com.apple.mobile.diagnostics_relay")
        first = Mux(self.bench).devices()[host.udid]
        self.assertEqual(relay.ask(Request="Restart")["Status"], "Success")
        wait_for("a new DeviceID", lambda: Mux(self.bench).devices().get(
            host.udid, first) != first)
        self.assertTrue(self.bench.state("SRV2")["locked"])
        with self.assertRaisesRegex(PermissionError, "MissingValue"):
            host.mcinstall(escrow=True)
        relay = host.service("com.apple.mobile.diagnostics_relay")
        self.assertEqual(relay.ask(Request="Dance")["Status"],
                         "UnknownRequest")
        relay.ask(Request="Shutdown")
        wait_for("it to be gone", lambda: host.udid not in Mux(
            self.bench).devices())
        self.bench.order("attach", "SRV2")
        self.bench.set("SRV2", locked=False)
        host.mcinstall()

    def test_erased_by_its_user(self):
        """An erase that did not come by cable is seen on the cable."""
        host = self.paired("SRV3")
        key = host.lockdown().value("DevicePublicKey")["Value"]
        self.bench.set("SRV3", return_ms=100)
        line = host.session()
        self.bench.order("factory_reset", "SRV3")
        with self.assertRaises(Gone):
            line.ask("QueryType")
        wait_for("it to be back", lambda: host.udid in Mux(
            self.bench).devices())
        self.assertNotEqual(host.lockdown().value("DevicePublicKey")["Value"],
                            key)
        self.assertEqual(host.lockdown().value("ActivationState")["Value"],
                         "Unactivated")

    def test_tls_versions(self):
        host = self.paired("SRV4")
        line = host.session()
        self.assertEqual(line.line.version(), "TLSv1.3")
        device = host.folder / "device.pem"
        self.assertEqual(
            ssl.DER_cert_to_PEM_cert(line.line.getpeercert(True)).split(),
            device.read_text().split())


if __name__ == "__main__":
    unittest.main()
