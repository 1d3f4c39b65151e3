/*
 * status_facts: what a phone says of itself in a status report of declarative
 * management, as far as rules need it. The phone sends what has changed: a
 * fact that a report does not hold stays what it was (status_facts_merge()).
 * Source: Apple, "StatusReport" and "Status" (device-management, declarative/).
 */
#ifndef PROTO_APPLE_STATUS_FACTS_H
#define PROTO_APPLE_STATUS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/apple/declaration.h"
#include "proto/apple/facts.h"
#include "proto/base/buf.h"

struct err;

#define STATUS_FACTS_KIND "DeclarativeStatus" /* of the row it is kept in */
#define STATUS_ERRORS_MAX 8
struct status_facts {
	enum fact_bool passcode_present;
	enum fact_bool passcode_compliant;
	char os_version[FACT_SHORT_MAX + 1];
	char update_state[FACT_SHORT_MAX + 1]; /* "none", "downloading", … */
	/* Identifiers of the declarations that it calls invalid. */
	char invalid[STATUS_ERRORS_MAX][DECLARATION_IDENTIFIER_MAX];
	size_t invalid_count;
	bool is_full;     /* FullReport */
	unsigned ignored; /* items of another type than Apple documents */
};
/* body: as it came, at most LIMIT_CHECKIN_BODY bytes of JSON. */
int status_facts_parse(
    const uint8_t *body, size_t len, struct status_facts *out, struct err *err);
/* Puts what a later report says over an earlier one. */
void status_facts_merge(
    struct status_facts *facts, const struct status_facts *later);
/* The form for storage; unknown facts are left out. */
int status_facts_encode_json(
    const struct status_facts *facts, struct buf *json, struct err *err);
int status_facts_parse_json(
    const char *json, size_t len, struct status_facts *out, struct err *err);

#endif
