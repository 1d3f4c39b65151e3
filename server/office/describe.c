#include "server/office/describe.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "server/lifecycle/life.h"
#include "server/lifecycle/phone.h"
#include "server/lifecycle/wipe.h"

static const char *device_state(const struct device_view *view)
{
	if (!view->life.id[0])
		return "never_enrolled";
	if (view->life.state != LIFE_ENROLLED)
		return life_state_name(view->life.state);
	/* Nobody said that its life ended, but it is not there any more: as
	 * store_counts() counts. */
	if (view->wipe.state == WIPE_PROVEN &&
	    strcmp(view->wipe.life_id, view->life.id) == 0)
		return "erased";
	return phone_is_gone(view->device.state) ? "given_up" : "enrolled";
}

void describe_device_members(
    struct encoder *enc, const struct device_view *view)
{
	const struct device *device = &view->device;

	encode_text(enc, "id", device->id);
	encode_text(enc, "serial", device->serial);
	encode_text(enc, "udid", device->udid);
	encode_text(enc, "imei", device->imei);
	encode_text(enc, "name", device->name);
	encode_text(enc, "person", device->person);
	encode_text(enc, "model", device->model);
	encode_text(enc, "product_name", device->product_name);
	encode_text(enc, "os_version", device->os_version);
	encode_text(enc, "build_version", device->build_version);
	encode_text(enc, "kind", phone_kind_name(device->kind));
	encode_text(enc, "phone_state", phone_state_name(device->state));
	encode_text(enc, "state", device_state(view));
	encode_time(enc, "enrolled_at", view->life.enrolled_at);
	encode_time(enc, "last_seen_at", view->last_seen_at);
	encode_number(enc, "commands_open", view->commands_open);
	describe_wipe(enc, "wipe", &view->wipe);
}

void describe_device_brief(
    struct encoder *enc, const char *key, const struct device *device)
{
	encode_open(enc, key, '{');
	encode_text(enc, "id", device->id);
	encode_text(enc, "serial", device->serial);
	encode_text(enc, "person", device->person);
	encode_text(enc, "name", device->name);
	encode_text(enc, "product_name", device->product_name);
	encode_close(enc, '}');
}

void describe_life(
    struct encoder *enc, const char *key, const struct life *life)
{
	if (!life->id[0]) {
		encode_null(enc, key);
		return;
	}
	encode_open(enc, key, '{');
	encode_text(enc, "id", life->id);
	encode_text(enc, "link_id", life->link_id);
	encode_text(enc, "state", life_state_name(life->state));
	encode_text(enc, "topic", life->topic);
	encode_bool(
	    enc, "awaiting_configuration", life->awaiting_configuration);
	encode_time(enc, "started_at", life->started_at);
	encode_time(enc, "enrolled_at", life->enrolled_at);
	encode_time(enc, "ended_at", life->ended_at);
	encode_close(enc, '}');
}

void describe_wipe(
    struct encoder *enc, const char *key, const struct wipe *wipe)
{
	if (!wipe->id[0]) {
		encode_null(enc, key);
		return;
	}
	encode_open(enc, key, '{');
	encode_text(enc, "id", wipe->id);
	encode_text(enc, "device_id", wipe->device_id);
	encode_text(enc, "life_id", wipe->life_id);
	encode_text(enc, "command_id", wipe->command_id);
	encode_text(enc, "state", wipe_state_name(wipe->state));
	encode_text(enc, "ordered_by", wipe->ordered_by);
	encode_text(enc, "reason", wipe->reason);
	encode_text(enc, "warning", wipe->warning);
	encode_time(enc, "ordered_at", wipe->ordered_at);
	encode_time(enc, "acknowledged_at", wipe->acknowledged_at);
	encode_time(enc, "silent_at", wipe->silent_at);
	encode_time(enc, "proven_at", wipe->proven_at);
	encode_time(enc, "closed_at", wipe->closed_at);
	encode_time(enc, "caught_at", wipe->caught_at);
	encode_close(enc, '}');
}

void describe_ladder(
    struct encoder *enc, const char *key, const struct wipe *wipe)
{
	const struct {
		enum wipe_state state;
		int64_t at;
	} steps[] = {
	    {WIPE_ORDERED, wipe->ordered_at},
	    {WIPE_ACKNOWLEDGED, wipe->acknowledged_at},
	    {WIPE_SILENT, wipe->silent_at},
	    {WIPE_PROVEN, wipe->proven_at},
	};
	size_t i;

