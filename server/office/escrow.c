/* Activation Lock: what is known of it; opening what is sealed. */
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/service/phone/escrow.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int office_activation_lock_get(struct office_call *call, struct err *err)
{
	struct encoder *enc = &call->enc;
	struct activation_view view;
	struct device device;
	int rc = service_activation_lock_view(call->service, &call->actor,
	    call->request->params[0], &device, &view, err);

	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	describe_device_brief(enc, "device", &device);
	encode_text(enc, "state", activation_lock_name(view.state));
	encode_text(enc, "sentence", view.sentence);
	encode_number(enc, "bypass_codes", view.codes);
	encode_number(enc, "unlock_tokens", view.tokens);
	encode_time(enc, "newest_code_at", view.code_at);
	encode_time(enc, "asked_until", view.ask_until);
	encode_close(enc, '}');
	return 0;
}

struct open_said {
	const char *kind;
	const char *reason;
};

static const struct decode_field open_fields[] = {
    {"kind", DECODE_TEXT, offsetof(struct open_said, kind), 32, true},
    {"reason", DECODE_TEXT, offsetof(struct open_said, reason), 500, true},
};

static int kind_parse(const char *text, enum escrow_kind *out, struct err *err)
{
	if (strcmp(text, "bypass_code") == 0)
		*out = ESCROW_BYPASS_CODE;
	else if (strcmp(text, "unlock_token") == 0)
		*out = ESCROW_UNLOCK_TOKEN;
	else
		return err_set(err, ERR_INVALID,
		    "the kind is bypass_code or unlock_token");
	return 0;
}

/* A code as people type it; a token, which is bytes, in hex. */
static void secret_encode(struct encoder *enc, enum escrow_kind kind,
    const struct secret *secret, struct buf *hex)
{
	static const char digits[] = "0123456789abcdef";

	if (kind == ESCROW_BYPASS_CODE) {
		encode_text(enc, "secret", (const char *)secret->data);
		return;
	}
	for (size_t i = 0; i < secret->len; i++) {
		buf_append_char(hex, digits[secret->data[i] >> 4]);
		buf_append_char(hex, digits[secret->data[i] & 15]);
	}
	buf_append_char(hex, '\0');
	encode_text(enc, "secret",
	    buf_check(hex, NULL) == 0 ? (const char *)hex->data : "");
	if (hex->data)
		explicit_bzero(hex->data, hex->len);
	buf_reset(hex);
}

static void opened_encode(
    struct encoder *enc, const struct escrow_opened *opened)
{
	struct buf hex = {0};

	encode_open(enc, NULL, '{');
	encode_text(enc, "approved_by", opened->approved_by);
	encode_open(enc, "items", '[');
	for (size_t i = 0; i < opened->count; i++) {
		encode_open(enc, NULL, '{');
		encode_time(enc, "stored_at", opened->items[i].stored_at);
		secret_encode(
		    enc, opened->items[i].kind, &opened->items[i].secret, &hex);
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
	encode_close(enc, '}');
	buf_clear(&hex);
}

int office_escrow_open(struct office_call *call, struct err *err)
{
	struct escrow_open_ask ask = {.device = call->request->params[0]};
	struct open_said said = {.kind = NULL};
	struct escrow_opened opened = {.count = 0};
	json_t *document = NULL;
	int rc = decode_body(call->request, open_fields, COUNT(open_fields),
	    &said, &document, err);

	if (rc == 0)
		rc = kind_parse(said.kind, &ask.kind, err);
	ask.reason = said.reason;
	if (rc == 0)
		rc = service_escrow_open(
		    call->service, &call->actor, &ask, &opened, err);
	if (rc == 0)
		opened_encode(&call->enc, &opened);
	escrow_opened_clear(&opened);
	json_decref(document);
	return rc;
}
