#include "tests/phones/action.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/behaviour.h"
#include "tests/phones/enrol.h"

#define PIN_LENGTH 6
#define PIN_LENGTH_MAX 64
#define COUNT_MAX 1000000

static int parse_number(
    const char *text, uint64_t max, uint64_t *out, struct err *err)
{
	if (!text || str_number_parse(text, max, out) < 0)
		return err_set(err, ERR_INVALID,
		    "'%s' is not a whole number up to %llu", text ? text : "",
		    (unsigned long long)max);
	return 0;
}

static int parse_switch(const char *text, bool *out, struct err *err)
{
	if (!text || strcmp(text, "on") == 0 || strcmp(text, "true") == 0)
		*out = true;
	else if (strcmp(text, "off") == 0 || strcmp(text, "false") == 0)
		*out = false;
	else
		return err_set(err, ERR_INVALID, "'%s' is not on or off", text);
	return 0;
}

/* "6", "4,simple", "8,letters" */
static int set_pin(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	uint64_t length = PIN_LENGTH;
	bool alphanumeric = false;
	bool simple = false;
	char number[8] = "";
	const char *rest;
	size_t digits;

	(void)action;
	if (argument && *argument && strcmp(argument, "on") != 0) {
		digits = strcspn(argument, ",");
		rest = argument + digits;
		(void)snprintf(
		    number, sizeof(number), "%.*s", (int)digits, argument);
		if (digits >= sizeof(number) ||
		    parse_number(number, PIN_LENGTH_MAX, &length, err) < 0)
			return err_set(err, ERR_INVALID,
			    "'%s' is not LENGTH[,simple][,letters]", argument);
		simple = strstr(rest, ",simple") != NULL;
		alphanumeric = strstr(rest, ",letters") != NULL;
	}
	phone_set_pin(session->phone, (unsigned)length, simple, alphanumeric,
	    session_now(session));
	return 0;
}

static int clear_pin(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	(void)action;
	(void)argument;
	(void)err;
	phone_clear_pin(session->phone);
	return 0;
}

static int change_pin(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	if (argument && strcmp(argument, "off") == 0)
		return clear_pin(session, action, NULL, err);
	return set_pin(session, action, argument, err);
}

static int set_counter(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	char *base = (char *)&session->phone->behaviour;
	uint64_t count = 1;

	if (argument && *argument &&
	    parse_number(argument, COUNT_MAX, &count, err) < 0)
		return -(int)ERR_INVALID;
	*(unsigned *)(void *)(base + action->offset) = (unsigned)count;
	session->phone->changed = true;
	return 0;
}

static int set_switch(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	char *base = (char *)&session->phone->behaviour;
	bool value = false;

	if (parse_switch(argument, &value, err) < 0)
		return -(int)ERR_INVALID;
	*(bool *)(base + action->offset) = value;
	session->phone->changed = true;
	return 0;
}

static int set_rubbish(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	if (!argument || !*argument) {
		session->phone->behaviour.rubbish = behaviour_rubbish_kinds();
		session->phone->changed = true;
		return 0;
	}
	return set_counter(session, action, argument, err);
}

static int lose_network(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	uint64_t seconds;

	(void)action;
	if (parse_number(argument, COUNT_MAX, &seconds, err) < 0)
		return -(int)ERR_INVALID;
	session->phone->behaviour.network_lost_until =
	    session_now(session) + (int64_t)seconds * TIME_SECOND_MS;
	session->phone->changed = true;
	line_hang_up(session->line);
	return 0;
}

static int set_locked(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	(void)argument;
	(void)err;
	session->phone->locked = strcmp(action->name, "lock") == 0;
	session->phone->changed = true;
	return 0;
}

static int set_sims(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	uint64_t count;

	(void)action;
	if (parse_number(argument, PHONE_SIMS_MAX, &count, err) < 0)
		return -(int)ERR_INVALID;
	phone_set_sims(session->phone, (unsigned)count);
	return 0;
}

static int set_name(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	struct phone_hardware *hardware = &session->phone->hardware;

	(void)action;
	if (!argument || !*argument ||
	    !str_is_utf8(argument, strlen(argument)) ||
	    str_copy(hardware->name, sizeof(hardware->name), argument) < 0)
		return err_set(err, ERR_INVALID, "not a name");
	session->phone->changed = true;
	return 0;
}

