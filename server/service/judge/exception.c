#include "server/service/judge/exception.h"

#include <stdio.h>
#include <string.h>

#include "policies/verdict.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/judge/judge.h"
#include "server/service/judge/judge_known.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"

struct work {
	struct service *service;
	const struct actor *actor;
	const struct tenant *tenant;
	const struct exception_request *request;
	const char *id;
	int64_t now;
	struct exception_view view;
};

static int work_begin(struct work *work, struct service *service,
    const struct actor *actor, struct err *err)
{
	*work = (struct work){.service = service,
	    .actor = actor,
	    .tenant = service_tenant_find(service, actor->org_id),
	    .now = clock_now(service->clock)};
	return work->tenant ? 0
	                    : err_set(err, ERR_NOT_FOUND,
	                          "no such organisation is served here");
}

/* ---- how it is shown ---- */

static void view_name(struct txn *txn, const struct work *work,
    const struct exception_row *row, char *out, size_t size)
{
	union {
		struct person_row person;
		struct device device;
		struct subscription_row sim;
		struct unit_row unit;
	} as;
	const char *org_id = row->org_id;
	const char *id = row->subject_id;
	const char *name = row->subject_kind == STORE_SUBJECT_ORGANISATION
	    ? work->tenant->organisation.name
	    : "";

	if (row->subject_kind == STORE_SUBJECT_PERSON &&
	    store_person_load(txn, org_id, id, &as.person, NULL) == 0)
		name = as.person.name;
	else if (row->subject_kind == STORE_SUBJECT_PHONE &&
	    store_device_load_of(txn, org_id, id, &as.device, NULL) == 0)
		name = as.device.serial[0] ? as.device.serial : as.device.name;
	else if (row->subject_kind == STORE_SUBJECT_SUBSCRIPTION &&
	    store_subscription_load(txn, org_id, id, &as.sim, NULL) == 0)
		name = as.sim.number;
	else if (row->subject_kind == STORE_SUBJECT_UNIT &&
	    store_unit_load(txn, org_id, id, &as.unit, NULL) == 0)
		name = as.unit.name;
	(void)snprintf(out, size, "%s", name);
}

static void view_fill(struct txn *txn, const struct work *work,
    const struct exception_row *row, struct exception_view *view)
{
	view->row = *row;
	view->state = row->revoked_at    ? "revoked"
	    : row->until_at <= work->now ? "ended"
	                                 : "in_force";
	view_name(
	    txn, work, row, view->subject_name, sizeof(view->subject_name));
}

/* ---- granting ---- */

static int find_subject(struct txn *txn, const struct work *work,
    struct exception_row *row, struct err *err)
{
	union {
		struct person_row person;
		struct device device;
		struct subscription_row sim;
		struct unit_row unit;
	} as;
	const struct organisation *org = &work->tenant->organisation;
	const char *text = work->request->subject;
	const char *id = NULL;
	int rc = 0;

	switch (row->subject_kind) {
	case STORE_SUBJECT_PERSON:
		rc = ledger_person_find(txn, org->id, text, &as.person, err);
		id = as.person.id;
		break;
	case STORE_SUBJECT_PHONE:
		rc = ledger_phone_find(txn, org->id, text, &as.device, err);
		id = as.device.id;
		break;
	case STORE_SUBJECT_SUBSCRIPTION:
		rc = ledger_subscription_find(txn, org->id, text, &as.sim, err);
		id = as.sim.id;
		break;
	case STORE_SUBJECT_UNIT:
		rc = ledger_unit_find(txn, org->id, text, &as.unit, err);
		id = as.unit.id;
		break;
	default:
		if (strcmp(text, org->id) != 0 &&
		    strcmp(text, org->slug) != 0 &&
		    strcmp(text, org->name) != 0)
			rc = err_set(err, ERR_NOT_FOUND,
			    "the rule binds the whole organisation: name it");
		id = org->id;
		break;
	}
	if (rc == 0)
		(void)str_copy(row->subject_id, sizeof(row->subject_id), id);
	return rc;
}

