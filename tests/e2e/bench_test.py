"""Question: does the bench do what the server orders, and does the server
believe what the bench saw, and nothing more?

The real server, the real agent, phones made of software on a virtual cable.
"""

import base64
import json
import time
import unittest

import bench
import phone as raw
from harness import wait_for


class Wiping(bench.Case):
    """Order → bench → phone comes back → the ladder of evidence."""

    def enrolled(self, agent, serial):
        """Prepared and enrolled at the bench, still plugged in."""
        self.bench.fresh(serial, pin=True)
        self.order_enrol(serial)
        self.device_becomes(serial, "enrolled")
        self.bench.becomes(serial, "its setup to end",
                           lambda s: s["setup_done"])
        return wait_for(f"{serial}: a pairing that worked", lambda: next(
            (row for row in agent.look()["ports"]
             if row.get("serial") == serial and row["state"] == "ready"),
            None))

    def wipe_row(self, serial):
        return self.cli.json("device", serial)["wipe"]

    def wipe_becomes(self, serial, state):
        return wait_for(f"the wipe of {serial} to be {state}", lambda: (
            lambda w: w if w and w["state"] == state else None)(
                self.wipe_row(serial)))

    def knows_whose(self, agent, serial, person):
        """On the screen, and nowhere on the station's disk."""
        agent.port_becomes(serial, "whose it is",
                           lambda row: row.get("person") == person)
        self.assertEqual(
            [path for path in agent.state.rglob("*") if path.is_file()
             and person.encode() in path.read_bytes()], [])

    def test_wiped_at_the_bench_is_proven(self):
        agent = self.new_agent().start()
        serial = "VVKWIPE00001"
        self.enrolled(agent, serial)
        self.knows_whose(agent, serial, "Astrid Lindqvist")
        # Nobody but the bench can reach it.
        self.bench.order("lose_network", serial, arg=100000)
        before = self.bench.state(serial)
        self.cli.run("wipe", serial, "--reason", "returned", "--yes")
        self.wipe_becomes(serial, "proven")
        state = self.bench.state(serial)
        self.assertEqual(state["erases"], before["erases"] + 1)
        self.assertEqual((state["activation"], state["setup_done"],
                          state["cloud"]), ("Unactivated", False, None))
        kinds = {row["kind"]: row["state"]
                 for row in self.cli.json("orders")
                 if row["serial"] == serial}
        self.assertEqual(kinds, {"enrol": "done", "wipe": "done",
                                 "verify_wiped": "done"})
        proofs = [body for _, _, who, body in self.records.reports("proof")
                  if who == serial]
        self.assertEqual(len(proofs), 1)
        self.assertEqual(proofs[0]["proof"]["is_old_pair_refused"], "yes")

    def test_wiped_over_the_air_is_proven_at_the_bench(self):
        agent = self.new_agent().start()
        serial = "VVKWIPE00002"
        self.enrolled(agent, serial)
        self.bench.order("detach", serial)
        self.cli.run("wipe", serial, "--reason", "returned", "--yes")
        self.wipe_becomes(serial, "acknowledged")
        self.bench.becomes(serial, "the erase", lambda s: s["erases"] == 2)
        self.bench.order("attach", serial)
        self.wipe_becomes(serial, "proven")
        self.assertEqual(self.bench.state(serial)["erases"], 2)

    def test_a_liar_is_caught(self):
        agent = self.new_agent().start()
        serial = "VVKWIPE00003"
        self.enrolled(agent, serial)
        self.bench.order("detach", serial)
        self.bench.order("lie_erase", serial)
        self.cli.run("wipe", serial, "--reason", "returned", "--yes")
        self.wipe_becomes(serial, "acknowledged")
        self.bench.order("attach", serial)
        wipe = wait_for("the warning", lambda: (
            lambda w: w if w.get("caught_at") else None)(
                self.wipe_row(serial)))
        self.assertEqual(wipe["state"], "acknowledged")
        self.assertIn("did not erase itself", wipe["warning"])
        self.assertEqual(self.bench.state(serial)["erases"], 1)
        # It stays so, however long it hangs there.
        time.sleep(3)
        self.assertEqual(self.wipe_row(serial)["state"], "acknowledged")

    def test_somebody_elses_phone_is_never_erased(self):
        """Not ours any more: another organisation's supervision is on it."""
        agent = self.new_agent().start()
        serial = "VVKWIPE00004"
        self.enrolled(agent, serial)
        self.bench.order("lose_network", serial, arg=100000)
        self.bench.set(serial, cloud={
            "IsSupervised": True, "AllowPairing": True,
            "OrganizationName": "Nybro", "OrganizationMagic": "not-ours",
            "SupervisorHostCertificates": []})
        self.cli.run("wipe", serial, "--reason", "returned", "--yes")
        row = wait_for("the refusal", lambda: next(
            (row for row in self.cli.json("orders")
             if row["serial"] == serial and row["kind"] == "wipe"
             and row["state"] in ("failed", "refused")), None))
        self.assertIn("nother organisation", row["result"])
        self.assertEqual(self.bench.state(serial)["erases"], 1)
        self.assertEqual(self.wipe_row(serial)["state"], "ordered")


