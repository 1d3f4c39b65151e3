/*
 * store_questions_test: do the ledger's questions find what they should, on
 * the day and at the time asked for, and only in the organisation asked for?
 */
#include "tests/contract/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/store_bench.h"
#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"
#include "server/store/store_judgement.h"
#include "server/store/store_people.h"
#include "server/store/store_task.h"
#include "server/store/store_token.h"

/* Bodies run on the writer's thread: they answer instead of asserting. */
#define EXPECT(what)                                                           \
	do {                                                                   \
		if (!(what))                                                   \
			return err_set(err, ERR_INTERNAL, "line %d: %s",       \
			    __LINE__, #what);                                  \
	} while (0)
#define PUT(field, ...) (void)snprintf(field, sizeof(field), __VA_ARGS__)

#define A "org-0"
#define B "org-1"
#define PERSON "~ground-0"
#define STRANGER "~ground-1"

struct seen {
	char ids[16][STORE_ID];
	int count;
};

#define DEFINE_NOTE(note, row_type, member)                                    \
	static int note(void *arg, const struct row_type *row)                 \
	{                                                                      \
		struct seen *seen = arg;                                       \
                                                                               \
		if (seen->count < 16)                                          \
			PUT(seen->ids[seen->count], "%.36s", row->member);     \
		seen->count++;                                                 \
		return 0;                                                      \
	}
DEFINE_NOTE(note_unit, unit_row, id)
DEFINE_NOTE(note_person, person_row, id)
DEFINE_NOTE(note_employment, employment_row, id)
DEFINE_NOTE(note_absence, absence_row, id)
DEFINE_NOTE(note_subscription, subscription_row, id)
DEFINE_NOTE(note_assignment, assignment_row, id)
DEFINE_NOTE(note_item, evidence_item_row, source)
DEFINE_NOTE(note_report, evidence_report_row, id)
DEFINE_NOTE(note_statement, statement_row, id)
DEFINE_NOTE(note_acknowledgement, acknowledgement_row, id)
DEFINE_NOTE(note_exception, exception_row, id)
DEFINE_NOTE(note_task, task_row, id)
DEFINE_NOTE(note_link, page_link_row, id)
DEFINE_NOTE(note_order, equipment_order_row, id)
DEFINE_NOTE(note_judgement, judgement_row, subject_id)
DEFINE_NOTE(note_device, device, id)
DEFINE_NOTE(note_organisation, organisation, id)

static bool is_seen(const struct seen *seen, const char *ids)
{
	char text[16 * STORE_ID] = "";
	size_t used = 0;
	int i;

	for (i = 0; i < seen->count && i < 16; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", i ? " " : "", seen->ids[i]);
	if (strcmp(text, ids) != 0)
		(void)fprintf(stderr, "seen: \"%s\"\n", text);
	return strcmp(text, ids) == 0;
}
#define SEEN(call, ids)                                                        \
	do {                                                                   \
		struct seen seen = {.count = 0};                               \
                                                                               \
		EXPECT((call) == 0);                                           \
		EXPECT(is_seen(&seen, ids));                                   \
	} while (0)

static void run(void **state, store_fn *body)
{
	struct fixture *f = *state;
	struct ground ground;

	ground_make(f, &ground);
	fixture_write(f, body, f);
}

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

/* ---- subscriptions and who holds what ---- */

static int save_subscription(struct txn *txn, const char *org, const char *id,
    const char *iccid, int64_t ended, struct err *err)
{
	struct subscription_row row = {.ended_at = ended};

	PUT(row.id, "%s", id);
	PUT(row.org_id, "%s", org);
	PUT(row.number, "+46701234567");
	PUT(row.iccid, "%s", iccid);
	return store_subscription_save(txn, &row, err);
}

static int subscriptions(struct txn *txn, void *arg, struct err *err)
{
	const char *number = "+46701234567";
	struct subscription_row row;

	(void)arg;
	EXPECT(save_subscription(txn, A, "s1", "8946011", 0, err) == 0);
	EXPECT(store_subscription_find_number(txn, A, number, &row, err) == 0);
	EXPECT(save_subscription(txn, A, "s2", "8946012", 0, err) == 0);
	EXPECT(save_subscription(txn, A, "s3", "8946011", 0, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(save_subscription(txn, A, "s3", "8946011", 9, err) == 0);
	EXPECT(save_subscription(txn, B, "s4", "8946011", 0, err) == 0);
	EXPECT(
	    store_subscription_find_iccid(txn, A, "8946011", &row, err) == 0);
	EXPECT(strcmp(row.id, "s1") == 0);
	EXPECT(
	    store_subscription_find_iccid(txn, B, "8946011", &row, err) == 0);
	EXPECT(strcmp(row.id, "s4") == 0);
	EXPECT(store_subscription_find_iccid(txn, A, "", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_subscription_find_number(txn, A, number, &row, NULL) ==
	    -ERR_CONFLICT);
	SEEN(store_subscription_each_number(
	         txn, A, number, note_subscription, &seen, err),
	    "s1 s2");
	return 0;
}

static int save_assignment(struct txn *txn, const char *id,
    enum assignment_kind kind, int64_t from, int64_t to, struct err *err)
{
	struct assignment_row row = {
	    .kind = kind, .from_at = from, .to_at = to};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.device_id, "d1");
	PUT(row.subscription_id, "%s", kind == ASSIGNMENT_PHONE ? "" : "s1");
	return store_assignment_save(txn, &row, err);
}

static int holder(struct txn *txn, const char *org, int64_t at, char id[8])
{
	struct assignment_row row = {.id = ""};
	int rc = store_assignment_find_phone(txn, org, "d1", at, &row, NULL);

	(void)snprintf(id, 8, "%.7s", row.id);
	return rc;
}

static int assignments(struct txn *txn, void *arg, struct err *err)
{
	struct assignment_row row;
	char id[8];

	(void)arg;
	EXPECT(
	    save_assignment(txn, "h1", ASSIGNMENT_PHONE, 100, 200, err) == 0);
	EXPECT(save_assignment(txn, "h2", ASSIGNMENT_PHONE, 200, 0, err) == 0);
	EXPECT(save_assignment(txn, "h3", ASSIGNMENT_PHONE, 300, 0, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(save_assignment(
	           txn, "h4", ASSIGNMENT_SUBSCRIPTION, 100, 0, err) == 0);
	EXPECT(save_assignment(txn, "h5", ASSIGNMENT_SUBSCRIPTION, 200, 0,
	           NULL) == -ERR_CONFLICT);
	EXPECT(holder(txn, A, 99, id) == -ERR_NOT_FOUND);
	EXPECT(holder(txn, A, 100, id) == 0 && strcmp(id, "h1") == 0);
	EXPECT(holder(txn, A, 199, id) == 0 && strcmp(id, "h1") == 0);
	EXPECT(holder(txn, A, 200, id) == 0 && strcmp(id, "h2") == 0);
	EXPECT(holder(txn, A, 0, id) == 0 && strcmp(id, "h2") == 0);
	EXPECT(holder(txn, B, 0, id) == -ERR_NOT_FOUND);
	EXPECT(store_assignment_find_subscription(txn, A, "s1", 0, &row, err) ==
	    0);
	EXPECT(store_assignment_find_subscription(
	           txn, B, "s1", 0, &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_assignment_find_subscription(txn, A, "", 0, &row, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_assignment_each_person(
	         txn, A, PERSON, true, note_assignment, &seen, err),
	    "h4 h2");
	SEEN(store_assignment_each_person(
	         txn, A, PERSON, false, note_assignment, &seen, err),
	    "h1 h4 h2");
	SEEN(store_assignment_each_device(
	         txn, A, "d1", false, note_assignment, &seen, err),
	    "h1 h4 h2");
	SEEN(store_assignment_each_device(
	         txn, B, "d1", false, note_assignment, &seen, err),
	    "");
	SEEN(store_assignment_each_subscription(
	         txn, A, "s1", true, note_assignment, &seen, err),
	    "h4");
	SEEN(store_assignment_each_subscription(
	         txn, B, "s1", true, note_assignment, &seen, err),
	    "");
	/* Ended, it may be held by another. */
	EXPECT(store_assignment_load(txn, A, "h2", &row, err) == 0);
	row.to_at = 400;
	EXPECT(store_assignment_save(txn, &row, err) == 0);
	EXPECT(holder(txn, A, 0, id) == -ERR_NOT_FOUND);
	EXPECT(save_assignment(txn, "h3", ASSIGNMENT_PHONE, 500, 0, err) == 0);
	EXPECT(holder(txn, A, 450, id) == -ERR_NOT_FOUND);
	return 0;
}

static int save_device(struct txn *txn, const char *org, const char *id,
    const char *imei, struct err *err)
{
	struct device row = {.created_at = 1};

	PUT(row.id, "%s", id);
	PUT(row.org_id, "%s", org);
	PUT(row.udid, "udid-%s", id);
	PUT(row.serial, "serial-%s", id);
	PUT(row.imei, "%s", imei);
	return store_device_save(txn, &row, err);
}

static int devices(struct txn *txn, void *arg, struct err *err)
{
	struct device row;

	(void)arg;
	EXPECT(save_device(txn, A, "d1", "350000000000001", err) == 0);
	EXPECT(save_device(txn, A, "d2", "350000000000002", err) == 0);
	EXPECT(save_device(txn, A, "d3", "350000000000002", err) == 0);
	EXPECT(save_device(txn, B, "d4", "350000000000001", err) == 0);
	SEEN(store_device_each_id(txn, A, "", 2, note_device, &seen, err),
	    "d1 d2");
	SEEN(store_device_each_id(txn, A, "d2", 0, note_device, &seen, err),
	    "d3");
	SEEN(
	    store_device_each_id(txn, B, "", 0, note_device, &seen, err), "d4");
	EXPECT(
	    store_device_load_of(txn, B, "d1", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_device_load_of(txn, A, "d1", &row, err) == 0);
	EXPECT(
	    store_device_find_imei(txn, A, "350000000000001", &row, err) == 0);
	EXPECT(strcmp(row.id, "d1") == 0);
	EXPECT(store_device_find_imei(txn, A, "350000000000002", &row, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(
	    store_device_find_imei(txn, A, "", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_device_find_serial(txn, B, "serial-d1", &row, NULL) ==
	    -ERR_NOT_FOUND);
	return 0;
}

/* ---- evidence ---- */

static int save_item(struct txn *txn, const char *org, const char *fact,
    const char *source, const char *word, int64_t at, bool *taken,
    struct err *err)
{
	struct evidence_item_row row = {.subject_kind = STORE_SUBJECT_PERSON,
	    .number = 7,
	    .observed_at = at,
	    .valid_until = at + 10};

	PUT(row.org_id, "%s", org);
	PUT(row.subject_id, PERSON);
	PUT(row.fact, "%s", fact);
	PUT(row.source, "%s", source);
	PUT(row.word, "%s", word);
	return store_evidence_item_save(txn, &row, taken, err);
}

static int keep_item(void *arg, const struct evidence_item_row *row)
{
	*(struct evidence_item_row *)arg = *row;
	return 0;
}

static int items(struct txn *txn, void *arg, struct err *err)
{
	const char *fact = "voicemail.greeting";
	struct evidence_item_row row = {.number = 0};
	bool taken = false;

	(void)arg;
	EXPECT(save_item(txn, A, fact, "k1", "default", 100, &taken, err) == 0);
	EXPECT(taken);
	EXPECT(save_item(txn, A, fact, "k1", "personal", 99, &taken, err) == 0);
	EXPECT(!taken);
	EXPECT(save_item(txn, A, fact, "k1", "off", 100, &taken, err) == 0);
	EXPECT(taken);
	EXPECT(save_item(txn, A, fact, "k2", "absence", 50, &taken, err) == 0);
	EXPECT(save_item(txn, A, "backup.last", "mdm", "", 50, NULL, err) == 0);
	EXPECT(save_item(txn, B, fact, "k3", "off", 50, NULL, err) == 0);
	SEEN(store_evidence_item_each(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         NULL, note_item, &seen, err),
	    "mdm k1 k2");
	SEEN(store_evidence_item_each(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         fact, note_item, &seen, err),
	    "k1 k2");
	SEEN(store_evidence_item_each(txn, A, STORE_SUBJECT_PHONE, PERSON, NULL,
	         note_item, &seen, err),
	    "");
	SEEN(store_evidence_item_each(txn, B, STORE_SUBJECT_PERSON, PERSON,
	         NULL, note_item, &seen, err),
	    "k3");
	SEEN(store_evidence_item_each_kind(
	         txn, A, STORE_SUBJECT_PERSON, "", 2, note_item, &seen, err),
	    "mdm k1");
	SEEN(store_evidence_item_each_kind(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         0, note_item, &seen, err),
	    "");
	EXPECT(store_evidence_item_each(txn, A, STORE_SUBJECT_PERSON, PERSON,
	           "backup.last", keep_item, &row, err) == 0);
	EXPECT(row.number == 7 && row.observed_at == 50 &&
	    row.valid_until == 60 && row.word[0] == '\0');
	return 0;
}

static int reports(struct txn *txn, void *arg, struct err *err)
{
	struct evidence_key_row key = {.public_key_len = EVIDENCE_PUBLIC_KEY};
	struct evidence_report_row row = {
	    .seq = 5, .accepted = 1, .signature_len = 64};
	struct evidence_report_row out;
	uint8_t *body = NULL;
	char *answer = NULL;
	bool same;
	size_t len;

	(void)arg;
	PUT(key.id, "0123456789abcdef");
	PUT(key.org_id, A);
	EXPECT(store_evidence_key_save(txn, &key, err) == 0);
	EXPECT(store_evidence_key_find(txn, key.id, &key, err) == 0);
	EXPECT(strcmp(key.org_id, A) == 0);
	PUT(row.id, "r1");
	PUT(row.org_id, A);
	PUT(row.key_id, "%s", key.id);
	memset(row.signature, 0x5a, 64);
	EXPECT(store_evidence_report_insert(txn, &row, (const uint8_t *)"{\0}",
	           3, "{\"accepted\":1}", err) == 0);
	PUT(row.id, "r2");
	EXPECT(store_evidence_report_insert(txn, &row, (const uint8_t *)"x", 1,
	           "", NULL) == -ERR_CONFLICT);
	EXPECT(
	    store_evidence_report_find_seq(txn, A, key.id, 5, &out, err) == 0);
	EXPECT(out.signature_len == 64 && out.signature[63] == 0x5a);
	EXPECT(store_evidence_report_find_seq(txn, B, key.id, 5, &out, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_evidence_report_load(txn, B, "r1", &out, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_evidence_report_load(txn, A, "r1", &out, err) == 0);
	EXPECT(store_evidence_report_body(
	           txn, B, "r1", &body, &len, &answer, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_evidence_report_body(
	           txn, A, "r1", &body, &len, &answer, err) == 0);
	same = len == 3 && memcmp(body, "{\0}", 3) == 0 &&
	    strcmp(answer, "{\"accepted\":1}") == 0;
	free(body);
	free(answer);
	EXPECT(same);
	EXPECT(store_evidence_report_body(
	           txn, A, "r1", NULL, NULL, NULL, err) == 0);
	SEEN(store_evidence_report_each(txn, A, "", 0, note_report, &seen, err),
	    "r1");
	SEEN(store_evidence_report_each(txn, B, "", 0, note_report, &seen, err),
	    "");
	return 0;
}

static int shown_texts(struct txn *txn, void *arg, struct err *err)
{
	const char *hash = "aa";
	char *text = NULL;
	bool same;

	(void)arg;
	EXPECT(store_shown_text_save(txn, A, hash, "sv", "Ja", err) == 0);
	EXPECT(store_shown_text_save(txn, A, hash, "sv", "Nej", err) == 0);
	EXPECT(
	    store_shown_text_load(txn, B, hash, &text, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_shown_text_load(txn, A, hash, &text, err) == 0);
	same = strcmp(text, "Ja") == 0;
	free(text);
	EXPECT(same);
	if (!(text = malloc(SHOWN_TEXT_MAX + 2)))
		return err_memory(err);
	memset(text, 'x', SHOWN_TEXT_MAX + 1);
	text[SHOWN_TEXT_MAX + 1] = '\0';
	same =
	    store_shown_text_save(txn, A, "bb", "sv", text, NULL) == -ERR_LIMIT;
	free(text);
	EXPECT(same);
	return 0;
}

static int state(struct txn *txn, const char *id, const char *rule, int64_t at,
    bool yes, struct err *err)
{
	struct statement_row row = {.at = at,
	    .valid_until = at + 5,
	    .is_yes = yes,
	    .subject_kind = STORE_SUBJECT_UNIT};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.rule, "%s", rule);
	PUT(row.subject_id, "u1");
	return store_statement_insert(txn, &row, err);
}

static int statements(struct txn *txn, void *arg, struct err *err)
{
	struct statement_row row;

	(void)arg;
	EXPECT(state(txn, "s1", "RON-01", 10, true, err) == 0);
	EXPECT(state(txn, "s2", "RON-01", 20, false, err) == 0);
	EXPECT(state(txn, "s3", "AHL-22", 15, true, err) == 0);
	EXPECT(state(txn, "s3", "AHL-22", 16, true, NULL) == -ERR_CONFLICT);
	EXPECT(state(txn, "s0", "RON-01", 20, true, err) == 0); /* same time */
	EXPECT(store_statement_find(
	           txn, A, STORE_SUBJECT_UNIT, "u1", "RON-01", &row, err) == 0);
	EXPECT(strcmp(row.id, "s2") == 0 && !row.is_yes);
	EXPECT(store_statement_find(txn, B, STORE_SUBJECT_UNIT, "u1", "RON-01",
	           &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_statement_find(txn, A, STORE_SUBJECT_PERSON, "u1",
	           "RON-01", &row, NULL) == -ERR_NOT_FOUND);
	SEEN(store_statement_each_subject(
	         txn, A, STORE_SUBJECT_UNIT, "u1", note_statement, &seen, err),
	    "s3 s2");
	SEEN(store_statement_each_subject(
	         txn, B, STORE_SUBJECT_UNIT, "u1", note_statement, &seen, err),
	    "");
	SEEN(store_statement_each_person(
	         txn, A, PERSON, "s1", 0, note_statement, &seen, err),
	    "s2 s3");
	SEEN(store_statement_each_person(
	         txn, B, PERSON, "", 0, note_statement, &seen, err),
	    "");
	return 0;
}

static int acknowledgements(struct txn *txn, void *arg, struct err *err)
{
	struct acknowledgement_row row = {.at = 10};
	struct acknowledgement_row out;

	(void)arg;
	PUT(row.id, "k1");
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.pack, "ronneby");
	EXPECT(store_acknowledgement_insert(txn, &row, err) == 0);
	EXPECT(store_acknowledgement_insert(txn, &row, NULL) == -ERR_CONFLICT);
	PUT(row.id, "k0");
	row.at = 20;
	EXPECT(store_acknowledgement_insert(txn, &row, err) == 0);
	EXPECT(store_acknowledgement_find(txn, A, PERSON, &out, err) == 0);
	EXPECT(strcmp(out.id, "k0") == 0);
	EXPECT(store_acknowledgement_find(txn, B, PERSON, &out, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_acknowledgement_each(
	         txn, A, "", 0, note_acknowledgement, &seen, err),
	    "k0 k1");
	SEEN(store_acknowledgement_each(
	         txn, B, "", 0, note_acknowledgement, &seen, err),
	    "");
	return 0;
}

static int exceptions(struct txn *txn, void *arg, struct err *err)
{
	struct exception_row row = {.until_at = 100};

	(void)arg;
	PUT(row.id, "x1");
	PUT(row.org_id, A);
	PUT(row.rule, "BOT-22");
	PUT(row.subject_id, PERSON);
	EXPECT(store_exception_save(txn, &row, err) == 0);
	SEEN(store_exception_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         99, note_exception, &seen, err),
	    "x1");
	SEEN(store_exception_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         100, note_exception, &seen, err),
	    "");
	SEEN(store_exception_each_subject(txn, B, STORE_SUBJECT_PERSON, PERSON,
	         99, note_exception, &seen, err),
	    "");
	row.revoked_at = 50;
	EXPECT(store_exception_save(txn, &row, err) == 0);
	SEEN(store_exception_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         99, note_exception, &seen, err),
	    "");
	return 0;
}

/* ---- tasks, links, orders ---- */

static int save_task(struct txn *txn, const char *id, const char *rule,
    enum task_state state_now, int64_t next_at, struct err *err)
{
	struct task_row row = {.kind = TASK_STATEMENT,
	    .state = state_now,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .next_at = next_at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.rule, "%s", rule);
	PUT(row.person_id, PERSON);
	PUT(row.subject_id, PERSON);
	PUT(row.unit_id, "u1");
	return store_task_save(txn, &row, err);
}

#define TASKS(ids, of, ...)                                                    \
	do {                                                                   \
		struct task_filter filter = {.org_id = (of), __VA_ARGS__};     \
                                                                               \
		SEEN(store_task_each(txn, &filter, note_task, &seen, err),     \
		    ids);                                                      \
	} while (0)

static int tasks(struct txn *txn, void *arg, struct err *err)
{
	struct task_row row;
	struct task_row like;

	(void)arg;
	EXPECT(save_task(txn, "t1", "RON-01", TASK_DONE, 0, err) == 0);
	EXPECT(save_task(txn, "t2", "RON-01", TASK_OPEN, 50, err) == 0);
	EXPECT(save_task(txn, "t3", "RON-01", TASK_REMINDED, 60, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(save_task(txn, "t3", "RON-02", TASK_ESCALATED, 40, err) == 0);
	TASKS("t1 t2 t3", A, .only_open = false);
	TASKS("t2 t3", A, .only_open = true);
	TASKS("t2", A, .only_open = true, .limit = 1);
	TASKS("t3", A, .only_open = true, .after_id = "t2");
	TASKS("t1 t2 t3", A, .person_id = PERSON);
	TASKS("t2 t3", A, .person_id = PERSON, .only_open = true);
	TASKS("", A, .person_id = STRANGER);
	TASKS("t2 t3", A, .unit_id = "u1", .only_open = true);
	TASKS("t1 t2 t3", A, .unit_id = "u1");
	TASKS("t1 t2", A, .rule = "RON-01");
	TASKS("t2", A, .rule = "RON-01", .only_open = true, .unit_id = "u1");
	TASKS("", B, .limit = 0);
	EXPECT(store_task_load(txn, A, "t2", &row, err) == 0);
	like = row;
	EXPECT(store_task_find_open(txn, &like, &row, err) == 0);
	EXPECT(strcmp(row.id, "t2") == 0);
	PUT(like.org_id, B);
	EXPECT(store_task_find_open(txn, &like, &row, NULL) == -ERR_NOT_FOUND);
	SEEN(store_task_each_due(txn, A, 49, 0, note_task, &seen, err), "t3");
	SEEN(
	    store_task_each_due(txn, A, 50, 0, note_task, &seen, err), "t3 t2");
	SEEN(store_task_each_due(txn, A, 50, 1, note_task, &seen, err), "t3");
	SEEN(store_task_each_due(txn, B, 50, 0, note_task, &seen, err), "");
	SEEN(store_task_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         "RON-01", false, note_task, &seen, err),
	    "t1 t2");
	SEEN(store_task_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         "RON-01", true, note_task, &seen, err),
	    "t2");
	SEEN(store_task_each_subject(txn, B, STORE_SUBJECT_PERSON, PERSON,
	         "RON-01", false, note_task, &seen, err),
	    "");
	return 0;
}

static int page_links(struct txn *txn, void *arg, struct err *err)
{
	struct page_link_row row = {.expires_at = 100};
	struct page_link_row out;

	(void)arg;
	PUT(row.id, "l1");
	PUT(row.org_id, A);
	PUT(row.token_sha256, "hash");
	PUT(row.task_id, "t1");
	PUT(row.person_id, PERSON);
	EXPECT(store_page_link_save(txn, &row, err) == 0);
	EXPECT(store_page_link_find_token(txn, "hash", &out, err) == 0);
	EXPECT(strcmp(out.org_id, A) == 0);
	EXPECT(store_page_link_find_token(txn, "other", &out, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_page_link_each_task(txn, A, "t1", note_link, &seen, err),
	    "l1");
	SEEN(
	    store_page_link_each_task(txn, B, "t1", note_link, &seen, err), "");
	SEEN(store_page_link_each_task(txn, A, "", note_link, &seen, err), "");
	SEEN(store_page_link_each_person(txn, B, PERSON, note_link, &seen, err),
	    "");
	PUT(row.id, "l2");
	EXPECT(store_page_link_save(txn, &row, NULL) == -ERR_CONFLICT);
	return 0;
}

static int orders(struct txn *txn, void *arg, struct err *err)
{
	struct equipment_order_row row = {.what = EQUIPMENT_PHONE};
	struct catalogue_row item = {.what = EQUIPMENT_PHONE};
	struct catalogue_row found;

	(void)arg;
	PUT(row.id, "o1");
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	EXPECT(store_equipment_order_save(txn, &row, err) == 0);
	PUT(row.id, "o2");
	row.state = EQUIPMENT_ORDER_LINKED;
	EXPECT(store_equipment_order_save(txn, &row, err) == 0);
	SEEN(store_equipment_order_each(
	         txn, A, true, "", 0, note_order, &seen, err),
	    "o1");
	SEEN(store_equipment_order_each(
	         txn, A, false, "o1", 0, note_order, &seen, err),
	    "o2");
	SEEN(store_equipment_order_each_person(
	         txn, A, PERSON, note_order, &seen, err),
	    "o1 o2");
	SEEN(store_equipment_order_each_person(
	         txn, B, PERSON, note_order, &seen, err),
	    "");
	PUT(item.id, "c1");
	PUT(item.org_id, A);
	PUT(item.name, "iPhone 16e");
	EXPECT(store_catalogue_save(txn, &item, err) == 0);
	EXPECT(store_catalogue_find(
	           txn, A, EQUIPMENT_PHONE, "iPhone 16e", &found, err) == 0);
	EXPECT(store_catalogue_find(txn, B, EQUIPMENT_PHONE, "iPhone 16e",
	           &found, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_catalogue_find(txn, A, EQUIPMENT_FUNCTION, "iPhone 16e",
	           &found, NULL) == -ERR_NOT_FOUND);
	PUT(item.id, "c2");
	EXPECT(store_catalogue_save(txn, &item, NULL) == -ERR_CONFLICT);
	item.retired_at = 5;
	EXPECT(store_catalogue_save(txn, &item, err) == 0);
	return 0;
}

/* ---- tokens, repeated calls ---- */

static int tokens(struct txn *txn, void *arg, struct err *err)
{
	struct api_token_row row = {.expires_at = 100};
	struct api_token_row out;

	(void)arg;
	PUT(row.id, "k1");
	PUT(row.org_id, A);
	PUT(row.token_sha256, "hash");
	EXPECT(store_api_token_save(txn, &row, err) == 0);
	EXPECT(store_api_token_find(txn, "hash", &out, err) == 0);
	EXPECT(strcmp(out.org_id, A) == 0);
	EXPECT(store_api_token_find(txn, "", &out, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_api_token_touch(txn, A, "k1", 50, err) == 0);
	EXPECT(store_api_token_touch(txn, A, "k1", 40, err) == 0);
	EXPECT(store_api_token_touch(txn, B, "k1", 60, err) == 0);
	EXPECT(store_api_token_load(txn, A, "k1", &out, err) == 0);
	EXPECT(out.last_used_at == 50);
	return 0;
}

static int load_call(struct txn *txn, const char *org, const char *key,
    struct idempotency_row *out, size_t *len, struct err *err)
{
	uint8_t *body = NULL;
	int rc = store_idempotency_load(
	    txn, org, "token:1", key, out, &body, len, err);

	free(body);
	return rc;
}

static int repeats(struct txn *txn, void *arg, struct err *err)
{
	struct idempotency_row row = {.expires_at = 100};
	struct idempotency_row out;
	int removed = -1;
	size_t len = 99;

	(void)arg;
	PUT(row.org_id, A);
	PUT(row.caller, "token:1");
	PUT(row.key, "key-1");
	EXPECT(store_idempotency_finish(txn, &row, NULL, 0, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_idempotency_insert(txn, &row, err) == 0);
	EXPECT(store_idempotency_insert(txn, &row, NULL) == -ERR_CONFLICT);
	EXPECT(load_call(txn, A, "key-1", &out, &len, err) == 0);
	EXPECT(out.status == 0 && len == 0);
	EXPECT(load_call(txn, B, "key-1", &out, &len, NULL) == -ERR_NOT_FOUND);
	row.status = 201;
	EXPECT(store_idempotency_finish(
	           txn, &row, (const uint8_t *)"{}", 2, err) == 0);
	EXPECT(store_idempotency_finish(txn, &row, (const uint8_t *)"",
	           STORE_IDEMPOTENCY_BODY_MAX + 1, NULL) == -ERR_LIMIT);
	EXPECT(load_call(txn, A, "key-1", &out, &len, err) == 0);
	EXPECT(out.status == 201 && len == 2);
	PUT(row.key, "key-2");
	row.expires_at = 200;
	EXPECT(store_idempotency_insert(txn, &row, err) == 0);
	PUT(row.org_id, B);
	EXPECT(store_idempotency_insert(txn, &row, err) == 0);
	EXPECT(store_idempotency_delete(txn, B, "token:1", "key-2", err) == 0);
	EXPECT(load_call(txn, A, "key-2", &out, &len, err) == 0);
	EXPECT(store_idempotency_purge(txn, 99, 10, &removed, err) == 0);
	EXPECT(removed == 0);
	EXPECT(store_idempotency_purge(txn, 100, 10, &removed, err) == 0);
	EXPECT(removed == 1);
	EXPECT(load_call(txn, A, "key-1", &out, &len, NULL) == -ERR_NOT_FOUND);
	return 0;
}

/* ---- judgements ---- */

static int judge(struct txn *txn, const char *org, const char *id,
    const char *hash, int64_t again_at, struct err *err)
{
	struct judgement_row row = {.subject_kind = STORE_SUBJECT_PERSON,
	    .judged_at = 1,
	    .again_at = again_at,
	    .packed = (const uint8_t *)"a\0b",
	    .packed_len = 3};

	PUT(row.org_id, "%s", org);
	PUT(row.subject_id, "%s", id);
	PUT(row.pack_hash, "%s", hash);
	return store_judgement_save(txn, &row, err);
}

static int judgements(struct txn *txn, void *arg, struct err *err)
{
	struct judgement_row row = {.packed_len = JUDGEMENT_PACKED_MAX + 1};
	bool same;

	(void)arg;
	EXPECT(store_judgement_save(txn, &row, NULL) == -ERR_LIMIT);
	EXPECT(judge(txn, A, "p2", "h1", 50, err) == 0);
	EXPECT(judge(txn, A, "p1", "h1", 0, err) == 0);
	EXPECT(judge(txn, A, "p3", "h2", 40, err) == 0);
	EXPECT(judge(txn, B, "p1", "h2", 45, err) == 0);
	EXPECT(store_judgement_load(
	           txn, A, STORE_SUBJECT_PERSON, "p2", &row, err) == 0);
	same = row.packed_len == 3 && memcmp(row.packed, "a\0b", 3) == 0 &&
	    row.again_at == 50 && strcmp(row.pack_hash, "h1") == 0;
	free((void *)(uintptr_t)row.packed);
	EXPECT(same);
	EXPECT(store_judgement_load(txn, A, STORE_SUBJECT_PHONE, "p2", &row,
	           NULL) == -ERR_NOT_FOUND);
	EXPECT(store_judgement_load(txn, B, STORE_SUBJECT_PERSON, "p2", &row,
	           NULL) == -ERR_NOT_FOUND);
	SEEN(store_judgement_each(txn, A, STORE_SUBJECT_PERSON, "", 0,
	         note_judgement, &seen, err),
	    "p1 p2 p3");
	SEEN(store_judgement_each(txn, A, STORE_SUBJECT_PERSON, "p1", 1,
	         note_judgement, &seen, err),
	    "p2");
	SEEN(
	    store_judgement_each_due(txn, A, 50, 0, note_judgement, &seen, err),
	    "p3 p2");
	SEEN(
	    store_judgement_each_due(txn, B, 50, 0, note_judgement, &seen, err),
	    "p1");
	SEEN(store_judgement_each_other_pack(
	         txn, A, "h1", 0, note_judgement, &seen, err),
	    "p3");
	EXPECT(store_judgement_delete(
	           txn, B, STORE_SUBJECT_PERSON, "p2", err) == 0);
	EXPECT(store_judgement_delete(
	           txn, A, STORE_SUBJECT_PERSON, "p3", err) == 0);
	EXPECT(judge(txn, A, "p2", "h2", 60, err) == 0);
	SEEN(store_judgement_each_other_pack(
	         txn, A, "h1", 0, note_judgement, &seen, err),
	    "p2");
	SEEN(store_judgement_each(txn, A, STORE_SUBJECT_PERSON, "", 0,
	         note_judgement, &seen, err),
	    "p1 p2");
	return 0;
}

#define DEFINE_TEST(body)                                                      \
	static void test_##body(void **given)                                  \
	{                                                                      \
		run(given, body);                                              \
	}
DEFINE_TEST(organisations)
DEFINE_TEST(units)
DEFINE_TEST(people)
DEFINE_TEST(employments)
DEFINE_TEST(absences)
DEFINE_TEST(subscriptions)
DEFINE_TEST(assignments)
DEFINE_TEST(devices)
DEFINE_TEST(items)
DEFINE_TEST(reports)
DEFINE_TEST(shown_texts)
DEFINE_TEST(statements)
DEFINE_TEST(acknowledgements)
DEFINE_TEST(exceptions)
DEFINE_TEST(tasks)
DEFINE_TEST(page_links)
DEFINE_TEST(orders)
DEFINE_TEST(tokens)
DEFINE_TEST(repeats)
DEFINE_TEST(judgements)

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    test_##name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests_all[] = {TEST(organisations), TEST(units),
	    TEST(people), TEST(employments), TEST(absences),
	    TEST(subscriptions), TEST(assignments), TEST(devices), TEST(items),
	    TEST(reports), TEST(shown_texts), TEST(statements),
	    TEST(acknowledgements), TEST(exceptions), TEST(tasks),
	    TEST(page_links), TEST(orders), TEST(tokens), TEST(repeats),
	    TEST(judgements)};

	return FIXTURE_RUN("store questions", tests_all);
}
