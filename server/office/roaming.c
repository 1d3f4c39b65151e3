/* Data abroad for one phone. */
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/service/mdm/switch_roaming.h"

struct roaming_order {
	bool data;
};

static const struct decode_field roaming_fields[] = {
    {"data", DECODE_BOOL, offsetof(struct roaming_order, data), 0, true},
};

int office_roaming_switch(struct office_call *call, struct err *err)
{
	struct roaming_order order = {.data = false};
	json_t *document = NULL;
	struct command command;
	int rc = decode_body(
	    call->request, roaming_fields, 1, &order, &document, err);

	json_decref(document);
	if (rc == 0)
		rc = service_roaming_switch(call->service, &call->actor,
		    call->request->params[0], order.data, &command, err);
	if (rc < 0)
		return rc;
	call->status = 202;
	encode_open(&call->enc, NULL, '{');
	describe_command_members(&call->enc, &command);
	encode_close(&call->enc, '}');
	return 0;
}
