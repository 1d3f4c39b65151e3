/*
 * directory: what an LDAP directory says of people, as the lines of a roster
 * (server/service/roster/roster_lines.h). A program of its own, without database or
 * keys of the server: libldap is synchronous and brings GnuTLS.
 */
#ifndef SERVER_DIRECTORY_DIRECTORY_H
#define SERVER_DIRECTORY_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct err;

#define DIRECTORY_ENTRIES_MAX 200000
#define DIRECTORY_VALUE_MAX 512 /* bytes of one attribute that are taken */

/* Keep the order of attribute_fields[] in directory_config.c. */
enum directory_field {
	DIRECTORY_KEY,
	DIRECTORY_EXTERNAL_ID,
	DIRECTORY_NAME,
	DIRECTORY_FIRST_NAME,
	DIRECTORY_LAST_NAME,
	DIRECTORY_MAIL,
	DIRECTORY_NUMBER,
	DIRECTORY_LANGUAGE,
	DIRECTORY_MANAGER, /* a DN */
	DIRECTORY_UNIT,
	DIRECTORY_FROM, /* a generalized time; its day is taken */
	DIRECTORY_LAST_DAY,
	DIRECTORY_FIELD_COUNT
};
const char *directory_field_name(enum directory_field field);

enum directory_tls {
	DIRECTORY_START_TLS,
	DIRECTORY_LDAPS,
	DIRECTORY_NO_TLS /* loopback and ldapi: only */
};

/* Texts are owned; what is left out has its default, or is NULL. */
struct directory_config {
	char *url;      /* ldap://, ldaps://, ldapi:// */
	char *tls_word; /* as written: tls */
	enum directory_tls tls;
	char *ca_file;       /* NULL: the system's */
	char *bind_dn;       /* NULL: SASL EXTERNAL */
	char *password_file; /* "credential:NAME": from systemd */
	char *base;
	char *filter;
	unsigned page_size;
	char *timeout_text; /* as written: timeout */
	int timeout_s;      /* of one answer */
	struct directory_attributes {
		char *of[DIRECTORY_FIELD_COUNT]; /* NULL: not read */
	} attributes;
};

/*
 * YAML, as docs/people-sources.md describes it. An error names file, line and
 * what to write.
 */
int directory_config_load(
    const char *path, struct directory_config **out, struct err *err);
/* The same from memory; name: for sentences. */
int directory_config_parse(const char *name, const void *data, size_t len,
    struct directory_config **out, struct err *err);
void directory_config_free(struct directory_config *config);

/*
 * Binds, reads page by page (RFC 2696) and writes a line a person, at last the
 * end. Without that line, whatever was written is no roster: *out may hold a
 * part when an error is returned.
 */
int directory_read(
    const struct directory_config *config, FILE *out, struct err *err);

#endif
