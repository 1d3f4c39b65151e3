#include "proto/scim/scim_user.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"

/* The plain texts: where they stand and where they go. */
enum place { PLACE_USER, PLACE_NAME, PLACE_ENTERPRISE };

static const struct {
	enum place place;
	const char *name;
	size_t offset;
} texts[] = {
    {PLACE_USER, "userName", offsetof(struct scim_user, user_name)},
    {PLACE_USER, "externalId", offsetof(struct scim_user, external_id)},
    {PLACE_USER, "displayName", offsetof(struct scim_user, display_name)},
    {PLACE_NAME, "formatted", offsetof(struct scim_user, formatted)},
    {PLACE_NAME, "givenName", offsetof(struct scim_user, given_name)},
    {PLACE_NAME, "familyName", offsetof(struct scim_user, family_name)},
    {PLACE_ENTERPRISE, "employeeNumber",
        offsetof(struct scim_user, employee_number)},
    {PLACE_ENTERPRISE, "department", offsetof(struct scim_user, department)},
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const json_t *place_get(const json_t *document, enum place place)
{
	if (place == PLACE_NAME)
		return scim_json_get(document, "name");
	if (place == PLACE_ENTERPRISE)
		return scim_json_get(document, SCIM_ENTERPRISE_URN);
	return document;
}

/* Both are SCIM_TEXT bytes; blanks at the ends are a slip of the source. */
static void text_keep(char *out, const char *text)
{
	size_t len;

	text = text ? text + strspn(text, " ") : "";
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	(void)snprintf(out, SCIM_TEXT, "%.*s", (int)len, text);
}

static int text_take(
    const json_t *value, const char *name, char *out, struct err *err)
{
	const char *text = NULL;
	int rc = scim_json_text(value, name, &text, err);

	if (rc == 0)
		text_keep(out, text);
	return rc;
}

/* ---- mail and number: the ones of work ---- */

static bool is_type(const json_t *element, const char *type)
{
	const char *text = json_string_value(scim_json_get(element, "type"));

	return text ? strcasecmp(text, type) == 0 : !*type;
}

static bool is_primary(const json_t *element)
{
	bool primary = false;

	(void)scim_json_bool(scim_json_get(element, "primary"), &primary);
	return primary;
}

/* 0: not for work; 1: says no type; 2: work; 3: work and the primary one. */
static unsigned rank(const json_t *element)
{
	if (is_type(element, "work"))
		return is_primary(element) ? 3 : 2;
	return is_type(element, "") ? 1 : 0;
}

static const json_t *work_value(const json_t *list)
{
	const json_t *best = NULL;
	const json_t *element;
	unsigned highest = 0;
	size_t i;

	if (json_is_object(list)) /* a client that sends just the one */
		return rank(list) ? scim_json_get(list, "value") : NULL;
	for (i = 0; i < json_array_size(list) && i < SCIM_ELEMENTS_MAX; i++) {
		element = json_array_get(list, i);
		if (!json_is_object(element) || rank(element) <= highest)
			continue;
		highest = rank(element);
		best = scim_json_get(element, "value");
	}
	return best;
}

/* What is no address is not kept: directories have ids and names there. */
static void mail_check(char *mail)
{
	const char *at = strchr(mail, '@');

	if (!at || at == mail || !at[1] || strchr(at + 1, '@') ||
	    strpbrk(mail, " ,;<>\""))
		memset(mail, 0, SCIM_TEXT);
}

static int reach_take(
    const json_t *document, struct scim_user *user, struct err *err)
{
	int rc = text_take(work_value(scim_json_get(document, "emails")),
	    "a mail address", user->mail, err);

	if (rc == 0)
		rc = text_take(
		    work_value(scim_json_get(document, "phoneNumbers")),
		    "a phone number", user->number, err);
	if (rc == 0)
		mail_check(user->mail);
	return rc;
}

/* ---- the rest ---- */

/* "sv-SE", "en_US": what we speak of it. */
static void language_take(const json_t *document, struct scim_user *user)
{
	static const char *const spoken[] = {"sv", "da", "en"};
	const char *text =
	    json_string_value(scim_json_get(document, "preferredLanguage"));
	size_t i;

	if (!text)
		text = json_string_value(scim_json_get(document, "locale"));
	for (i = 0; text && i < sizeof(spoken) / sizeof(spoken[0]); i++)
		if (strncasecmp(text, spoken[i], 2) == 0 &&
		    strchr("-_", text[2]))
			memcpy(user->language, spoken[i], 3);
}

/* {"value": "id"}, or the id by itself (Entra ID). */
static int manager_take(
    const json_t *enterprise, struct scim_user *user, struct err *err)
{
	const json_t *manager = scim_json_get(enterprise, "manager");

	if (json_is_object(manager))
		manager = scim_json_get(manager, "value");
	return text_take(manager, "a manager", user->manager, err);
}

static int active_take(
    const json_t *document, struct scim_user *user, struct err *err)
{
	const json_t *active = scim_json_get(document, "active");

	user->is_active = true;
	user->says_active = active != NULL;
	if (active && !scim_json_bool(active, &user->is_active))
		return err_set(
		    err, ERR_INVALID, "active must be true or false");
	return 0;
}

int scim_user_decode(const json_t *document, struct scim_user *out,
    enum scim_why *why, struct err *err)
{
	const json_t *enterprise = scim_json_get(document, SCIM_ENTERPRISE_URN);
	struct scim_user user = {.user_name = ""};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < TEXTS; i++)
		rc =
		    text_take(scim_json_get(place_get(document, texts[i].place),
		                  texts[i].name),
		        texts[i].name, (char *)&user + texts[i].offset, err);
	if (rc == 0)
		rc = reach_take(document, &user, err);
	if (rc == 0)
		rc = manager_take(enterprise, &user, err);
	if (rc == 0)
		rc = active_take(document, &user, err);
	if (rc == 0 && !user.user_name[0])
		rc = err_set(err, ERR_INVALID, "a user needs a userName");
	if (rc < 0) {
		*why = SCIM_WHY_INVALID_VALUE;
		return rc;
	}
	language_take(document, &user);
	*out = user;
	return 0;
}

