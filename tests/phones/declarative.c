#include "tests/phones/declarative.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "tests/phones/passcode.h"

CLEANUP_DEFINE(json_t, json, json_decref)

#define TYPE_PASSCODE "com.apple.configuration.passcode.settings"
#define TYPE_SUBSCRIPTIONS                                                     \
	"com.apple.configuration.management.status-subscriptions"
#define TYPE_ACTIVATION "com.apple.activation.simple"

/* A list of declaration-items, and its word in an endpoint. */
static const struct {
	const char *list;
	const char *path;
	const char *status; /* the list in a status report */
} groups[] = {
    {"Activations", "activation", "activations"},
    {"Assets", "asset", "assets"},
    {"Configurations", "configuration", "configurations"},
    {"Management", "management", "management"},
};
#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

bool declarative_is_known(const struct phone *phone)
{
	return strtol(phone->hardware.os_version, NULL, 10) >= 15;
}

void declarative_start(struct phone *phone)
{
	(void)json_object_set_new(phone->declarations, "on", json_true());
	(void)json_object_set_new(phone->declarations, "due", json_true());
	phone->changed = true;
}

/* --- asking --------------------------------------------------------------- */

/* NULL with err set when the server gave no JSON object. */
static json_t *ask(
    struct session *session, const char *endpoint, struct err *err)
{
	struct line_reply reply = {0};
	json_t *answer = NULL;

	if (session_declarative(session, endpoint, NULL, &reply, err) == 0) {
		answer = json_loadb((const char *)reply.body.data,
		    reply.body.len, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(answer)) {
			json_decref(answer);
			answer = NULL;
			(void)err_set(err, ERR_INVALID,
			    "%s: the server gave no JSON object", endpoint);
		}
	}
	line_reply_clear(&reply);
	return answer;
}

/* The declaration has to be what the list called it. */
static int item_take(json_t *items, size_t group, const json_t *listed,
    const json_t *answer, struct err *err)
{
	const char *identifier = text_of(listed, "Identifier");

	if (strcmp(text_of(answer, "Identifier"), identifier) != 0 ||
	    strcmp(text_of(answer, "ServerToken"),
	        text_of(listed, "ServerToken")) != 0 ||
	    !json_is_object(json_object_get(answer, "Payload")))
		return err_set(err, ERR_INVALID,
		    "the declaration %s is another than the list says",
		    identifier);
	(void)json_object_set_new(items, identifier,
	    json_pack("{ss ss ss sO}", "group", groups[group].path, "token",
	        text_of(answer, "ServerToken"), "type", text_of(answer, "Type"),
	        "payload", json_object_get(answer, "Payload")));
	return 0;
}

/* What it holds with the same token is not fetched again. */
static int item_fetch(struct session *session, size_t group,
    const json_t *listed, json_t *items, struct err *err)
{
	const char *identifier = text_of(listed, "Identifier");
	json_t *held = json_object_get(
	    json_object_get(session->phone->declarations, "items"), identifier);
	char endpoint[256];
	CLEANUP(json) json_t *answer = NULL;

	if (held &&
	    strcmp(text_of(held, "token"), text_of(listed, "ServerToken")) == 0)
		return json_object_set(items, identifier, held);
	(void)snprintf(endpoint, sizeof(endpoint), "declaration/%s/%s",
	    groups[group].path, identifier);
	answer = ask(session, endpoint, err);
	if (!answer)
		return err ? -(int)err->code : -ERR_IO;
	return item_take(items, group, listed, answer, err);
}

static int fetch_all(struct session *session, const json_t *answer,
    json_t *items, struct err *err)
{
	json_t *lists = json_object_get(answer, "Declarations");
	json_t *listed;
	size_t group;
	size_t i;
	int rc = 0;

	for (group = 0; rc == 0 && group < GROUP_COUNT; group++) {
		json_t *list = json_object_get(lists, groups[group].list);

		if (!json_is_array(list))
			return err_set(err, ERR_INVALID,
			    "declaration-items has no list %s",
			    groups[group].list);
		for (i = 0; rc == 0 && i < json_array_size(list); i++) {
			listed = json_array_get(list, i);
			rc = item_fetch(session, group, listed, items, err);
		}
	}
	return rc;
}

