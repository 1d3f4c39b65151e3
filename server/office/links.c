#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/station/bench.h"

#define LINK_VALID_MAX_MS (90 * TIME_DAY_MS) /* a ticket, not a standing door */

static int on_link(void *arg, const struct link *link)
{
	struct pager *pager = arg;
	struct office_call *call = pager->call;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	pager_key_time(key, link->created_at, link->id);
	turn = pager_turn(pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(&call->enc, NULL, '{');
	describe_link_members(
	    &call->enc, link, clock_now(call->service->clock));
	encode_close(&call->enc, '}');
	return 0;
}

int office_links_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_FALLING, err);

	if (rc == 0)
		rc = pager_end(&pager,
		    service_link_each(
		        call->service, &call->actor, on_link, &pager, err));
	return rc;
}

struct link_order {
	const char *person;
	const char *serial;
	const char *valid_for;
	bool bench; /* a work order to enrol it at the next bench, too */
};

static const struct decode_field link_fields[] = {
    {"person", DECODE_TEXT, offsetof(struct link_order, person), LIMIT_NAME,
        true},
    {"serial", DECODE_TEXT, offsetof(struct link_order, serial), LIMIT_SERIAL,
        true},
    {"valid_for", DECODE_TEXT, offsetof(struct link_order, valid_for), 16,
        false}, /* left out: the configured time */
    {"bench", DECODE_BOOL, offsetof(struct link_order, bench), 0, false},
};

static int valid_for_parse(const char *text, int64_t *ms, struct err *err)
{
	if (time_duration_parse(text, ms) < 0 || *ms < TIME_MINUTE_MS ||
	    *ms > LINK_VALID_MAX_MS)
		return err_set(err, ERR_INVALID,
		    "\"valid_for\" must be between 1m and 90d, like \"7d\" or "
		    "\"12h\"");
	return 0;
}

/* The texts of *out are borrowed from the document. */
static int link_decode(const struct http_request *request,
    struct link_request *out, bool *bench, json_t **document, struct err *err)
{
	struct link_order order = {0};
	int64_t valid_ms = 0;
	int rc;

	rc = decode_body(request, link_fields, 4, &order, document, err);
	if (rc == 0 && order.valid_for)
		rc = valid_for_parse(order.valid_for, &valid_ms, err);
	if (rc < 0)
		return rc;
	out->person = order.person;
	out->serial = order.serial;
	out->valid_ms = valid_ms;
	*bench = order.bench;
	return 0;
}

static void created_encode(struct encoder *enc, const struct link *link,
    const char *url, const char *work_order_id, int64_t now)
{
	encode_open(enc, NULL, '{');
	describe_link_members(enc, link, now);
	encode_text(enc, "url", url); /* shown this once */
	encode_text(enc, "work_order_id", work_order_id);
	encode_close(enc, '}');
}

int office_link_create(struct office_call *call, struct err *err)
{
	struct link_request order = {0};
	struct work_order_row work = {.id = ""};
	struct link link;
	json_t *document = NULL;
	char *url = NULL;
	bool bench = false;
	int rc;

	rc = link_decode(call->request, &order, &bench, &document, err);
	if (rc == 0 && bench)
		rc = service_link_create_bench(call->service, &call->actor,
		    &order, &link, &work, &url, err);
	else if (rc == 0)
		rc = service_link_create(
		    call->service, &call->actor, &order, &link, &url, err);
	if (rc == 0)
		created_encode(&call->enc, &link, url, work.id,
		    clock_now(call->service->clock));
	call->status = 201;
	json_decref(document);
	free(url);
	return rc;
}