	encode_open(enc, key, '[');
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		encode_open(enc, NULL, '{');
		encode_text(enc, "step", wipe_state_name(steps[i].state));
		encode_time(enc, "at", steps[i].at);
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
}

void describe_command_members(
    struct encoder *enc, const struct command *command)
{
	encode_text(enc, "id", command->id);
	encode_text(enc, "device_id", command->device_id);
	encode_text(enc, "life_id", command->life_id);
	encode_text(enc, "request_type", command->request_type);
	encode_text(enc, "purpose", command->purpose);
	encode_text(enc, "state", command_state_name(command->state));
	encode_number(enc, "priority", command->priority);
	encode_text(enc, "ordered_by", command->ordered_by);
	encode_text(enc, "reason", command->reason);
	encode_text(enc, "result", command->result);
	encode_time(enc, "created_at", command->created_at);
	encode_time(enc, "not_before", command->not_before);
	encode_time(enc, "expires_at", command->expires_at);
	encode_time(enc, "sent_at", command->sent_at);
	encode_time(enc, "not_now_at", command->not_now_at);
	encode_time(enc, "closed_at", command->closed_at);
	encode_number(enc, "sent_count", command->sent_count);
	encode_number(enc, "not_now_count", command->not_now_count);
}

void describe_link_members(
    struct encoder *enc, const struct link *link, int64_t now)
{
	encode_text(enc, "id", link->id);
	encode_text(enc, "person", link->person);
	encode_text(enc, "serial", link->serial);
	encode_text(enc, "state", service_link_state(link, now));
	encode_text(enc, "created_by", link->created_by);
	encode_time(enc, "created_at", link->created_at);
	encode_time(enc, "expires_at", link->expires_at);
	encode_time(enc, "profile_at", link->profile_at);
	encode_time(enc, "certificate_at", link->certificate_at);
	encode_time(enc, "enrolled_at", link->enrolled_at);
}

static void describe_evidence(
    struct encoder *enc, const struct verdict_view *view)
{
	size_t i;

	encode_open(enc, "evidence", '[');
	for (i = 0; i < view->evidence_count; i++) {
		encode_open(enc, NULL, '{');
		encode_text(enc, "name", view->evidence[i].name);
		encode_text(enc, "value", view->evidence[i].value);
		encode_text(enc, "source", view->evidence[i].source);
		encode_time(enc, "observed_at", view->evidence[i].observed_at);
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
}

void describe_verdict(
    struct encoder *enc, const char *key, const struct verdict_view *view)
{
	encode_open(enc, key, '{');
	encode_text(enc, "device_id", view->device.id);
	encode_text(enc, "serial", view->device.serial);
	encode_text(enc, "person", view->device.person);
	encode_text(enc, "rule", view->rule);
	encode_text(enc, "title", view->title);
	encode_text(enc, "verdict", view->verdict);
	encode_text(enc, "reason", view->reason);
	encode_text(enc, "source", view->source);
	encode_time(enc, "judged_at", view->judged_at);
	describe_evidence(enc, view);
	encode_close(enc, '}');
}

/*
 * DESIGN invariant 7: codes and tokens are kept sealed and never shown. Facts
 * hold none; should one slip in, it ends here.
 */
static bool is_secret(const char *key)
{
	static const char *const words[] = {
	    "token", "password", "bypass", "escrow", "recoverykey", "secret"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

static void secrets_drop(json_t *value)
{
	const char *key;
	json_t *child;
	void *next;
	size_t i;

	json_array_foreach(value, i, child) secrets_drop(child);
	json_object_foreach_safe(value, next, key, child)
	{
		if (is_secret(key))
			(void)json_object_del(value, key);
		else
			secrets_drop(child);
	}
}

void describe_facts(
    struct encoder *enc, const char *key, const struct facts_row *facts)
{
	json_t *document = json_loadb(
	    facts->json, facts->json_len, JSON_REJECT_DUPLICATES, NULL);
	char *text = NULL;

	if (document) {
		secrets_drop(document);
		text = json_dumps(document, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	encode_open(enc, key, '{');
	encode_text(enc, "kind", facts->kind);
	encode_text(enc, "source", facts->source);
	encode_time(enc, "observed_at", facts->observed_at);
	if (text)
		encode_raw(enc, "data", text, strlen(text));
	else
		encode_null(enc, "data");
	encode_close(enc, '}');
	free(text);
	json_decref(document);
}