/* ---- encode ---- */

static void text_put(json_t *object, const char *name, const char *text)
{
	if (*text)
		(void)json_object_set_new(object, name, json_string(text));
}

/* A list of the one value of work that there is. */
static void work_put(json_t *user, const char *name, const char *value)
{
	if (*value)
		(void)json_object_set_new(user, name,
		    json_pack("[{s:s, s:s, s:b}]", "value", value, "type",
		        "work", "primary", 1));
}

static void part_put(
    json_t *user, const struct scim_user *from, enum place place)
{
	json_t *part = json_object();
	size_t i;

	for (i = 0; i < TEXTS; i++)
		if (texts[i].place == place)
			text_put(part, texts[i].name,
			    (const char *)from + texts[i].offset);
	if (place == PLACE_ENTERPRISE && from->manager[0])
		(void)json_object_set_new(part, "manager",
		    json_pack("{s:s}", "value", from->manager));
	if (json_object_size(part) > 0)
		(void)json_object_set_new(user,
		    place == PLACE_NAME ? "name" : SCIM_ENTERPRISE_URN, part);
	else
		json_decref(part);
}

json_t *scim_user_encode(const struct scim_user *user)
{
	json_t *out = json_pack("{s:[s]}", "schemas", SCIM_USER_URN);
	size_t i;

	if (!out)
		return NULL;
	for (i = 0; i < TEXTS; i++)
		if (texts[i].place == PLACE_USER)
			text_put(out, texts[i].name,
			    (const char *)user + texts[i].offset);
	part_put(out, user, PLACE_NAME);
	work_put(out, "emails", user->mail);
	work_put(out, "phoneNumbers", user->number);
	text_put(out, "preferredLanguage", user->language);
	(void)json_object_set_new(out, "active", json_boolean(user->is_active));
	part_put(out, user, PLACE_ENTERPRISE);
	if (json_object_get(out, SCIM_ENTERPRISE_URN))
		(void)json_array_append_new(json_object_get(out, "schemas"),
		    json_string(SCIM_ENTERPRISE_URN));
	return out;
}
