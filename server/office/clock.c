/* Is the server's clock believed; and a person's word that it is right. */
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/service/guard/clock_watch.h"

static void clock_encode(struct office_call *call)
{
	struct encoder *enc = &call->enc;
	char sentence[ERR_TEXT_MAX] = "";
	bool doubts =
	    clock_watch_doubts(call->service, sentence, sizeof(sentence));

	encode_open(enc, NULL, '{');
	encode_time(enc, "now", clock_now(call->service->clock));
	encode_bool(enc, "believed", !doubts);
	encode_text(enc, "doubt", sentence);
	encode_close(enc, '}');
}

int office_clock_get(struct office_call *call, struct err *err)
{
	int rc = decode_query_names(call->request, NULL, 0, err);

	if (rc == 0)
		clock_encode(call);
	return rc;
}

struct clock_order {
	const char *reason;
};

static const struct decode_field clock_fields[] = {
    {"reason", DECODE_TEXT, offsetof(struct clock_order, reason), 400, true},
};

int office_clock_trust(struct office_call *call, struct err *err)
{
	struct clock_order order = {.reason = NULL};
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, clock_fields, 1, &order, &document, err);

	if (rc == 0)
		rc = service_clock_trust(
		    call->service, &call->actor, order.reason, err);
	if (rc == 0)
		clock_encode(call);
	json_decref(document);
	return rc;
}
