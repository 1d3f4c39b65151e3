#include "server/directory/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/xyaml.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define CONFIG_MAX (64 * 1024)
#define TEXT_MAX 512
#define PAGE_MAX 10000
#define TIMEOUT_MAX_S 3600
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the shape of the file ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

#define TEXT(key, member)                                                      \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,  \
	    struct directory_config, member, 1, TEXT_MAX)
#define ATTRIBUTE(key, field)                                                  \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,  \
	    struct directory_attributes, of[field], 1, TEXT_MAX)

/* clang-format off */
static const cyaml_schema_field_t attribute_fields[] = {
    ATTRIBUTE("key", DIRECTORY_KEY),
    ATTRIBUTE("external_id", DIRECTORY_EXTERNAL_ID),
    ATTRIBUTE("name", DIRECTORY_NAME),
    ATTRIBUTE("first_name", DIRECTORY_FIRST_NAME),
    ATTRIBUTE("last_name", DIRECTORY_LAST_NAME),
    ATTRIBUTE("mail", DIRECTORY_MAIL),
    ATTRIBUTE("number", DIRECTORY_NUMBER),
    ATTRIBUTE("language", DIRECTORY_LANGUAGE),
    ATTRIBUTE("manager", DIRECTORY_MANAGER),
    ATTRIBUTE("unit", DIRECTORY_UNIT),
    ATTRIBUTE("from", DIRECTORY_FROM),
    ATTRIBUTE("last_day", DIRECTORY_LAST_DAY),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t config_fields[] = {
    TEXT("url", url),
    TEXT("tls", tls_word),
    TEXT("ca_file", ca_file),
    TEXT("bind_dn", bind_dn),
    TEXT("password_file", password_file),
    TEXT("base", base),
    TEXT("filter", filter),
    CYAML_FIELD_UINT("page_size", CYAML_FLAG_OPTIONAL, struct directory_config, page_size),
    TEXT("timeout", timeout_text),
    CYAML_FIELD_MAPPING("attributes", CYAML_FLAG_DEFAULT, struct directory_config, attributes, attribute_fields),
    CYAML_FIELD_END,
};
static const struct cyaml_schema_value config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct directory_config, config_fields),
};
/* clang-format on */

#pragma GCC diagnostic pop

/* Keep the order of enum directory_field. */
const char *directory_field_name(enum directory_field field)
{
	return attribute_fields[field].key;
}

/* ---- what is written ---- */

static int take_tls(struct directory_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	static const struct {
		const char *word;
		enum directory_tls tls;
	} words[] = {
	    {"starttls", DIRECTORY_START_TLS},
	    {"ldaps", DIRECTORY_LDAPS},
	    {"none", DIRECTORY_NO_TLS},
	};
	size_t i;

	config->tls = DIRECTORY_START_TLS;
	if (!config->tls_word)
		return 0;
	for (i = 0; i < COUNT(words); i++)
		if (strcmp(config->tls_word, words[i].word) == 0) {
			config->tls = words[i].tls;
			return 0;
		}
	return xyaml_err(outline, "tls", err, ERR_INVALID,
	    "write starttls, ldaps, or none for loopback");
}

static int take_numbers(struct directory_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	int64_t ms = 30 * TIME_SECOND_MS;

	if (!xyaml_has(outline, "page_size"))
		config->page_size = 500;
	if (config->page_size < 1 || config->page_size > PAGE_MAX)
		return xyaml_err(outline, "page_size", err, ERR_INVALID,
		    "write a number from 1 to %d", PAGE_MAX);
	if (config->timeout_text &&
	    (time_duration_parse(config->timeout_text, &ms) < 0 ||
	        ms < TIME_SECOND_MS || ms > TIMEOUT_MAX_S * TIME_SECOND_MS))
		return xyaml_err(outline, "timeout", err, ERR_INVALID,
		    "is no duration from 1s to 1h; write 30s");
	config->timeout_s = (int)(ms / TIME_SECOND_MS);
	return 0;
}

static int take_defaults(struct directory_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	int rc = take_tls(config, outline, err);

	if (rc == 0)
		rc = take_numbers(config, outline, err);
	if (rc == 0 && !config->filter &&
	    !(config->filter = strdup("(objectClass=person)")))
		rc = err_memory(err);
	return rc;
}

/* ---- whether it can be ---- */

/* Behind the address come a port, a path, or nothing. */
static bool is_host(const char *url, const char *host)
{
	size_t len = strlen(host);

	return strncmp(url, host, len) == 0 &&
	    (!url[len] || strchr(":/", url[len]));
}

static bool is_near(const char *url)
{
	return strncmp(url, "ldapi://", 8) == 0 ||
	    is_host(url, "ldap://127.0.0.1") || is_host(url, "ldap://[::1]");
}

/* A password never goes over a network in the clear. */
static int check_tls(const struct directory_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	bool is_s = strncmp(config->url, "ldaps://", 8) == 0;

	/* libldap takes several addresses in one, each its own. */
	if (strpbrk(config->url, " ,"))
		return xyaml_err(
		    outline, "url", err, ERR_INVALID, "one address is wanted");
	if (is_s != (config->tls == DIRECTORY_LDAPS))
		return xyaml_err(outline, "tls", err, ERR_INVALID,
		    "ldaps belongs to an address ldaps://, starttls to "
		    "ldap://");
	if (config->tls == DIRECTORY_NO_TLS && !is_near(config->url))
		return xyaml_err(outline, "tls", err, ERR_INVALID,
		    "none is for ldap://127.0.0.1 and ldapi:// only");
	return 0;
}

static int check(const struct directory_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	char *const *of = config->attributes.of;

	if (!config->url || !config->base)
		return xyaml_err(outline, "", err, ERR_INVALID, "%s is missing",
		    config->url ? "base" : "url");
	if (!config->bind_dn != !config->password_file)
		return xyaml_err(outline,
		    config->bind_dn ? "bind_dn" : "password_file", err,
		    ERR_INVALID, "bind_dn and password_file stand together");
	if (!of[DIRECTORY_KEY] ||
	    (!of[DIRECTORY_NAME] && !of[DIRECTORY_LAST_NAME]))
		return xyaml_err(outline, "attributes", err, ERR_INVALID,
		    "key and name, or key and last_name, are wanted");
	return check_tls(config, outline, err);
}

/* ---- loading ---- */

void directory_config_free(struct directory_config *config)
{
	if (config)
		xyaml_free(&config_schema, config);
}

int directory_config_parse(const char *name, const void *data, size_t len,
    struct directory_config **out, struct err *err)
{
	const struct xyaml_text text = {
	    .name = name, .data = data, .len = len, .max = CONFIG_MAX};
	struct xyaml_outline *outline = NULL;
	void *loaded = NULL;
	int rc = xyaml_load(&text, &config_schema, &loaded, &outline, err);

	if (rc == 0)
		rc = take_defaults(loaded, outline, err);
	if (rc == 0)
		rc = check(loaded, outline, err);
	xyaml_outline_free(outline);
	if (rc == 0)
		*out = loaded;
	else
		directory_config_free(loaded);
	return rc;
}

int directory_config_load(
    const char *path, struct directory_config **out, struct err *err)
{
	char text[CONFIG_MAX + 1];
	size_t len = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(
		    err, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
	while (got > 0 && len < sizeof(text)) {
		got = read(fd, text + len, sizeof(text) - len);
		len += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		(void)err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	(void)close(fd);
	return got < 0 ? -ERR_IO
	               : directory_config_parse(path, text, len, out, err);
}
