#include "tests/contract/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"
#include "server/store/store_people.h"
#include "server/store/store_task.h"
#include "server/store/store_token.h"
#include "tests/contract/rows.h"

/* ---- one shape for all ---- */

struct give {
	kind_fn *fn;
	void *arg;
};

#define SAVE_AND_LOAD(noun, verb)                                              \
	static int save_##noun(                                                \
	    struct txn *txn, const void *row, struct err *err)                 \
	{                                                                      \
		return store_##noun##_##verb(txn, row, err);                   \
	}                                                                      \
	static int load_##noun(struct txn *txn, const char *org_id,            \
	    const char *id, void *out, struct err *err)                        \
	{                                                                      \
		return store_##noun##_load(txn, org_id, id, out, err);         \
	}                                                                      \
	static int give_##noun(void *arg, const struct noun##_row *row)        \
	{                                                                      \
		struct give *give = arg;                                       \
                                                                               \
		return give->fn(give->arg, row->id);                           \
	}

#define STANDARD(noun, verb)                                                   \
	SAVE_AND_LOAD(noun, verb)                                              \
	static int each_##noun(struct txn *txn, const char *org_id,            \
	    const char *after_id, int limit, kind_fn *fn, void *arg,           \
	    struct err *err)                                                   \
	{                                                                      \
		struct give give = {fn, arg};                                  \
                                                                               \
		return store_##noun##_each(                                    \
		    txn, org_id, after_id, limit, give_##noun, &give, err);    \
	}

static const struct field unit_fields[] = {
    ROW_TEXT(struct unit_row, id),
    ROW_TEXT(struct unit_row, org_id),
    ROW_TEXT(struct unit_row, external_id),
    ROW_TEXT(struct unit_row, name),
    ROW_TEXT(struct unit_row, parent_id),
    ROW_TEXT(struct unit_row, manager_id),
    ROW_TEXT(struct unit_row, coordinator_id),
    ROW_TEXT(struct unit_row, number),
    ROW_INT64(struct unit_row, created_at),
    ROW_INT64(struct unit_row, ended_at),
    ROW_INT64(struct unit_row, changed_at),
    ROW_TEXT(struct unit_row, changed_by),
};

static const struct field person_fields[] = {
    ROW_TEXT(struct person_row, id),
    ROW_TEXT(struct person_row, org_id),
    ROW_TEXT(struct person_row, external_id),
    ROW_TEXT(struct person_row, name),
    ROW_TEXT(struct person_row, first_name),
    ROW_TEXT(struct person_row, last_name),
    ROW_TEXT(struct person_row, mail),
    ROW_TEXT(struct person_row, number),
    ROW_TEXT(struct person_row, language),
    ROW_TEXT(struct person_row, unit_id),
    ROW_INT64(struct person_row, created_at),
    ROW_INT64(struct person_row, purged_at),
    ROW_INT64(struct person_row, changed_at),
    ROW_TEXT(struct person_row, changed_by),
};

static const struct field employment_fields[] = {
    ROW_TEXT(struct employment_row, id),
    ROW_TEXT(struct employment_row, org_id),
    ROW_TEXT(struct employment_row, external_id),
    ROW_TEXT(struct employment_row, person_id),
    ROW_TEXT(struct employment_row, unit_id),
    ROW_INT64(struct employment_row, roles),
    ROW_INT64(struct employment_row, from_day),
    ROW_INT64(struct employment_row, to_day),
    ROW_INT64(struct employment_row, made_at),
    ROW_TEXT(struct employment_row, made_by),
    ROW_INT64(struct employment_row, ended_at),
    ROW_TEXT(struct employment_row, ended_by),
    ROW_INT64(struct employment_row, voided_at),
    ROW_TEXT(struct employment_row, voided_by),
};

