/* Keys of connectors: registered, listed, revoked. */
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/evidence/evidence_key.h"
#include "server/service/named.h"

#include <stdlib.h>

static void key_encode(struct encoder *enc, const struct evidence_key_row *row)
{
	char *base64 = str_base64(row->public_key, row->public_key_len);

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "name", row->name);
	encode_text(enc, "state", row->revoked_at ? "revoked" : "active");
	encode_text(enc, "public_key", base64);
	encode_words(enc, "facts", row->facts);
	encode_text(enc, "unit_id", row->unit_id);
	encode_number(enc, "last_sequence", row->last_seq);
	encode_time(enc, "last_report_at", row->last_report_at);
	encode_text(enc, "created_by", row->created_by);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "revoked_at", row->revoked_at);
	encode_text(enc, "revoked_by", row->revoked_by);
	encode_close(enc, '}');
	free(base64);
}

static int on_key(void *arg, const struct evidence_key_row *row)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, row->id);

	if (turn == PAGER_SHOW)
		key_encode(&pager->call->enc, row);
	return turn == PAGER_STOP;
}

int office_evidence_keys_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_evidence_key_each(call->service, &call->actor, pager.after,
	        0, on_key, &pager, err));
}

int office_evidence_key_get(struct office_call *call, struct err *err)
{
	struct evidence_key_row row;
	int rc = service_evidence_key_load(
	    call->service, &call->actor, call->request->params[0], &row, err);

	if (rc == 0)
		key_encode(&call->enc, &row);
	return rc;
}

struct key_order {
	const char *name;
	const char *public_key;
	const char *unit_id;
	const json_t *facts;
};

static const struct decode_field key_fields[] = {
    {"name", DECODE_TEXT, offsetof(struct key_order, name), 100, true},
    {"public_key", DECODE_BLOCK, offsetof(struct key_order, public_key), 512,
        true},
    {"unit_id", DECODE_TEXT, offsetof(struct key_order, unit_id), LIMIT_NAME,
        false}, /* by name as well; left out: everybody */
    {"facts", DECODE_LIST, offsetof(struct key_order, facts), 63, true},
};

int office_evidence_key_create(struct office_call *call, struct err *err)
{
	struct key_order order = {0};
	struct evidence_key_request wanted;
	struct evidence_key_row row;
	struct buf facts = {0};
	char unit_id[STORE_ID];
	json_t *document = NULL;
	int rc;

	rc = decode_body(call->request, key_fields, 4, &order, &document, err);
	if (rc == 0) {
		decode_list_join(order.facts, &facts);
		rc = buf_check(&facts, err);
	}
	if (rc == 0)
		rc = service_unit_named(call->service, &call->actor,
		    order.unit_id && *order.unit_id ? order.unit_id : NULL,
		    unit_id, err);
	if (rc == 0) {
		wanted =
		    (struct evidence_key_request){order.name, order.public_key,
		        (const char *)facts.data, unit_id[0] ? unit_id : NULL};
		rc = service_evidence_key_create(
		    call->service, &call->actor, &wanted, &row, err);
	}
	if (rc == 0)
		key_encode(&call->enc, &row);
	call->status = 201;
	buf_clear(&facts);
	json_decref(document);
	return rc;
}

int office_evidence_key_revoke(struct office_call *call, struct err *err)
{
	struct evidence_key_row row;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_evidence_key_revoke(call->service, &call->actor,
		    call->request->params[0], &row, err);
	if (rc == 0)
		key_encode(&call->enc, &row);
	return rc;
}
