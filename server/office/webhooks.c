/* Programs that are told of events: added, changed, removed, told again. */
#include "server/service/notify/webhook.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

static const char *const delivery_states[DELIVERY_STATE_COUNT] = {
    [DELIVERY_WAITING] = "waiting",
    [DELIVERY_DONE] = "delivered",
    [DELIVERY_GIVEN_UP] = "given_up",
    [DELIVERY_DROPPED] = "dropped",
};

static const char *state_of(const struct webhook_row *row)
{
	if (row->removed_at)
		return "removed";
	if (row->stopped_at)
		return "stopped";
	return row->failures ? "failing" : "active";
}

/* secret: shown this once; NULL: not shown. */
static void webhook_encode(
    struct encoder *enc, const struct webhook_view *view, const char *secret)
{
	const struct webhook_row *row = &view->row;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "url", row->url);
	encode_words(enc, "events", row->events);
	encode_text(enc, "state", state_of(row));
	encode_text(enc, "stopped_why", row->stopped_why);
	encode_number(enc, "failures", row->failures);
	encode_time(enc, "retry_at", row->failures ? row->next_at : 0);
	encode_number(enc, "waiting", view->counts.waiting);
	encode_time(enc, "oldest_waiting_at", view->counts.oldest_at);
	encode_number(enc, "delivered_24h", view->counts.done);
	encode_number(enc, "given_up_24h", view->counts.given_up);
	encode_text(enc, "created_by", row->created_by);
	encode_time(enc, "created_at", row->created_at);
	if (secret)
		encode_text(enc, "secret", secret);
	encode_close(enc, '}');
}

static int on_webhook(void *arg, const struct webhook_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		webhook_encode(&pager->call->enc, view, NULL);
	return turn == PAGER_STOP;
}

int office_webhooks_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_webhook_each(
	        call->service, &call->actor, on_webhook, &pager, err));
}

int office_webhook_get(struct office_call *call, struct err *err)
{
	struct webhook_view view;
	int rc = service_webhook_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		webhook_encode(&call->enc, &view, NULL);
	return rc;
}

struct webhook_order {
	const char *url;
	const json_t *events;
};

static const struct decode_field webhook_fields[] = {
    {"url", DECODE_TEXT, offsetof(struct webhook_order, url), STORE_URL - 1,
        true},
    {"events", DECODE_LIST, offsetof(struct webhook_order, events), 63,
        false}, /* left out: all */
};

int office_webhook_add(struct office_call *call, struct err *err)
{
	struct webhook_order order = {0};
	struct webhook_view view;
	char secret[WEBHOOK_SECRET_MAX] = "";
	struct buf events = {0};
	json_t *document = NULL;
	int rc = decode_body(
	    call->request, webhook_fields, 2, &order, &document, err);

	if (rc == 0 && order.events) {
		decode_list_join(order.events, &events);
		rc = buf_check(&events, err);
	}
	if (rc == 0)
		rc = service_webhook_add(call->service, &call->actor, order.url,
		    (const char *)events.data, &view, secret, err);
	if (rc == 0)
		webhook_encode(&call->enc, &view, secret);
	call->status = 201;
	explicit_bzero(secret, sizeof(secret));
	buf_clear(&events);
	json_decref(document);
	return rc;
}

typedef int change_fn(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err);

static int change(struct office_call *call, change_fn *fn, struct err *err)
{
	struct webhook_view view;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = fn(call->service, &call->actor, call->request->params[0],
		    &view, err);
	if (rc == 0)
		webhook_encode(&call->enc, &view, NULL);
	return rc;
}

int office_webhook_remove(struct office_call *call, struct err *err)
{
	return change(call, service_webhook_remove, err);
}

int office_webhook_start(struct office_call *call, struct err *err)
{
	return change(call, service_webhook_start, err);
}

int office_webhook_rotate(struct office_call *call, struct err *err)
{
	struct webhook_view view;
	char secret[WEBHOOK_SECRET_MAX] = "";
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_webhook_rotate(call->service, &call->actor,
		    call->request->params[0], &view, secret, err);
	if (rc == 0)
		webhook_encode(&call->enc, &view, secret);
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

/* ---- deliveries ---- */

static void delivery_encode(
    struct encoder *enc, const struct delivery_row *row, const char *kind)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "webhook_id", row->webhook_id);
	encode_text(enc, "event_id", row->event_id);
	encode_text(enc, "event", kind);
	encode_text(enc, "state", delivery_states[row->state]);
	encode_number(enc, "attempts", row->attempts);
	encode_number(enc, "status", row->status);
	encode_text(enc, "result", row->result);
	encode_time(enc, "caused_at", row->created_at);
	encode_time(
	    enc, "next_at", row->state == DELIVERY_WAITING ? row->next_at : 0);
	encode_time(enc, "closed_at", row->closed_at);
	encode_close(enc, '}');
}

static int on_delivery(void *arg, const struct delivery_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		delivery_encode(&pager->call->enc, &view->row, view->kind);
	return turn == PAGER_STOP;
}

int office_deliveries_list(struct office_call *call, struct err *err)
{
	struct webhook_view view;
	struct pager pager;
	int rc = service_webhook_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		rc = pager_only(&pager, call, PAGER_RISING, err);
	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_delivery_each(call->service, &call->actor, view.row.id, -1,
	        pager.after, (int)pager.limit + 1, on_delivery, &pager, err));
}

int office_webhook_test(struct office_call *call, struct err *err)
{
	struct delivery_row row;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_webhook_test(call->service, &call->actor,
		    call->request->params[0], &row, err);
	if (rc == 0)
		delivery_encode(&call->enc, &row, "webhook.test");
	return rc;
}

struct replay_order {
	const char *delivery;
	const char *since;
};

static const struct decode_field replay_fields[] = {
    {"delivery_id", DECODE_TEXT, offsetof(struct replay_order, delivery),
        STORE_ID - 1, false},
    {"since", DECODE_TEXT, offsetof(struct replay_order, since), 40, false},
};

int office_webhook_replay(struct office_call *call, struct err *err)
{
	struct replay_order order = {0};
	json_t *document = NULL;
	int64_t since = 0;
	int64_t count = 0;
	int rc = decode_body(
	    call->request, replay_fields, 2, &order, &document, err);

	if (rc == 0 && !order.delivery == !order.since)
		rc = err_set(err, ERR_INVALID,
		    "say delivery_id for one, or since for all from a time on");
	if (rc == 0 && order.since &&
	    time_rfc3339_parse(order.since, &since) < 0)
		rc = err_set(err, ERR_INVALID,
		    "since is a time like 2026-11-22T07:00:00Z");
	if (rc == 0)
		rc = service_webhook_replay(call->service, &call->actor,
		    call->request->params[0], order.delivery, since, &count,
		    err);
	if (rc == 0) {
		encode_open(&call->enc, NULL, '{');
		encode_text(&call->enc, "webhook_id", call->request->params[0]);
		encode_number(&call->enc, "count", count);
		encode_close(&call->enc, '}');
	}
	json_decref(document);
	return rc;
}