static const struct field absence_fields[] = {
    ROW_TEXT(struct absence_row, id),
    ROW_TEXT(struct absence_row, org_id),
    ROW_TEXT(struct absence_row, person_id),
    ROW_TEXT(struct absence_row, deputy_id),
    ROW_INT64(struct absence_row, from_day),
    ROW_INT64(struct absence_row, until_day),
    ROW_INT64(struct absence_row, made_at),
    ROW_TEXT(struct absence_row, made_by),
    ROW_INT64(struct absence_row, ended_at),
    ROW_TEXT(struct absence_row, ended_by),
    ROW_INT64(struct absence_row, voided_at),
    ROW_TEXT(struct absence_row, voided_by),
};

static const struct field subscription_fields[] = {
    ROW_TEXT(struct subscription_row, id),
    ROW_TEXT(struct subscription_row, org_id),
    ROW_TEXT(struct subscription_row, number),
    ROW_TEXT(struct subscription_row, iccid),
    ROW_TEXT(struct subscription_row, eid),
    ROW_TEXT(struct subscription_row, operator),
    ROW_INT64(struct subscription_row, flags),
    ROW_TEXT(struct subscription_row, expected_imeis),
    ROW_TEXT(struct subscription_row, unit_id),
    ROW_TEXT(struct subscription_row, order_id),
    ROW_INT64(struct subscription_row, created_at),
    ROW_INT64(struct subscription_row, ended_at),
    ROW_INT64(struct subscription_row, changed_at),
    ROW_TEXT(struct subscription_row, changed_by),
};

static const struct field assignment_fields[] = {
    ROW_TEXT(struct assignment_row, id),
    ROW_TEXT(struct assignment_row, org_id),
    ROW_ENUM(struct assignment_row, kind, ASSIGNMENT_KIND_COUNT - 1),
    ROW_TEXT(struct assignment_row, person_id),
    ROW_TEXT(struct assignment_row, employment_id),
    ROW_TEXT(struct assignment_row, device_id),
    ROW_TEXT(struct assignment_row, subscription_id),
    ROW_BOOL(struct assignment_row, is_shared),
    ROW_TEXT(struct assignment_row, life_id),
    ROW_TEXT(struct assignment_row, order_id),
    ROW_INT64(struct assignment_row, from_at),
    ROW_INT64(struct assignment_row, to_at),
    ROW_TEXT(struct assignment_row, opened_by),
    ROW_TEXT(struct assignment_row, closed_by),
    ROW_TEXT(struct assignment_row, close_reason),
    ROW_INT64(struct assignment_row, voided_at),
    ROW_TEXT(struct assignment_row, voided_by),
};

static const struct field evidence_key_fields[] = {
    ROW_TEXT(struct evidence_key_row, id),
    ROW_TEXT(struct evidence_key_row, org_id),
    ROW_TEXT(struct evidence_key_row, name),
    ROW_BYTES(struct evidence_key_row, public_key, public_key_len),
    ROW_TEXT(struct evidence_key_row, facts),
    ROW_TEXT(struct evidence_key_row, unit_id),
    ROW_INT64(struct evidence_key_row, last_seq),
    ROW_INT64(struct evidence_key_row, last_report_at),
    ROW_TEXT(struct evidence_key_row, created_by),
    ROW_INT64(struct evidence_key_row, created_at),
    ROW_INT64(struct evidence_key_row, revoked_at),
    ROW_TEXT(struct evidence_key_row, revoked_by),
};

static const struct field exception_fields[] = {
    ROW_TEXT(struct exception_row, id),
    ROW_TEXT(struct exception_row, org_id),
    ROW_TEXT(struct exception_row, rule),
    ROW_ENUM(struct exception_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct exception_row, subject_id),
    ROW_TEXT(struct exception_row, reason),
    ROW_TEXT(struct exception_row, approved_by),
    ROW_INT64(struct exception_row, created_at),
    ROW_INT64(struct exception_row, until_at),
    ROW_INT64(struct exception_row, revoked_at),
    ROW_TEXT(struct exception_row, revoked_by),
};

