/*
 * store_people_questions_test: do the questions about people, units, employments and absences
 * find what they should, as of the time asked for, and only in the organisation
 * asked for?
 */
#include "tests/contract/questions.h"

#include <stdlib.h>

#include "server/store/store_people.h"

DEFINE_NOTE(note_unit, unit_row, id)
DEFINE_NOTE(note_person, person_row, id)
DEFINE_NOTE(note_employment, employment_row, id)
DEFINE_NOTE(note_absence, absence_row, id)
DEFINE_NOTE(note_organisation, organisation, id)

/* ---- organisations ---- */

static int organisations(struct txn *txn, void *arg, struct err *err)
{
	struct organisation row;

	(void)arg;
	EXPECT(store_organisation_find_slug(txn, "org1", &row, err) == 0);
	EXPECT(strcmp(row.id, B) == 0);
	EXPECT(store_organisation_find_slug(txn, "org2", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_organisation_find_slug(txn, "", &row, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_organisation_each(txn, note_organisation, &seen, err),
	    A " " B);
	PUT(row.id, "org-2");
	EXPECT(store_organisation_save(txn, &row, NULL) == -ERR_CONFLICT);
	return 0;
}

/* ---- units ---- */

static int save_unit(struct txn *txn, const char *org, const char *id,
    const char *name, const char *parent, int64_t ended, struct err *err)
{
	struct unit_row row = {.ended_at = ended};

	PUT(row.id, "%s", id);
	PUT(row.org_id, "%s", org);
	PUT(row.name, "%s", name);
	PUT(row.external_id, "hr-%s", id);
	PUT(row.parent_id, "%s", parent);
	return store_unit_save(txn, &row, err);
}

static int units(struct txn *txn, void *arg, struct err *err)
{
	struct unit_row row;

	(void)arg;
	EXPECT(save_unit(txn, A, "u1", "Kommunen", "", 0, err) == 0);
	EXPECT(save_unit(txn, A, "u2", "Skolan", "u1", 0, err) == 0);
	EXPECT(save_unit(txn, A, "u3", "Skolan", "u1", 0, err) == 0);
	EXPECT(save_unit(txn, A, "u4", "Badet", "u1", 99, err) == 0);
	EXPECT(save_unit(txn, B, "u5", "Badet", "u1", 0, err) == 0);
	EXPECT(store_unit_find_name(txn, A, "Kommunen", &row, err) == 0);
	EXPECT(strcmp(row.id, "u1") == 0);
	EXPECT(store_unit_find_name(txn, A, "Skolan", &row, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(store_unit_find_name(txn, A, "Badet", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_unit_find_external(txn, A, "hr-u2", &row, err) == 0);
	EXPECT(store_unit_find_external(txn, B, "hr-u2", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(
	    store_unit_find_external(txn, A, "", &row, NULL) == -ERR_NOT_FOUND);
	SEEN(store_unit_each_child(txn, A, "u1", note_unit, &seen, err),
	    "u2 u3");
	SEEN(store_unit_each_child(txn, A, "", note_unit, &seen, err), "u1");
	SEEN(store_unit_each_child(txn, B, "u1", note_unit, &seen, err), "u5");
	return 0;
}

/* ---- people ---- */

static int people(struct txn *txn, void *arg, struct err *err)
{
	struct person_row row = {.created_at = 1};
	struct person_row out;

	(void)arg;
	PUT(row.id, "p1");
	PUT(row.org_id, A);
	PUT(row.name, "Astrid 100%% Lind");
	PUT(row.mail, "astrid@example.org");
	PUT(row.number, "+46701234567");
	PUT(row.external_id, "HR_77");
	EXPECT(store_person_save(txn, &row, err) == 0);
	EXPECT(store_person_find_mail(
	           txn, A, "astrid@example.org", &out, err) == 0);
	EXPECT(store_person_find_mail(
	           txn, B, "astrid@example.org", &out, NULL) == -ERR_NOT_FOUND);
	EXPECT(
	    store_person_find_mail(txn, A, "", &out, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_person_find_external(txn, A, "HR_77", &out, err) == 0);
	EXPECT(store_person_find_external(txn, B, "HR_77", &out, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_person_find_name(txn, A, row.name, &out, err) == 0);
	EXPECT(store_person_find_name(txn, B, row.name, &out, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_person_each_match(
	         txn, A, "100%", "", 0, note_person, &seen, err),
	    "p1");
	SEEN(store_person_each_match(
	         txn, A, "hr_7", "", 0, note_person, &seen, err),
	    "p1");
	SEEN(store_person_each_match(
	         txn, A, "ASTRID@", "", 0, note_person, &seen, err),
	    "p1");
	SEEN(store_person_each_match(
	         txn, A, "012345", "", 0, note_person, &seen, err),
	    "p1");
	SEEN(store_person_each_match(
	         txn, A, "h%7", "", 0, note_person, &seen, err),
	    "");
	SEEN(store_person_each_match(
	         txn, B, "lind", "", 0, note_person, &seen, err),
	    "");
	/* One mail, one external id, in one organisation. */
	PUT(row.id, "p2");
	PUT(row.external_id, "%s", "");
	EXPECT(store_person_save(txn, &row, NULL) == -ERR_CONFLICT);
	PUT(row.mail, "%s", "");
	EXPECT(store_person_save(txn, &row, err) == 0);
	EXPECT(store_person_find_name(txn, A, row.name, &out, NULL) ==
	    -ERR_CONFLICT);
	PUT(row.id, "p3");
	PUT(row.org_id, B);
	PUT(row.mail, "astrid@example.org");
	EXPECT(store_person_save(txn, &row, err) == 0);
	return 0;
}

/* ---- employments and absences by day ---- */

static int save_employment(struct txn *txn, const char *id, const char *unit,
    int64_t from, int64_t to, int64_t voided, struct err *err)
{
	struct employment_row row = {
	    .from_day = from, .to_day = to, .voided_at = voided, .roles = 1};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.unit_id, "%s", unit);
	return store_employment_save(txn, &row, err);
}

#define ON(day, ids)                                                           \
	SEEN(store_employment_each_on(                                         \
	         txn, A, PERSON, day, note_employment, &seen, err),            \
	    ids)

static int employments(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	EXPECT(save_employment(txn, "e1", "u1", 100, 200, 0, err) == 0);
	EXPECT(save_employment(txn, "e2", "u2", 150, 0, 0, err) == 0);
	EXPECT(save_employment(txn, "e3", "u1", 100, 0, 5, err) == 0);
	EXPECT(save_employment(txn, "e4", "u1", 300, 299, 0, NULL) !=
	    0); /* order */
	ON(99, "");
	ON(100, "e1");
	ON(149, "e1");
	ON(150, "e1 e2");
	ON(199, "e1 e2");
	ON(200, "e2");
	ON(100000, "e2");
	SEEN(store_employment_each_on(
	         txn, B, PERSON, 150, note_employment, &seen, err),
	    "");
	SEEN(store_employment_each_person(
	         txn, A, PERSON, note_employment, &seen, err),
	    "e1 e2");
	SEEN(store_employment_each_person(
	         txn, B, PERSON, note_employment, &seen, err),
	    "");
	SEEN(store_employment_each_unit(
	         txn, A, "u1", 150, "", 0, note_employment, &seen, err),
	    "e1");
	SEEN(store_employment_each_unit(
	         txn, A, "u1", 200, "", 0, note_employment, &seen, err),
	    "");
	SEEN(store_employment_each_unit(
	         txn, B, "u1", 150, "", 0, note_employment, &seen, err),
	    "");
	SEEN(store_employment_each_ending(
	         txn, A, 200, 201, note_employment, &seen, err),
	    "e1");
	SEEN(store_employment_each_ending(
	         txn, A, 0, 200, note_employment, &seen, err),
	    "");
	SEEN(store_employment_each_ending(
	         txn, B, 0, 999, note_employment, &seen, err),
	    "");
	return 0;
}

static int save_absence(struct txn *txn, const char *id, int64_t from,
    int64_t until, int64_t voided, struct err *err)
{
	struct absence_row row = {
	    .from_day = from, .until_day = until, .voided_at = voided};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	return store_absence_save(txn, &row, err);
}

static int absent(struct txn *txn, const char *org, int64_t day, char id[8])
{
	struct absence_row row = {.id = ""};
	int rc = store_absence_find_on(txn, org, PERSON, day, &row, NULL);

	(void)snprintf(id, 8, "%.7s", row.id);
	return rc;
}

static int absences(struct txn *txn, void *arg, struct err *err)
{
	char id[8];

	(void)arg;
	EXPECT(save_absence(txn, "a1", 100, 110, 0, err) == 0);
	EXPECT(save_absence(txn, "a2", 105, 0, 0, err) == 0);
	EXPECT(save_absence(txn, "a3", 50, 60, 7, err) == 0);
	EXPECT(absent(txn, A, 55, id) == -ERR_NOT_FOUND);
	EXPECT(absent(txn, A, 99, id) == -ERR_NOT_FOUND);
	EXPECT(absent(txn, A, 100, id) == 0 && strcmp(id, "a1") == 0);
	EXPECT(absent(txn, A, 105, id) == 0 && strcmp(id, "a2") == 0);
	EXPECT(absent(txn, A, 5000, id) == 0 && strcmp(id, "a2") == 0);
	EXPECT(absent(txn, B, 100, id) == -ERR_NOT_FOUND);
	SEEN(
	    store_absence_each_person(txn, A, PERSON, note_absence, &seen, err),
	    "a1 a2");
	SEEN(
	    store_absence_each_person(txn, B, PERSON, note_absence, &seen, err),
	    "");
	return 0;
}

DEFINE_TEST(organisations)
DEFINE_TEST(units)
DEFINE_TEST(people)
DEFINE_TEST(employments)
DEFINE_TEST(absences)

int main(void)
{
	const struct CMUnitTest tests_all[] = {TEST(organisations), TEST(units),
	    TEST(people), TEST(employments), TEST(absences)};

	return FIXTURE_RUN("store people questions", tests_all);
}
