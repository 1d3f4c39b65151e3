#include "server/service/receipt/receipt_issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/notify/notify.h"
#include "server/service/page/page.h"
#include "server/service/service.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))
/* Two letters of it: "sv" of "sv-SE". */
#define COPY_LANGUAGE(receipt, from)                                           \
	(void)snprintf(                                                        \
	    (receipt)->language, sizeof((receipt)->language), "%.2s", (from))

void receipt_number_text(const struct receipt_row *row, char out[24])
{
	(void)snprintf(out, 24, "%lld-%lld", (long long)row->year,
	    (long long)row->running);
}

static int fill_person(
    struct receipt_work *work, const char *person_id, struct err *err)
{
	struct receipt *receipt = work->receipt;
	struct task_person person;
	struct unit_row unit;
	const char *language = NULL;
	int rc;

	COPY_LANGUAGE(receipt, work->world.language);
	if (!*person_id)
		return 0;
	rc = task_person_load(work->txn, &work->world, person_id, &person, err);
	if (rc < 0)
		return rc;
	COPY(receipt->person_id, person_id);
	COPY(receipt->person, person.row.name);
	language = page_language_find(person.row.language);
	if (language)
		COPY_LANGUAGE(receipt, language);
	if (person.unit_id[0] &&
	    store_unit_load(work->txn, work->world.org_id, person.unit_id,
	        &unit, NULL) == 0)
		COPY(receipt->unit, unit.name);
	return 0;
}

int receipt_work_begin(struct receipt_work *work, struct txn *txn,
    struct service *service, const char *org_id, enum receipt_kind kind,
    const char *person_id, struct err *err)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	int rc;

	memset(work, 0, sizeof(*work));
	work->txn = txn;
	work->receipt = receipt;
	if (!receipt)
		return err_memory(err);
	rc = task_world_init(service, org_id, &work->world, err);
	if (rc < 0)
		return rc;
	receipt->kind = kind;
	receipt->issued_at = work->world.now / TIME_SECOND_MS * TIME_SECOND_MS;
	uuid_make(work->world.now, service->rng, receipt->id);
	COPY(receipt->organisation_id, org_id);
	COPY(receipt->organisation, work->world.organisation);
	COPY(receipt->zone, calendar_zone_name(work->world.place.zone));
	work->row.kind = kind;
	COPY(work->row.id, receipt->id);
	COPY(work->row.org_id, org_id);
	COPY(work->row.person_id, person_id);
	return fill_person(work, person_id, err);
}

void receipt_work_clear(struct receipt_work *work)
{
	free(work->receipt);
	work->receipt = NULL;
}

/* ---- what it is about ---- */

/* NULL: there is no room, and it is counted. */
static struct receipt_thing *thing_add(
    struct receipt_work *work, enum receipt_thing_kind kind)
{
	struct receipt *receipt = work->receipt;
	struct receipt_thing *thing;

	if (receipt->thing_count == RECEIPT_THINGS_MAX) {
		receipt->things_more++;
		return NULL;
	}
	thing = &receipt->things[receipt->thing_count++];
	thing->kind = kind;
	return thing;
}

/* Of a private phone nothing that invariant 9 keeps away is stored. */
int receipt_add_phone(
    struct receipt_work *work, const char *device_id, struct err *err)
{
	struct receipt_thing *thing;
	struct device device;
	int rc = store_device_load_of(
	    work->txn, work->world.org_id, device_id, &device, err);

	if (rc < 0)
		return rc;
	if (!work->row.device_id[0])
		COPY(work->row.device_id, device.id);
	thing = thing_add(work, RECEIPT_PHONE);
	if (!thing)
		return 0;
	COPY(thing->id, device.id);
	COPY(thing->name, device.model[0] ? device.model : device.name);
	COPY(thing->serial, device.serial);
	if (!device.is_private)
		(void)str_copy(thing->imei, sizeof(thing->imei), device.imei);
	return 0;
}

int receipt_add_subscription(struct receipt_work *work,
    const char *subscription_id, enum receipt_sim sim, struct err *err)
{
	struct receipt_thing *thing;
	struct subscription_row row;
	int rc = store_subscription_load(
	    work->txn, work->world.org_id, subscription_id, &row, err);

	if (rc < 0)
		return rc;
	thing = thing_add(work, RECEIPT_SUBSCRIPTION);
	if (!thing)
		return 0;
	thing->sim = sim;
	COPY(thing->id, row.id);
	COPY(thing->name, row.operator);
	COPY(thing->number, row.number);
	COPY(thing->iccid, row.iccid);
	return 0;
}

void receipt_add_accessory(
    struct receipt_work *work, const char *id, const char *name)
{
	struct receipt_thing *thing = thing_add(work, RECEIPT_ACCESSORY);

	if (!thing)
		return;
	COPY(thing->id, id);
	COPY(thing->name, name);
}

/* ---- who signed ---- */

/* By the name of who recorded it: "page:<id>", "token:<name>", "local" or
 * "local:<user>" (server/office/auth.c). */
static enum receipt_way way_of(const char *by)
{
	if (strncmp(by, "page:", 5) == 0)
		return RECEIPT_BY_LINK;
	return strcmp(by, "local") == 0 || strncmp(by, "local:", 6) == 0
	    ? RECEIPT_BY_COMMAND_LINE
	    : RECEIPT_BY_API;
}

