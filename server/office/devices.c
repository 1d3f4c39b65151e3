#include <stdlib.h>
#include <string.h>

#include "proto/apple/status_facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

static int on_device(void *arg, const struct device_view *view)
{
	struct pager *pager = arg;
	struct encoder *enc = &pager->call->enc;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	pager_key_texts(key, view->device.serial, view->device.id);
	turn = pager_turn(pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(enc, NULL, '{');
	describe_device_members(enc, view);
	encode_close(enc, '}');
	return 0;
}

/* Where the page before ended; false: there was none. */
static bool place_of(const struct pager *pager, struct device_place *out)
{
	const char *gap = strchr(pager->after, PAGER_GAP);
	size_t len = gap ? (size_t)(gap - pager->after) : 0;

	if (!gap || len >= sizeof(out->serial))
		return false;
	memcpy(out->serial, pager->after, len);
	out->serial[len] = '\0';
	return str_copy(out->id, sizeof(out->id), gap + 1) == 0;
}

int office_devices_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"q", "limit", "cursor"};
	struct device_place place;
	struct pager pager;
	char *text = NULL;
	int rc;

	rc = decode_query_names(call->request, names, 3, err);
	if (rc == 0)
		rc = decode_query_text(
		    call->request, "q", LIMIT_NAME, &text, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0)
		rc = pager_end(&pager,
		    service_device_each_after(call->service, &call->actor, text,
		        place_of(&pager, &place) ? &place : NULL, on_device,
		        &pager, err));
	free(text);
	return rc;
}

static int facts_encode(struct service *service, struct encoder *enc,
    const char *life_id, const char *kind, struct err *err)
{
	struct facts_row facts = {0};
	int rc;

	rc = service_facts_load(service, life_id, kind, &facts, err);
	if (rc == -ERR_NOT_FOUND)
		return 0; /* nothing is known yet */
	if (rc < 0)
		return rc;
	describe_facts(enc, NULL, &facts);
	store_facts_clear(&facts);
	return 0;
}

static int all_facts_encode(struct service *service, struct encoder *enc,
    const struct device_view *view, struct err *err)
{
	static const char *const kinds[] = {"SecurityInfo", "DeviceInformation",
	    "ProfileList", STATUS_FACTS_KIND};
	size_t i;
	int rc = 0;

	encode_open(enc, "facts", '[');
	if (view->life.id[0])
		for (i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]);
		     i++)
			rc = facts_encode(
			    service, enc, view->life.id, kinds[i], err);
	encode_close(enc, ']');
	return rc;
}

static int on_verdict(void *arg, const struct verdict_view *view)
{
	describe_verdict(arg, NULL, view);
	return 0;
}

static int on_command(void *arg, const struct command_view *view)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	describe_command_members(enc, &view->command);
	encode_close(enc, '}');
	return 0;
}

#define DEVICE_COMMANDS_MAX 100

/* The phone is named by its id: what the caller typed may fit others, too. */
static int device_encode(struct service *service, const struct actor *actor,
    struct encoder *enc, const struct device_view *view, struct err *err)
{
	const struct command_view_filter open = {
	    view->device.id, true, DEVICE_COMMANDS_MAX};
	const struct tenant *tenant =
	    service_tenant_find(service, actor->org_id);
	bool more;
	int rc;

	encode_open(enc, NULL, '{');
	describe_device_members(enc, view);
	describe_life(enc, "life", &view->life);
	rc = all_facts_encode(service, enc, view, err);
	encode_open(enc, "verdicts", '[');
	if (rc == 0 && tenant &&
	    tenant->pack) /* with no policy nothing is judged */
		rc = service_verdict_each(
		    service, actor, view->device.id, on_verdict, enc, err);
	encode_close(enc, ']');
	encode_open(enc, "commands", '[');
	if (rc == 0)
		rc = service_command_each(
		    service, actor, &open, on_command, enc, &more, err);
	encode_close(enc, ']');
	encode_close(enc, '}');
	return rc;
}

int office_device_get(struct office_call *call, struct err *err)
{
	struct device_view view;
	int rc;

	rc = service_device_view(
	    call->service, &call->actor, call->request->params[0], &view, err);
	return rc < 0 ? rc
	              : device_encode(call->service, &call->actor, &call->enc,
	                    &view, err);
}
