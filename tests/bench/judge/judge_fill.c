#include "tests/bench/judge/judge_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "policies/calendar.h"
#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_known.h"
#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"

#define BATCH 200
#define UNIT_SIZE 40 /* people */
#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

void fill_id(const struct fill *fill, char kind, unsigned n, char out[STORE_ID])
{
	(void)snprintf(out, STORE_ID, "0190%04x-%04x-7000-8000-%012x",
	    fill->number, (unsigned)kind, n);
}

/* What every phone says alike, encoded once. */
struct said {
	struct buf security;
	struct buf profiles;
};

struct batch {
	const struct fill *fill;
	const struct said *said;
	unsigned from;
	unsigned to;
	struct txn *txn;
	struct err *err;
	struct device_facts *device; /* scratch */
};

static int said_make(
    const struct fill *fill, struct said *said, struct err *err)
{
	struct security_facts security;
	struct profile_list_facts list = {.count = 8};
	unsigned i;
	int rc;

	security_facts_init(&security);
	security.passcode_present = FACT_YES;
	security.passcode_compliant = FACT_YES;
	security.passcode_compliant_with_profiles = FACT_YES;
	security.is_user_enrolment = FACT_NO;
	list.entries = calloc(list.count, sizeof(*list.entries));
	if (!list.entries)
		return err_memory(err);
	for (i = 0; i < list.count; i++) {
		(void)snprintf(list.entries[i].identifier,
		    sizeof(list.entries[i].identifier), "com.example.p%u", i);
		COPY(list.entries[i].display_name, "A profile of the phone");
		COPY(list.entries[i].uuid,
		    "00000000-0000-4000-8000-00000000000a");
		list.entries[i].is_managed = FACT_YES;
	}
	COPY(list.entries[7].identifier, fill->profile->summary.identifier);
	COPY(list.entries[7].uuid, fill->profile->summary.uuid);
	rc = security_facts_encode(&security, &said->security, err);
	if (rc == 0)
		rc = profile_list_facts_encode(&list, &said->profiles, err);
	free(list.entries);
	return rc;
}

static int save_unit(const struct batch *batch, unsigned n)
{
	const struct fill *fill = batch->fill;
	struct unit_row row = {
	    .created_at = fill->now, .changed_at = fill->now};

	fill_id(fill, 'u', n / UNIT_SIZE, row.id);
	COPY(row.org_id, fill->tenant->organisation.id);
	(void)snprintf(row.name, sizeof(row.name), "Enheten %u", n / UNIT_SIZE);
	fill_id(fill, 'p', n, row.manager_id);
	fill_id(fill, 'p', n + 1, row.coordinator_id);
	return store_unit_save(batch->txn, &row, batch->err);
}

static int save_person(const struct batch *batch, unsigned n)
{
	const struct fill *fill = batch->fill;
	struct person_row row = {
	    .created_at = fill->now, .changed_at = fill->now};
	struct employment_row work = {.made_at = fill->now};
	int rc;

	fill_id(fill, 'p', n, row.id);
	COPY(row.org_id, fill->tenant->organisation.id);
	(void)snprintf(row.name, sizeof(row.name), "Person %u", n);
	(void)snprintf(row.number, sizeof(row.number), "+4670%07u", n);
	fill_id(fill, 'u', n / UNIT_SIZE, row.unit_id);
	rc = store_person_save(batch->txn, &row, batch->err);
	fill_id(fill, 'e', n, work.id);
	COPY(work.org_id, row.org_id);
	COPY(work.person_id, row.id);
	COPY(work.unit_id, row.unit_id);
	work.roles =
	    PACK_ROLE_EMPLOYEE | (n % UNIT_SIZE == 0 ? PACK_ROLE_MANAGER : 0);
	work.from_day = 19000;
	return rc < 0 ? rc
	              : store_employment_save(batch->txn, &work, batch->err);
}

