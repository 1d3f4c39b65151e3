/*
 * Declarative management: a phone asks what is declared for it and tells how it
 * stands. What is declared follows from the policy in force and the kind of
 * phone; nothing about it is stored. Its status is kept as facts.
 */
#include "proto/apple/status_facts.h"
#include "proto/base/err.h"
#include "server/service/judge/judge.h"
#include "server/service/mdm/visit.h"
#include "server/service/phone/phone_kind.h"

/* ---- what is declared ---- */

static int find_kind(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;

	return phone_kind_is_supervised(
	    txn, visit->identity->life_id, &visit->is_supervised, err);
}

static int give_declaration(const struct declarations *all,
    const struct declarative_request *request, struct buf *reply,
    struct err *err)
{
	const struct declaration *found =
	    declarations_find(all, request->group, request->identifier);

	if (!found)
		return err_set(err, ERR_NOT_FOUND,
		    "no declaration %s is meant for this phone",
		    request->identifier);
	buf_append(reply, found->json, found->json_len);
	return buf_check(reply, err);
}

/* With no policy in force the lists are empty, and it lets go of the rest. */
static int give(struct visit *visit, const struct declarative_request *request,
    struct buf *reply, struct err *err)
{
	static const struct declarations none;
	const struct tenant *tenant =
	    service_tenant_find(visit->service, visit->identity->org_id);
	const struct policy_profile *made;
	const struct declarations *all;
	int rc = store_read(visit->service->store, find_kind, visit, err);

	if (rc < 0)
		return rc;
	made = tenant ? tenant_profile(tenant, visit->is_supervised) : NULL;
	all = made ? &made->declarations : &none;
	switch (request->endpoint) {
	case ENDPOINT_TOKENS:
		return declarations_encode_tokens(
		    all, made ? made->made_at : visit->now, reply, err);
	case ENDPOINT_ITEMS:
		return declarations_encode_items(all, reply, err);
	case ENDPOINT_DECLARATION:
		return give_declaration(all, request, reply, err);
	case ENDPOINT_STATUS:
		break;
	}
	return err_set(err, ERR_INTERNAL, "a status is not given");
}

/* ---- how it stands ---- */

struct status {
	const struct visit *visit;
	struct status_facts said;
};

/* It tells what has changed: the rest stays what it was. */
static int merge_status(struct txn *txn, struct status *status, struct err *err)
{
	struct status_facts known;
	struct facts_row row = {0};
	int rc = store_facts_load(txn, status->visit->identity->life_id,
	    STATUS_FACTS_KIND, &row, err);

	if (rc == 0)
		rc = status_facts_parse_json(
		    row.json, row.json_len, &known, err);
	if (rc == 0) {
		status_facts_merge(&known, &status->said);
		status->said = known;
	}
	store_facts_clear(&row);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int save_status(struct txn *txn, void *arg, struct err *err)
{
	/* A unit may run again: it starts from what the phone said. */
	struct status status = *(const struct status *)arg;
	struct buf json = {0};
	int rc = merge_status(txn, &status, err);

	if (rc == 0)
		rc = status_facts_encode_json(&status.said, &json, err);
	if (rc == 0)
		rc = store_facts_save(txn, status.visit->identity->life_id,
		    STATUS_FACTS_KIND, "declarative", status.visit->now,
		    (const char *)json.data, json.len, err);
	if (rc == 0)
		rc = judge_changed(txn, status.visit->service,
		    status.visit->identity->org_id, STORE_SUBJECT_PHONE,
		    status.visit->identity->device_id,
		    judge_change_of_answer(STATUS_FACTS_KIND), err);
	buf_clear(&json);
	return rc;
}

static int take_status(struct visit *visit, struct err *err)
{
	const struct checkin_declarative *said = &visit->checkin->declarative;
	struct status status = {.visit = visit};
	int rc;

	if (!said->data)
		return err_set(
		    err, ERR_INVALID, "a status report without its Data");
	rc = status_facts_parse(said->data, said->data_len, &status.said, err);
	if (rc == 0)
		rc = store_write(
		    visit->service->store, save_status, &status, err);
	if (rc == 0 && status.said.invalid_count > 0)
		log_warning(visit->service->log, "declaration_invalid",
		    LOG_DEVICE, visit->identity->device_id, LOG_ERROR,
		    status.said.invalid[0], NULL);
	return rc;
}

int visit_declarative(struct visit *visit, struct buf *reply, struct err *err)
{
	struct declarative_request request;
	int rc = declarative_endpoint_parse(
	    visit->checkin->declarative.endpoint, &request, err);

	if (rc < 0)
		return rc;
	if (request.endpoint == ENDPOINT_STATUS)
		return take_status(visit, err);
	return give(visit, &request, reply, err);
}
