#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/directory/directory_connect.h"
#include "server/directory/directory_day.h"

/* One person, until the whole directory was read: managers are named by DN. */
struct entry {
	char *dn;
	char *values[DIRECTORY_FIELD_COUNT];
};

struct reading {
	const struct directory_config *config;
	LDAP *ldap;
	struct entry *entries;
	size_t count;
	size_t cap;
};

/* ---- entries ---- */

/* Whoever reads it is to find it in the directory. */
static int value_refuse(const struct entry *entry, const char *attribute,
    const char *why, struct err *err)
{
	return err_set(
	    err, ERR_INVALID, "%.200s: %.64s %s", entry->dn, attribute, why);
}

static int value_check(const struct entry *entry, const char *attribute,
    const struct berval *value, struct err *err)
{
	if (value->bv_len > DIRECTORY_VALUE_MAX)
		return value_refuse(
		    entry, attribute, "is longer than what we take", err);
	if (memchr(value->bv_val, 0, value->bv_len) ||
	    !str_is_utf8(value->bv_val, value->bv_len))
		return value_refuse(
		    entry, attribute, "is no text in UTF-8", err);
	return 0;
}

/* NULL stays what the entry does not have. */
static int value_take(struct reading *reading, LDAPMessage *message,
    struct entry *entry, enum directory_field field, struct err *err)
{
	const char *attribute = reading->config->attributes.of[field];
	struct berval **values =
	    ldap_get_values_len(reading->ldap, message, attribute);
	int rc = 0;

	if (values && values[0])
		rc = value_check(entry, attribute, values[0], err);
	/* They come in no order: tomorrow the other one would be first. */
	if (rc == 0 && field == DIRECTORY_LAST_DAY && values && values[0] &&
	    values[1])
		rc = value_refuse(
		    entry, attribute, "has more than one value", err);
	if (rc == 0 && values && values[0]) {
		entry->values[field] =
		    strndup(values[0]->bv_val, values[0]->bv_len);
		if (!entry->values[field])
			rc = err_memory(err);
	}
	ldap_value_free_len(values);
	return rc;
}

/* What is there and cannot be read must not look like no end at all. */
static int day_take(struct reading *reading, struct entry *entry,
    enum directory_field field, struct err *err)
{
	char *text = entry->values[field];
	char day[CALENDAR_DATE_TEXT_MAX];
	struct err why = {0};
	int rc;

	if (!text)
		return 0;
	rc = field == DIRECTORY_LAST_DAY
	    ? directory_day_parse_last(text, day, &why)
	    : directory_day_parse(text, day, &why);
	if (rc < 0)
		return value_refuse(entry,
		    reading->config->attributes.of[field], why.text, err);
	free(text);
	entry->values[field] = strdup(day);
	return entry->values[field] ? 0 : err_memory(err);
}

static struct entry *entry_new(struct reading *reading, struct err *err)
{
	size_t cap = reading->cap ? reading->cap * 2 : 512;
	struct entry *entries;

	if (reading->count == DIRECTORY_ENTRIES_MAX) {
		(void)err_set(err, ERR_LIMIT, "more than %d people",
		    DIRECTORY_ENTRIES_MAX);
		return NULL;
	}
	if (reading->count == reading->cap) {
		entries = realloc(reading->entries, cap * sizeof(*entries));
		if (!entries) {
			(void)err_memory(err);
			return NULL;
		}
		reading->entries = entries;
		reading->cap = cap;
	}
	reading->entries[reading->count] = (struct entry){.dn = NULL};
	return &reading->entries[reading->count++];
}

static int take_values(struct reading *reading, LDAPMessage *message,
    struct entry *entry, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < DIRECTORY_FIELD_COUNT; i++)
		if (reading->config->attributes.of[i])
			rc = value_take(reading, message, entry,
			    (enum directory_field)i, err);
	if (rc == 0)
		rc = day_take(reading, entry, DIRECTORY_FROM, err);
	if (rc == 0)
		rc = day_take(reading, entry, DIRECTORY_LAST_DAY, err);
	if (rc < 0 || entry->values[DIRECTORY_KEY])
		return rc;
	return err_set(err, ERR_INVALID,
	    "%.200s has no %s; narrow the filter, or name another attribute as "
	    "key",
	    entry->dn, reading->config->attributes.of[DIRECTORY_KEY]);
}

