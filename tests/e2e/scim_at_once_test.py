"""Do directories that speak SCIM at once lose nothing of each other, and reach
nothing of another organisation?"""

import threading
import unittest

import office_world
from scim_world import ENTERPRISE, Case, Directory, patch, user


class AtOnce(Case):
    """Eight clients, each with a line of its own."""

    def together(self, work):
        failed = []

        def run(number):
            client = Directory(self.server, self.directory.token)
            try:
                work(client, number)
            except Exception as error:
                failed.append(error)
            finally:
                client.close()

        threads = [threading.Thread(target=run, args=(number,))
                   for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def test_no_patch_is_lost(self):
        ids = [self.good("POST", "/Users", user(f"u{number}"))["id"]
               for number in range(40)]
        group = self.good("POST", "/Groups", {"displayName": "Alla"})["id"]

        def add(client, number):
            for one in ids[number::8]:
                answer = client.ask("PATCH", "/Groups/" + group, patch(
                    {"op": "add", "path": "members",
                     "value": [{"value": one}]}))
                assert answer.status == 204, answer

        self.together(add)
        members = self.good("GET", "/Groups/" + group)["members"]
        self.assertEqual(sorted(one["value"] for one in members), sorted(ids))

    def test_each_changes_its_own_attribute(self):
        made = self.good("POST", "/Users", user("kim"))["id"]
        parts = ["displayName", "name.givenName", "name.familyName",
                 "externalId", 'emails[type eq "work"].value',
                 ENTERPRISE + ":department", "name.formatted",
                 ENTERPRISE + ":employeeNumber"]

        def change(client, number):
            for turn in range(5):
                value = f"v{number}{turn}" + (
                    "@example.org" if "emails" in parts[number] else "")
                answer = client.ask("PATCH", "/Users/" + made, patch(
                    {"op": "replace", "path": parts[number],
                     "value": value}))
                assert answer.status == 200, answer

        self.together(change)
        shown = self.good("GET", "/Users/" + made)
        self.assertEqual(
            [shown["displayName"], shown["name"]["givenName"],
             shown["name"]["familyName"], shown["externalId"],
             shown["emails"][0]["value"], shown[ENTERPRISE]["department"],
             shown["name"]["formatted"],
             shown[ENTERPRISE]["employeeNumber"]],
            [f"v{number}4" + ("@example.org" if number == 4 else "")
             for number in range(8)])
        self.assertEqual(shown["meta"]["version"], 'W/"41"')

    def test_one_of_a_version_wins(self):
        made = self.good("POST", "/Users", user("kim"))
        done = []

        def put(client, number):
            done.append(client.ask(
                "PUT", "/Users/" + made["id"],
                user("kim", displayName=f"K{number}"),
                {"If-Match": made["meta"]["version"]}).status)

        self.together(put)
        self.assertEqual(sorted(done), [200] + [412] * 7)

    def test_one_post_wins(self):
        made = []

        def post(client, _):
            made.append(client.ask("POST", "/Users", user("kim")).status)

        self.together(post)
        self.assertEqual(sorted(made), [201] + [409] * 7)


class Walls(office_world.Two):
    """Of two towns on one server neither's directory reaches the other's."""

    def directory(self, organisation):
        token = office_world.make_token(
            self.cli, "directory", "scim", organisation=organisation)["token"]
        client = Directory(self.server, token)
        self.offices.append(client)
        return client

    def test_nothing_of_the_other(self):
        north = self.directory(office_world.NORTH)
        south = self.directory(office_world.SOUTH)
        body = user("kim", externalId="k", emails=[
            {"value": "kim@example.org", "type": "work"}])
        made = [client.ask("POST", "/Users", body).json()
                for client in (north, south)]
        self.assertNotEqual(made[0]["id"], made[1]["id"])
        group = north.ask("POST", "/Groups", {
            "displayName": "G", "members": [{"value": made[0]["id"]},
                                            {"value": made[1]["id"]}]})
        self.assertEqual(len(group.json()["members"]), 1)
        change = patch({"op": "replace", "path": "active", "value": False})
        for path in ("/Users/" + made[0]["id"],
                     "/Groups/" + group.json()["id"]):
            for method, what in (("GET", None), ("DELETE", None),
                                 ("PATCH", change), ("PUT", {
                                     "userName": "x", "displayName": "x"})):
                self.assertEqual(south.ask(method, path, what).status, 404)
        listed = south.ask("GET", "/Users").json()["Resources"]
        self.assertEqual([one["id"] for one in listed], [made[1]["id"]])
        self.assertTrue(north.ask(
            "GET", "/Users/" + made[0]["id"]).json()["active"])


if __name__ == "__main__":
    unittest.main()