static const struct field catalogue_fields[] = {
    ROW_TEXT(struct catalogue_row, id),
    ROW_TEXT(struct catalogue_row, org_id),
    ROW_ENUM(struct catalogue_row, what, EQUIPMENT_WHAT_COUNT - 1),
    ROW_TEXT(struct catalogue_row, name),
    ROW_TEXT(struct catalogue_row, operator),
    ROW_INT64(struct catalogue_row, created_at),
    ROW_INT64(struct catalogue_row, retired_at),
    ROW_INT64(struct catalogue_row, changed_at),
    ROW_TEXT(struct catalogue_row, changed_by),
};

static const struct field api_token_fields[] = {
    ROW_TEXT(struct api_token_row, id),
    ROW_TEXT(struct api_token_row, org_id),
    ROW_TEXT(struct api_token_row, name),
    ROW_TEXT(struct api_token_row, token_sha256),
    ROW_TEXT(struct api_token_row, scopes),
    ROW_TEXT(struct api_token_row, created_by),
    ROW_INT64(struct api_token_row, created_at),
    ROW_INT64(struct api_token_row, expires_at),
    ROW_INT64(struct api_token_row, last_used_at),
    ROW_INT64(struct api_token_row, revoked_at),
    ROW_TEXT(struct api_token_row, revoked_by),
};

static const struct field statement_fields[] = {
    ROW_TEXT(struct statement_row, id),
    ROW_TEXT(struct statement_row, org_id),
    ROW_TEXT(struct statement_row, person_id),
    ROW_TEXT(struct statement_row, rule),
    ROW_ENUM(struct statement_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct statement_row, subject_id),
    ROW_BOOL(struct statement_row, is_yes),
    ROW_INT64(struct statement_row, at),
    ROW_INT64(struct statement_row, valid_until),
    ROW_TEXT(struct statement_row, text_sha256),
    ROW_TEXT(struct statement_row, pack_hash),
    ROW_TEXT(struct statement_row, language),
    ROW_TEXT(struct statement_row, task_id),
    ROW_TEXT(struct statement_row, stated_by),
};

static const struct field task_fields[] = {
    ROW_TEXT(struct task_row, id),
    ROW_TEXT(struct task_row, org_id),
    ROW_ENUM(struct task_row, kind, TASK_KIND_COUNT - 1),
    ROW_ENUM(struct task_row, state, TASK_STATE_COUNT - 1),
    ROW_TEXT(struct task_row, rule),
    ROW_TEXT(struct task_row, person_id),
    ROW_TEXT(struct task_row, unit_id),
    ROW_ENUM(struct task_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct task_row, subject_id),
    ROW_TEXT(struct task_row, order_id),
    ROW_TEXT(struct task_row, absence_id),
    ROW_TEXT(struct task_row, case_id),
    ROW_TEXT(struct task_row, cause),
    ROW_TEXT(struct task_row, pack_hash),
    ROW_TEXT(struct task_row, result),
    ROW_TEXT(struct task_row, created_by),
    ROW_TEXT(struct task_row, closed_by),
    ROW_INT64(struct task_row, created_at),
    ROW_INT64(struct task_row, due_at),
    ROW_INT64(struct task_row, remind_at),
    ROW_INT64(struct task_row, escalate_at),
    ROW_INT64(struct task_row, expires_at),
    ROW_INT64(struct task_row, reminded_at),
    ROW_INT64(struct task_row, escalated_at),
    ROW_INT64(struct task_row, closed_at),
    ROW_INT64(struct task_row, next_at),
};

