/* Return cases: one phone's way back, looked at and taken a step further. */
#include "server/office/return_cases.h"

#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/departure/return_case.h"

/* The names of the bits, each a word of a list. */
static void marks_encode(struct encoder *enc, const char *key, int64_t marks)
{
	unsigned bit;

	encode_open(enc, key, '[');
	for (bit = 0; bit < RETURN_MARK_COUNT; bit++)
		if (marks & (INT64_C(1) << bit))
			encode_text(enc, NULL, return_mark_name(bit));
	encode_close(enc, ']');
}

static void named_encode(
    struct encoder *enc, const char *key, const char *id, const char *name)
{
	encode_open(enc, key, '{');
	encode_text(enc, "id", id);
	encode_text(enc, "name", name);
	encode_close(enc, '}');
}

static void case_fields(struct encoder *enc, const struct return_view *view)
{
	const struct return_case_row *row = &view->row;

	encode_text(enc, "id", row->id);
	encode_text(enc, "departure", row->departure_id);
	encode_text(enc, "state", return_state_name(row->state));
	encode_text(enc, "kind", return_kind_name(row->kind));
	encode_open(enc, "device", '{');
	encode_text(enc, "id", row->device_id);
	encode_text(enc, "serial", view->device.serial);
	encode_text(enc, "model", view->device.model);
	encode_close(enc, '}');
	named_encode(enc, "person", row->person_id, view->person.name);
	marks_encode(enc, "marks", row->marks);
	marks_encode(enc, "needs", row->needs);
	encode_open(enc, "with", '[');
	for (size_t i = 0; i < view->along.count; i++)
		encode_text(enc, NULL, view->along.things[i].name);
	encode_close(enc, ']');
	encode_text(enc, "waits_for", view->waits_for);
	encode_text(enc, "wipe",
	    view->wipe.id[0] ? wipe_state_name(view->wipe.state) : NULL);
	encode_text(enc, "receiver", row->receiver_id);
	encode_text(enc, "proof", row->proof);
	encode_text(enc, "reason", row->reason);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "asked_at", row->asked_at);
	encode_time(enc, "custody_at", row->custody_at);
	encode_time(enc, "proven_at", row->proven_at);
	encode_time(enc, "closed_at", row->closed_at);
}

void return_case_encode(struct encoder *enc, const struct return_view *view)
{
	encode_open(enc, NULL, '{');
	case_fields(enc, view);
	encode_close(enc, '}');
}

static int on_case(void *arg, const struct return_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		return_case_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_return_cases_list(struct office_call *call, struct err *err)
{
	bool only_open = false;
	struct pager pager;
	int rc = pager_open(&pager, call, PAGER_RISING, &only_open, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_return_each(call->service, &call->actor, only_open,
	        pager.after, (int)pager.limit + 1, on_case, &pager, err));
}

static const char *codes_name(enum return_codes codes)
{
	static const char *const names[RETURN_CODES_COUNT] = {
	    [RETURN_CODES_HANDED_OVER] = "handed_over",
	    [RETURN_CODES_NOT_HANDED_OVER] = "not_handed_over",
	    [RETURN_CODES_NOT_NEEDED] = "not_needed",
	};

	return names[codes];
}

static int on_step(void *arg, const struct return_step_row *row)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_text(enc, "step", return_step_name(row->kind));
	encode_time(enc, "at", row->at);
	encode_text(enc, "by", row->done_by);
	encode_text(enc, "person", row->person_id);
	encode_text(enc, "typed_name", row->typed_name);
	encode_text(enc, "codes", codes_name(row->codes));
	encode_text(enc, "note", row->note);
	encode_close(enc, '}');
	return 0;
}

int office_return_case_get(struct office_call *call, struct err *err)
{
	struct encoder *enc = &call->enc;
	struct return_view view;
	int rc;

	encode_open(enc, NULL, '{');
	encode_open(enc, "steps", '[');
	rc = service_return_view(call->service, &call->actor,
	    call->request->params[0], &view, on_step, enc, err);
	encode_close(enc, ']');
	if (rc == 0)
		case_fields(enc, &view);
	encode_close(enc, '}');
	return rc;
}

/* ---- one step further ---- */