static int64_t valid_max(const struct pack_rule *rule)
{
	int64_t word = rule->class == PACK_ATTEST && rule->statement
	    ? rule->statement->valid_ms
	    : 0;

	return word > 0 && word < EXCEPTION_VALID_MAX_MS
	    ? word
	    : EXCEPTION_VALID_MAX_MS;
}

static int check_time(
    const struct pack_rule *rule, int64_t valid_ms, struct err *err)
{
	int64_t most = valid_max(rule);

	if (valid_ms >= EXCEPTION_VALID_MIN_MS && valid_ms <= most)
		return 0;
	return err_set(err, ERR_INVALID,
	    "an exception to %s lasts at least 1 hour and at most %lld days",
	    rule->id, (long long)(most / TIME_DAY_MS));
}

static int check_rule(
    struct work *work, struct exception_row *row, struct err *err)
{
	const struct exception_request *request = work->request;
	const struct pack *pack = work->tenant->pack;
	const struct pack_rule *rule =
	    pack ? pack_rule_find(pack, request->rule) : NULL;

	if (!rule)
		return err_set(err, ERR_NOT_FOUND,
		    "the policy in force has no rule \"%.63s\"", request->rule);
	if (!verdict_is_judged(rule) || rule->class == PACK_WAIVED)
		return err_set(err, ERR_CONFLICT,
		    "%s is not judged, so there is nothing to except from",
		    rule->id);
	row->subject_kind = judge_subject_of(rule);
	(void)str_copy(row->rule, sizeof(row->rule), rule->id);
	row->until_at = work->now + request->valid_ms;
	return check_time(rule, request->valid_ms, err);
}

static int note_same(void *arg, const struct exception_row *row)
{
	struct exception_row *wanted = arg;

	/* Reuses the id: "" until one is found. */
	if (strcmp(row->rule, wanted->rule) != 0)
		return 0;
	(void)str_copy(wanted->id, sizeof(wanted->id), row->id);
	return 1;
}

static int check_none(struct txn *txn, const struct work *work,
    struct exception_row *row, struct err *err)
{
	int rc = store_exception_each_subject(txn, row->org_id,
	    row->subject_kind, row->subject_id, work->now, note_same, row, err);

	if (rc < 0 || !row->id[0])
		return rc < 0 ? rc : 0;
	return err_set(err, ERR_CONFLICT,
	    "exception %s from %s is in force for it: revoke that one first",
	    row->id, row->rule);
}

static int note_change(struct txn *txn, const struct work *work,
    const struct exception_row *row, struct err *err)
{
	bool is_person = row->subject_kind == STORE_SUBJECT_PERSON;
	bool is_phone = row->subject_kind == STORE_SUBJECT_PHONE;
	char until[TIME_TEXT_MAX];
	struct audit_note note = {
	    .action = row->revoked_at ? AUDIT_EXCEPTION_ENDED
	                              : AUDIT_EXCEPTION_GRANTED,
	    .org_id = row->org_id,
	    .by = work->actor->name,
	    .subject_kind = "exception",
	    .subject_id = row->id,
	    .person_id = is_person ? row->subject_id : NULL,
	    .device_id = is_phone ? row->subject_id : NULL,
	    .why = row->revoked_at ? NULL : row->reason,
	    .params = {{"rule", row->rule}},
	};

	time_rfc3339(row->until_at, until);
	if (!row->revoked_at)
		note.params[1] = (struct audit_param){"until", until};
	return audit_write(txn, work->service, &note, err);
}

static int save_and_judge(struct txn *txn, struct work *work,
    const struct exception_row *row, struct err *err)
{
	int rc = store_exception_save(txn, row, err);

	if (rc == 0)
		rc = judge_changed(txn, work->service, row->org_id,
		    row->subject_kind, row->subject_id, JUDGE_EXCEPTION, err);
	if (rc == 0)
		rc = note_change(txn, work, row, err);
	if (rc == 0)
		view_fill(txn, work, row, &work->view);
	return rc;
}