static int take_entry(
    struct reading *reading, LDAPMessage *message, struct err *err)
{
	struct entry *entry = entry_new(reading, err);
	char *dn = ldap_get_dn(reading->ldap, message);

	if (!entry || !dn) {
		ldap_memfree(dn);
		return entry ? err_memory(err) : -(int)err->code;
	}
	entry->dn = strdup(dn);
	ldap_memfree(dn);
	return entry->dn ? take_values(reading, message, entry, err)
	                 : err_memory(err);
}

static int take_page(
    struct reading *reading, LDAPMessage *page, struct err *err)
{
	LDAPMessage *message;
	int rc = 0;

	for (message = ldap_first_entry(reading->ldap, page);
	     rc == 0 && message;
	     message = ldap_next_entry(reading->ldap, message))
		rc = take_entry(reading, message, err);
	return rc;
}

/* ---- pages (RFC 2696) ---- */

static int next_cookie(struct reading *reading, LDAPMessage *page,
    struct berval *cookie, struct err *err)
{
	LDAPControl **controls = NULL;
	LDAPControl *control;
	ber_int_t total;
	int code = LDAP_SUCCESS;
	int parsed = ldap_parse_result(
	    reading->ldap, page, &code, NULL, NULL, NULL, &controls, 0);
	int rc = 0;

	ber_memfree(cookie->bv_val);
	*cookie = (struct berval){0, NULL};
	if (parsed != LDAP_SUCCESS || code != LDAP_SUCCESS)
		rc = directory_refuse(
		    "the search", code != LDAP_SUCCESS ? code : parsed, err);
	control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (rc == 0 && control)
		(void)ldap_parse_pageresponse_control(
		    reading->ldap, control, &total, cookie);
	ldap_controls_free(controls);
	return rc;
}

static int read_page(struct reading *reading, char **attributes,
    struct berval *cookie, struct err *err)
{
	const struct directory_config *config = reading->config;
	struct timeval limit = {.tv_sec = config->timeout_s};
	LDAPControl *paged = NULL;
	LDAPControl *controls[2] = {NULL, NULL};
	LDAPMessage *page = NULL;
	int code = ldap_create_page_control(
	    reading->ldap, (ber_int_t)config->page_size, cookie, 'T', &paged);
	int rc;

	if (code != LDAP_SUCCESS)
		return directory_refuse("paging", code, err);
	controls[0] = paged;
	code = ldap_search_ext_s(reading->ldap, config->base,
	    LDAP_SCOPE_SUBTREE, config->filter, attributes, 0, controls, NULL,
	    &limit, LDAP_NO_LIMIT, &page);
	ldap_control_free(paged);
	rc = code == LDAP_SUCCESS ? take_page(reading, page, err)
	                          : directory_refuse("the search", code, err);
	if (rc == 0)
		rc = next_cookie(reading, page, cookie, err);
	ldap_msgfree(page);
	return rc;
}

static int read_all(struct reading *reading, struct err *err)
{
	char *attributes[DIRECTORY_FIELD_COUNT + 1];
	struct berval cookie = {0, NULL};
	size_t count = 0;
	size_t i;
	int rc;

	/* Nothing is asked for that is not used. */
	for (i = 0; i < DIRECTORY_FIELD_COUNT; i++) {
		if (!reading->config->attributes.of[i])
			continue;
		attributes[count++] = reading->config->attributes.of[i];
	}
	attributes[count] = NULL;
	do {
		rc = read_page(reading, attributes, &cookie, err);
	} while (rc == 0 && cookie.bv_len > 0);
	ber_memfree(cookie.bv_val);
	return rc;
}

/* ---- lines ---- */

static int by_dn(const void *a, const void *b)
{
	return strcasecmp(
	    ((const struct entry *)a)->dn, ((const struct entry *)b)->dn);
}