struct step_order {
	const char *step;
	const char *person;
	const char *signer;
	const char *typed_name;
	const char *codes;
	const char *how;
	const char *subscription;
	const char *decision;
	const char *note;
};

#define STEP_TEXT(member, max, required)                                       \
	{                                                                      \
#member, DECODE_TEXT, offsetof(struct step_order, member),     \
		    (max), (required)                                          \
	}
static const struct decode_field step_fields[] = {
    STEP_TEXT(step, 32, true),
    STEP_TEXT(person, LIMIT_NAME, false),
    STEP_TEXT(signer, 16, false),
    STEP_TEXT(typed_name, LIMIT_NAME, false),
    STEP_TEXT(codes, 32, false),
    STEP_TEXT(how, 32, false),
    STEP_TEXT(subscription, LIMIT_NAME, false),
    STEP_TEXT(decision, 16, false),
    {"note", DECODE_BLOCK, offsetof(struct step_order, note), 511, false},
};

/* Finds word among count names; a NULL one stands for none. */
static int word_find(const char *key, const char *word,
    const char *const *names, int count, int *out, struct err *err)
{
	int i;

	for (i = 0; i < count; i++) {
		if (names[i] && strcmp(names[i], word) == 0) {
			*out = i;
			return 0;
		}
	}
	return err_set(
	    err, ERR_INVALID, "\"%s\" cannot be \"%.32s\"", key, word);
}

static const char *const act_names[RETURN_ACT_COUNT] = {
    [RETURN_ACT_CUSTODY] = "custody",
    [RETURN_ACT_SIGN] = "sign",
    [RETURN_ACT_CODES] = "codes",
    [RETURN_ACT_LOCK_CLEARED] = "lock_cleared",
    [RETURN_ACT_STATE_PROOF] = "state_proof",
    [RETURN_ACT_DATA_REMOVED] = "data_removed",
    [RETURN_ACT_SIM] = "sim",
    [RETURN_ACT_LOST] = "lost",
    [RETURN_ACT_FOUND] = "found",
    [RETURN_ACT_WRITE_OFF] = "write_off",
};

static const char *const signer_names[] = {
    [RETURN_SIGNER_HOLDER] = "holder",
    [RETURN_SIGNER_RECEIVER] = "receiver",
    [RETURN_SIGNER_WITNESS] = "witness",
};

static int codes_find(const char *word, enum return_codes *out, struct err *err)
{
	int code;

	for (code = 1; code < RETURN_CODES_COUNT; code++) {
		if (strcmp(codes_name((enum return_codes)code), word) == 0) {
			*out = (enum return_codes)code;
			return 0;
		}
	}
	return err_set(err, ERR_INVALID,
	    "\"codes\" must be handed_over, not_handed_over or not_needed");
}

static int step_read(const struct step_order *order,
    struct return_request *request, struct err *err)
{
	int found = 0;
	int rc = word_find(
	    "step", order->step, act_names, RETURN_ACT_COUNT, &found, err);

	if (rc < 0)
		return rc;
	request->act = (enum return_act)found;
	if (request->act == RETURN_ACT_SIGN && !order->signer)
		return err_set(err, ERR_INVALID,
		    "\"signer\" is missing: holder, receiver or witness");
	if (order->signer) {
		rc = word_find(
		    "signer", order->signer, signer_names, 3, &found, err);
		request->signer = (enum return_signer)found;
	}
	if (rc == 0 && order->codes)
		rc = codes_find(order->codes, &request->codes, err);
	if (rc == 0 && order->decision &&
	    sim_decision_parse(order->decision, &request->decision) < 0)
		rc = err_set(
		    err, ERR_INVALID, "\"decision\" must be block or reuse");
	request->person = order->person;
	request->typed_name = order->typed_name;
	request->how = order->how;
	request->subscription = order->subscription;
	request->note = order->note;
	return rc;
}

int office_return_case_step(struct office_call *call, struct err *err)
{
	struct step_order order = {.step = NULL};
	struct return_request request = {.what = call->request->params[0]};
	struct return_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, step_fields, 9, &order, &document, err);

	if (rc == 0)
		rc = step_read(&order, &request, err);
	if (rc == 0)
		rc = service_return_do(
		    call->service, &call->actor, &request, &view, err);
	if (rc == 0)
		return_case_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}