/* --- obeying -------------------------------------------------------------- */

static bool is_activated(const json_t *items, const char *identifier)
{
	const char *key;
	json_t *item;
	json_t *name;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)items, key, item)
	{
		if (strcmp(text_of(item, "type"), TYPE_ACTIVATION) != 0)
			continue;
		json_array_foreach(
		    json_object_get(json_object_get(item, "payload"),
		        "StandardConfigurations"),
		    i, name)
		{
			if (strcmp(json_string_value(name)
			            ? json_string_value(name)
			            : "",
			        identifier) == 0)
				return true;
		}
	}
	return false;
}

/* In the words of a passcode payload, which the phone judges by. */
static json_t *passcode_policy(const json_t *payload)
{
	json_t *policy = json_object();

	(void)json_object_set(
	    policy, "forcePIN", json_object_get(payload, "RequirePasscode"));
	(void)json_object_set_new(policy, "allowSimple",
	    json_boolean(!json_is_true(
	        json_object_get(payload, "RequireComplexPasscode"))));
	(void)json_object_set(
	    policy, "minLength", json_object_get(payload, "MinimumLength"));
	(void)json_object_set(policy, "requireAlphanumeric",
	    json_object_get(payload, "RequireAlphanumericPasscode"));
	(void)json_object_set(policy, "minComplexChars",
	    json_object_get(payload, "MinimumComplexCharacters"));
	return policy;
}

static void obey(struct phone *phone, json_t *items, const char *token)
{
	json_t *policies = json_array();
	const char *identifier;
	json_t *item;

	json_object_foreach(items, identifier, item)
	{
		if (strcmp(text_of(item, "type"), TYPE_PASSCODE) == 0 &&
		    is_activated(items, identifier))
			(void)json_array_append_new(policies,
			    passcode_policy(json_object_get(item, "payload")));
	}
	(void)json_object_set(phone->declarations, "items", items);
	(void)json_object_set_new(phone->declarations, "passcode", policies);
	(void)json_object_set_new(
	    phone->declarations, "token", json_string(token));
	(void)json_object_set_new(phone->declarations, "due", json_false());
	(void)json_object_del(phone->declarations, "reported");
	phone->changed = true;
}

static int synchronise(struct session *session, struct err *err)
{
	struct phone *phone = session->phone;
	CLEANUP(json) json_t *tokens = ask(session, "tokens", err);
	CLEANUP(json) json_t *answer = NULL;
	CLEANUP(json) json_t *items = json_object();
	const char *token;
	int rc;

	if (!tokens)
		return err ? -(int)err->code : -ERR_IO;
	token =
	    text_of(json_object_get(tokens, "SyncTokens"), "DeclarationsToken");
	if (*token &&
	    strcmp(token, text_of(phone->declarations, "token")) == 0) {
		(void)json_object_set_new(
		    phone->declarations, "due", json_false());
		return 0;
	}
	answer = ask(session, "declaration-items", err);
	if (!answer)
		return err ? -(int)err->code : -ERR_IO;
	rc = fetch_all(session, answer, items, err);
	if (rc == 0)
		obey(phone, items, text_of(answer, "DeclarationsToken"));
	return rc;
}

/* --- reporting ------------------------------------------------------------ */

/* The value of a status item that these phones know, or NULL. */
static json_t *status_value(const struct phone *phone, const char *name)
{
	if (strcmp(name, "passcode.is-present") == 0)
		return json_boolean(phone->pin.set);
	if (strcmp(name, "passcode.is-compliant") == 0)
		return json_boolean(passcode_is_compliant(phone));
	if (strcmp(name, "device.operating-system.version") == 0)
		return json_string(phone->hardware.os_version);
	if (strcmp(name, "softwareupdate.install-state") == 0)
		return json_string("none");
	return NULL;
}

