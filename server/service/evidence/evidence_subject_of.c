#include "server/service/evidence/evidence_subject_of.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_sighting.h"
#include "server/store/store_bench.h"
#include "server/store/store_imei.h"

#define UNITS_DEEP 32 /* a tree of units is a handful deep */

/* Subscriptions ------------------------------------------------------------ */

struct numbered {
	const struct evidence_item *item;
	struct subscription_row found;
	unsigned ordinary; /* that are no accessory */
};

static bool expects(const struct subscription_row *row, const char *imei)
{
	return *imei && strstr(row->expected_imeis, imei) != NULL;
}

/*
 * A watch shares its phone's number: what is said of the number is said of the
 * phone's card, unless the equipment seen is the watch.
 */
static int take_numbered(void *arg, const struct subscription_row *row)
{
	struct numbered *numbered = arg;

	if (row->flags == 0) {
		numbered->ordinary++;
		if (!numbered->found.id[0] || numbered->found.flags == 0)
			numbered->found = *row;
	} else if (expects(row, numbered->item->value.imei) ||
	    !numbered->found.id[0]) {
		numbered->found = *row;
	}
	return 0;
}

static int find_number(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct subscription_row *out,
    struct err *err)
{
	struct numbered numbered = {.item = item};
	int rc = store_subscription_each_number(
	    txn, org_id, item->subject.value, take_numbered, &numbered, err);

	if (rc < 0)
		return rc;
	if (!numbered.found.id[0] || numbered.ordinary > 1)
		return -ERR_NOT_FOUND;
	*out = numbered.found;
	return 0;
}

/* People ----------------------------------------------------------------- */

struct directory {
	const char *number;
	char person_id[STORE_ID];
	unsigned count;
};

static int take_person(void *arg, const struct person_row *row)
{
	struct directory *directory = arg;

	if (strcmp(row->number, directory->number) == 0) {
		(void)str_copy(directory->person_id,
		    sizeof(directory->person_id), row->id);
		directory->count++;
	}
	return 0;
}

/* A fixed number is in no subscription; the directory knows whose it is. */
static int find_listed(struct txn *txn, const char *org_id, const char *number,
    struct evidence_whom *out, struct err *err)
{
	struct directory directory = {.number = number};
	int rc = store_person_each_match(
	    txn, org_id, number, "", 0, take_person, &directory, err);

	if (rc < 0)
		return rc;
	if (directory.count != 1)
		return -ERR_NOT_FOUND;
	(void)str_copy(
	    out->person_id, sizeof(out->person_id), directory.person_id);
	return 0;
}

static int hold_subscription(
    struct txn *txn, const char *org_id, struct evidence_whom *out)
{
	struct assignment_row held;
	int rc = store_assignment_find_subscription(
	    txn, org_id, out->subscription.id, 0, &held, NULL);