class NeverHere(bench.Case):
    """Enrolled over the air; at its first bench only after the erase."""

    def setUp(self):
        super().setUp()
        self.bench.close_lines()
        self.bench.close()
        self.bench = bench.Phones("--ca-file", self.server.ca)

    wipe_row = Wiping.wipe_row
    wipe_becomes = Wiping.wipe_becomes

    def in_use(self, serial):
        """Supervised by us, set up, in somebody's pocket."""
        link = self.cli.link(serial, "Astrid Lindqvist")
        self.bench.order("new", serial=serial, url=link["url"], pin=True,
                         supervised=True)
        organisation, = self.records.rows("SELECT id FROM organisations")
        self.bench.set(serial, trust="yes", return_ms=500, cloud={
            "IsSupervised": True, "AllowPairing": True,
            "OrganizationName": "Ours", "OrganizationMagic": organisation[0],
            "SupervisorHostCertificates": []})
        self.device_becomes(serial, "enrolled")

    def wiped_over_the_air(self, serial):
        self.cli.run("wipe", serial, "--reason", "returned", "--yes")
        self.wipe_becomes(serial, "acknowledged")
        time.sleep(2)  # a real phone takes longer to come back

    def looked_at(self, serial):
        return [body["proof"] for _, _, who, body in
                self.records.reports("proof") if who == serial]

    def test_wiped_over_the_air_is_proven(self):
        agent = self.new_agent().start()
        serial = "VVKNEVER0001"
        self.in_use(serial)
        self.wiped_over_the_air(serial)
        self.bench.becomes(serial, "the erase", lambda s: s["erases"] == 1)
        self.bench.order("attach", serial)
        # The agent has paired it before it could be told of any order.
        agent.port_becomes(serial, "a pairing", lambda row: row["facts"])
        self.wipe_becomes(serial, "proven")
        for proof in self.looked_at(serial):
            self.assertEqual(proof["had_old_pair_record"], "no")
        row, = (row for row in self.cli.json("orders")
                if row["serial"] == serial and row["kind"] == "verify_wiped")
        self.assertEqual(row["result"], "not activated, in Setup Assistant, "
                         "no longer supervised, no pairing from before to "
                         "compare")

    def test_a_liar_is_caught(self):
        agent = self.new_agent().start()
        serial = "VVKNEVER0002"
        self.in_use(serial)
        self.bench.order("lie_erase", serial)
        self.wiped_over_the_air(serial)
        self.bench.order("attach", serial)
        agent.port_becomes(serial, "a pairing", lambda row: row["facts"])
        wipe = wait_for("the warning", lambda: (
            lambda w: w if w.get("caught_at") else None)(
                self.wipe_row(serial)))
        self.assertEqual(wipe["state"], "acknowledged")
        self.assertIn("did not erase itself", wipe["warning"])
        self.assertIn("still supervised by us", wipe["warning"])
        self.assertEqual(self.bench.state(serial)["erases"], 0)
        self.assertEqual([proof["had_old_pair_record"] for proof in
                          self.looked_at(serial)][-1], "no")


