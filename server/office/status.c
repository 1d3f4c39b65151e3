#include "proto/base/err.h"
#include "server/office/encode.h"
#include "server/office/handlers.h"
#include "server/service/mdm/look.h"
#include "server/service/service.h"

static void describe_status(
    struct encoder *enc, const struct status_view *view, int64_t now)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "version", WP_VERSION);
	encode_time(enc, "time", now);
	encode_open(enc, "organisation", '{');
	encode_text(enc, "id", view->organisation.id);
	encode_text(enc, "name", view->organisation.name);
	encode_close(enc, '}');
	if (view->policy.pack[0]) {
		encode_open(enc, "policy", '{');
		encode_text(enc, "pack", view->policy.pack);
		encode_time(enc, "applied_at", view->policy.applied_at);
		encode_text(enc, "applied_by", view->policy.applied_by);
		encode_close(enc, '}');
	} else {
		encode_null(enc, "policy");
	}
	encode_open(enc, "counts", '{');
	encode_number(enc, "devices", (int64_t)view->counts.devices);
	encode_number(enc, "enrolled", (int64_t)view->counts.lives_enrolled);
	encode_number(
	    enc, "commands_open", (int64_t)view->counts.commands_open);
	encode_number(enc, "wipes_open", (int64_t)view->counts.wipes_open);
	encode_close(enc, '}');
	encode_close(enc, '}');
}

int office_status_get(struct office_call *call, struct err *err)
{
	struct status_view view;
	int rc;

	rc = service_status_load(call->service, &call->actor, &view, err);
	if (rc == 0)
		describe_status(
		    &call->enc, &view, clock_now(call->service->clock));
	return rc;
}
