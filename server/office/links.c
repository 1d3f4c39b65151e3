#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/problem.h"
#include "server/service/bench.h"
#include "server/service/handler_ctx.h"

#define LINK_VALID_MAX_MS (90 * TIME_DAY_MS) /* a ticket, not a standing door */

struct links_out {
	struct encoder *enc;
	int64_t now;
};

static int on_link(void *arg, const struct link *link)
{
	struct links_out *out = arg;

	encode_open(out->enc, NULL, '{');
	describe_link_members(out->enc, link, out->now);
	encode_close(out->enc, '}');
	return 0;
}

void office_links_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct links_out out = {&enc, clock_now(service->clock)};
	struct err err = {0};
	int rc;

	rc = decode_query_names(request, NULL, 0, &err);
	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_link_each(service, on_link, &out, &err);
	encode_close(&enc, ']');
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
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

void office_link_create(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct link_request order = {0};
	struct work_order_row work = {.id = ""};
	struct link link;
	struct actor actor;
	struct err err = {0};
	json_t *document = NULL;
	char *url = NULL;
	bool bench = false;
	int rc;

	office_actor_get(request, &actor);
	rc = link_decode(request, &order, &bench, &document, &err);
	if (rc == 0 && bench)
		rc = service_link_create_bench(
		    service, &actor, &order, &link, &work, &url, &err);
	else if (rc == 0)
		rc = service_link_create(
		    service, &actor, &order, &link, &url, &err);
	if (rc == 0)
		created_encode(
		    &enc, &link, url, work.id, clock_now(service->clock));
	problem_or_answer(service, response, rc, 201, &err);
	json_decref(document);
	free(url);
}