static const struct field equipment_order_fields[] = {
    ROW_TEXT(struct equipment_order_row, id),
    ROW_TEXT(struct equipment_order_row, org_id),
    ROW_ENUM(struct equipment_order_row, what, EQUIPMENT_WHAT_COUNT - 1),
    ROW_ENUM(
        struct equipment_order_row, state, EQUIPMENT_ORDER_STATE_COUNT - 1),
    ROW_TEXT(struct equipment_order_row, catalogue_id),
    ROW_TEXT(struct equipment_order_row, item),
    ROW_TEXT(struct equipment_order_row, need),
    ROW_TEXT(struct equipment_order_row, person_id),
    ROW_TEXT(struct equipment_order_row, unit_id),
    ROW_TEXT(struct equipment_order_row, device_id),
    ROW_TEXT(struct equipment_order_row, subscription_id),
    ROW_TEXT(struct equipment_order_row, requested_by),
    ROW_TEXT(struct equipment_order_row, requested_by_person_id),
    ROW_TEXT(struct equipment_order_row, decided_by),
    ROW_TEXT(struct equipment_order_row, decided_by_person_id),
    ROW_TEXT(struct equipment_order_row, note),
    ROW_INT64(struct equipment_order_row, created_at),
    ROW_INT64(struct equipment_order_row, decided_at),
    ROW_INT64(struct equipment_order_row, ordered_at),
    ROW_INT64(struct equipment_order_row, linked_at),
    ROW_INT64(struct equipment_order_row, closed_at),
};

static const struct field page_link_fields[] = {
    ROW_TEXT(struct page_link_row, id),
    ROW_TEXT(struct page_link_row, org_id),
    ROW_TEXT(struct page_link_row, token_sha256),
    ROW_TEXT(struct page_link_row, form_sha256),
    ROW_TEXT(struct page_link_row, page),
    ROW_TEXT(struct page_link_row, task_id),
    ROW_TEXT(struct page_link_row, person_id),
    ROW_TEXT(struct page_link_row, order_id),
    ROW_TEXT(struct page_link_row, created_by),
    ROW_INT64(struct page_link_row, created_at),
    ROW_INT64(struct page_link_row, expires_at),
    ROW_INT64(struct page_link_row, opened_at),
    ROW_INT64(struct page_link_row, used_at),
    ROW_INT64(struct page_link_row, revoked_at),
};

STANDARD(unit, save)
STANDARD(person, save)
STANDARD(employment, save)
STANDARD(absence, save)
STANDARD(subscription, save)
STANDARD(assignment, save)
STANDARD(evidence_key, save)
STANDARD(exception, save)
STANDARD(catalogue, save)
STANDARD(api_token, save)
STANDARD(statement, insert)
SAVE_AND_LOAD(task, save)
SAVE_AND_LOAD(equipment_order, save)
SAVE_AND_LOAD(page_link, save)

static int each_task(struct txn *txn, const char *org_id, const char *after_id,
    int limit, kind_fn *fn, void *arg, struct err *err)
{
	struct task_filter filter = {
	    .org_id = org_id, .after_id = after_id, .limit = limit};
	struct give give = {fn, arg};

	return store_task_each(txn, &filter, give_task, &give, err);
}

static int each_equipment_order(struct txn *txn, const char *org_id,
    const char *after_id, int limit, kind_fn *fn, void *arg, struct err *err)
{
	struct give give = {fn, arg};

	return store_equipment_order_each(txn, org_id, false, after_id, limit,
	    give_equipment_order, &give, err);
}

/* Links are walked by person; there is no walk over all of them. */
static int each_page_link(struct txn *txn, const char *org_id,
    const char *after_id, int limit, kind_fn *fn, void *arg, struct err *err)
{
	struct give give = {fn, arg};
	char person[STORE_ID];

	(void)limit;
	/* That of the ground: "~ground-0" in "org-0". */
	(void)snprintf(person, sizeof(person), "~ground-%s", org_id + 4);
	if (*after_id)
		return 0;
	return store_page_link_each_person(
	    txn, org_id, person, give_page_link, &give, err);
}