static int reset_phone(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	(void)action;
	(void)argument;
	(void)err;
	line_hang_up(session->line);
	phone_erase(session->phone);
	session->phone->erased = false; /* by hand, not by MDM */
	return 0;
}

static int poll_once(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	(void)action;
	(void)argument;
	return session_run(session, err);
}

static int re_enrol(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	int rc;

	(void)action;
	if (!argument || !*argument)
		return err_set(err, ERR_INVALID, "re_enrol needs a URL");
	rc = enrol_by_url(session, argument, err);
	return rc < 0 ? rc : session_run(session, err);
}

static int remove_mdm(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	(void)action;
	(void)argument;
	return enrol_remove(session, err);
}

static int renew(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	(void)action;
	(void)argument;
	return enrol_renew(session, err);
}

static int touch_token(struct session *session, const struct action *action,
    const char *argument, struct err *err)
{
	struct phone_mdm *mdm = &session->phone->mdm;

	(void)action;
	(void)argument;
	if (!mdm->enrolled)
		return err_set(err, ERR_CONFLICT, "the phone is not enrolled");
	rng_fill(session->world->rng, mdm->push_token, sizeof(mdm->push_token));
	mdm->token_update_due = true;
	session->phone->changed = true;
	return 0;
}

#define COUNTER(name, argument, help)                                          \
	{                                                                      \
#name, argument, help, false, set_counter,                     \
		    offsetof(struct phone_behaviour, name)                     \
	}
#define SWITCH(name, help)                                                     \
	{                                                                      \
#name, "[on|off]", help, false, set_switch,                    \
		    offsetof(struct phone_behaviour, name)                     \
	}

/* clang-format off */
static const struct action actions[] = {
	{"set_pin", "[LENGTH[,simple][,letters]]", "sets a PIN, of 6 digits if not said", false, set_pin, 0},
	{"clear_pin", "", "takes the PIN away", false, clear_pin, 0},
	{"pin", "on|off|LENGTH[,simple]", "set_pin or clear_pin in one word", false, change_pin, 0},
	{"lock", "", "as if it lay in a pocket", false, set_locked, 0},
	{"unlock", "", "as if its user had typed the PIN", false, set_locked, 0},
	{"sims", "N", "so many SIMs, 0 to 8", false, set_sims, 0},
	{"name", "NAME", "its user names it", false, set_name, 0},
	COUNTER(not_now, "N", "answers NotNow to the next N commands"),
	SWITCH(not_now_when_locked, "puts profile commands off while locked"),
	COUNTER(answer_twice, "N", "sends the next N answers twice"),
	COUNTER(out_of_order, "N", "answers in reverse order in the next N sessions"),
	COUNTER(lose_answer, "N", "executes N commands, the line drops before each answer"),
	COUNTER(lose_reply, "N", "answers N commands, never sees the reply, answers again later"),
	{"lose_network", "SECONDS", "no network for so long", false, lose_network, 0},
	SWITCH(lie_erase, "acknowledges an erase and does not erase"),
	{"rubbish", "[N]", "sends N broken bodies, one of each kind if not said", false, set_rubbish, offsetof(struct phone_behaviour, rubbish)},
	{"new_token", "", "gets a new push token; TokenUpdate follows", false, touch_token, 0},
	{"factory_reset", "", "its user erases it; the server hears nothing", false, reset_phone, 0},
	{"poll", "", "wakes now and works until the queue is empty", true, poll_once, 0},
	{"re_enrol", "URL", "enrols by a new link: a new life", true, re_enrol, 0},
	{"remove_mdm", "", "its user removes the profile: CheckOut", true, remove_mdm, 0},
	{"renew", "", "gets a new certificate by RenewalReq", true, renew, 0},
};
/* clang-format on */
#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

const struct action *action_at(size_t index)
{
	return index < ACTION_COUNT ? &actions[index] : NULL;
}

const struct action *action_find(const char *name)
{
	size_t i;

	for (i = 0; i < ACTION_COUNT; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

int action_run(struct session *session, const char *name, const char *argument,
    struct err *err)
{
	const struct action *action = action_find(name);

	if (!action)
		return err_set(
		    err, ERR_UNSUPPORTED, "unknown action '%s'", name);
	if (action->needs_network && !session->line)
		return err_set(err, ERR_CONFLICT,
		    "%s needs a running phone: use 'do' or 'poll'", name);
	if (!action->needs_network)
		session_note(session, "set", "%s%s%s", name,
		    argument ? " " : "", argument ? argument : "");
	return action->run(session, action, argument, err);
}
