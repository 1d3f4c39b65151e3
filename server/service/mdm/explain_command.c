/* Why a command is where it is, in one sentence that says what it waits for. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/guard/erase_guard.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/service.h"

struct explain {
	struct service *service;
	const char *org_id;
	const char *id;
	struct command command;
	struct life life;
	struct command ahead;    /* what goes first; id "" when nothing does */
	char held[ERR_TEXT_MAX]; /* the legal hold that keeps it back; "" */
};

static int find_hold(struct txn *txn, struct explain *explain, struct err *err)
{
	const struct command *command = &explain->command;
	struct legal_hold_row hold;
	int rc;

	explain->held[0] = '\0';
	if (!erase_guard_applies(command) || !command_is_open(command->state))
		return 0;
	if (clock_watch_doubts(
	        explain->service, explain->held, sizeof(explain->held)))
		return 0;
	rc = legal_hold_find(
	    txn, command->org_id, command->device_id, NULL, &hold, err);
	if (rc == 0)
		legal_hold_sentence(
		    txn, &hold, explain->held, sizeof(explain->held));
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int find_ahead(void *arg, const struct command *row)
{
	struct explain *explain = arg;

	if (strcmp(row->id, explain->command.id) == 0)
		return 0;
	if (row->priority > explain->command.priority ||
	    (row->priority == explain->command.priority &&
	        strcmp(row->id, explain->command.id) < 0))
		explain->ahead = *row;
	return 0;
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct explain *explain = arg;
	struct command_filter open = {.only_open = true};
	int rc = store_command_load(txn, explain->id, &explain->command, err);

	explain->ahead.id[0] = '\0';
	if (rc < 0)
		return rc;
	/* DESIGN invariant 8: another organisation's command is not there. */
	if (strcmp(explain->command.org_id, explain->org_id) != 0)
		return -ERR_NOT_FOUND;
	open.org_id = explain->command.org_id;
	open.life_id = explain->command.life_id;
	rc =
	    store_life_load(txn, explain->command.life_id, &explain->life, err);
	if (rc == 0)
		rc = store_command_each(txn, &open, find_ahead, explain, err);
	return rc == 0 ? find_hold(txn, explain, err) : rc;
}

struct sentence {
	const struct explain *explain;
	int64_t now;
	int64_t last_seen_at;
	char *out;
	size_t size;
};

static void ago(int64_t then, int64_t now, char *out, size_t size)
{
	char text[TIME_TEXT_MAX];

	if (then == 0) {
		(void)snprintf(out, size, "never");
		return;
	}
	time_duration_text(now - then, text);
	(void)snprintf(out, size, "%s ago", text);
}

static void say_queued(const struct sentence *say)
{
	const struct explain *explain = say->explain;
	char seen[64];
	char wait[TIME_TEXT_MAX];

	ago(say->last_seen_at, say->now, seen, sizeof(seen));
	if (explain->command.not_before > say->now) {
		time_duration_text(
		    explain->command.not_before - say->now, wait);
		(void)snprintf(say->out, say->size,
		    "It is held back and goes out in %s at the earliest.",
		    wait);
	} else if (explain->life.state == LIFE_AUTHENTICATED) {
		(void)snprintf(say->out, say->size,
		    "The phone has begun to enrol and has not finished "
		    "(no TokenUpdate yet); it was last heard from %s.",
		    seen);
	} else if (explain->ahead.id[0]) {
		(void)snprintf(say->out, say->size,
		    "It waits behind %s (%s); the phone was last heard "
		    "from %s.",
		    explain->ahead.request_type,
		    command_state_name(explain->ahead.state), seen);
	} else {
		(void)snprintf(say->out, say->size,
		    "It is next and goes out when the phone connects; the "
		    "phone was last heard from %s.",
		    seen);
	}
}

static void say_sent(const struct sentence *say)
{
	const struct command *command = &say->explain->command;
	char sent[64];
	char seen[64];

	ago(command->sent_at, say->now, sent, sizeof(sent));
	ago(say->last_seen_at, say->now, seen, sizeof(seen));
	(void)snprintf(say->out, say->size,
	    "It was handed to the phone %s (%d time%s) and no answer came; "
	    "the phone was last heard from %s. It is handed out again at its "
	    "next contact.",
	    sent, command->sent_count, command->sent_count == 1 ? "" : "s",
	    seen);
}

static void say_not_now(const struct sentence *say)
{
	const struct command *command = &say->explain->command;
	char when[64];

	ago(command->not_now_at, say->now, when, sizeof(when));
	(void)snprintf(say->out, say->size,
	    "The phone said \"not now\" %s (%d time%s): it is locked or busy. "
	    "It is asked again at its next contact; unlocking it once helps.",
	    when, command->not_now_count,
	    command->not_now_count == 1 ? "" : "s");
}

static void say_closed(const struct sentence *say)
{
	const struct command *command = &say->explain->command;
	char when[64];

	ago(command->closed_at, say->now, when, sizeof(when));
	(void)snprintf(say->out, say->size,
	    "It does not wait: it was %s %s%s%.300s.",
	    command_state_name(command->state), when,
	    command->result[0] ? ": " : "", command->result);
}

static void say_held(const struct sentence *say)
{
	const struct command *command = &say->explain->command;
	char sent[128] = "";
	char when[64];

	ago(command->sent_at, say->now, when, sizeof(when));
	if (command->sent_count > 0)
		(void)snprintf(sent, sizeof(sent),
		    " The phone was given it %s, before that.", when);
	(void)snprintf(
	    say->out, say->size, "It waits: %s.%s", say->explain->held, sent);
}

static void (*const sayings[COMMAND_STATE_COUNT])(const struct sentence *) = {
    [COMMAND_QUEUED] = say_queued,
    [COMMAND_SENT] = say_sent,
    [COMMAND_NOT_NOW] = say_not_now,
    [COMMAND_ACKNOWLEDGED] = say_closed,
    [COMMAND_FAILED] = say_closed,
    [COMMAND_CANCELLED] = say_closed,
    [COMMAND_SUPERSEDED] = say_closed,
    [COMMAND_EXPIRED] = say_closed,
};

int service_command_explain(struct service *service, const struct actor *actor,
    const char *command_id, struct command *out, char *text, size_t size,
    struct err *err)
{
	struct explain explain = {
	    .service = service, .org_id = actor->org_id, .id = command_id};
	struct sentence say = {.explain = &explain,
	    .now = clock_now(service->clock),
	    .out = text,
	    .size = size};
	int rc = store_read(service->store, load, &explain, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "no such command: %.64s", command_id);
	if (rc < 0)
		return rc;
	say.last_seen_at = last_seen_get(service->last_seen, explain.life.id);
	if (explain.life.last_seen_at > say.last_seen_at)
		say.last_seen_at = explain.life.last_seen_at;
	if (explain.held[0])
		say_held(&say);
	else
		sayings[explain.command.state](&say);
	*out = explain.command;
	return 0;
}