const struct kind kinds[] = {
    {"unit", sizeof(struct unit_row), unit_fields, COUNT(unit_fields), NULL,
        true, save_unit, load_unit, each_unit},
    {"person", sizeof(struct person_row), person_fields, COUNT(person_fields),
        NULL, true, save_person, load_person, each_person},
    {"employment", sizeof(struct employment_row), employment_fields,
        COUNT(employment_fields),
        " to_day ended_at ended_by voided_at voided_by ", false,
        save_employment, load_employment, each_employment},
    {"absence", sizeof(struct absence_row), absence_fields,
        COUNT(absence_fields),
        " until_day ended_at ended_by voided_at voided_by ", false,
        save_absence, load_absence, each_absence},
    {"subscription", sizeof(struct subscription_row), subscription_fields,
        COUNT(subscription_fields), NULL, true, save_subscription,
        load_subscription, each_subscription},
    {"assignment", sizeof(struct assignment_row), assignment_fields,
        COUNT(assignment_fields),
        " to_at closed_by close_reason voided_at voided_by ", false,
        save_assignment, load_assignment, each_assignment},
    {"evidence_key", sizeof(struct evidence_key_row), evidence_key_fields,
        COUNT(evidence_key_fields), NULL, false, save_evidence_key,
        load_evidence_key, each_evidence_key},
    {"exception", sizeof(struct exception_row), exception_fields,
        COUNT(exception_fields), " until_at revoked_at revoked_by ", false,
        save_exception, load_exception, each_exception},
    {"catalogue", sizeof(struct catalogue_row), catalogue_fields,
        COUNT(catalogue_fields), NULL, true, save_catalogue, load_catalogue,
        each_catalogue},
    {"api_token", sizeof(struct api_token_row), api_token_fields,
        COUNT(api_token_fields),
        " expires_at last_used_at revoked_at revoked_by ", false,
        save_api_token, load_api_token, each_api_token},
    {"statement", sizeof(struct statement_row), statement_fields,
        COUNT(statement_fields), NULL, false, save_statement, load_statement,
        each_statement},
    {"task", sizeof(struct task_row), task_fields, COUNT(task_fields),
        " state result closed_by due_at remind_at escalate_at expires_at "
        "reminded_at escalated_at closed_at next_at ",
        false, save_task, load_task, each_task},
    {"equipment_order", sizeof(struct equipment_order_row),
        equipment_order_fields, COUNT(equipment_order_fields),
        " state device_id subscription_id decided_by decided_by_person_id note "
        "decided_at ordered_at linked_at closed_at ",
        false, save_equipment_order, load_equipment_order,
        each_equipment_order},
    {"page_link", sizeof(struct page_link_row), page_link_fields,
        COUNT(page_link_fields),
        " form_sha256 expires_at opened_at used_at revoked_at ", false,
        save_page_link, load_page_link, each_page_link},
};
const size_t kind_count = COUNT(kinds);

/* ---- what rows refer to ---- */

static int save_ground(struct txn *txn, void *arg, struct err *err)
{
	struct ground *ground = arg;
	struct person_row person = {.created_at = FIXTURE_NOW};
	int rc = 0;
	int i;

	for (i = 0; rc == 0 && i < 2; i++) {
		COPY(person.id, ground->people[i]);
		COPY(person.org_id, ground->orgs[i].id);
		COPY(person.name, "Grund Person");
		rc = store_organisation_save(txn, &ground->orgs[i], err);
		if (rc == 0)
			rc = store_person_save(txn, &person, err);
	}
	return rc;
}

void ground_make(struct fixture *fixture, struct ground *out)
{
	int i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < 2; i++) {
		(void)snprintf(out->orgs[i].id, STORE_ID, "org-%d", i);
		(void)snprintf(out->orgs[i].slug, 8, "org%d", i);
		(void)snprintf(out->people[i], STORE_ID, "~ground-%d", i);
	}
	fixture_write(fixture, save_ground, out);
}

/* ---- rows ---- */