	if (rc == 0)
		(void)str_copy(
		    out->person_id, sizeof(out->person_id), held.person_id);
	(void)str_copy(
	    out->unit_id, sizeof(out->unit_id), out->subscription.unit_id);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int hold_phone(struct txn *txn, const char *org_id,
    const struct device *device, struct evidence_whom *out)
{
	struct assignment_row held;
	int rc;

	out->is_private = device->is_private;
	rc = store_assignment_find_phone(
	    txn, org_id, device->id, 0, &held, NULL);
	if (rc == 0)
		(void)str_copy(
		    out->person_id, sizeof(out->person_id), held.person_id);
	return rc;
}

/* The kinds of subject -------------------------------------------------------- */

static int by_tel(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	int rc = find_number(txn, org_id, item, &out->subscription, err);

	if (rc == -ERR_NOT_FOUND)
		return find_listed(txn, org_id, item->subject.value, out, err);
	return rc == 0 ? hold_subscription(txn, org_id, out) : rc;
}

static int by_iccid(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	int rc = sighting_find_subscription(
	    txn, org_id, item->subject.value, &out->subscription, err);

	return rc == 0 ? hold_subscription(txn, org_id, out) : rc;
}

static int by_imei(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	char device_id[STORE_ID];
	struct device device;
	int rc =
	    store_imei_find(txn, org_id, item->subject.value, device_id, err);

	if (rc == 0)
		rc = store_device_load_of(txn, org_id, device_id, &device, err);
	return rc == 0 ? hold_phone(txn, org_id, &device, out) : rc;
}

static int by_serial(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	struct device device;
	int rc = store_device_find_serial(
	    txn, org_id, item->subject.value, &device, err);

	return rc == 0 ? hold_phone(txn, org_id, &device, out) : rc;
}

static int by_person(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	struct person_row row;
	int rc =
	    store_person_load(txn, org_id, item->subject.value, &row, NULL);

	if (rc == -ERR_NOT_FOUND)
		rc = store_person_find_external(
		    txn, org_id, item->subject.value, &row, err);
	if (rc == 0)
		(void)str_copy(out->person_id, sizeof(out->person_id), row.id);
	return rc;
}

/* An eUICC holds several subscriptions: it names none of them. */
static int by_eid(struct txn *txn, const char *org_id,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	(void)txn;
	(void)org_id;
	(void)item;
	(void)out;
	return err_set(err, ERR_NOT_FOUND, "an EID names no subscription");
}

/* The unit: of the newest employment in force, else as the person says ------- */

static int take_employment(void *arg, const struct employment_row *row)
{
	struct evidence_whom *whom = arg;

	if (row->unit_id[0])
		(void)str_copy(
		    whom->unit_id, sizeof(whom->unit_id), row->unit_id);
	return 0;
}

static int find_unit(struct txn *txn, const char *org_id, int32_t today,
    struct evidence_whom *whom, struct err *err)
{
	struct person_row row;
	int rc;

	if (!whom->person_id[0])
		return 0;
	rc = store_person_load(txn, org_id, whom->person_id, &row, err);
	if (rc < 0)
		return rc;
	if (row.unit_id[0])
		(void)str_copy(
		    whom->unit_id, sizeof(whom->unit_id), row.unit_id);
	return store_employment_each_on(
	    txn, org_id, whom->person_id, today, take_employment, whom, err);
}

int evidence_whom_find(struct txn *txn, const char *org_id, int32_t today,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err)
{
	static int (*const finders[EVIDENCE_SUBJECT_KIND_COUNT])(
	    struct txn * txn, const char *org_id,
	    const struct evidence_item *item, struct evidence_whom *out,
	    struct err *err) = {
	    [EVIDENCE_SUBJECT_TEL] = by_tel,
	    [EVIDENCE_SUBJECT_ICCID] = by_iccid,
	    [EVIDENCE_SUBJECT_EID] = by_eid,
	    [EVIDENCE_SUBJECT_IMEI] = by_imei,
	    [EVIDENCE_SUBJECT_SERIAL] = by_serial,
	    [EVIDENCE_SUBJECT_PERSON] = by_person,
	};
	int rc;

	memset(out, 0, sizeof(*out));
	if ((unsigned)item->subject.kind >= EVIDENCE_SUBJECT_KIND_COUNT)
		return -ERR_NOT_FOUND;
	rc = finders[item->subject.kind](txn, org_id, item, out, err);
	return rc == 0 ? find_unit(txn, org_id, today, out, err) : rc;
}

int evidence_unit_is_below(struct txn *txn, const char *org_id,
    const char *unit_id, const char *top_id, bool *out, struct err *err)
{
	struct unit_row unit;
	char at[STORE_ID];
	int depth;
	int rc;

	*out = false;
	(void)str_copy(at, sizeof(at), unit_id);
	for (depth = 0; *at && depth < UNITS_DEEP; depth++) {
		if (strcmp(at, top_id) == 0) {
			*out = true;
			return 0;
		}
		rc = store_unit_load(txn, org_id, at, &unit, err);
		if (rc < 0)
			return rc == -ERR_NOT_FOUND ? 0 : rc;
		(void)str_copy(at, sizeof(at), unit.parent_id);
	}
	return 0;
}
