"""Question: does a phone go its whole way, from the person who is hired to the
next one who gets it, with each step shown, signed and proven, whatever is killed
on the way; and does it end honestly when the leaver stays away or the phone
lies?

The real server, the real agent, phones made of software on a virtual cable.
"""

import contextlib
import datetime
import json
import unittest

import bench
import harness
from harness import wait_for
from whole_story import (ASTRID, BIRGER, DAY, LONG, MARIA, NAMES, Town, at,
                         moment_of, next_working_day)

NUMBER = "+46701112233"
LABEL = "LADD-7"
WIPE_CANCELLED = 4  # as it is stored


class Story(Town):
    """The steps; visible() is called behind each that somebody sees."""

    def visible(self, step):
        pass

    # ---- once ----

    def hire(self):
        """Three people, and the phone that was ordered for one of them."""
        said = self.hr(*self.staff())
        self.assertIn("3 begin", said)
        self.visible("hired")
        self.assertIn("3 as before", self.hr(*self.staff()))
        self.ledger(
            {"subscription": {"number": NUMBER, "operator": "Demotel",
                              "iccid": "8946000000000000019"}},
            {"accessory": {"label": LABEL, "name": "Laddare 20 W"}})

    def stock(self, serial):
        self.cli.run("phone", "add", "--kind", "iphone", "--serial", serial,
                     "--model", "iPhone 13", "--ordered")
        self.assertEqual(self.phone_state(serial), "ordered")
        self.cli.run("phone", "received", serial)
        self.assertEqual(self.phone_state(serial), "in_stock")

    # ---- for each who gets it ----

    def hand_out(self, serial, person, *more):
        """By the mailed page, on which the person signs."""
        made = self.cli.json("handout", "give", person, "--phone", serial,
                             "--note", "I sin låda", *more)
        self.visible("handed out")
        page = self.mailed_page(person, serial, "I sin låda")
        self.assertIn(NAMES[person], page[1])
        self.assertEqual(self.receipts_for(serial, person), [])
        self.sign(page, answer="yes", name=NAMES[person])
        self.visible("signed for")
        # The same link signs nothing twice.
        status, text = self.page(page[0])
        self.assertIn(status, (200, 410))
        self.assertNotIn("<form", text)
        shown = self.cli.json("handout", "show", made["id"])
        self.assertEqual(shown["state"], "accepted")
        self.assertEqual(self.phone_state(serial), "assigned")
        receipt = wait_for("the hand-out receipt", lambda: next(
            iter(self.receipts_for(serial, person)), None), LONG)
        self.verified(receipt, serial, NAMES[person], "I sin låda")
        self.visible("receipt fetched")
        return page[0]

    def receipts_for(self, serial, person):
        return [row for row in self.receipts("hand_out", serial)
                if row["person"] == NAMES[person]]

    def enrol(self, serial, person):
        """At the bench, with a link that is for this person and phone."""
        link = self.cli.link(serial, person, "--bench")
        self.bench.order("attach", serial)
        wait_for(f"{serial} of {person} to be enrolled", lambda: (
            lambda d: d["state"] == "enrolled" and
            d["person"] == NAMES[person])(self.device(serial)), LONG)
        self.bench.becomes(serial, "its setup to end",
                           lambda s: s["setup_done"], LONG)
        # Its pairing is the old one that the proof needs to be refused.
        self.agent.port_becomes(serial, "a pairing that worked",
                                lambda row: row["state"] == "ready", LONG)
        wait_for("the orders to be done", lambda: not [
            row for row in self.cli.json("orders", "--open")
            if row["serial"] == serial], LONG)
        self.bench.order("detach", serial)
        self.assertEqual(self.phone_state(serial), "enrolled")
        self.visible("enrolled")
        return link

    def use(self, serial):
        """No PIN is broken, a PIN is met: judged by what it says itself."""
        self.cli.run("push-policy", serial, "--yes")
        self.verdict_becomes(serial, "broken")
        self.bench.order("set_pin", serial, arg="6")
        self.until(self.now() + datetime.timedelta(hours=13), serial)
        self.verdict_becomes(serial, "met")
        self.visible("in use")

    # ---- the end ----

    def give_notice(self, serial):
        said = self.hr(*self.staff(astrid=self.last_day))
        self.assertIn("1 person leaves, last day "
                      f"{self.last_day.isoformat()}; they hold 1 phone", said)
        self.visible("notice given")
        departure = self.departure_becomes(ASTRID, "planned")
        self.assertEqual((departure["last_day"], departure["cases"]),
                         (self.last_day.isoformat(), 1))
        self.assertEqual(self.case(serial)["state"], "planned")
        self.assertEqual(self.phone_state(serial), "enrolled")

    def remind(self, serial):
        for before in (14, 3):
            day = next_working_day(self.last_day - before * DAY)
            self.assertEqual(self.told(before), [])
            self.until(at(day, 8, 1), serial)
            wait_for(f"the reminder of {before} days",
                     lambda: self.told(before), LONG)
            self.visible("reminded")
        self.mailed(MARIA, NAMES[ASTRID] + " slutar", serial)
        self.assertEqual(self.wipes(serial), [])

    def told(self, before):
        """Reminders, those of the second one only for 3."""
        found = [mail for mail in self.mails(ASTRID)
                 if "Din anställning slutar" in mail.text]
        return found[1:] if before == 3 else found

    def week_end(self, serial):
        """Nothing is erased on the last day, nor on days off."""
        self.until(at(self.last_day, 16), serial)
        self.assertEqual(self.case(serial)["state"], "planned")
        self.until(at(self.last_day + DAY, 9), serial)
        departure = self.departure_becomes(ASTRID, "open")
        self.assertEqual(moment_of(departure["wipe_at"]),
                         at(self.monday, 8))
        self.assertEqual(self.case_becomes(serial, "asked")["state"], "asked")
        self.assertEqual(self.phone_state(serial), "returning")
        self.visible("asked back")
        self.until(at(self.monday, 7, 50), serial)
        self.assertEqual(self.wipes(serial), [])

    def erased(self, serial):
        before = self.bench.state(serial)["erases"]
        self.until(at(self.monday, 8, 0))
        wait_for("the order to erase", lambda: self.wipes(serial), LONG)
        self.visible("erase ordered")
        self.wipe_becomes(serial, "acknowledged")
        self.bench.becomes(serial, "the erase",
                           lambda s: s["erases"] == before + 1, LONG)
        (_, ordered_at, has_case), = self.wipes(serial)
        self.assertGreaterEqual(ordered_at / 1000,
                                at(self.monday, 8).timestamp())
        self.assertTrue(has_case)
        case = self.case_becomes(serial, "wiped")
        self.assertNotIn("proven", case["marks"])
        # Acknowledged is not proven: nobody gets a certificate for it.
        refused = self.cli.run("receipt", "erasure", serial, ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        self.visible("acknowledged")

    def come_back(self, serial, *words):
        """words: what else the certificate must say."""
        self.bench.order("attach", serial)
        self.wipe_becomes(serial, "proven")
        self.visible("proven")
        case = self.case(serial)
        self.assertIn("proven", case["marks"])
        self.assertNotEqual(case["state"], "released")
        self.bench.order("detach", serial)
        receipt = self.receipt_becomes("erasure", serial)
        _, body = self.verified(receipt, serial, self.AGENT_NAME, *words)
        self.assertEqual(body["kind"], "erasure")
        return receipt

    def sign_off(self, serial):
        """Manager, holder, SIM: it is released with the last of them."""
        page = self.mailed_page(MARIA, NAMES[ASTRID], serial)
        self.sign(page, item0="yes", codes="yes", name=NAMES[MARIA],
                  why="Repa i glaset")
        self.visible("received")
        self.waits_for(serial, "signature")
        page = self.mailed_page(ASTRID, serial, "Det här är lämnat")
        self.sign(page, item0="yes", codes="yes", name=NAMES[ASTRID])
        self.visible("signed by both")
        case = self.waits_for(serial, "SIM")
        self.assertNotEqual(case["state"], "released")
        self.cli.run("return", "sim-reuse", serial, "--subscription", NUMBER)
        self.visible("SIM decided")
        case = self.case_becomes(serial, "released")
        self.assertEqual(set(case["needs"]) - set(case["marks"]), set())
        self.departure_becomes(ASTRID, "closed")
        receipt = self.receipt_becomes("return", serial)
        self.verified(receipt, serial, NAMES[ASTRID], NAMES[MARIA],
                      "Repa i glaset")
        self.visible("released")

    def in_stock_again(self, serial):
        self.assertEqual(self.phone_state(serial), "in_stock")
        self.assertIsNone(self.device(serial)["person"])
        held, = (item for item in self.cli.json("accessories")
                 if item["label"] == LABEL)
        self.assertIsNone(held["person"])
        held = [item["kind"] for item in
                self.cli.json("everything", ASTRID)["items"]]
        for kind in ("phone", "subscription", "accessory", "return_case",
                     "departure"):
            self.assertNotIn(kind, held)

    # ---- the next one ----

    def reuse(self, serial, former):
        """Set up again and handed to Birger; then Astrid is everywhere."""
        self.bench.set(serial, activation="Activated")
        self.until(self.now() + DAY)
        self.hand_out(serial, BIRGER)
        old = {row["id"] for row in self.cli.json("commands", serial,
                                                  "--limit", "200")}
        self.assertEqual(self.cli.json("commands", serial, "--open"), [])
        link = self.enrol(serial, BIRGER)
        self.assertNotEqual(self.cli.verdict(serial)[0], "met",
                            "the verdict of the former holder stands")
        self.use(serial)
        self.nothing_of_the_former(serial, former, old, link)
        self.no_wipe_ever_again(serial)

    def nothing_of_the_former(self, serial, former, old, link):
        life = self.device_row(serial)["life_id"]
        fresh = [row for row in self.cli.json("commands", serial, "--limit",
                                              "200") if row["id"] not in old]
        self.assertTrue(fresh)
        for row in fresh:
            self.assertEqual(row["life_id"], life, row)
            self.assertNotEqual(row["request_type"], "EraseDevice")
        for url in former["links"]:
            status, text = self.page(url)
            self.assertNotIn("<form", text, "a link of the former still acts")
            self.assertNotIn(NAMES[BIRGER], text)
        self.former_link(serial, former["enrol"]["url"])
        person = self.person_id(ASTRID)
        for task in self.cli.json("tasks", "--open"):
            if (task["person"] or {}).get("id") == person:
                self.assertNotIn(task["kind"], ("return_phone",
                                                "accept_handout"), task)
        self.assertEqual(self.cli.json("everything", BIRGER)["person"]["id"],
                         self.person_id(BIRGER))
        # Nobody who means Astrid can mean this phone any more.
        refused = self.cli.run("departure", "open", ASTRID, "--phone", serial,
                               "--reason", "prov", "--yes", ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        refused = self.cli.run("everything", ASTRID, "--return", "--reason",
                               "prov", "--yes", ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)

    def former_link(self, serial, url):
        """Used up by its phone: it gives no second profile."""
        status, _ = self.page(url)
        self.assertGreaterEqual(status, 400)
        self.assertEqual(self.device(serial)["person"], NAMES[BIRGER])

    def device_row(self, serial):
        found = self.records.rows(
            "SELECT life_id, id FROM devices WHERE serial = ?", serial)
        return dict(zip(("life_id", "id"), found[0]))

    def no_wipe_ever_again(self, serial):
        """The register is read again, months go by: nothing happens to it."""
        erases = self.bench.state(serial)["erases"]
        for days in (1, 7, 14, 35, 60):
            self.hr(*self.staff(astrid=self.last_day))
            self.until(self.now() + days * DAY, serial)
        self.bench.order("attach", serial)
        self.agent.port_becomes(serial, "it to be read",
                                lambda row: row["state"] == "ready", LONG)
        self.bench.order("detach", serial)
        self.assertEqual(len(self.wipes(serial)), 1)
        self.assertEqual(self.bench.state(serial)["erases"], erases)
        device = self.device(serial)
        self.assertEqual((device["state"], device["phone_state"],
                          device["person"]),
                         ("enrolled", "enrolled", NAMES[BIRGER]))
        self.assertEqual(self.case(serial)["state"], "released")
        self.assertEqual([row["voided_at"] for row in
                          self.receipts("erasure", serial)], [None])

    # ---- what is told afterwards ----

    def told_of(self, *args):
        """The log of one phone or person, taken away and believed."""
        name = self.papers / ("-".join(args) + ".jsonl").replace("--", "")
        self.cli.run("audit", "export", "--output", str(name), *args)
        done = self.verify("--key", self.server.keys / "orders.pub", name)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = [json.loads(line) for line in name.read_text().splitlines()]
        return [(row["action"], json.loads(row.get("body") or "{}").get(
            "params", {}), row) for row in rows if row.get("action")]

    def audited(self, serial):
        self.log_is_whole()
        whole = self.told_of("--phone", serial)
        told = [(action, params) for action, params, _ in whole]
        self.told_in_order(told, [
            ("phone.added", {"state": "ordered"}),
            ("phone.moved", {"event": "receive"}),
            ("handout.made", {}),
            ("receipt.issued", {"kind": "hand_out"}),
            ("phone.enrolled", {}),
            ("return.moved", {"event": "ask"}),
            ("wipe.ordered", {"cause": "departure"}),
            ("return.moved", {"event": "wipe_acknowledged"}),
            ("wipe.proven", {"how": "bench"}),
            ("phone.moved", {"event": "prove_wiped"}),
            ("receipt.issued", {"kind": "erasure"}),
            ("return.moved", {"event": "sign_receiver"}),
            ("return.moved", {"event": "sign_holder"}),
            ("receipt.issued", {"kind": "return"}),
            ("return.moved", {"event": "sim_decided", "state": "released"}),
            ("phone.moved", {"event": "restock", "state": "in_stock"}),
            ("handout.made", {}),
            ("receipt.issued", {"kind": "hand_out"}),
            ("phone.enrolled", {}),
        ])
        count = [action for action, _ in told].count
        self.assertEqual((count("wipe.ordered"), count("phone.enrolled"),
                          count("handout.made")), (1, 2, 2))
        again = max(row["seq"] for action, _, row in whole
                    if action == "phone.enrolled")
        former = self.person_id(ASTRID)
        for action, _, row in whole:
            if row["seq"] >= again:
                self.assertNotEqual(row.get("person_id"), former, row)

    def ended(self, serial):
        """Killed or not: each thing happened, and none of them twice."""
        self.assertEqual(
            [(step["event"], step["to"])
             for step in self.cli.json("phone", "history", serial)], [
                ("receive", "ordered"), ("receive", "in_stock"),
                ("assign", "assigned"), ("enrol", "enrolled"),
                ("begin_return", "returning"),
                ("prove_wiped", "wiped_proven"), ("restock", "in_stock"),
                ("assign", "assigned"), ("enrol", "enrolled")])
        self.assertEqual([step["step"] for step in self.case(serial)["steps"]],
                         ["lock_cleared", "asked", "wipe_ordered",
                          "wipe_acknowledged", "proof", "custody",
                          # What each says of the codes stands.
                          "codes", "signed_receiver",
                          "codes", "signed_holder", "sim", "released"])
        self.assertEqual(
            [(row["kind"], row["person"]) for row in self.cli.json("receipts")
             if row["serial"] == serial], [
                ("hand_out", NAMES[ASTRID]), ("erasure", NAMES[ASTRID]),
                ("return", NAMES[ASTRID]), ("hand_out", NAMES[BIRGER])])
        self.assertEqual(len(self.cli.api("/departures")), 1)
        self.assertEqual(
            sorted(row["kind"] for row in self.cli.json("orders")
                   if row["serial"] == serial and row["state"] == "done"),
            ["enrol", "enrol", "verify_wiped"])
        self.mailed_as_one(serial)

    def mailed_as_one(self, serial):
        """The same words may come again, but as the same mail; who leaves is
        reminded twice."""
        for address, words, times in (
                (ASTRID, "Kvittera telefonen", 1),
                (ASTRID, "Lämna tillbaka: ", 2),
                (MARIA, NAMES[ASTRID] + " slutar", 1),
                (MARIA, "Att göra: Bekräfta återlämning", 1),
                (BIRGER, "Kvittera telefonen", 1)):
            found = {mail.id for mail in self.mails(address)
                     if words in mail.subject + mail.text}
            self.assertEqual(len(found), times, (address, words))
        outbox = self.cli.json("outbox")["mail"]
        self.assertEqual(outbox["given_up_24h"], 0)

    def whole(self, serial):
        self.hire()
        self.stock(serial)
        handout = self.hand_out(serial, ASTRID, "--subscription", NUMBER,
                                "--with", f"{LABEL},Fodral")
        self.bench.fresh(serial, attach=False, pin=False)
        former = {"enrol": self.enrol(serial, ASTRID)}
        self.use(serial)
        self.give_notice(serial)
        self.remind(serial)
        self.week_end(serial)
        self.erased(serial)
        self.come_back(serial)
        self.sign_off(serial)
        self.in_stock_again(serial)
        former["links"] = [handout] + [
            url for mail in self.mails(ASTRID) for url in mail.links]
        self.reuse(serial, former)
        self.ended(serial)
        self.audited(serial)


class Whole(Story):
    def test_from_hire_to_the_next_person(self):
        self.whole("VVKWHOLE0001")


class Killed(Story):
    """kill -9 behind every step that somebody sees, and started again."""

    def visible(self, step):
        self.killed = getattr(self, "killed", []) + [step]
        self.server.kill()
        self.server.start()

    def time_went_on(self):
        self.visible("in the middle of a round")

    def test_it_ends_the_same(self):
        self.whole("VVKWHOLE0002")
        self.assertGreater(len(self.killed), 30, self.killed)


class Left(Story):
    """The end of the employment, as the others begin it."""

    def gone(self, serial):
        """In use; then the last day is over and the erase is due."""
        self.hire()
        self.stock(serial)
        self.hand_out(serial, ASTRID, "--subscription", NUMBER)
        self.bench.fresh(serial, attach=False, pin=True)
        self.enrol(serial, ASTRID)
        self.give_notice(serial)

    def is_not_released(self, serial):
        case = self.case(serial)
        self.assertNotIn("released", [step["step"] for step in case["steps"]])
        self.assertEqual(self.receipts("erasure", serial), [])
        refused = self.cli.run("receipt", "erasure", serial, ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        refused = self.cli.run("handout", "give", BIRGER, "--phone", serial,
                               ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        return case


class StaysAway(Left):
    def test_from_reminder_to_write_off(self):
        serial = "VVKAWAY00001"
        self.gone(serial)
        self.bench.order("lose_network", serial, arg=1000000)
        self.until(at(self.last_day + DAY, 9))
        opened = moment_of(self.departure_becomes(
            ASTRID, "open")["opened_at"])
        self.until(at(self.monday, 8, 1))
        wait_for("the order to erase", lambda: self.wipes(serial), LONG)
        self.mailed(ASTRID, "har inte kommit", serial)
        self.until(at(next_working_day(self.monday + 3 * DAY), 8, 1))
        self.mailed(MARIA, "Det har inte kommit", serial)
        self.assertEqual(self.case(serial)["state"], "asked")
        self.until(opened + datetime.timedelta(days=14, minutes=1))
        self.case_becomes(serial, "offline")
        self.mailed_task(MARIA, "decide_return")
        _, page = self.mailed_page(MARIA, "Vad ska ske?", serial)
        self.assertIn('value="lost_mode"', page)
        self.assertNotIn('value="write_off"', page)
        self.until(opened + datetime.timedelta(days=21, minutes=1))
        self.case_becomes(serial, "lost")
        # What may find it must not be erased.
        self.assertEqual([state for state, *_ in self.wipes(serial)],
                         [WIPE_CANCELLED])
        self.assertEqual(self.cli.json("phone", "lost-mode", serial)["state"],
                         "ordered")
        self.mailed(ASTRID, "låst i förlorat läge")
        self.until(opened + datetime.timedelta(days=28, minutes=1))
        sim = wait_for("the SIM to be blocked", lambda: next(
            (row for row in self.sims() if row["decision"] == "block"),
            None), LONG)
        self.assertEqual(sim["number"], NUMBER)
        self.is_not_released(serial)
        self.write_off(serial)

    def mailed_task(self, address, kind):
        return wait_for(f"{address} to be asked to {kind}", lambda: next(
            (task for task in self.cli.json("tasks", "--open")
             if task["kind"] == kind and
             task["person"]["name"] == NAMES[address]), None), LONG)

    def sims(self):
        return self.cli.json("departure", "show",
                             self.departure(ASTRID)["id"])["sims"]

    def write_off(self, serial):
        refused = self.cli.run("return", "write-off", serial, ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        page = self.mailed_page(MARIA, "Skriv av den", serial)
        self.assertNotIn('value="lost_mode"', page[1])
        self.sign(page, status=422, decision="write_off")
        self.sign(page, decision="write_off",
                  why="flyttade utomlands, tre brev, inget svar")
        case = self.is_not_released(serial)
        self.assertEqual(case["state"], "written_off")
        self.assertEqual(self.phone_state(serial), "written_off")
        self.departure_becomes(ASTRID, "closed")
        self.mailed(MARIA, serial, "avskriv")
        self.turns_up(serial)
        self.log_is_whole()

    def turns_up(self, serial):
        """Found in a drawer: it goes on where it was, is lost no more, and is
        no phone for anybody before it is proven empty."""
        self.cli.run("return", "custody", serial, "--person", MARIA)
        case = self.is_not_released(serial)
        self.assertEqual(case["state"], "lock_cleared")
        self.assertIn("erase", case["waits_for"])
        self.assertEqual(self.phone_state(serial), "returning")
        self.assertEqual(self.cli.json("phone", "lost-mode", serial)["state"],
                         "cancelled")
        self.departure_becomes(ASTRID, "open")


class FirstBench(Left):
    """In use; then it comes to a bench that has never met it: the ordinary one
    of a leaver."""

    def another_bench(self, serial):
        self.agent.stop()
        mux = bench.cable.Mux(self.bench)
        mux.ask(MessageType="DeletePairRecord",
                PairRecordID=self.bench.state(serial)["udid"])
        mux.close()
        self.AGENT_NAME = "Bänken i Ankarsrum"
        self.agent = self.new_agent(self.AGENT_NAME).start()

    def goes_there(self, serial):
        self.gone(serial)
        self.another_bench(serial)
        self.until(at(self.last_day + DAY, 9), serial)
        self.departure_becomes(ASTRID, "open")

    def proofs(self, serial):
        return [body["proof"] for _, _, who, body in
                self.records.reports("proof") if who == serial]


class AtItsFirstBench(FirstBench):
    def test_erased_over_the_air_it_is_proven(self):
        serial = "VVKFIRST0001"
        self.goes_there(serial)
        self.erased(serial)
        self.come_back(serial, "not activated", "in Setup Assistant",
                       "no pairing from before to compare")
        self.assertEqual({proof["had_old_pair_record"]
                          for proof in self.proofs(serial)}, {"no"})
        self.sign_off(serial)
        self.assertEqual(self.phone_state(serial), "in_stock")
        self.log_is_whole()


class LiesAtItsFirstBench(FirstBench):
    def test_it_is_disputed(self):
        serial = "VVKFIRST0002"
        self.goes_there(serial)
        self.bench.order("lie_erase", serial)
        self.bench.set(serial, trust="yes")  # the operator taps it
        erases = self.bench.state(serial)["erases"]
        self.until(at(self.monday, 8, 1))
        self.wipe_becomes(serial, "acknowledged")
        self.bench.order("attach", serial)
        case = self.case_becomes(serial, "disputed")
        self.mailed(MARIA, "motsäger varandra", serial)
        self.assertNotIn("proven", case["marks"])
        self.assertEqual({proof["had_old_pair_record"]
                          for proof in self.proofs(serial)}, {"no"})
        self.assertEqual(self.bench.state(serial)["erases"], erases)
        self.is_not_released(serial)
        self.log_is_whole()


class HandedInEarly(Left):
    def test_on_the_last_day_at_the_desk_of_it(self):
        """Nothing is erased before its hour, though it lies here by then."""
        serial = "VVKEARLY0001"
        self.gone(serial)
        self.until(at(self.last_day, 15), serial)
        self.bench.order("attach", serial)
        self.agent.port_becomes(serial, "it to be read",
                                lambda row: row["state"] == "ready", LONG)
        case = self.cli.json("return", "custody", serial, "--person", BIRGER)
        self.assertEqual(case["state"], "lock_cleared")
        self.assertIn("custody", case["marks"])
        page = self.mailed_page(ASTRID, serial, "Det här är lämnat")
        self.sign(page, item0="yes", codes="yes", name=NAMES[ASTRID])
        # Nobody reaches it but the cable.
        self.bench.order("lose_network", serial, arg=1000000)
        erases = self.bench.state(serial)["erases"]
        self.until(at(self.last_day + DAY, 9))
        self.departure_becomes(ASTRID, "open")
        self.until(at(self.monday, 7, 50))
        self.assertEqual(self.wipes(serial), [])
        self.until(at(self.monday, 8))
        self.wipe_becomes(serial, "proven")
        self.assertEqual(self.bench.state(serial)["erases"], erases + 1)
        self.cli.run("return", "sim-block", serial, "--subscription", NUMBER)
        page = self.mailed_page(MARIA, NAMES[ASTRID], serial)
        self.sign(page, item0="yes", codes="yes", name=NAMES[MARIA])
        self.case_becomes(serial, "released")
        self.assertEqual(self.phone_state(serial), "in_stock")
        for kind in ("erasure", "return"):
            self.verified(self.receipt_becomes(kind, serial), serial)
        self.log_is_whole()


class Lies(Left):
    def test_disputed_and_never_released(self):
        """It says that it erases itself, and lies at the bench as it was."""
        serial = "VVKLIES00001"
        self.gone(serial)
        self.bench.order("lie_erase", serial)
        self.until(at(self.last_day + DAY, 9), serial)
        self.departure_becomes(ASTRID, "open")
        erases = self.bench.state(serial)["erases"]
        self.until(at(self.monday, 8, 1))
        self.wipe_becomes(serial, "acknowledged")
        self.bench.order("attach", serial)
        case = self.case_becomes(serial, "disputed")
        self.mailed(MARIA, "motsäger varandra", serial)
        self.assertNotIn("proven", case["marks"])
        self.assertNotIn("wipe_acknowledged", case["marks"])
        self.assertEqual(self.bench.state(serial)["erases"], erases)
        self.all_the_rest(serial)
        for days in (1, 7, 30):
            self.until(self.now() + days * DAY)
            wait_for("the server to have gone on", lambda: self.departure(
                ASTRID)["next_at"], LONG)
            self.assertEqual(self.case(serial)["state"], "disputed")
        self.is_not_released(serial)
        self.assertEqual(self.phone_state(serial), "returning")
        self.assertEqual(self.departure(ASTRID)["state"], "open")
        self.log_is_whole()

    def all_the_rest(self, serial):
        """Everybody signs, the SIM is decided: only the proof is missing."""
        page = self.mailed_page(MARIA, NAMES[ASTRID], serial)
        self.sign(page, item0="yes", codes="yes", name=NAMES[MARIA])
        page = self.mailed_page(ASTRID, serial, "Det här är lämnat")
        self.sign(page, item0="yes", codes="yes", name=NAMES[ASTRID])
        self.cli.run("return", "sim-reuse", serial, "--subscription", NUMBER)
        case = self.case(serial)
        self.assertEqual(case["state"], "disputed")
        self.assertIn("proof", case["waits_for"])
        # Nobody's word stands in for it.
        refused = self.cli.run("return", "state-proof", serial, "--reason",
                               "jag såg det", ok=False)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)


if __name__ == "__main__":
    unittest.main()
