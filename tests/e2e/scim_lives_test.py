"""Does a directory that speaks SCIM bring people and their ends into the
ledger?"""

import datetime
import json
import time
import unittest

import harness
from scim_world import ENTERPRISE, Case, patch, user


class Lives(Case):
    """A user is somebody's employment."""

    def employment(self, name):
        """The last one: [from, to, unit id]."""
        return self.person(name)["employments"][-1]

    def day(self, ahead):
        return harness.day(ahead)

    def new(self, name, **more):
        return self.good("POST", "/Users", user(
            name, externalId="x-" + name, name={
                "givenName": name.capitalize(), "familyName": "Ek"},
            emails=[{"value": name + "@example.org", "type": "work",
                     "primary": True},
                    {"value": name + "@home.example", "type": "home"}],
            phoneNumbers=[{"value": "+46 70-174 06 01", "type": "work"}],
            **{ENTERPRISE: {"department": "Skolan",
                            "employeeNumber": "nr-" + name}}, **more))

    def test_whole_life(self):
        made = self.new("anna")
        self.assertEqual(made["meta"]["version"], 'W/"1"')
        self.assertTrue(made["meta"]["location"].endswith(
            "/scim/v2/Users/" + made["id"]))
        self.assertNotIn("home.example", json.dumps(made))
        person = self.person("nr-anna")
        self.assertEqual(
            (person["name"], person["mail"], person["unit"],
             person["number"], person["is_employed"]),
            ("Anna Ek", "anna@example.org", "Skolan", "+46701740601", True))
        self.assertEqual(self.employment("nr-anna")["from"], self.day(0))
        self.assertIsNone(self.employment("nr-anna")["to"])
        path = "/Users/" + made["id"]
        # The last day is today, and it can be taken back.
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": "False"}))
        self.assertEqual(self.employment("nr-anna")["to"], self.day(1))
        self.good("PATCH", path, patch(
            {"op": "replace", "value": {"active": True}}))
        self.assertIsNone(self.employment("nr-anna")["to"])
        self.assertEqual(len(self.person("nr-anna")["employments"]), 1)
        # Another name and mail: the same person.
        self.good("PATCH", path, patch(
            {"op": "replace", "path": "name.familyName", "value": "Alm"},
            {"op": "replace", "path": 'emails[type eq "work"].value',
             "value": "anna.alm@example.org"}))
        again = self.person("nr-anna")
        self.assertEqual((again["id"], again["name"], again["mail"]),
                         (person["id"], "Anna Alm", "anna.alm@example.org"))
        self.good("DELETE", path, status=204)
        self.refused("GET", path, None, 404)
        self.assertEqual(self.employment("nr-anna")["to"], self.day(1))

    def test_comes_back_with_the_same_id(self):
        first = self.new("bo")
        person = self.person("nr-bo")["id"]
        self.good("DELETE", "/Users/" + first["id"])
        second = self.new("bo")
        self.assertNotEqual(first["id"], second["id"])
        self.assertEqual(self.person("nr-bo")["id"], person)
        self.assertIsNone(self.employment("nr-bo")["to"])

    def test_meets_who_is_in_the_ledger(self):
        self.assertEqual(self.cli.post("/api/v1/people", {
            "name": "Cilla Berg", "mail": "cilla@example.org"})[0], 200)
        before = self.person("cilla@example.org")["id"]
        self.new("cilla")
        after = self.person("cilla@example.org")
        self.assertEqual((after["id"], after["external_id"]),
                         (before, "nr-cilla"))

    def test_never_two_users_one_person(self):
        self.new("dan")
        count = len(self.all("Users"))
        body = user("dan2", emails=[{"value": "dan@example.org",
                                     "type": "work"}])
        self.refused("POST", "/Users", body, 409, "uniqueness")
        self.refused("POST", "/Users", user("DAN"), 409, "uniqueness")
        self.assertEqual(len(self.all("Users")), count)
        self.assertEqual(self.person("dan@example.org")["name"], "Dan Ek")

    def test_employments_of_others_stay(self):
        self.assertEqual(self.cli.post("/api/v1/ledger", {})[0], 415)
        for kind, body in (
                ("people", {"name": "Eva Hr", "mail": "eva@example.org"}),
                ("units", {"name": "Vården"}),
                ("employments", {"person": "eva@example.org",
                                 "unit": "Vården", "from": "2020-01-01"})):
            self.assertEqual(self.cli.post("/api/v1/" + kind, body)[0], 200)
        made = self.good("POST", "/Users", user("eva", active=False, emails=[
            {"value": "eva@example.org", "type": "work"}]))
        self.good("DELETE", "/Users/" + made["id"])
        self.assertIsNone(self.employment("eva@example.org")["to"])

    def test_inactive_is_nobody(self):
        self.good("POST", "/Users", user("frans", active=False))
        self.assertEqual([one for one in self.cli.api("/people")
                          if "frans" in json.dumps(one)], [])

    def test_end_in_the_middle_opens_no_other(self):
        made = self.new("gun")
        path = "/Users/" + made["id"]
        self.good("PATCH", path, patch(
            {"op": "replace", "path": "active", "value": False}))
        self.good("PATCH", path, patch(
            {"op": "replace", "path": "displayName", "value": "Gun G"}))
        # A PUT that says nothing of active employs nobody.
        body = self.good("GET", path)
        del body["active"]
        body["title"] = "Chef"
        self.assertFalse(self.good("PUT", path, body)["active"])
        self.assertEqual(self.employment("nr-gun")["to"], self.day(1))
        self.assertEqual(self.person("nr-gun")["name"], "Gun G")

    def test_moves_and_leads(self):
        boss = self.new("hans")
        made = self.new("ida")
        self.good("PATCH", "/Users/" + made["id"], patch(
            {"op": "Add", "path": ENTERPRISE + ":department",
             "value": "Parken"},
            {"op": "Add", "path": ENTERPRISE + ".manager",
             "value": boss["id"]}))
        person = self.person("nr-ida")
        self.assertEqual(person["unit"], "Parken")
        units = {one["name"]: one for one in self.cli.api("/units")}
        self.assertEqual(units["Parken"]["manager_id"],
                         self.person("nr-hans")["id"])
        shown = self.good("GET", "/Users/" + made["id"])
        self.assertEqual(shown[ENTERPRISE]["manager"]["value"], boss["id"])


