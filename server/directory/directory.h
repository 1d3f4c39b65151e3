/*
 * directory: what an LDAP directory says of people, as the lines of a roster
 * (server/service/roster_lines.h). A program of its own, without database or
 * keys of the server: libldap is synchronous and brings GnuTLS.
 */
#ifndef SERVER_DIRECTORY_DIRECTORY_H
#define SERVER_DIRECTORY_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct err;

#define DIRECTORY_TEXT 512
#define DIRECTORY_ENTRIES_MAX 200000
#define DIRECTORY_VALUE_MAX 512 /* bytes of one attribute that are taken */

/* Keep the order of fields[] in directory_config.c. */
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

struct directory_config {
	char url[DIRECTORY_TEXT]; /* ldap://, ldaps://, ldapi:// */
	enum directory_tls tls;
	char ca_file[DIRECTORY_TEXT];
	char bind_dn[DIRECTORY_TEXT]; /* "": SASL EXTERNAL */
	char password_file[DIRECTORY_TEXT];
	char base[DIRECTORY_TEXT];
	char filter[DIRECTORY_TEXT];
	int page_size;
	int timeout_s;
	char attributes[DIRECTORY_FIELD_COUNT][DIRECTORY_TEXT]; /* "": none */
};

/* Lines like "base = ou=people,dc=x"; docs/people-sources.md has them all. */
int directory_config_load(
    const char *path, struct directory_config *out, struct err *err);

/*
 * Binds, reads page by page (RFC 2696) and writes a line a person, at last the
 * end. Without that line, whatever was written is no roster: *out may hold a
 * part when an error is returned.
 */
int directory_read(
    const struct directory_config *config, FILE *out, struct err *err);

#endif