class Joining(bench.Case):
    def test_a_code_works_once(self):
        code = self.cli.json("station-code", "--name", "Bench B")["code"]
        first = self.new_agent("Bench B", join=False)
        first.join(self.server, self.cli, code)
        second = self.new_agent("Bench C", join=False)
        done = second.join(self.server, self.cli, code, ok=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("used or expired", done.stderr)
        self.assertFalse((second.station / "station.json").exists())
        done = second.join(self.server, self.cli, "AAAAA-AAAAA-AAAAA-AAAAA",
                           ok=False)
        self.assertEqual(done.returncode, 1)
        names = [row["name"] for row in self.cli.json("stations")
                 if row["state"] == "admitted"]
        self.assertEqual(names.count("Bench B"), 1)
        self.assertNotIn("Bench C", names)

    def test_an_old_code_does_not_work(self):
        code = self.cli.json("station-code", "--name", "Late",
                             "--valid-for", "1m")["code"]
        self.server.move_clock(120)
        try:
            done = self.new_agent("Late", join=False).join(
                self.server, self.cli, code, ok=False)
        finally:
            self.server.move_clock(-120)
        self.assertEqual(done.returncode, 1)
        self.assertIn("used or expired", done.stderr)

    def test_a_revoked_station_is_believed_no_more(self):
        agent = self.new_agent("Bench D").start()
        self.bench.used("VVKJOIN00001")
        wait_for("its report", lambda: [
            row for row in self.records.reports("facts")
            if row[2] == "VVKJOIN00001"])
        self.cli.run("station-revoke", agent.identity()["id"], "--yes")
        status, answer = bench.ask(self.server, agent, "GET",
                                   "/station/v1/orders?udid=x&serial=y")
        self.assertEqual(status, 403)
        self.assertIn("revoked", answer["error"])
        before = len(self.records.reports())
        self.bench.order("detach", "VVKJOIN00001")
        wait_for("the agent to hear of it", lambda: agent.look()["station"][
            "server"] == "not reached")
        self.assertEqual(len(self.records.reports()), before)

    def test_a_station_is_no_phone_and_a_phone_no_station(self):
        agent = self.new_agent("Bench E")
        status, _ = bench.ask(self.server, agent, "PUT", "/mdm/connect",
                              raw.plistlib.dumps({
                                  "Status": "Idle", "UDID": "NOBODY"}))
        self.assertIn(status, (400, 403))
        phone = self.enrolled_phone("VVKJOIN00002")
        for method, path, body in [
                ("GET", "/station/v1/orders?udid=x&serial=y", None),
                ("POST", "/station/v1/reports", {"reports": []}),
                ("POST", "/station/v1/challenge", {})]:
            with self.subTest(path):
                status, answer = bench.ask(
                    self.server, agent, method, path, body,
                    phone.key.certificate, phone.key.key)
                self.assertEqual(status, 403)
                self.assertIn("no bench station", answer["error"])


class Orders(bench.Case):
    """Somebody stands between the server and the station."""

    def ordered(self, agent, between, serial):
        """A used phone at the bench, and an order for it that was done."""
        udid = self.bench.fresh(serial, pin=True)
        self.order_enrol(serial)
        agent.start()
        self.device_becomes(serial, "enrolled")
        found = wait_for("the order", lambda: [
            pair for pair in between.orders().values()
            if pair[0]["serial"] == serial and pair[0]["kind"] == "enrol"])
        return udid, found[0]

    def refusals(self):
        return [body["refused"] for *_, body in
                self.records.reports("refused")]

    def refused(self, reason):
        return wait_for(f"the refusal: {reason}", lambda: [
            row for row in self.refusals() if row["reason"] == reason])

    def give(self, between, *signed):
        """The station is given these the next time that it asks."""
        def change(path, answer):
            if "orders" in answer:
                return {"orders": list(signed)}
            return answer
        between.change = change

    def forged(self, agent, body, **changes):
        """An order that only the server's key could make good."""
        text = json.dumps({**body, **changes}).encode()
        return {"body": base64.b64encode(text).decode(),
                "signature": bench.sign(agent.folder,
                                        bench.ORDER_CONTEXT + text)}

    def test_replayed_foreign_expired_forged(self):
        agent = self.new_agent("Bench F")
        between = self.new_between(agent)
        serial = "VVKORDER0001"
        udid, (body, signed) = self.ordered(agent, between, serial)
        wait_for("the result", lambda: [
            row for row in self.cli.json("orders")
            if row["id"] == body["id"] and row["state"] == "done"])
        requests = self.bench.state(serial)["requests"]

        with self.subTest("replayed"):
            self.give(between, signed)
            found = self.refused("replayed")
            self.assertEqual(found[0]["order_id"], body["id"])

        with self.subTest("forged"):
            self.give(between, self.forged(
                agent, body, id="0190a000-0000-7000-8000-000000000001",
                kind="wipe"))
            self.refused("bad_signature")

        with self.subTest("changed under the server's signature"):
            text = base64.b64decode(signed["body"])
            self.assertIn(b"enrol", text)
            self.give(between, {
                "body": base64.b64encode(
                    text.replace(body["id"].encode(),
                                 b"0190a000-0000-7000-8000-000000000002")
                ).decode(), "signature": signed["signature"]})
            wait_for("the second bad signature", lambda: len([
                row for row in self.refusals()
                if row["reason"] == "bad_signature"]) == 2)

        between.change = lambda path, answer: answer
        state = self.bench.state(serial)
        self.assertEqual(state["erases"], 1)
        self.assertEqual(state["udid"], udid)
        self.assertLess(state["requests"], requests + 60,
                        "it was only looked at again")

    def test_an_order_of_another_station(self):
        agent = self.new_agent("Bench G")
        other = self.new_agent("Bench H")
        between = self.new_between(agent)
        serial = "VVKORDER0002"
        udid = self.bench.fresh(serial)
        self.order_enrol(serial)
        # The other one asks first and holds it; ours is given that.
        status, answer = bench.ask(
            self.server, other, "GET",
            f"/station/v1/orders?udid={udid}&serial={serial}")
        self.assertEqual(status, 200)
        self.assertEqual(len(answer["orders"]), 1)
        self.give(between, answer["orders"][0])
        agent.start()
        self.refused("other_station")
        self.assertIsNone(self.bench.state(serial)["cloud"])

    def test_expired_and_too_early(self):
        agent = self.new_agent("Bench I")
        between = self.new_between(agent)
        serial = "VVKORDER0003"
        udid = self.bench.fresh(serial)
        path = f"/station/v1/orders?udid={udid}&serial={serial}"
        self.order_enrol(serial)
        self.server.move_clock(-7 * 86400)
        try:  # what the server gave a week ago
            old = bench.ask(self.server, agent, "GET", path)[1]["orders"]
        finally:
            self.server.move_clock(7 * 86400)
        self.give(between, *old)
        agent.start()
        self.refused("expired")
        self.assertIsNone(self.bench.state(serial)["cloud"])

    def test_an_order_for_a_phone_that_is_not_there(self):
        agent = self.new_agent("Bench J")
        between = self.new_between(agent)
        serial, other = "VVKORDER0004", "VVKORDER0005"
        udid = self.bench.fresh(serial, attach=False)
        self.bench.fresh(other)
        self.order_enrol(serial)
        path = f"/station/v1/orders?udid={udid}&serial={serial}"
        signed = bench.ask(self.server, agent, "GET", path)[1]["orders"]
        self.assertEqual(len(signed), 1)
        self.give(between, *signed)
        agent.start()
        self.refused("other_phone")
        self.assertIsNone(self.bench.state(other)["cloud"])


class Outage(bench.Case):
    def test_nothing_is_lost_and_nothing_doubled(self):
        """Cut off, then answers that get lost, then a server that restarts."""
        agent = self.new_agent("Bench K")
        between = self.new_between(agent)
        agent.start()
        serials = [f"VVKOUT00000{i}" for i in range(3)]
        between.mode = "cut"
        for serial in serials:
            self.bench.used(serial)
        for serial in serials:
            agent.port_becomes(serial, "read without a server",
                               lambda row: row["state"] == "ready")
        self.bench.order("detach", serials[0])
        self.assertEqual(self.records.reports(), [])
        wait_for("reports to wait", lambda: agent.look()["station"][
            "reports_waiting"] >= 2 * len(serials) + 1)
        between.mode = "deaf"
        wait_for("the server to hear", lambda: len(
            self.records.reports()) >= 2 * len(serials) + 1)
        self.server.stop()
        self.server.start()
        agent.kill()
        agent.start()
        between.mode = "up"
        wait_for("nothing to wait", lambda: agent.look()["station"][
            "reports_waiting"] == 0)
        found = self.records.reports()
        numbers = [number for number, *_ in found]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        for serial in serials:
            kinds = [kind for _, kind, who, _ in found if who == serial]
            self.assertGreaterEqual(kinds.count("facts"), 1, kinds)
        posts = [answer for path, answer in between.seen
                 if path.startswith("/station/v1/reports")]
        accepted = [one for answer in posts for one in answer["accepted"]]
        self.assertGreater(len(accepted), len(set(accepted)),
                           "no report was ever sent twice: nothing was tried")
        self.assertEqual(len(set(accepted)), len(numbers))
        station = [row for row in self.cli.json("stations")
                   if row["id"] == agent.identity()["id"]][0]
        self.assertEqual(station["reports_missing"], 0)


class Eight(bench.Case):
    """The figures are measured with a release build, by tests/bench/plug;
    here with sanitizers on whatever else the machine does."""

    SERIALS = [f"VVKEIGHT000{i}" for i in range(8)]

    def test_facts_of_eight_and_one_hangs(self):
        agent = self.new_agent("Bench L").start()
        for serial in self.SERIALS:
            self.bench.used(serial, attach=False)
        hangs = self.SERIALS[3]
        self.bench.set(hangs, tls="hang")
        start = time.monotonic()
        self.bench.plug_all(self.SERIALS)
        wait_for("seven of eight", lambda: [
            row["state"] for row in agent.look()["ports"]
        ].count("ready") == 7)
        took = time.monotonic() - start
        # Its serial number it would tell only under TLS.
        row = agent.ports()[self.bench.state(hangs)["udid"]]
        self.assertTrue(row["is_working"], "it is still being waited for")
        print(f"facts of 7 phones beside one that hangs: {took:.1f} s")
        self.assertLess(took, 20, "longer than one waits for the hanging one")
        self.assertTrue(all(
            row["facts"]["activation"] == "activated"
            for row in agent.look()["ports"] if row["state"] == "ready"))

    def test_eight_are_prepared_and_enrolled(self):
        agent = self.new_agent("Bench M").start()
        serials = [serial.replace("EIGHT", "PREP0") for serial in self.SERIALS]
        for serial in serials:
            self.bench.fresh(serial, attach=False, pin=True)
            self.order_enrol(serial)
        start = time.monotonic()
        self.bench.plug_all(serials)
        wait_for("eight enrolled", lambda: sum(
            item["state"] == "enrolled" and item["serial"] in serials
            for item in self.cli.api("/devices")) == 8, 120)
        took = time.monotonic() - start
        print(f"8 phones prepared and enrolled: {took:.1f} s")
        for serial in serials:
            state = self.bench.state(serial)
            self.assertTrue(state["supervised"])
            self.assertEqual(state["anomalies"], [])
        self.assertEqual(agent.events("job_stopped"), [])


if __name__ == "__main__":
    unittest.main()