class Leaver(Case):
    """Who is switched off in the directory gives back what they hold."""

    SERIAL = "SCIMLEAVER01"

    def entries(self, action):
        found = self.cli.json("audit", "person", "lisa@example.org")
        return [one for one in found if one["action"] == action]

    def test_departure_opens_and_closes(self):
        made = self.good("POST", "/Users", user(
            "lisa", externalId="l1", displayName="Lisa Lind",
            emails=[{"value": "lisa@example.org", "type": "work"}]))
        link = self.cli.link(self.SERIAL, "lisa@example.org")
        self.phones.enrol(link["url"], self.SERIAL)
        path = "/Users/" + made["id"]
        self.assertEqual(self.entries("departure.moved"), [])
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": "False"}))
        opened = self.entries("departure.moved")
        self.assertEqual(len(opened), 1, opened)
        self.assertEqual(len(self.entries("scim.user_changed")), 1)
        # The same again opens no other; nothing is erased today.
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": False}))
        self.assertEqual(len(self.entries("departure.moved")), 1)
        self.assertEqual(self.entries("wipe.ordered"), [])
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": True}))
        self.assertEqual(len(self.entries("departure.moved")), 2)
        # Not on a Friday afternoon, a weekend or a holiday; then, once.
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": False}))
        now = datetime.datetime.now(harness.ZONE)
        noon = now.replace(hour=12, minute=0)
        self.server.move_clock(int((noon - now).total_seconds()) % 86400)
        for _ in range(14):
            self.server.move_clock(24 * 3600)
            time.sleep(3)
            if self.entries("wipe.ordered"):
                break
        self.assertEqual(len(self.entries("wipe.ordered")), 1)
        self.assertTrue(self.cli.json("audit", "verify")["whole"])


if __name__ == "__main__":
    unittest.main()
