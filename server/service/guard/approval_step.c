#include "server/service/guard/approval_step.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/account.h"
#include "server/service/audit/audit.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"

static bool is_caused_by(const struct approval_row *row, const char *name)
{
	size_t len = strlen(name);
	const char *line = row->caused_by;

	while (*line) {
		size_t end = strcspn(line, "\n");

		if (end == len && memcmp(line, name, len) == 0)
			return true;
		line += end + (line[end] ? 1 : 0);
	}
	return false;
}

int approval_cause_add(struct approval_row *row, const char *const *names,
    size_t count, struct err *err)
{
	struct approval_row next = *row;
	size_t used;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!names[i] || !*names[i] || is_caused_by(&next, names[i]))
			continue;
		used = strlen(next.caused_by);
		if (used + strlen(names[i]) + 2 > sizeof(next.caused_by))
			return err_set(err, ERR_LIMIT,
			    "too many people have caused what is asked");
		(void)snprintf(next.caused_by + used,
		    sizeof(next.caused_by) - used, "%s%s", used ? "\n" : "",
		    names[i]);
	}
	memcpy(row->caused_by, next.caused_by, sizeof(row->caused_by));
	return 0;
}

/* A case that asks for somebody knows the name only. */
static bool is_asked_by(const struct approval_row *row, const char *name)
{
	return strcmp(row->asked_by, name) == 0 ||
	    strcmp(row->asked_key, name) == 0;
}

struct own_look {
	const struct approval_row *row;
	struct approval_own own;
};

static int look_name(void *arg, const char *name)
{
	struct own_look *look = arg;

	look->own.is_asker |= is_asked_by(look->row, name);
	look->own.is_cause |= is_caused_by(look->row, name);
	return 0;
}

int approval_look_own(struct txn *txn, const struct approval_row *row,
    const struct approval_who *who, struct approval_own *out, struct err *err)
{
	struct own_look look = {.row = row};
	int rc;

	(void)look_name(&look, who->name);
	look.own.is_asker |= strcmp(row->asked_key, who->key) == 0 ||
	    (*who->person_id &&
	        strcmp(row->asked_person_id, who->person_id) == 0);
	rc = account_each_name(
	    txn, row->org_id, who->person_id, look_name, &look, err);
	*out = look.own;
	return rc;
}

int approval_note(struct txn *txn, struct service *service,
    const struct approval_row *row, const char *by, struct err *err)
{
	static const enum audit_action actions[APPROVAL_STATE_COUNT] = {
	    [APPROVAL_ASKED] = AUDIT_APPROVAL_ASKED,
	    [APPROVAL_APPROVED] = AUDIT_APPROVAL_GIVEN,
	    [APPROVAL_REFUSED] = AUDIT_APPROVAL_REFUSED,
	    [APPROVAL_USED] = AUDIT_APPROVAL_ENDED,
	    [APPROVAL_EXPIRED] = AUDIT_APPROVAL_ENDED,
	    [APPROVAL_WITHDRAWN] = AUDIT_APPROVAL_ENDED,
	};
	const struct event event = {.org_id = row->org_id,
	    .kind = EVENT_APPROVAL_CHANGED,
	    .state = approval_state_name(row->state),
	    .case_id = row->case_id,
	    .subject_id = row->id,
	    .by = by};
	char things[24];
	const struct audit_note note = {.action = actions[row->state],
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "approval",
	    .subject_id = row->id,
	    .case_id = row->case_id,
	    .why = row->state == APPROVAL_REFUSED ? row->note : row->reason,
	    .params = {{"what", approval_what_name(row->what)},
	        {"things", things}, {"state", event.state},
	        {"sha256", row->params_sha256}, {"caused_by", row->caused_by}}};
	int rc;

	(void)snprintf(things, sizeof(things), "%lld", (long long)row->things);
	rc = audit_write(txn, service, &note, err);
	return rc < 0 ? rc : notify_event(txn, service, &event, err);
}

int approval_apply(struct txn *txn, struct service *service,
    struct approval_row *row, enum approval_event event, const char *by,
    int64_t now, struct err *err)
{
	int rc;

	if (approval_next(row->state, event, &row->state) < 0)
		return err_set(err, ERR_CONFLICT, "the request is %s already",
		    approval_state_name(row->state));
	if (!approval_is_open(row->state))
		row->closed_at = now;
	rc = store_approval_save(txn, row, err);
	if (rc < 0 || !service)
		return rc;
	return approval_note(txn, service, row, by, err);
}