static const struct field *find_field(
    const struct kind *kind, const char *column)
{
	size_t i;

	for (i = 0; i < kind->count; i++)
		if (strcmp(kind->fields[i].column, column) == 0)
			return &kind->fields[i];
	return NULL;
}

char *kind_text(const struct kind *kind, void *row, const char *column)
{
	return (char *)row + find_field(kind, column)->offset;
}

static void put_number(const struct field *field, char *at, int64_t value)
{
	int narrow = (int)(value % (field->max + 1));
	bool flag = value & 1;
	size_t len = field->size;

	if (field->kind == FIELD_INT64) {
		memcpy(at, &value, sizeof(value));
	} else if (field->kind == FIELD_ENUM) {
		memcpy(at, &narrow, sizeof(narrow));
	} else if (field->kind == FIELD_BOOL) {
		memcpy(at, &flag, sizeof(flag));
	} else if (field->kind == FIELD_BYTES) {
		memset(at, (int)value, len);
		memcpy(
		    at - field->offset + field->len_offset, &len, sizeof(len));
	}
}

/* Rows of one organisation must not collide where the schema wants one. */
static bool is_unique(const char *column)
{
	static const char *const names[] = {"external_id", "mail", "iccid",
	    "name", "token_sha256", "subject_id", "device_id",
	    "subscription_id"};
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], column) == 0)
			return true;
	return false;
}

static void put_text(
    const struct field *field, char *at, char letter, int number)
{
	char digits[16];

	rows_fill(at, field->size, letter);
	if (!is_unique(field->column))
		return;
	(void)snprintf(digits, sizeof(digits), "%03d", number);
	memcpy(at, digits, 3);
}

void *kind_make(
    const struct kind *kind, const struct ground *ground, int of, int number)
{
	char *row = calloc(1, kind->size);
	const struct field *field;
	char id[STORE_ID];
	size_t i;

	assert_non_null(row);
	for (i = 0; i < kind->count; i++) {
		field = &kind->fields[i];
		if (field->kind == FIELD_TEXT)
			put_text(field, row + field->offset,
			    (char)('a' + i % 26), number);
		else
			put_number(
			    field, row + field->offset, (int64_t)(100 + i));
	}
	(void)snprintf(id, sizeof(id), "%s-%02d", kind->name, number);
	fixture_copy(
	    kind_text(kind, row, "id"), find_field(kind, "id")->size, id);
	fixture_copy(
	    kind_text(kind, row, "org_id"), STORE_ID, ground->orgs[of].id);
	if (find_field(kind, "person_id"))
		fixture_copy(kind_text(kind, row, "person_id"), STORE_ID,
		    ground->people[of]);
	return row;
}

bool kind_may_change(const struct kind *kind, const char *column)
{
	char word[80];

	if (strcmp(column, "id") == 0 || strcmp(column, "org_id") == 0)
		return false;
	(void)snprintf(word, sizeof(word), " %s ", column);
	return !kind->changing || strstr(kind->changing, word);
}

void kind_alter(const struct kind *kind, size_t index, void *row)
{
	const struct field *field = &kind->fields[index];
	char *at = (char *)row + field->offset;
	int64_t wide;
	int narrow;
	bool flag;

	if (field->kind == FIELD_TEXT) {
		at[0] = at[0] == 'Z' ? 'Y' : 'Z';
	} else if (field->kind == FIELD_BYTES) {
		at[0] ^= 1;
	} else if (field->kind == FIELD_INT64) {
		memcpy(&wide, at, sizeof(wide));
		wide++;
		memcpy(at, &wide, sizeof(wide));
	} else if (field->kind == FIELD_BOOL) {
		memcpy(&flag, at, sizeof(flag));
		flag = !flag;
		memcpy(at, &flag, sizeof(flag));
	} else {
		memcpy(&narrow, at, sizeof(narrow));
		narrow = (narrow + 1) % (field->max + 1);
		memcpy(at, &narrow, sizeof(narrow));
	}
}