static const char *key_of(const struct reading *reading, char *dn)
{
	const struct entry wanted = {.dn = dn};
	const struct entry *found = dn && reading->count > 0
	    ? bsearch(&wanted, reading->entries, reading->count, sizeof(wanted),
	          by_dn)
	    : NULL;

	return found ? found->values[DIRECTORY_KEY] : NULL;
}

static json_t *employment_make(const struct entry *entry)
{
	json_t *employment = json_object();
	const char *unit = entry->values[DIRECTORY_UNIT];
	const char *first = entry->values[DIRECTORY_FROM];

	if (unit)
		(void)json_object_set_new(
		    employment, "unit", json_string(unit));
	if (first)
		(void)json_object_set_new(
		    employment, "from", json_string(first));
	return employment;
}

/* Blanks and the like go; the server judges what is left. */
static void number_clean(char *number)
{
	char *to = number;

	for (; number && *number; number++)
		if (!strchr(" -()/.", *number))
			*to++ = *number;
	if (to)
		*to = '\0';
}

static json_t *person_make(const struct reading *reading, struct entry *entry)
{
	const char *manager = key_of(reading, entry->values[DIRECTORY_MANAGER]);
	const char *day = entry->values[DIRECTORY_LAST_DAY];
	json_t *person = json_object();
	json_t *employment = employment_make(entry);
	size_t i;

	number_clean(entry->values[DIRECTORY_NUMBER]);
	for (i = DIRECTORY_KEY; i <= DIRECTORY_LANGUAGE; i++)
		if (entry->values[i])
			(void)json_object_set_new(person,
			    directory_field_name((enum directory_field)i),
			    json_string(entry->values[i]));
	if (manager)
		(void)json_object_set_new(
		    person, "manager", json_string(manager));
	if (reading->config->attributes.of[DIRECTORY_LAST_DAY])
		(void)json_object_set_new(
		    employment, "last_day", json_string(day ? day : ""));
	else
		(void)json_object_set_new(employment, "to", json_string(""));
	(void)json_object_set_new(
	    person, "employments", json_pack("[o]", employment));
	return json_pack("{s:o}", "person", person);
}

static int line_write(json_t *line, FILE *out, struct err *err)
{
	int rc = line ? json_dumpf(line, out, JSON_COMPACT) : -1;

	json_decref(line);
	if (rc == 0 && fputc('\n', out) != '\n')
		rc = -1;
	return rc < 0 ? err_set(err, ERR_IO, "the roster cannot be written")
	              : 0;
}

static int write_all(struct reading *reading, FILE *out, struct err *err)
{
	size_t i;
	int rc = 0;

	if (reading->count > 0)
		qsort(reading->entries, reading->count,
		    sizeof(*reading->entries), by_dn);
	for (i = 0; rc == 0 && i < reading->count; i++)
		rc = line_write(
		    person_make(reading, &reading->entries[i]), out, err);
	if (rc == 0)
		rc = line_write(json_pack("{s:{s:I}}", "end", "people",
		                    (json_int_t)reading->count),
		    out, err);
	if (rc == 0 && fflush(out) != 0)
		rc = err_set(err, ERR_IO, "the roster cannot be written");
	return rc;
}

static void reading_clear(struct reading *reading)
{
	size_t i;
	size_t k;

	for (i = 0; i < reading->count; i++) {
		free(reading->entries[i].dn);
		for (k = 0; k < DIRECTORY_FIELD_COUNT; k++)
			free(reading->entries[i].values[k]);
	}
	free(reading->entries);
	if (reading->ldap)
		(void)ldap_unbind_ext_s(reading->ldap, NULL, NULL);
}

int directory_read(
    const struct directory_config *config, FILE *out, struct err *err)
{
	struct reading reading = {.config = config};
	int rc;

	/* Nobody's ldap.conf weakens what is said here. */
	if (setenv("LDAPNOINIT", "1", 1) != 0)
		return err_memory(err);
	rc = directory_connect(config, &reading.ldap, err);
	if (rc == 0)
		rc = read_all(&reading, err);
	if (rc == 0)
		rc = write_all(&reading, out, err);
	reading_clear(&reading);
	return rc;
}
