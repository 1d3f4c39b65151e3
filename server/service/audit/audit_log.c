#include "server/service/audit/audit_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger.h"
#include "server/store/store_people.h"

static const char *some(const char *text)
{
	return text && *text ? text : NULL;
}

/* Whom or what a question names, as ids in the filter. */
struct named {
	char person_id[STORE_ID];
	char device_id[STORE_ID];
};

static int name_find(struct txn *txn, const char *org_id, const char *person,
    const char *device, struct named *out, struct err *err)
{
	struct person_row person_row;
	struct device device_row;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (some(person) && some(device))
		return err_set(err, ERR_INVALID,
		    "ask for a person or for a phone, not for both");
	if (some(person))
		rc = ledger_person_find(txn, org_id, person, &person_row, err);
	if (rc == 0 && some(person))
		(void)str_copy(
		    out->person_id, sizeof(out->person_id), person_row.id);
	if (rc == 0 && some(device))
		rc = ledger_phone_find(txn, org_id, device, &device_row, err);
	if (rc == 0 && some(device))
		(void)str_copy(
		    out->device_id, sizeof(out->device_id), device_row.id);
	return rc;
}

/* ---- looking ---- */

struct look {
	const struct actor *actor;
	const struct audit_question *question;
	service_audit_fn *fn;
	void *arg;
	struct txn *txn;
};

static int view_entry(void *arg, const struct audit_row *row)
{
	struct look *look = arg;
	struct audit_view view = {
	    .row = row, .title = audit_action_title(row->action)};
	struct person_row person;
	struct device device;

	/* One that was purged or is of another organisation has no name. */
	if (row->person_id[0] &&
	    store_person_load(
	        look->txn, row->org_id, row->person_id, &person, NULL) == 0)
		(void)str_copy(view.person, sizeof(view.person), person.name);
	if (row->device_id[0] &&
	    store_device_load(look->txn, row->device_id, &device, NULL) == 0 &&
	    strcmp(device.org_id, row->org_id) == 0)
		(void)str_copy(view.serial, sizeof(view.serial), device.serial);
	return look->fn(look->arg, &view);
}

static int look_read(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	const struct audit_question *question = look->question;
	struct named named;
	struct audit_filter filter = {
	    .org_id = look->actor->org_id,
	    .case_id = some(question->case_id),
	    .after_seq = question->before_seq,
	    .newest_first = true,
	    .limit = question->limit,
	};
	int rc = name_find(txn, filter.org_id, question->person,
	    question->device, &named, err);

	if (rc < 0)
		return rc;
	if (filter.case_id && (named.person_id[0] || named.device_id[0]))
		return err_set(err, ERR_INVALID,
		    "ask for a case, a person or a phone, one of them");
	filter.person_id = some(named.person_id);
	filter.device_id = some(named.device_id);
	look->txn = txn;
	return store_audit_each(txn, &filter, view_entry, look, err);
}

int service_audit_each(struct service *service, const struct actor *actor,
    const struct audit_question *question, service_audit_fn *fn, void *arg,
    struct err *err)
{
	struct look look = {
	    .actor = actor, .question = question, .fn = fn, .arg = arg};

	return store_read(service->store, look_read, &look, err);
}

/* ---- judging ---- */

static int judge_entry(void *arg, const struct audit_row *row)
{
	return audit_judge_entry(arg, row, NULL);
}

static int judge_checkpoint(void *arg, const struct audit_checkpoint *row)
{
	return audit_judge_checkpoint(arg, row, NULL);
}

static int judge_all(struct txn *txn, struct audit_judge *judge,
    const char *org_id, const struct audit_held *held,
    struct audit_finding *out, struct err *err)
{
	struct audit_filter filter = {.org_id = org_id};
	struct audit_head head;
	size_t i;
	int rc = store_audit_checkpoint_each(
	    txn, org_id, 0, judge_checkpoint, judge, err);

	for (i = 0; rc == 0 && held && i < held->count; i++)
		if (strcmp(held->rows[i].org_id, org_id) == 0)
			rc = audit_judge_checkpoint(judge, &held->rows[i], err);
	if (rc == 0)
		rc = store_audit_head_load(txn, org_id, &head, err);
	if (rc == 0)
		rc = store_audit_each(txn, &filter, judge_entry, judge, err);
	if (rc == 0)
		audit_judge_end(judge, &head, out);
	return rc;
}

int audit_verify(struct txn *txn, const char *org_id, const char *orders_key,
    const struct audit_held *held, struct audit_finding *out, struct err *err)
{
	struct audit_judge *judge = NULL;
	int rc = audit_judge_new(org_id, orders_key, &judge, err);

	if (rc < 0)
		return rc;
	rc = judge_all(txn, judge, org_id, held, out, err);
	/* A column that is no hash or too long is a finding, too. */
	if (rc == -ERR_CRYPTO || rc == -ERR_INTERNAL) {
		audit_judge_fault(judge, "%s",
		    err && err->text[0] ? err->text : "a row is broken");
		audit_judge_end(judge, NULL, out);
		rc = 0;
	}
	audit_judge_free(judge);
	return rc;
}

struct verify {
	const char *org_id;
	const char *orders_key;
	struct audit_finding *out;
};

static int verify_read(struct txn *txn, void *arg, struct err *err)
{
	struct verify *ask = arg;

	return audit_verify(
	    txn, ask->org_id, ask->orders_key, NULL, ask->out, err);
}

int service_audit_verify(struct service *service, const struct actor *actor,
    struct audit_finding *out, struct err *err)
{
	struct verify ask = {actor->org_id, service->orders_key, out};

	return store_read(service->store, verify_read, &ask, err);
}
