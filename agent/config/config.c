#include "agent/config/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/xyaml.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define CONFIG_FILE_MAX (64 * 1024)
#define TEXT_MAX 1024
#define PORTS_MAX 256
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the shape of the file ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

#define TEXT(key)                                                              \
	CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
	    struct agent_config, key, 0, TEXT_MAX)

static const cyaml_schema_field_t port_fields[] = {
    CYAML_FIELD_STRING_PTR(
        "path", CYAML_FLAG_POINTER, struct agent_port, path, 1, 40),
    CYAML_FIELD_STRING_PTR(
        "label", CYAML_FLAG_POINTER, struct agent_port, label, 1, 60),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t port_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct agent_port, port_fields),
};

static const cyaml_schema_field_t config_fields[] = {
    TEXT(server),
    TEXT(ca_file),
    TEXT(state),
    TEXT(usbmuxd),
    TEXT(usb),
    TEXT(pair),
    TEXT(poll),
    TEXT(erase_confirm),
    TEXT(log_level),
    CYAML_FIELD_SEQUENCE("ports", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
        struct agent_config, ports, &port_schema, 0, PORTS_MAX),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct agent_config, config_fields),
};

#pragma GCC diagnostic pop

/* ---- every text key: its default, what it may be ---- */

static const char *check_server(const char *text)
{
	const char *host = text + strlen("https://");

	if (!*text)
		return NULL;
	if (strncmp(text, "https://", strlen("https://")) != 0 || !*host ||
	    strpbrk(host, "/?# \t") || strlen(text) > 200)
		return "is no address; write for example "
		       "https://mdm.example.org:8444";
	return NULL;
}

static const char *check_any(const char *text)
{
	(void)text;
	return NULL;
}

static const char *check_path(const char *text)
{
	return *text && strlen(text) < 400 ? NULL : "is no path";
}

static const char *check_switch(const char *text)
{
	return strcmp(text, "on") == 0 || strcmp(text, "off") == 0
	    ? NULL
	    : "is neither on nor off";
}

static const char *check_usbmuxd(const char *text)
{
	if (strncmp(text, "UNIX:", 5) == 0 && text[5])
		return NULL;
	if (strncmp(text, "UNIX:", 5) != 0 && strrchr(text, ':') > text)
		return NULL;
	return "is no socket; write for example UNIX:/var/run/usbmuxd";
}

static const char *check_duration(const char *text)
{
	int64_t ms;

	if (time_duration_parse(text, &ms) < 0 || ms < 200)
		return "is no duration; write for example 5s";
	return NULL;
}

static const char *check_level(const char *text)
{
	enum log_level level;

	return log_level_parse(text, &level) < 0
	    ? "is no level; write error, warning, info or debug"
	    : NULL;
}

#define KEY(member, fallback, check)                                           \
	{                                                                      \
#member, offsetof(struct agent_config, member), fallback,      \
		    check                                                      \
	}

static const struct key {
	const char *name;
	size_t at;
	const char *fallback;
	const char *(*check)(const char *text);
} keys[] = {
    KEY(server, "", check_server),
    KEY(ca_file, "", check_any),
    KEY(state, "/var/lib/workphone-agent", check_path),
    KEY(usbmuxd, "UNIX:/var/run/usbmuxd", check_usbmuxd),
    KEY(usb, "on", check_switch),
    KEY(pair, "on", check_switch),
    KEY(poll, "5s", check_duration),
    KEY(erase_confirm, "5m", check_duration),
    KEY(log_level, "info", check_level),
};

static char **text_of(struct agent_config *config, const struct key *key)
{
	return (char **)(void *)((char *)config + key->at);
}

static int set_key(struct agent_config *config, const struct key *key,
    const char *value, struct err *err)
{
	char *copy = strdup(value);

	if (!copy)
		return err_memory(err);
	free(*text_of(config, key));
	*text_of(config, key) = copy;
	return 0;
}

static int fill_defaults(struct agent_config *config, struct err *err)
{
	const char *socket = getenv("USBMUXD_SOCKET_ADDRESS");
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < COUNT(keys); i++) {
		const char *value = keys[i].fallback;

		if (strcmp(keys[i].name, "usbmuxd") == 0 && socket && *socket)
			value = socket;
		if (!*text_of(config, &keys[i]))
			rc = set_key(config, &keys[i], value, err);
	}
	return rc;
}

/* ---- checks ---- */