static int save_facts(const struct batch *batch, unsigned n, const char *life)
{
	const struct fill *fill = batch->fill;
	struct device_facts *facts = batch->device;
	int64_t at = fill->now - 2 * TIME_HOUR_MS;
	struct buf json = {0};
	int rc;

	device_facts_init(facts);
	COPY(facts->os_version, "18.6");
	COPY(facts->model_name, "iPhone 14");
	facts->is_supervised = FACT_YES;
	facts->last_cloud_backup_ms = fill->now - TIME_DAY_MS;
	facts->subscription_count = 2;
	(void)snprintf(facts->subscriptions[0].iccid,
	    sizeof(facts->subscriptions[0].iccid), "89460712345%08u", n);
	COPY(facts->subscriptions[0].slot, "CTSubscriptionSlotOne");
	COPY(facts->subscriptions[1].slot, "CTSubscriptionSlotTwo");
	rc = device_facts_encode(facts, &json, batch->err);
	if (rc == 0)
		rc = store_facts_save(batch->txn, life, "DeviceInformation",
		    "mdm", at, (const char *)json.data, json.len, batch->err);
	buf_clear(&json);
	if (rc == 0)
		rc = store_facts_save(batch->txn, life, "SecurityInfo", "mdm",
		    at, (const char *)batch->said->security.data,
		    batch->said->security.len, batch->err);
	if (rc == 0)
		rc = store_facts_save(batch->txn, life, "ProfileList", "mdm",
		    at, (const char *)batch->said->profiles.data,
		    batch->said->profiles.len, batch->err);
	return rc;
}

static int save_command(
    const struct batch *batch, const char *device, const char *life, unsigned n)
{
	const struct fill *fill = batch->fill;
	struct command row = {
	    .created_at = fill->now - 30 * TIME_DAY_MS,
	};
	int rc;

	fill_id(fill, 'c', n, row.id);
	COPY(row.org_id, fill->tenant->organisation.id);
	COPY(row.device_id, device);
	COPY(row.life_id, life);
	COPY(row.request_type, "InstallProfile");
	COPY(row.purpose, fill->profile->purpose);
	rc = store_command_insert(
	    batch->txn, &row, (const uint8_t *)"x", 1, batch->err);
	row.state = COMMAND_ACKNOWLEDGED;
	row.closed_at = row.created_at + TIME_MINUTE_MS;
	return rc < 0 ? rc : store_command_update(batch->txn, &row, batch->err);
}

static int save_phone(const struct batch *batch, unsigned n)
{
	const struct fill *fill = batch->fill;
	struct link link = {.created_at = fill->now};
	struct device device = {.created_at = fill->now};
	struct life life = {
	    .state = LIFE_ENROLLED,
	    .started_at = fill->now - 60 * TIME_DAY_MS,
	    .enrolled_at = fill->now - 60 * TIME_DAY_MS,
	};
	int rc;

	fill_id(fill, 'k', n, link.id);
	COPY(link.org_id, fill->tenant->organisation.id);
	COPY(link.token_sha256, link.id);
	fill_id(fill, 'd', n, device.id);
	COPY(device.org_id, link.org_id);
	(void)snprintf(
	    device.udid, sizeof(device.udid), "U%u-%u", fill->number, n);
	(void)snprintf(
	    device.serial, sizeof(device.serial), "S%u-%u", fill->number, n);
	COPY(device.os_version, "18.6");
	fill_id(fill, 'l', n, device.life_id);
	fill_id(fill, 'p', n, device.person_id);
	COPY(life.id, device.life_id);
	COPY(life.org_id, link.org_id);
	COPY(life.device_id, device.id);
	COPY(life.link_id, link.id);
	rc = store_link_save(batch->txn, &link, batch->err);
	if (rc == 0)
		rc = store_device_save(batch->txn, &device, batch->err);
	if (rc == 0)
		rc = store_life_save(batch->txn, &life, batch->err);
	if (rc == 0)
		rc = save_facts(batch, n, life.id);
	return rc < 0 ? rc : save_command(batch, device.id, life.id, n);
}

static int save_assignment(
    const struct batch *batch, unsigned n, enum assignment_kind kind)
{
	const struct fill *fill = batch->fill;
	struct assignment_row row = {
	    .kind = kind,
	    .from_at = fill->now - 60 * TIME_DAY_MS,
	};

	fill_id(fill, kind == ASSIGNMENT_PHONE ? 'a' : 'b', n, row.id);
	COPY(row.org_id, fill->tenant->organisation.id);
	fill_id(fill, 'p', n, row.person_id);
	fill_id(fill, 'd', n, row.device_id);
	if (kind == ASSIGNMENT_SUBSCRIPTION)
		fill_id(fill, 's', n, row.subscription_id);
	return store_assignment_save(batch->txn, &row, batch->err);
}

static int save_item(const struct batch *batch, enum store_subject kind,
    const char *id, const char *fact, const char *source, const char *word)
{
	const struct fill *fill = batch->fill;
	struct evidence_item_row row = {
	    .subject_kind = kind,
	    .observed_at = fill->now - 2 * TIME_HOUR_MS,
	    .valid_until = fill->now + 7 * TIME_DAY_MS,
	    .received_at = fill->now,
	};

	COPY(row.org_id, fill->tenant->organisation.id);
	COPY(row.subject_id, id);
	COPY(row.fact, fact);
	COPY(row.source, source);
	COPY(row.method, source);
	COPY(row.word, word);
	return store_evidence_item_save(batch->txn, &row, NULL, batch->err);
}