int receipt_add_signature(struct receipt_work *work,
    const struct receipt_signed *said, struct err *err)
{
	struct receipt *receipt = work->receipt;
	struct receipt_signature *signature;
	struct person_row person;

	if (receipt->signature_count == RECEIPT_SIGNATURES_MAX)
		return err_set(err, ERR_LIMIT, "too many signatures");
	signature = &receipt->signatures[receipt->signature_count++];
	signature->role = said->role;
	signature->way = way_of(said->by);
	signature->codes = said->codes;
	signature->at = said->at / TIME_SECOND_MS * TIME_SECOND_MS;
	COPY(signature->typed, said->typed);
	COPY(signature->person_id, said->person_id);
	if (signature->way != RECEIPT_BY_LINK)
		COPY(signature->recorded_by, said->by);
	if (said->reason)
		COPY(signature->reason, said->reason);
	if (said->text_sha256)
		COPY(signature->text_sha256, said->text_sha256);
	if (*said->person_id &&
	    store_person_load(work->txn, work->world.org_id, said->person_id,
	        &person, NULL) == 0)
		COPY(signature->name, person.name);
	return 0;
}

/* ---- number, text, what follows ---- */

static int number_take(struct receipt_work *work, struct err *err)
{
	struct calendar_date date;
	int rc;

	calendar_date_of(work->world.today, &date);
	work->row.year = date.year;
	rc = store_receipt_next(
	    work->txn, work->world.org_id, date.year, &work->row.running, err);
	if (rc == 0)
		receipt_number_text(&work->row, work->receipt->number);
	return rc;
}

static int row_save(struct receipt_work *work, const char *by, struct err *err)
{
	struct buf json = {0};
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned hash_len = 0;
	int rc = receipt_encode(work->receipt, &json, err);

	if (rc == 0 &&
	    EVP_Digest(
	        json.data, json.len, hash, &hash_len, EVP_sha256(), NULL) != 1)
		rc = err_memory(err);
	if (rc == 0) {
		str_hex(work->row.body_sha256, hash, hash_len);
		COPY(work->row.language, work->receipt->language);
		COPY(work->row.case_id, work->receipt->case_id);
		COPY(work->row.issued_by, by);
		work->row.issued_at = work->world.now;
		rc = store_receipt_insert(
		    work->txn, &work->row, (const char *)json.data, err);
	}
	buf_clear(&json);
	return rc;
}

static int tell(struct receipt_work *work, const char *by, struct err *err)
{
	const struct receipt_row *row = &work->row;
	struct service *service = work->world.service;
	const char *kind = receipt_kind_name(work->receipt->kind);
	const struct audit_note note = {.action = AUDIT_RECEIPT_ISSUED,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "receipt",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .case_id = row->case_id,
	    .params = {{"kind", kind}, {"number", work->receipt->number},
	        {"sha256", row->body_sha256}}};
	const struct event event = {.org_id = row->org_id,
	    .kind = EVENT_RECEIPT_ISSUED,
	    .state = kind,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .case_id = row->case_id,
	    .receipt_id = row->id,
	    .by = by};
	int rc = audit_write(work->txn, service, &note, err);

	return rc == 0 ? notify_event(work->txn, service, &event, err) : rc;
}

/* To everybody of the ledger who signed it. */
static int mail(struct receipt_work *work, struct err *err)
{
	const struct receipt *receipt = work->receipt;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < receipt->signature_count; i++) {
		const struct notice notice = {.org_id = work->row.org_id,
		    .kind = NOTICE_RECEIPT,
		    .person_id = receipt->signatures[i].person_id,
		    .receipt_id = work->row.id,
		    .what = receipt->number};

		rc =
		    notify_person(work->txn, work->world.service, &notice, err);
	}
	return rc;
}

int receipt_work_save(
    struct receipt_work *work, const char *by, struct err *err)
{
	const char *who = by && *by ? by : "server";
	int rc = number_take(work, err);

	if (rc == 0)
		rc = row_save(work, who, err);
	if (rc == 0)
		rc = tell(work, who, err);
	return rc == 0 ? mail(work, err) : rc;
}

/* ---- no longer so ---- */

int receipt_void_case(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, enum receipt_kind kind,
    const char *reason, struct err *err)
{
	struct receipt_row row;
	char number[24];
	int rc = store_receipt_find_case(txn, org_id, case_id, kind, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = store_receipt_void(txn, org_id, row.id, reason,
		    clock_now(service->clock), err);
	if (rc < 0)
		return rc;
	receipt_number_text(&row, number);
	return audit_write(txn, service,
	    &(const struct audit_note){.action = AUDIT_RECEIPT_VOIDED,
	        .org_id = org_id,
	        .subject_kind = "receipt",
	        .subject_id = row.id,
	        .person_id = row.person_id,
	        .device_id = row.device_id,
	        .case_id = case_id,
	        .why = reason,
	        .params = {{"kind", receipt_kind_name(kind)},
	            {"number", number}}},
	    err);
}

int receipt_purge_person(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, int64_t *purged, struct err *err)
{
	int64_t count = 0;
	int rc = store_receipt_purge_person(
	    txn, org_id, person_id, clock_now(service->clock), &count, err);

	if (rc == 0 && purged)
		*purged = count;
	return rc;
}
