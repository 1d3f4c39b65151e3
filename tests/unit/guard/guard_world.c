#include "tests/unit/guard/guard_world.h"

#include <stdio.h>
#include <string.h>

#include "proto/apple/answer.h"
#include "proto/base/buf.h"

const struct actor eve = {.name = "token:eve",
    .org_id = "01900000-0000-7000-8000-00000000000a",
    .scopes = UINT64_MAX,
    .key = "token:eve-1"};
const struct actor finn = {.name = "token:finn",
    .org_id = "01900000-0000-7000-8000-00000000000a",
    .scopes = UINT64_MAX,
    .key = "token:finn-1"};

const char *world_device(unsigned number)
{
	static char texts[8][STORE_ID];
	static unsigned turn;
	char *text = texts[turn++ % 8];

	(void)snprintf(text, STORE_ID, "device-SERIAL%u", number);
	return text;
}

void world_phone(unsigned number)
{
	char serial[24];
	char lines[256];

	(void)snprintf(serial, sizeof(serial), "SERIAL%u", number);
	towns_phone(ada, serial, false);
	(void)snprintf(lines, sizeof(lines),
	    "{\"person\": {\"name\": \"Person %u\", \"mail\": "
	    "\"p%u@town.example\"}}\n"
	    "{\"assignment\": {\"person\": \"p%u@town.example\", \"phone\": "
	    "\"%s\"}}",
	    number, number, number, serial);
	towns_apply(ada, lines);
}

struct asking {
	struct guard_ask ask;
	struct guard_answer answer;
};

static int ask(struct txn *txn, void *arg, struct err *err)
{
	struct asking *asking = arg;

	return guard_destructive(
	    txn, &towns, &asking->ask, &asking->answer, err);
}

static struct asking asking_of(const struct actor *actor, unsigned number,
    enum guard_kind kind, enum guard_cause cause)
{
	return (struct asking){.ask = {.org_id = actor->org_id,
	                           .device_id = world_device(number),
	                           .kind = kind,
	                           .cause = cause,
	                           .by = actor->name,
	                           .by_key = actor->key,
	                           .reason = "test",
	                           .now = towns_now}};
}

struct guard_answer world_ask(const struct actor *actor, unsigned number,
    enum guard_kind kind, enum guard_cause cause)
{
	struct asking asking = asking_of(actor, number, kind, cause);

	towns_write(ask, &asking);
	return asking.answer;
}

struct guard_answer world_ask_dry(
    const struct actor *actor, unsigned number, enum guard_cause cause)
{
	struct asking asking = asking_of(actor, number, GUARD_WIPE, cause);

	asking.ask.is_dry = true;
	towns_read(ask, &asking);
	return asking.answer;
}

int world_wipe(const struct actor *actor, unsigned number, struct err *err)
{
	char serial[24];
	struct wipe_request request = {.device = serial, .reason = "test"};
	struct wipe wipe;

	(void)snprintf(serial, sizeof(serial), "SERIAL%u", number);
	return service_wipe_order(&towns, actor, &request, &wipe, err);
}

int world_approve(const struct actor *actor, const char *id, struct err *err)
{
	struct approval_view view;
	struct approval_decision decision = {
	    .id = id, .is_yes = true, .params_sha256 = view.row.params_sha256};
	int rc =
	    service_approval_view(&towns, actor, id, &view, NULL, NULL, err);

	return rc < 0
	    ? rc
	    : service_approval_decide(&towns, actor, &decision, &view, err);
}

void world_connect(unsigned number, char *request_type, size_t size)
{
	struct identity identity = {.certificate_state = CERTIFICATE_CURRENT,
	    .life_state = LIFE_ENROLLED};
	struct answer answer = {.status = ANSWER_IDLE};
	struct buf command = {0};
	struct err err = {0};
	const char *found;

	(void)snprintf(
	    identity.org_id, sizeof(identity.org_id), "%s", ada->org_id);
	(void)snprintf(identity.life_id, sizeof(identity.life_id),
	    "life-SERIAL%u", number);
	(void)snprintf(identity.device_id, sizeof(identity.device_id),
	    "device-SERIAL%u", number);
	(void)snprintf(
	    identity.udid, sizeof(identity.udid), "udid-SERIAL%u", number);
	(void)snprintf(answer.udid, sizeof(answer.udid), "%s", identity.udid);
	if (service_connect(
	        &towns, &identity, &answer, NULL, 0, &command, &err) < 0)
		fail_msg("%s", err.text);
	buf_append_char(&command, '\0');
	found = strstr((const char *)command.data, "<key>RequestType</key>");
	(void)snprintf(request_type, size, "%s",
	    !found                             ? ""
	        : strstr(found, "EraseDevice") ? "EraseDevice"
	                                       : "other");
	buf_clear(&command);
}

struct newest {
	const char *device_id;
	struct wipe *wipe;
	struct command *command;
};

static int find_newest(struct txn *txn, void *arg, struct err *err)
{
	struct newest *newest = arg;
	int rc =
	    store_wipe_find_device(txn, newest->device_id, newest->wipe, err);

	return rc < 0 ? rc
	              : store_command_load(txn, newest->wipe->command_id,
	                    newest->command, err);
}

void world_wipe_of(unsigned number, struct wipe *wipe, struct command *command)
{
	struct newest newest = {world_device(number), wipe, command};

	towns_read(find_newest, &newest);
}

struct legal_hold_view world_hold(
    enum legal_hold_kind kind, const char *subject)
{
	const struct legal_hold_request request = {
	    .kind = kind, .subject = subject, .reference = "case 4711"};
	struct legal_hold_view view;
	struct err err = {0};

	if (service_legal_hold_add(&towns, ada, &request, &view, &err) < 0)
		fail_msg("%s", err.text);
	return view;
}