static int grant(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;
	struct exception_row row = {.created_at = work->now};
	int rc;

	(void)str_copy(row.org_id, sizeof(row.org_id), work->actor->org_id);
	(void)str_copy(
	    row.approved_by, sizeof(row.approved_by), work->actor->name);
	if (str_copy(row.reason, sizeof(row.reason), work->request->reason) < 0)
		return err_set(err, ERR_LIMIT,
		    "the reason is longer than %zu bytes",
		    sizeof(row.reason) - 1);
	if ((rc = check_rule(work, &row, err)) < 0 ||
	    (rc = find_subject(txn, work, &row, err)) < 0 ||
	    (rc = check_none(txn, work, &row, err)) < 0)
		return rc;
	uuid_make(work->now, work->service->rng, row.id);
	return save_and_judge(txn, work, &row, err);
}

static void tell(const struct work *work, const char *event)
{
	log_info(work->service->log, event, LOG_RULE, work->view.row.rule,
	    LOG_USER, work->actor->name, LOG_ORGANISATION, work->actor->org_id,
	    NULL);
}

static bool is_line(const char *text)
{
	return text && *text && str_is_utf8(text, strlen(text));
}

int service_exception_grant(struct service *service, const struct actor *actor,
    const struct exception_request *request, struct exception_view *out,
    struct err *err)
{
	struct work work;
	int rc = work_begin(&work, service, actor, err);

	if (rc < 0)
		return rc;
	if (!request->rule || !request->subject)
		return err_set(err, ERR_INVALID,
		    "say from which rule and for what the exception is");
	if (!is_line(request->reason))
		return err_set(err, ERR_INVALID, "an exception needs a reason");
	work.request = request;
	rc = store_write(service->store, grant, &work, err);
	if (rc < 0)
		return rc;
	tell(&work, "exception_granted");
	*out = work.view;
	return 0;
}

/* ---- one that is there ---- */

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;
	struct exception_row row;
	int rc =
	    store_exception_load(txn, work->actor->org_id, work->id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "there is no such exception");
	if (rc == 0)
		view_fill(txn, work, &row, &work->view);
	return rc;
}

static int revoke(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;
	struct exception_row row;
	int rc = load(txn, work, err);

	if (rc < 0)
		return rc;
	row = work->view.row;
	if (strcmp(work->view.state, "in_force") != 0)
		return err_set(err, ERR_CONFLICT, "the exception is %s already",
		    work->view.state);
	row.revoked_at = work->now;
	(void)str_copy(
	    row.revoked_by, sizeof(row.revoked_by), work->actor->name);
	return save_and_judge(txn, work, &row, err);
}

int service_exception_revoke(struct service *service, const struct actor *actor,
    const char *id, struct exception_view *out, struct err *err)
{
	struct work work;
	int rc = work_begin(&work, service, actor, err);

	work.id = id;
	if (rc == 0)
		rc = store_write(service->store, revoke, &work, err);
	if (rc < 0)
		return rc;
	tell(&work, "exception_revoked");
	*out = work.view;
	return 0;
}

int service_exception_load(struct service *service, const struct actor *actor,
    const char *id, struct exception_view *out, struct err *err)
{
	struct work work;
	int rc = work_begin(&work, service, actor, err);

	work.id = id;
	if (rc == 0)
		rc = store_read(service->store, load, &work, err);
	if (rc == 0)
		*out = work.view;
	return rc;
}

/* ---- all ---- */

struct walk {
	struct work work;
	struct txn *txn;
	const char *after_id;
	int limit;
	service_exception_fn *fn;
	void *arg;
};

static int on_row(void *arg, const struct exception_row *row)
{
	struct walk *walk = arg;

	view_fill(walk->txn, &walk->work, row, &walk->work.view);
	return walk->fn(walk->arg, &walk->work.view);
}

static int read_all(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;

	walk->txn = txn;
	return store_exception_each(txn, walk->work.actor->org_id,
	    walk->after_id, walk->limit, on_row, walk, err);
}

int service_exception_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_exception_fn *fn, void *arg,
    struct err *err)
{
	struct walk walk = {
	    .after_id = after_id, .limit = limit, .fn = fn, .arg = arg};
	int rc = work_begin(&walk.work, service, actor, err);

	return rc < 0 ? rc : store_read(service->store, read_all, &walk, err);
}