/* "a.b.c" → {"a": {"b": {"c": value}}}, beside what is there. */
static void put_nested(json_t *root, const char *name, json_t *value)
{
	char step[64];
	size_t len;
	json_t *inner;

	while ((len = strcspn(name, ".")) < strlen(name)) {
		(void)snprintf(step, sizeof(step), "%.*s", (int)len, name);
		inner = json_object_get(root, step);
		if (!inner) {
			inner = json_object();
			(void)json_object_set_new(root, step, inner);
		}
		root = inner;
		name += len + 1;
	}
	(void)json_object_set(root, name, value);
}

/* Every value that somebody subscribed to, by its name. */
static json_t *subscribed(const struct phone *phone)
{
	json_t *items = json_object_get(phone->declarations, "items");
	json_t *values = json_object();
	const char *identifier;
	json_t *item;
	json_t *wanted;
	json_t *value;
	size_t i;

	json_object_foreach(items, identifier, item)
	{
		if (strcmp(text_of(item, "type"), TYPE_SUBSCRIPTIONS) != 0 ||
		    !is_activated(items, identifier))
			continue;
		json_array_foreach(
		    json_object_get(
		        json_object_get(item, "payload"), "StatusItems"),
		    i, wanted)
		{
			value = status_value(phone, text_of(wanted, "Name"));
			if (value)
				(void)json_object_set_new(
				    values, text_of(wanted, "Name"), value);
		}
	}
	return values;
}

static void put_declarations(json_t *root, const struct phone *phone)
{
	json_t *items = json_object_get(phone->declarations, "items");
	json_t *lists = json_object();
	const char *identifier;
	json_t *item;
	size_t group;

	for (group = 0; group < GROUP_COUNT; group++) {
		json_t *list = json_array();

		json_object_foreach(items, identifier, item)
		{
			if (strcmp(text_of(item, "group"),
			        groups[group].path) != 0)
				continue;
			(void)json_array_append_new(list,
			    json_pack("{ss ss ss sb}", "identifier", identifier,
			        "server-token", text_of(item, "token"), "valid",
			        "valid", "active",
			        group != 2 || is_activated(items, identifier)));
		}
		(void)json_object_set_new(lists, groups[group].status, list);
	}
	put_nested(root, "management.declarations", lists);
	json_decref(lists);
}

static int report(
    struct session *session, json_t *values, bool is_first, struct err *err)
{
	struct phone *phone = session->phone;
	CLEANUP(json) json_t *root = json_object();
	CLEANUP(json) json_t *whole = NULL;
	struct line_reply reply = {0};
	struct buf body = {0};
	const char *name;
	json_t *value;
	char *text;
	int rc;

	json_object_foreach(values, name, value) put_nested(root, name, value);
	if (is_first)
		put_declarations(root, phone);
	whole = json_pack("{sO s[]}", "StatusItems", root, "Errors");
	text = json_dumps(whole, JSON_COMPACT);
	if (!text)
		return err_memory(err);
	buf_append_str(&body, text);
	free(text);
	rc = session_declarative(session, "status", &body, &reply, err);
	if (rc == 0) {
		(void)json_object_set(phone->declarations, "reported", values);
		phone->changed = true;
	}
	line_reply_clear(&reply);
	buf_clear(&body);
	return rc;
}

int declarative_run(struct session *session, struct err *err)
{
	json_t *kept = session->phone->declarations;
	CLEANUP(json) json_t *values = NULL;
	json_t *reported;
	int rc = 0;

	if (!json_is_true(json_object_get(kept, "on")))
		return 0;
	if (json_is_true(json_object_get(kept, "due")))
		rc = synchronise(session, err);
	if (rc)
		return rc;
	values = subscribed(session->phone);
	reported = json_object_get(kept, "reported");
	if (reported && json_equal(reported, values))
		return 0;
	return report(session, values, !reported, err);
}
