#include "server/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policies/xyaml.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define CONFIG_FILE_MAX (64 * 1024)
#define TEXT_MAX 1024
#define ORGANISATIONS_MAX 64
#define SLUG_MAX 63
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the shape of the file ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

#define TEXT(key, type, member)                                                \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,  \
	    type, member, 0, TEXT_MAX)
#define NUMBER(key, type, member)                                              \
	CYAML_FIELD_UINT(key, CYAML_FLAG_OPTIONAL, type, member)
#define GROUP(key, member, fields)                                             \
	CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
	    struct config, member, fields)

static const cyaml_schema_field_t tls_fields[] = {
    TEXT("certificate", struct config_tls, certificate),
    TEXT("key", struct config_tls, key),
    TEXT("office_certificate", struct config_tls, office_certificate),
    TEXT("office_key", struct config_tls, office_key),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t listener_fields[] = {
    TEXT("phones", struct config_listeners, phones),
    TEXT("phones_proxy", struct config_listeners, phones_proxy),
    TEXT("office", struct config_listeners, office),
    TEXT("ops", struct config_listeners, ops),
    TEXT("admin", struct config_listeners, admin),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t limit_fields[] = {
    NUMBER("io_threads", struct config_limits, io_threads),
    NUMBER("workers", struct config_limits, workers),
    NUMBER("queue", struct config_limits, queue),
    NUMBER("connections", struct config_limits, connections),
    NUMBER("connections_per_address", struct config_limits,
        connections_per_address),
    NUMBER("header_bytes", struct config_limits, header_bytes),
    NUMBER("requests_per_token", struct config_limits, requests_per_token),
    NUMBER("requests_per_address", struct config_limits, requests_per_address),
    NUMBER("failures_per_address", struct config_limits, failures_per_address),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t deadline_fields[] = {
    TEXT("handshake", struct config_deadlines, handshake),
    TEXT("header", struct config_deadlines, header),
    TEXT("body", struct config_deadlines, body),
    TEXT("idle", struct config_deadlines, idle),
    TEXT("write", struct config_deadlines, write),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t time_fields[] = {
    TEXT("link_valid", struct config_times, link_valid),
    TEXT("certificate_valid", struct config_times, certificate_valid),
    TEXT("silence", struct config_times, silence),
    TEXT("refresh", struct config_times, refresh),
    TEXT("tick", struct config_times, tick),
    TEXT("stop", struct config_times, stop),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t mail_fields[] = {
    TEXT("server", struct config_mail, server),
    TEXT("security", struct config_mail, security),
    TEXT("user", struct config_mail, user),
    TEXT("password_file", struct config_mail, password_file),
    TEXT("from", struct config_mail, from),
    TEXT("reply_to", struct config_mail, reply_to),
    TEXT("hello", struct config_mail, hello),
    TEXT("ca_file", struct config_mail, ca_file),
    TEXT("window", struct config_mail, window),
    TEXT("gap", struct config_mail, gap),
    TEXT("give_up_after", struct config_mail, give_up_after),
    NUMBER("per_minute", struct config_mail, per_minute),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t webhook_fields[] = {
    TEXT("allow", struct config_webhooks, allow),
    TEXT("plain_http", struct config_webhooks, plain_http),
    TEXT("ca_file", struct config_webhooks, ca_file),
    TEXT("timeout", struct config_webhooks, timeout),
    TEXT("give_up_after", struct config_webhooks, give_up_after),
    TEXT("keep", struct config_webhooks, keep),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t log_fields[] = {
    TEXT("level", struct config_log, level),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t guard_fields[] = {
    NUMBER("destructive_per_hour", struct config_guard, destructive_per_hour),
    NUMBER("bulk_above", struct config_guard, bulk_above),
    NUMBER("departures_per_day", struct config_guard, departures_per_day),
    NUMBER("departures_percent", struct config_guard, departures_percent),
    TEXT("approval_valid", struct config_guard, approval_valid),
    TEXT("approval_use", struct config_guard, approval_use),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t retention_fields[] = {
    TEXT("people_after", struct config_retention, people_after),
    TEXT("evidence_after", struct config_retention, evidence_after),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t organisation_fields[] = {
    TEXT("id", struct config_organisation, id),
    TEXT("name", struct config_organisation, name),
    TEXT("policy", struct config_organisation, policy),
    TEXT("language", struct config_organisation, language),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t organisation_value = {
    CYAML_VALUE_MAPPING(
        CYAML_FLAG_DEFAULT, struct config_organisation, organisation_fields),
};

static const cyaml_schema_field_t config_fields[] = {
    TEXT("organisation_name", struct config, organisation_name),
    TEXT("organisation", struct config, former_organisation),
    CYAML_FIELD_SEQUENCE("organisations",
        CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config, organisations,
        &organisation_value, 1, ORGANISATIONS_MAX),
    TEXT("phones_url", struct config, phones_url),
    TEXT("office_url", struct config, office_url),
    TEXT("order_gate", struct config, order_gate),
    TEXT("data", struct config, data),
    TEXT("keys", struct config, keys),
    TEXT("policy", struct config, policy),
    GROUP("tls", tls, tls_fields),
    GROUP("listeners", listeners, listener_fields),
    GROUP("limits", limits, limit_fields),
    GROUP("deadlines", deadlines, deadline_fields),
    GROUP("times", times, time_fields),
    GROUP("mail", mail, mail_fields),
    GROUP("webhooks", webhooks, webhook_fields),
    GROUP("log", log, log_fields),
    GROUP("guard", guard, guard_fields),
    GROUP("retention", retention, retention_fields),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config, config_fields),
};

#pragma GCC diagnostic pop

/* ---- every key: where it lives, its default, what it may be ---- */

enum key_kind {
	KEY_TEXT,
	KEY_URL,      /* https://, no path */
	KEY_PATH,     /* made absolute */
	KEY_ADDRESS,  /* host:port, unix:path or off */
	KEY_DURATION, /* longer than 0 */
	KEY_NUMBER,
	KEY_LEVEL,
	KEY_URL_OR_NONE,
	KEY_GATE, /* "enforce" or "open" */
	KEY_ANY,
	KEY_SECURITY, /* "starttls", "tls", "none" */
	KEY_YES_NO,
	KEY_DURATION_OR_NEVER,
};

struct key {
	const char *path; /* "listeners.phones" */
	enum key_kind kind;
	size_t group; /* offset of the group's pointer; SIZE_MAX: top */
	size_t member;
	const char *fallback; /* text of the default; NULL: required */
	unsigned least;
	unsigned most;
};

#define TOP(path, kind, member, fallback)                                      \
	{                                                                      \
		path, kind, SIZE_MAX, offsetof(struct config, member),         \
		    fallback, 0, 0                                             \
	}
#define IN(group, kind, member, fallback)                                      \
	{                                                                      \
#group "." #member, kind, offsetof(struct config, group),      \
		    offsetof(struct config_##group, member), fallback, 0, 0    \
	}
#define LIMIT(member, fallback, least, most)                                   \
	{                                                                      \
		"limits." #member, KEY_NUMBER,                                 \
		    offsetof(struct config, limits),                           \
		    offsetof(struct config_limits, member), fallback, least,   \
		    most                                                       \
	}

#define GUARD(member, fallback, least, most)                                   \
	{                                                                      \
		"guard." #member, KEY_NUMBER, offsetof(struct config, guard),  \
		    offsetof(struct config_guard, member), fallback, least,    \
		    most                                                       \
	}

static const struct key keys[] = {
    TOP("organisation_name", KEY_TEXT, organisation_name, NULL),
    TOP("phones_url", KEY_URL, phones_url, NULL),
    TOP("office_url", KEY_URL_OR_NONE, office_url, ""),
    TOP("order_gate", KEY_GATE, order_gate, "enforce"),
    TOP("data", KEY_PATH, data, "data"),
    TOP("keys", KEY_PATH, keys, "keys"),
    TOP("policy", KEY_PATH, policy, ""),
    IN(tls, KEY_PATH, certificate, ""),
    IN(tls, KEY_PATH, key, ""),
    IN(tls, KEY_PATH, office_certificate, ""),
    IN(tls, KEY_PATH, office_key, ""),
    IN(listeners, KEY_ADDRESS, phones, "0.0.0.0:8444"),
    IN(listeners, KEY_ADDRESS, phones_proxy, "off"),
    IN(listeners, KEY_ADDRESS, office, "0.0.0.0:8443"),
    IN(listeners, KEY_ADDRESS, ops, "127.0.0.1:8445"),
    IN(listeners, KEY_ADDRESS, admin, "unix:admin.sock"),
    LIMIT(io_threads, "2", 1, 64),
    LIMIT(workers, "32", 1, 512),
    LIMIT(queue, "2000", 1, 100000),
    LIMIT(connections, "25000", 1, 1000000),
    LIMIT(connections_per_address, "256", 1, 1000000),
    LIMIT(header_bytes, "16384", 1024, 65536),
    LIMIT(requests_per_token, "600", 1, 60000),
    LIMIT(requests_per_address, "1200", 1, 60000),
    LIMIT(failures_per_address, "10", 1, 60000),
    IN(deadlines, KEY_DURATION, handshake, "10s"),
    IN(deadlines, KEY_DURATION, header, "10s"),
    IN(deadlines, KEY_DURATION, body, "20s"),
    IN(deadlines, KEY_DURATION, idle, "90s"),
    IN(deadlines, KEY_DURATION, write, "30s"),
    IN(times, KEY_DURATION, link_valid, "7d"),
    IN(times, KEY_DURATION, certificate_valid, "365d"),
    IN(times, KEY_DURATION, silence, "10m"),
    IN(times, KEY_DURATION, refresh, "12h"),
    IN(times, KEY_DURATION, tick, "5s"),
    IN(times, KEY_DURATION, stop, "10s"),
    IN(mail, KEY_ANY, server, ""),
    IN(mail, KEY_SECURITY, security, "starttls"),
    IN(mail, KEY_ANY, user, ""),
    IN(mail, KEY_PATH, password_file, ""),
    IN(mail, KEY_ANY, from, ""),
    IN(mail, KEY_ANY, reply_to, ""),
    IN(mail, KEY_ANY, hello, ""),
    IN(mail, KEY_PATH, ca_file, ""),
    IN(mail, KEY_DURATION, window, "10m"),
    IN(mail, KEY_DURATION, gap, "1h"),
    IN(mail, KEY_DURATION, give_up_after, "5d"),
    {"mail.per_minute", KEY_NUMBER, offsetof(struct config, mail),
        offsetof(struct config_mail, per_minute), "300", 1, 100000},
    IN(webhooks, KEY_ANY, allow, ""),
    IN(webhooks, KEY_YES_NO, plain_http, "no"),
    IN(webhooks, KEY_PATH, ca_file, ""),
    IN(webhooks, KEY_DURATION, timeout, "20s"),
    IN(webhooks, KEY_DURATION, give_up_after, "3d"),
    IN(webhooks, KEY_DURATION, keep, "30d"),
    IN(log, KEY_LEVEL, level, "info"),
    GUARD(destructive_per_hour, "25", 1, 100000),
    GUARD(bulk_above, "10", 1, 100000),
    GUARD(departures_per_day, "50", 1, 100000),
    GUARD(departures_percent, "3", 1, 100),
    IN(guard, KEY_DURATION, approval_valid, "7d"),
    IN(guard, KEY_DURATION, approval_use, "1d"),
    IN(retention, KEY_DURATION_OR_NEVER, people_after, "730d"),
    IN(retention, KEY_DURATION_OR_NEVER, evidence_after, "730d"),
};

static void *member_of(struct config *config, const struct key *key)
{
	char *base = (char *)config;

	if (key->group != SIZE_MAX)
		base = *(char **)(void *)(base + key->group);
	return base + key->member;
}

static char **text_of(struct config *config, const struct key *key)
{
	return member_of(config, key);
}

/* Groups that the file leaves out exist all the same. */
static int add_groups(struct config *config, struct err *err)
{
#define ADD(group)                                                             \
	if (!config->group &&                                                  \
	    !(config->group = calloc(1, sizeof(*config->group))))              \
	return err_memory(err)
	ADD(tls);
	ADD(listeners);
	ADD(limits);
	ADD(deadlines);
	ADD(times);
	ADD(mail);
	ADD(webhooks);
	ADD(log);
	ADD(guard);
	ADD(retention);
#undef ADD
	return 0;
}

/* ---- checks by kind; each says what to write instead ---- */

static const char *check_url(const char *text)
{
	const char *host = text + strlen("https://");

	if (strncmp(text, "https://", strlen("https://")) != 0 || !*host)
		return "is no https:// address; write for example "
		       "https://mdm.example.org:8444";
	if (strpbrk(host, "/?# \t") || strlen(text) > 200)
		return "must end after host and port: phones' paths are "
		       "added to it";
	return NULL;
}

static const char *check_url_or_none(const char *text)
{
	return *text ? check_url(text) : NULL;
}

static const char *check_gate(const char *text)
{
	return strcmp(text, "enforce") == 0 || strcmp(text, "open") == 0
	    ? NULL
	    : "is no such word; write enforce, or open while phones that "
	      "are in use already are brought in";
}

static const char *check_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (strcmp(text, "off") == 0)
		return NULL;
	if (strncmp(text, "unix:", 5) == 0)
		return text[5] ? NULL : "has no path after unix:";
	if (!colon || colon == text ||
	    str_number_parse(colon + 1, 65535, &port) < 0)
		return "is no address; write for example 0.0.0.0:8444, "
		       "[::]:8444, unix:/run/workphone/admin.sock or off";
	return NULL;
}

static const char *check_duration(const char *text)
{
	int64_t ms;

	if (time_duration_parse(text, &ms) < 0 || ms <= 0)
		return "is no duration; write for example 30s, 15m, 12h or 7d";
	return NULL;
}

static const char *check_duration_or_never(const char *text)
{
	if (strcmp(text, "never") == 0 || !check_duration(text))
		return NULL;
	return "is no duration; write for example 90d, 730d or never";
}

static const char *check_level(const char *text)
{
	enum log_level level;

	return log_level_parse(text, &level) < 0
	    ? "is no level; write error, warning, info or debug"
	    : NULL;
}

static const char *check_text(const char *text)
{
	return *text ? NULL : "is empty";
}

static const char *check_security(const char *text)
{
	return strcmp(text, "starttls") == 0 || strcmp(text, "tls") == 0 ||
	        strcmp(text, "none") == 0
	    ? NULL
	    : "is no such word; write starttls, tls, or none for a server on "
	      "loopback";
}

static const char *check_yes_no(const char *text)
{
	return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0
	    ? NULL
	    : "is no such word; write yes or no";
}

static const char *check_any(const char *text)
{
	(void)text;
	return NULL;
}

static const char *(*const checks[])(const char *) = {
    [KEY_TEXT] = check_text,
    [KEY_URL] = check_url,
    [KEY_PATH] = check_any,
    [KEY_ADDRESS] = check_address,
    [KEY_DURATION] = check_duration,
    [KEY_NUMBER] = check_any,
    [KEY_LEVEL] = check_level,
    [KEY_URL_OR_NONE] = check_url_or_none,
    [KEY_GATE] = check_gate,
    [KEY_ANY] = check_any,
    [KEY_SECURITY] = check_security,
    [KEY_YES_NO] = check_yes_no,
    [KEY_DURATION_OR_NEVER] = check_duration_or_never,
};

static int set_number(struct config *config, const struct key *key,
    const char *text, struct err *err)
{
	uint64_t value;

	if (str_number_parse(text, UINT_MAX, &value) < 0)
		return err_set(err, ERR_INVALID,
		    "%s: \"%s\" is no whole number", key->path, text);
	*(unsigned *)member_of(config, key) = (unsigned)value;
	return 0;
}

static int set_key(struct config *config, const struct key *key,
    const char *text, struct err *err)
{
	char *copy;

	if (key->kind == KEY_NUMBER)
		return set_number(config, key, text, err);
	if (!(copy = strdup(text)))
		return err_memory(err);
	free(*text_of(config, key));
	*text_of(config, key) = copy;
	return 0;
}

/* ---- environment and --set ---- */

static void environment_name(const char *path, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "WORKPHONE_");

	for (; *path && used + 1 < size; path++)
		out[used++] =
		    *path == '.' ? '_' : (char)toupper((unsigned char)*path);
	out[used] = '\0';
}

static int apply_environment(struct config *config, struct err *err)
{
	char name[64];
	const char *value;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < COUNT(keys); i++) {
		environment_name(keys[i].path, name, sizeof(name));
		if ((value = getenv(name)))
			rc = set_key(config, &keys[i], value, err);
		if (rc < 0)
			return err_prefix(err, "environment %s", name);
	}
	return rc;
}

static int apply_override(
    struct config *config, const char *override, struct err *err)
{
	const char *equals = strchr(override, '=');
	size_t len = equals ? (size_t)(equals - override) : 0;
	size_t i;

	for (i = 0; equals && i < COUNT(keys); i++)
		if (strlen(keys[i].path) == len &&
		    memcmp(keys[i].path, override, len) == 0)
			return set_key(config, &keys[i], equals + 1, err);
	return err_set(err, ERR_INVALID,
	    "--set %s: write KEY=VALUE with a key of the configuration file",
	    override);
}

/* ---- defaults, checks, absolute paths ---- */

static bool is_unset(struct config *config, const struct key *key)
{
	if (key->kind == KEY_NUMBER)
		return *(unsigned *)member_of(config, key) == 0;
	return !*text_of(config, key);
}

static int fill_defaults(struct config *config, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < COUNT(keys); i++)
		if (keys[i].fallback && is_unset(config, &keys[i]))
			rc = set_key(config, &keys[i], keys[i].fallback, err);
	return rc;
}

static int check_key(struct config *config, const struct key *key,
    const struct xyaml_outline *outline, struct err *err)
{
	const char *text;
	const char *wrong;
	unsigned number;

	if (key->kind == KEY_NUMBER) {
		number = *(unsigned *)member_of(config, key);
		if (number >= key->least && number <= key->most)
			return 0;
		return xyaml_err(outline, key->path, err, ERR_INVALID,
		    "%s: %u is out of range; write %u to %u", key->path, number,
		    key->least, key->most);
	}
	text = *text_of(config, key);
	if (!text)
		return xyaml_err(outline, key->path, err, ERR_INVALID,
		    "%s is missing; add it", key->path);
	if ((wrong = checks[key->kind](text)))
		return xyaml_err(outline, key->path, err, ERR_INVALID,
		    "%s: \"%s\" %s", key->path, text, wrong);
	return 0;
}

/* ---- organisations: a list, or the one of the top level ---- */

static int set_default(char **text, const char *fallback, struct err *err)
{
	if (!*text && !(*text = strdup(fallback)))
		return err_memory(err);
	return 0;
}

/* Without a list the one municipality stands at the top level. */
static int make_list(struct config *config, struct err *err)
{
	struct config_organisation *one = calloc(1, sizeof(*one));
	int rc;

	if (!one)
		return err_memory(err);
	free(config->organisations);
	config->organisations = one;
	config->organisations_count = 1;
	if ((rc = set_default(&one->id, "", err)) < 0 ||
	    (rc = set_default(&one->name, config->organisation_name, err)) <
	        0 ||
	    (rc = set_default(&one->policy, config->policy, err)) < 0)
		return rc;
	return set_default(&one->language, "", err);
}

static const char *check_slug(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return text[len] || len == 0 || len > SLUG_MAX
	    ? "is no short name; write small letters, digits and dashes, for "
	      "example vastervik"
	    : NULL;
}

static const char *check_language(const char *text)
{
	return *text && strcmp(text, "sv") != 0 && strcmp(text, "da") != 0 &&
	        strcmp(text, "en") != 0
	    ? "is no language of ours; write sv, da or en"
	    : NULL;
}

static bool is_taken(const struct config *config, unsigned index, bool by_name)
{
	const struct config_organisation *all = config->organisations;
	unsigned i;

	for (i = 0; i < index; i++)
		if (by_name ? strcmp(all[i].name, all[index].name) == 0
		            : strcmp(all[i].id, all[index].id) == 0)
			return true;
	return false;
}

/* What is wrong with one of the list, and with which key; NULL: nothing. */
static const char *find_wrong(const struct config *config, unsigned index,
    const char **key, const char **text)
{
	const struct config_organisation *one = &config->organisations[index];
	const char *wrong;

	*key = "id";
	*text = one->id;
	if (!one->id)
		return "is missing";
	if ((wrong = check_slug(one->id)))
		return wrong;
	if (is_taken(config, index, false))
		return "is there twice";
	*key = "name";
	*text = one->name;
	if (!one->name || !*one->name)
		return "is missing";
	if (is_taken(config, index, true))
		return "is there twice";
	*key = "language";
	*text = one->language;
	return one->language ? check_language(one->language) : NULL;
}

static int check_list(const struct config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	const char *key;
	const char *text;
	const char *wrong;
	char path[64];
	unsigned i;

	for (i = 0; i < config->organisations_count; i++) {
		wrong = find_wrong(config, i, &key, &text);
		if (!wrong)
			continue;
		(void)snprintf(
		    path, sizeof(path), "organisations[%u].%s", i, key);
		return xyaml_err(outline, path, err, ERR_INVALID,
		    "%s: \"%s\" %s", path, text ? text : "", wrong);
	}
	if (*config->policy)
		return xyaml_err(outline, "policy", err, ERR_INVALID,
		    "policy: with a list, each of organisations names its own");
	return 0;
}

/* What is left out of the list; the first names the server's certificates. */
static int fill_list(struct config *config, struct err *err)
{
	struct config_organisation *one = config->organisations;
	unsigned i;
	int rc = 0;

	if (config->organisations_count > 0 && one[0].name)
		rc = set_default(&config->organisation_name, one[0].name, err);
	for (i = 0; rc == 0 && i < config->organisations_count; i++) {
		rc = set_default(&one[i].policy, "", err);
		if (rc == 0)
			rc = set_default(&one[i].language, "", err);
	}
	return rc;
}

static int make_absolute(
    char **text, const char *prefix, const char *folder, struct err *err)
{
	const char *path = *text + strlen(prefix);
	char *full = NULL;

	if (!*path || *path == '/')
		return 0;
	if (asprintf(&full, "%s%s/%s", prefix, folder, path) < 0)
		return err_memory(err);
	free(*text);
	*text = full;
	return 0;
}

static int resolve_paths(
    struct config *config, const char *file, struct err *err)
{
	char *full = realpath(file, NULL);
	const char *folder;
	size_t i;
	int rc = 0;

	if (!full)
		return err_set(err, ERR_IO, "%s: %s", file, strerror(errno));
	folder = dirname(full);
	for (i = 0; rc == 0 && i < COUNT(keys); i++) {
		if (keys[i].kind == KEY_PATH)
			rc = make_absolute(
			    text_of(config, &keys[i]), "", folder, err);
		else if (keys[i].kind == KEY_ADDRESS &&
		    strncmp(*text_of(config, &keys[i]), "unix:", 5) == 0)
			rc = make_absolute(
			    text_of(config, &keys[i]), "unix:", folder, err);
	}
	for (i = 0; rc == 0 && i < config->organisations_count; i++)
		rc = make_absolute(
		    &config->organisations[i].policy, "", folder, err);
	free(full);
	return rc;
}

/* WORKPHONE_ORGANISATION is the word of the program workphone. */
static int refuse_former(const struct config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	if (!config->former_organisation)
		return 0;
	return xyaml_err(outline, "organisation", err, ERR_INVALID,
	    "this key is called organisation_name now: rename it");
}

static int finish(struct config *config, const char *path,
    config_overrides overrides, const struct xyaml_outline *outline,
    struct err *err)
{
	bool has_list = config->organisations_count > 0;
	size_t i;
	int rc;

	if ((rc = refuse_former(config, outline, err)) < 0 ||
	    (rc = add_groups(config, err)) < 0 ||
	    (rc = apply_environment(config, err)) < 0)
		return rc;
	for (; overrides && *overrides; overrides++)
		if ((rc = apply_override(config, *overrides, err)) < 0)
			return rc;
	if ((rc = fill_list(config, err)) < 0 ||
	    (rc = fill_defaults(config, err)) < 0)
		return rc;
	for (i = 0; i < COUNT(keys); i++)
		if ((rc = check_key(config, &keys[i], outline, err)) < 0)
			return rc;
	rc = has_list ? check_list(config, outline, err)
	              : make_list(config, err);
	if (rc < 0)
		return rc;
	return resolve_paths(config, path, err);
}

/* ---- the file ---- */

static int read_file(const char *path, struct buf *out, struct err *err)
{
	char chunk[4096];
	FILE *file = fopen(path, "re");
	size_t got;

	if (!file)
		return err_set(err, ERR_NOT_FOUND,
		    "%s: %s; `workphone-server init --config %s` writes one",
		    path, strerror(errno), path);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0 &&
	    out->len <= CONFIG_FILE_MAX)
		buf_append(out, chunk, got);
	(void)fclose(file);
	return buf_check(out, err);
}

int config_load(const char *path, config_overrides overrides,
    struct config **out, struct err *err)
{
	struct buf text = {0};
	struct xyaml_text source = {.name = path, .max = CONFIG_FILE_MAX};
	struct xyaml_outline *outline = NULL;
	void *loaded = NULL;
	int rc = read_file(path, &text, err);

	source.data = text.data;
	source.len = text.len;
	if (rc == 0)
		rc =
		    xyaml_load(&source, &config_schema, &loaded, &outline, err);
	if (rc == 0)
		rc = finish(loaded, path, overrides, outline, err);
	xyaml_outline_free(outline);
	buf_clear(&text);
	if (rc < 0) {
		config_free(loaded);
		return rc;
	}
	*out = loaded;
	return 0;
}

void config_free(struct config *config)
{
	if (config)
		xyaml_free(&config_schema, config);
}

int64_t config_ms(const char *duration)
{
	int64_t ms = 0;

	(void)time_duration_parse(duration, &ms);
	return ms;
}

/* YAML in double quotes: JSON's escapes are valid there. */
static void append_quoted(struct buf *buf, const char *text)
{
	buf_append_json(buf, text);
	buf_append_char(buf, '\n');
}

int config_write_template(const char *path, const char *organisation_name,
    const char *phones_url, struct err *err)
{
	struct buf text = {0};
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	int rc = 0;

	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	buf_append_str(&text,
	    "# Configuration of workphone-server. Every key is described in\n"
	    "# docs/configuration.md; `workphone-server check-config` reads "
	    "it.\n"
	    "# Relative paths start at the folder of this file.\n\n"
	    "# Shown on phones and receipts.\norganisation_name: ");
	append_quoted(&text, organisation_name);
	buf_append_str(&text,
	    "\n# The address by which phones reach the listener `phones`.\n"
	    "phones_url: ");
	append_quoted(&text, phones_url);
	buf_append_str(&text,
	    "\n# Database, and keys and certificates (made by init).\n"
	    "data: data\nkeys: keys\n\n"
	    "# Folder of the policy pack in force.\n"
	    "# policy: /usr/share/workphone/packs/vastervik\n\n"
	    "listeners:\n"
	    "  phones: \"0.0.0.0:8444\"\n"
	    "  # Behind a proxy that sends Client-Cert (RFC 9440); loopback or "
	    "a\n"
	    "  # unix socket only: whoever reaches it is believed.\n"
	    "  phones_proxy: \"off\"\n"
	    "  # People and programs, by API token; see docs/api.md.\n"
	    "  office: \"0.0.0.0:8443\"\n"
	    "  ops: \"127.0.0.1:8445\"\n"
	    "  admin: \"unix:admin.sock\"\n");
	if (text.failed ||
	    write(fd, text.data, text.len) != (ssize_t)text.len ||
	    fsync(fd) != 0)
		rc = err_set(err, ERR_IO, "cannot write %s", path);
	(void)close(fd);
	buf_clear(&text);
	return rc;
}