static const char *check_port(const struct agent_port *port)
{
	const char *at;

	if (!port->path || !isdigit((unsigned char)port->path[0]))
		return "is no port; write it as the kernel does: 1-4.2";
	for (at = port->path; *at; at++)
		if (!isdigit((unsigned char)*at) && *at != '-' && *at != '.')
			return "is no port; write it as the kernel does: "
			       "1-4.2";
	if (!port->label)
		return "has no label";
	for (at = port->label; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return "has a label with control characters";
	return NULL;
}

static bool is_repeated(const struct agent_config *config, unsigned index)
{
	unsigned i;

	for (i = 0; i < index; i++)
		if (strcmp(config->ports[i].path, config->ports[index].path) ==
		    0)
			return true;
	return false;
}

static int check(const struct agent_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	const char *wrong;
	char where[32];
	unsigned i;

	for (i = 0; i < COUNT(keys); i++) {
		const char *text =
		    *(char *const *)(const void *)((const char *)config +
		        keys[i].at);

		if ((wrong = keys[i].check(text)))
			return xyaml_err(outline, keys[i].name, err,
			    ERR_INVALID, "%s: \"%s\" %s", keys[i].name, text,
			    wrong);
	}
	for (i = 0; i < config->ports_count; i++) {
		wrong = check_port(&config->ports[i]);
		if (!wrong && is_repeated(config, i))
			wrong = "stands there twice";
		(void)snprintf(where, sizeof(where), "ports[%u]", i);
		if (wrong)
			return xyaml_err(outline, where, err, ERR_INVALID,
			    "%s: \"%s\" %s", where,
			    config->ports[i].path ? config->ports[i].path : "",
			    wrong);
	}
	return 0;
}

int agent_config_check(const struct agent_config *config, struct err *err)
{
	const char *wrong;
	size_t i;

	for (i = 0; i < COUNT(keys); i++) {
		const char *text =
		    *(char *const *)(const void *)((const char *)config +
		        keys[i].at);

		if ((wrong = keys[i].check(text)))
			return err_set(err, ERR_INVALID, "%s: \"%s\" %s",
			    keys[i].name, text, wrong);
	}
	return 0;
}

int agent_config_set(struct agent_config *config, const char *key,
    const char *value, struct err *err)
{
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, key) == 0)
			return set_key(config, &keys[i], value, err);
	return err_set(err, ERR_INVALID, "there is no key %s", key);
}

/* ---- loading ---- */

/* -ERR_NOT_FOUND when there is no such file. */
static int read_text(const char *path, struct buf *out, struct err *err)
{
	char chunk[4096];
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", path, strerror(errno));
	while ((got = read(fd, chunk, sizeof(chunk))) > 0 &&
	    out->len <= CONFIG_FILE_MAX)
		buf_append(out, chunk, (size_t)got);
	(void)close(fd);
	if (got < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	return buf_check(out, err);
}

static int load_text(const char *path, const struct buf *text,
    struct agent_config **out, struct err *err)
{
	struct xyaml_text source = {
	    path, text->data, text->len, CONFIG_FILE_MAX};
	struct xyaml_outline *outline = NULL;
	struct agent_config *config = NULL;
	void *loaded = NULL;
	int rc = xyaml_load(&source, &config_schema, &loaded, &outline, err);

	config = loaded;
	if (rc == 0)
		rc = fill_defaults(config, err);
	if (rc == 0)
		rc = check(config, outline, err);
	xyaml_outline_free(outline);
	if (rc < 0) {
		agent_config_free(config);
		return rc;
	}
	*out = config;
	return 0;
}

static int load_defaults(struct agent_config **out, struct err *err)
{
	struct agent_config *config = calloc(1, sizeof(*config));
	int rc = config ? fill_defaults(config, err) : err_memory(err);

	if (rc < 0) {
		agent_config_free(config);
		return rc;
	}
	*out = config;
	return 0;
}

int agent_config_load(const char *path, bool is_default,
    struct agent_config **out, struct err *err)
{
	struct buf text = {0};
	int rc = path ? read_text(path, &text, err) : -(int)ERR_NOT_FOUND;

	if (rc == 0)
		rc = load_text(path, &text, out, err);
	else if (!path || (is_default && rc == -(int)ERR_NOT_FOUND))
		rc = load_defaults(out, err);
	buf_clear(&text);
	return rc;
}

void agent_config_free(struct agent_config *config)
{
	if (config)
		xyaml_free(&config_schema, config);
}

const char *agent_config_label(
    const struct agent_config *config, const char *path)
{
	unsigned i;

	for (i = 0; i < config->ports_count; i++)
		if (strcmp(config->ports[i].path, path) == 0)
			return config->ports[i].label;
	return NULL;
}
