/* Four eyes: what waits for a second person, asked, decided, taken back. */
#include "server/service/guard/approval.h"
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

/* Enough to see what is meant; `things` says how many there are. */
#define THINGS_SHOWN 1000

static void approval_fields(
    struct encoder *enc, const struct approval_view *view)
{
	const struct approval_row *row = &view->row;

	encode_text(enc, "id", row->id);
	encode_text(enc, "what", approval_what_name(row->what));
	encode_text(enc, "state", view->state);
	encode_text(enc, "reason", row->reason);
	encode_number(enc, "things", row->things);
	encode_text(enc, "serial", view->serial);
	encode_number(enc, "things_used", row->things_used);
	encode_text(enc, "params_sha256", row->params_sha256);
	encode_text(enc, "case", row->case_id);
	encode_text(enc, "asked_by", row->asked_by);
	encode_text(enc, "caused_by", row->caused_by);
	encode_time(enc, "asked_at", row->asked_at);
	encode_time(enc, "expires_at", row->expires_at);
	encode_text(enc, "decided_by", row->decided_by);
	encode_time(enc, "decided_at", row->decided_at);
	encode_text(enc, "note", row->note);
	encode_time(enc, "closed_at", row->closed_at);
}

static void approval_encode(
    struct encoder *enc, const struct approval_view *view)
{
	encode_open(enc, NULL, '{');
	approval_fields(enc, view);
	encode_close(enc, '}');
}

static int on_approval(void *arg, const struct approval_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		approval_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_approvals_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	bool only_open = false;
	int rc = pager_open(&pager, call, PAGER_RISING, &only_open, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_approval_each(call->service, &call->actor, only_open,
	        pager.after, (int)pager.limit + 1, on_approval, &pager, err));
}

struct shown {
	struct encoder *enc;
	unsigned count;
};

static int on_thing(void *arg, const struct approval_thing_view *view)
{
	struct shown *shown = arg;

	if (shown->count++ == THINGS_SHOWN)
		return 1;
	encode_open(shown->enc, NULL, '{');
	encode_text(shown->enc, "id", view->id);
	encode_text(shown->enc, "serial", view->serial);
	encode_text(shown->enc, "person", view->person);
	encode_time(shown->enc, "used_at", view->used_at);
	encode_close(shown->enc, '}');
	return 0;
}

int office_approval_get(struct office_call *call, struct err *err)
{
	struct shown shown = {.enc = &call->enc};
	struct approval_view view;
	int rc;

	encode_open(&call->enc, NULL, '{');
	encode_open(&call->enc, "phones", '[');
	rc = service_approval_view(call->service, &call->actor,
	    call->request->params[0], &view, on_thing, &shown, err);
	encode_close(&call->enc, ']');
	if (rc == 0)
		approval_fields(&call->enc, &view);
	encode_close(&call->enc, '}');
	return rc;
}

/* ---- asking ---- */

struct question {
	const char *what;
	const char *reason;
	const json_t *phones;
};

static const struct decode_field question_fields[] = {
    {"what", DECODE_TEXT, offsetof(struct question, what), 16, true},
    {"reason", DECODE_TEXT, offsetof(struct question, reason), 511, true},
    {"phones", DECODE_LIST, offsetof(struct question, phones), LIMIT_NAME,
        true},
};

static int ask(struct office_call *call, const struct question *question,
    struct approval_view *view, struct err *err)
{
	const char *phones[DECODE_LIST_MAX];
	size_t count = json_array_size(question->phones);
	enum approval_what what;
	size_t i;

	if (approval_what_parse(question->what, &what) < 0)
		return err_set(err, ERR_INVALID,
		    "\"what\" must be wipe, lost_mode, bypass_code or "
		    "unlock_token, not \"%s\"",
		    question->what);
	for (i = 0; i < count; i++)
		phones[i] =
		    json_string_value(json_array_get(question->phones, i));
	return service_approval_ask(call->service, &call->actor, what, phones,
	    count, question->reason, view, err);
}

int office_approval_ask(struct office_call *call, struct err *err)
{
	struct question question = {.phones = NULL};
	struct approval_view view;
	json_t *document = NULL;
	int rc = decode_body(
	    call->request, question_fields, 3, &question, &document, err);

	if (rc == 0)
		rc = ask(call, &question, &view, err);
	if (rc == 0)
		approval_encode(&call->enc, &view);
	call->status = 201;
	json_decref(document);
	return rc;
}

/* ---- deciding ---- */

struct verdict {
	bool approve;
	const char *note;
	const char *params_sha256;
};

/* approve must be said: leaving it out is neither yes nor no. */
static const struct decode_field verdict_fields[] = {
    {"approve", DECODE_BOOL, offsetof(struct verdict, approve), 0, true},
    {"note", DECODE_TEXT, offsetof(struct verdict, note), 511, false},
    {"params_sha256", DECODE_TEXT, offsetof(struct verdict, params_sha256),
        STORE_SHA256 - 1, false},
};

int office_approval_decide(struct office_call *call, struct err *err)
{
	struct verdict verdict = {.note = NULL};
	struct approval_decision decision = {.id = call->request->params[0]};
	struct approval_view view;
	json_t *document = NULL;
	int rc = decode_body(
	    call->request, verdict_fields, 3, &verdict, &document, err);

	decision.is_yes = verdict.approve;
	decision.note = verdict.note;
	decision.params_sha256 = verdict.params_sha256;
	if (rc == 0)
		rc = service_approval_decide(
		    call->service, &call->actor, &decision, &view, err);
	if (rc == 0)
		approval_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}

int office_approval_withdraw(struct office_call *call, struct err *err)
{
	struct approval_view view;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_approval_withdraw(call->service, &call->actor,
		    call->request->params[0], &view, err);
	if (rc == 0)
		approval_encode(&call->enc, &view);
	return rc;
}

/* ---- how much room there is ---- */

int office_guard_get(struct office_call *call, struct err *err)
{
	struct encoder *enc = &call->enc;
	struct guard_room room;
	int rc = decode_query_names(call->request, NULL, 0, err);

	if (rc == 0)
		rc =
		    service_guard_room(call->service, &call->actor, &room, err);
	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	encode_open(enc, "by_hand", '{');
	encode_number(enc, "used", room.by_hand_used);
	encode_number(enc, "limit", room.by_hand_limit);
	encode_text(enc, "within", "1h");
	encode_close(enc, '}');
	encode_open(enc, "departures", '{');
	encode_number(enc, "used", room.departures_used);
	encode_number(enc, "limit", room.departures_limit);
	encode_text(enc, "within", "1d");
	encode_close(enc, '}');
	encode_close(enc, '}');
	return 0;
}