static int save_sim(const struct batch *batch, unsigned n)
{
	const struct fill *fill = batch->fill;
	struct subscription_row row = {
	    .created_at = fill->now, .changed_at = fill->now};
	char device[STORE_ID];
	char word[64];
	int rc;

	fill_id(fill, 's', n, row.id);
	COPY(row.org_id, fill->tenant->organisation.id);
	(void)snprintf(row.number, sizeof(row.number), "+4670%07u", n);
	(void)snprintf(row.iccid, sizeof(row.iccid), "89460712345%08u", n);
	COPY(row.operator, "telia");
	fill_id(fill, 'd', n, device);
	(void)snprintf(word, sizeof(word), SIGHTING_AT "%s", device);
	rc = store_subscription_save(batch->txn, &row, batch->err);
	if (rc == 0)
		rc = save_assignment(batch, n, ASSIGNMENT_PHONE);
	if (rc == 0)
		rc = save_assignment(batch, n, ASSIGNMENT_SUBSCRIPTION);
	if (rc == 0)
		rc = save_item(batch, STORE_SUBJECT_SUBSCRIPTION, row.id,
		    SIGHTING_FACT, "mdm", word);
	if (rc == 0)
		rc = save_item(batch, STORE_SUBJECT_PHONE, device,
		    INVENTORY_FACT, "mdm", "listed");
	return rc;
}

static int save_word(const struct batch *batch, unsigned n)
{
	static const char *const greetings[] = {
	    "personal", "personal", "default", "unknown"};
	const struct fill *fill = batch->fill;
	struct statement_row row = {
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .is_yes = true,
	    .at = fill->now - 10 * TIME_DAY_MS,
	    .valid_until = fill->now + 100 * TIME_DAY_MS,
	};
	char person[STORE_ID];
	size_t i;
	int rc;

	fill_id(fill, 'p', n, person);
	rc = save_item(batch, STORE_SUBJECT_PERSON, person,
	    "voicemail.greeting", "vvm-imap", greetings[n % 4]);
	if (rc == 0)
		rc = save_item(batch, STORE_SUBJECT_PERSON, person,
		    "directory.number", "csv-import", "match");
	for (i = 0; rc == 0 && i < pack_rule_count(fill->tenant->pack); i++) {
		const struct pack_rule *rule =
		    pack_rule_at(fill->tenant->pack, i);

		if (rule->class != PACK_ATTEST ||
		    rule->subject != PACK_SUBJECT_PERSON)
			continue;
		fill_id(fill, 't', n * 64 + (unsigned)i, row.id);
		COPY(row.org_id, fill->tenant->organisation.id);
		COPY(row.person_id, person);
		COPY(row.subject_id, person);
		COPY(row.rule, rule->id);
		rc = store_statement_insert(batch->txn, &row, batch->err);
	}
	return rc;
}

static int save_batch(struct txn *txn, void *arg, struct err *err)
{
	struct batch batch = *(const struct batch *)arg;
	unsigned n;
	int rc = 0;

	batch.txn = txn;
	batch.err = err;
	for (n = batch.from; rc == 0 && n < batch.to; n++) {
		if (n % UNIT_SIZE == 0)
			rc = save_unit(&batch, n);
		if (rc == 0)
			rc = save_person(&batch, n);
		if (rc == 0)
			rc = save_phone(&batch, n);
		if (rc == 0)
			rc = save_sim(&batch, n);
		if (rc == 0)
			rc = save_word(&batch, n);
	}
	return rc;
}

static int save_organisation(struct txn *txn, void *arg, struct err *err)
{
	const struct fill *fill = arg;

	return store_organisation_save(txn, &fill->tenant->organisation, err);
}

int fill_organisation(const struct fill *fill, struct err *err)
{
	struct fill row = *fill;
	struct said said = {0};
	struct batch batch = {.fill = fill, .said = &said};
	int rc = store_write(fill->store, save_organisation, &row, err);

	batch.device = malloc(sizeof(*batch.device));
	if (rc == 0 && !batch.device)
		rc = err_memory(err);
	if (rc == 0)
		rc = said_make(fill, &said, err);
	for (; rc == 0 && batch.from < fill->people; batch.from = batch.to) {
		batch.to = batch.from + BATCH < fill->people
		    ? batch.from + BATCH
		    : fill->people;
		rc = store_write(fill->store, save_batch, &batch, err);
	}
	buf_clear(&said.security);
	buf_clear(&said.profiles);
	free(batch.device);
	return rc;
}
