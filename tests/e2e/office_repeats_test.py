"""Is what a program asks twice, at once or over another's change done once, and
answered the same?"""

import json
import threading
import unittest

from office import Office, all_pages
from office_world import EVERYTHING, SOUTH, Two


class Conditions(Two):
    def test_what_has_not_changed_is_not_sent_again(self):
        office = self.office()
        first = office.get("/api/v1/rules/VST-33")
        tag = first.headers["ETag"]
        self.assertRegex(tag, r'^"[0-9a-f]{32}"$')
        for value in (tag, "W/" + tag, '"x", ' + tag, "*"):
            answer = office.ask("GET", "/api/v1/rules/VST-33",
                                headers={"If-None-Match": value})
            self.assertEqual((answer.status, answer.text), (304, b""))
            self.assertEqual(answer.headers["ETag"], tag)
        for value in ('"x"', tag[:-2] + '"', tag.strip('"')):
            answer = office.ask("GET", "/api/v1/rules/VST-33",
                                headers={"If-None-Match": value})
            self.assertEqual(answer.status, 200)

    def test_a_change_over_a_change_is_refused(self):
        office = self.office()
        path = "/api/v1/evidence-keys/" + self.evidence_key(office)
        tag = office.get(path).headers["ETag"]
        answer = office.post(path + "/revoke", None, {"If-Match": '"x"'})
        self.problem(answer, 412, "changed_meanwhile")
        self.assertEqual(office.get(path).json()["state"], "active")
        # W/ is not good enough for a change (RFC 9110 section 13.1.1).
        answer = office.post(path + "/revoke", None, {"If-Match": "W/" + tag})
        self.problem(answer, 412)
        answer = office.post(path + "/revoke", None, {"If-Match": tag})
        self.assertEqual(answer.status, 200, answer)
        answer = office.post(path + "/revoke", None, {"If-Match": tag})
        self.problem(answer, 412)
        self.problem(office.post("/api/v1/evidence-keys/none/revoke", None,
                                 {"If-Match": tag}), 404)

    def test_if_match_is_never_ignored(self):
        answer = self.office().post("/api/v1/stations", {"name": "x"},
                                    {"If-Match": '"x"'})
        self.problem(answer, 400)

    def test_one_of_many_wins(self):
        office = self.office()
        path = "/api/v1/evidence-keys/" + self.evidence_key(office)
        tag = office.get(path).headers["ETag"]
        found = []

        def revoke():
            line = Office(self.server, office.token)
            found.append(line.post(path + "/revoke", None,
                                   {"If-Match": tag}).status)
            line.close()
        threads = [threading.Thread(target=revoke) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(found), [200] + [412] * 5)


class Repeats(Two):
    def units(self, office):
        return all_pages(office, "/api/v1/units", 100)[0]

    def test_the_same_call_is_done_once_and_answered_the_same(self):
        office = self.office()
        headers = {"Idempotency-Key": "unit-1"}
        body = {"name": "Hemtjänst Norr"}
        first = office.post("/api/v1/units", body, headers)
        self.assertEqual(first.status, 200, first)
        self.assertIsNone(first.headers["Idempotent-Replayed"])
        again = office.post("/api/v1/units", body, headers)
        self.assertEqual((again.status, again.text), (200, first.text))
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertEqual(first.json()["items"][0]["effect"], "added")
        names = [row["name"] for row in self.units(office)]
        self.assertEqual(names.count("Hemtjänst Norr"), 1)
        # Without the key it is done anew, and says so.
        third = office.post("/api/v1/units", body)
        self.assertEqual(third.json()["items"][0]["effect"], "unchanged")

    def test_another_request_with_the_key_is_refused(self):
        office = self.office()
        headers = {"Idempotency-Key": "unit-2"}
        office.post("/api/v1/units", {"name": "Skola Syd"}, headers)
        for path, body in (("/api/v1/units", {"name": "Skola Nord"}),
                           ("/api/v1/people", {"name": "Skola Syd"})):
            self.problem(office.post(path, body, headers), 422)
        names = [row["name"] for row in self.units(office)]
        self.assertNotIn("Skola Nord", names)

    def test_what_was_refused_may_be_tried_again(self):
        office = self.office()
        headers = {"Idempotency-Key": "unit-3"}
        self.problem(office.post("/api/v1/units", {"nam": "x"}, headers), 400)
        answer = office.post("/api/v1/units", {"name": "Rätt"}, headers)
        self.assertEqual(answer.status, 200, answer)

    def test_keys_of_two_callers_do_not_meet(self):
        north, south = self.office(), self.office(EVERYTHING, SOUTH)
        for office in (north, south, self.office()):
            answer = office.post("/api/v1/units", {"name": "Delad"},
                                 {"Idempotency-Key": "shared"})
            self.assertIsNone(answer.headers["Idempotent-Replayed"])

    def test_secrets_are_not_kept_for_a_repeat(self):
        office = self.office()
        headers = {"Idempotency-Key": "station-1"}
        first = office.post("/api/v1/stations", {"name": "Hemlig"}, headers)
        code = first.json()["code"]
        found = self.problem(
            office.post("/api/v1/stations", {"name": "Hemlig"}, headers), 409)
        self.assertNotIn(code, json.dumps(found))
        names = [row["name"] for row
                 in all_pages(office, "/api/v1/stations", 100)[0]]
        self.assertEqual(names.count("Hemlig"), 1)
        kept = b"".join(path.read_bytes()
                        for path in self.server.data.iterdir()
                        if path.is_file())
        self.assertNotIn(code.encode(), kept)

    def test_bad_keys(self):
        office = self.office()
        for key in ("", "a b", "x" * 129, "a\tb"):
            self.problem(office.post("/api/v1/units", {"name": "x"},
                                     {"Idempotency-Key": key}), 400)
        self.problem(office.ask("GET", "/api/v1/units",
                                headers={"Idempotency-Key": "x"}), 400)

    def test_many_at_once_do_it_once(self):
        office = self.office()
        found = []

        def put():
            line = Office(self.server, office.token)
            found.append(line.post("/api/v1/units", {"name": "Samtidig"},
                                   {"Idempotency-Key": "race"}))
            line.close()
        threads = [threading.Thread(target=put) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = [answer for answer in found if answer.status == 200]
        self.assertTrue(done)
        self.assertEqual({answer.text for answer in done}, {done[0].text})
        self.assertEqual({answer.status for answer in found} - {200, 409},
                         set())
        self.assertEqual(
            len([1 for answer in done
                 if answer.headers["Idempotent-Replayed"] is None]), 1)


if __name__ == "__main__":
    unittest.main()
