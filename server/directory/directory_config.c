#include "server/directory/directory.h"

#include <errno.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static const char *const fields[DIRECTORY_FIELD_COUNT] = {
    [DIRECTORY_KEY] = "key",
    [DIRECTORY_EXTERNAL_ID] = "external_id",
    [DIRECTORY_NAME] = "name",
    [DIRECTORY_FIRST_NAME] = "first_name",
    [DIRECTORY_LAST_NAME] = "last_name",
    [DIRECTORY_MAIL] = "mail",
    [DIRECTORY_NUMBER] = "number",
    [DIRECTORY_LANGUAGE] = "language",
    [DIRECTORY_MANAGER] = "manager",
    [DIRECTORY_UNIT] = "unit",
    [DIRECTORY_FROM] = "from",
    [DIRECTORY_LAST_DAY] = "last_day",
};

const char *directory_field_name(enum directory_field field)
{
	return fields[field];
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int take_number(
    const char *value, uint64_t most, int *out, struct err *err)
{
	uint64_t number;

	if (str_number_parse(value, most, &number) < 0 || number == 0)
		return err_set(err, ERR_INVALID,
		    "\"%.40s\" is no number from 1 to %d", value, (int)most);
	*out = (int)number;
	return 0;
}

static int take_tls(
    struct directory_config *config, const char *value, struct err *err)
{
	if (strcmp(value, "starttls") == 0)
		config->tls = DIRECTORY_START_TLS;
	else if (strcmp(value, "ldaps") == 0)
		config->tls = DIRECTORY_LDAPS;
	else if (strcmp(value, "none") == 0)
		config->tls = DIRECTORY_NO_TLS;
	else
		return err_set(err, ERR_INVALID,
		    "tls: write starttls, ldaps, or none for loopback");
	return 0;
}

static int take_text(struct directory_config *config, const char *word,
    const char *value, struct err *err)
{
	const struct {
		const char *word;
		char *text;
	} texts[] = {
	    {"url", config->url},
	    {"ca_file", config->ca_file},
	    {"bind_dn", config->bind_dn},
	    {"password_file", config->password_file},
	    {"base", config->base},
	    {"filter", config->filter},
	};
	char *out = NULL;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].word, word) == 0)
			out = texts[i].text;
	for (i = 0; i < DIRECTORY_FIELD_COUNT; i++)
		if (strcmp(fields[i], word) == 0)
			out = config->attributes[i];
	if (!out)
		return err_set(
		    err, ERR_INVALID, "there is no \"%.40s\" here", word);
	if (str_copy(out, DIRECTORY_TEXT, value) < 0)
		return err_set(err, ERR_LIMIT, "%s is too long", word);
	return 0;
}

static int take_line(
    struct directory_config *config, char *line, struct err *err)
{
	char *equals;
	char *word;
	char *value;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	if (!(equals = strchr(line, '=')))
		return err_set(err, ERR_INVALID, "write like base = dc=x");
	*equals = '\0';
	word = trim(line);
	value = trim(equals + 1);
	if (strcmp(word, "tls") == 0)
		return take_tls(config, value, err);
	if (strcmp(word, "page_size") == 0)
		return take_number(value, 10000, &config->page_size, err);
	if (strcmp(word, "timeout_seconds") == 0)
		return take_number(value, 3600, &config->timeout_s, err);
	return take_text(config, word, value, err);
}

static bool is_near(const char *url)
{
	return strncmp(url, "ldapi://", 8) == 0 ||
	    strncmp(url, "ldap://127.0.0.1", 16) == 0 ||
	    strncmp(url, "ldap://[::1]", 12) == 0;
}

/* A password never goes over a network in the clear. */
static int check(const struct directory_config *config, struct err *err)
{
	bool is_s = strncmp(config->url, "ldaps://", 8) == 0;

	if (!*config->url || !*config->base)
		return err_set(err, ERR_INVALID, "url and base are wanted");
	if (is_s != (config->tls == DIRECTORY_LDAPS))
		return err_set(err, ERR_INVALID,
		    "tls = ldaps belongs to an address ldaps://, starttls to "
		    "ldap://");
	if (config->tls == DIRECTORY_NO_TLS && !is_near(config->url))
		return err_set(err, ERR_INVALID,
		    "tls = none is for ldap://127.0.0.1 and ldapi:// only");
	if (*config->bind_dn && !*config->password_file)
		return err_set(
		    err, ERR_INVALID, "bind_dn needs its password_file");
	if (!*config->attributes[DIRECTORY_KEY] ||
	    (!*config->attributes[DIRECTORY_NAME] &&
	        !*config->attributes[DIRECTORY_LAST_NAME]))
		return err_set(err, ERR_INVALID,
		    "the attributes of key and of name or last_name are "
		    "wanted");
	return 0;
}

int directory_config_load(
    const char *path, struct directory_config *out, struct err *err)
{
	struct directory_config config = {
	    .tls = DIRECTORY_START_TLS,
	    .filter = "(objectClass=person)",
	    .page_size = 500,
	    .timeout_s = 30,
	};
	FILE *file = fopen(path, "re");
	char line[DIRECTORY_TEXT * 2];
	unsigned number = 0;
	int rc = 0;

	if (!file)
		return err_set(
		    err, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
	while (rc == 0 && fgets(line, sizeof(line), file)) {
		number++;
		if ((rc = take_line(&config, line, err)) < 0)
			(void)err_prefix(err, "%s, line %u", path, number);
	}
	(void)fclose(file);
	if (rc == 0 && (rc = check(&config, err)) < 0)
		(void)err_prefix(err, "%s", path);
	if (rc == 0)
		*out = config;
	return rc;
}
