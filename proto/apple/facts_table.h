/*
 * facts_table: which key of Apple's answers goes to which member, and under
 * which name it is stored. Private to facts.c and facts_json.c.
 */
#ifndef PROTO_APPLE_FACTS_TABLE_H
#define PROTO_APPLE_FACTS_TABLE_H

#include <stddef.h>

#include "proto/apple/facts.h"

enum fact_kind {
	FACT_KIND_TEXT,
	FACT_KIND_NUMBER_TEXT, /* IMEI, ICCID: blanks taken out (quirk 4) */
	FACT_KIND_MAC,
	FACT_KIND_BOOL,    /* enum fact_bool */
	FACT_KIND_INTEGER, /* int64_t */
	FACT_KIND_DATE,    /* int64_t, Unix milliseconds */
	FACT_KIND_REAL,    /* double */
	FACT_KIND_COUNT,   /* size_t; not read by key */
};

struct fact_field {
	const char *name; /* stored name; NULL ends a table */
	const char *key;  /* Apple's key; NULL: not read by key */
	enum fact_kind kind;
	size_t offset;
	size_t size; /* of a text's array */
};

extern const struct fact_field device_fact_fields[];
extern const struct fact_field subscription_fact_fields[];
extern const struct fact_field old_sim_fact_fields[];
extern const struct fact_field security_fact_fields[];
extern const struct fact_field profile_fact_fields[];

/* Sets every field of the table to unknown. */
void facts_set_unknown(const struct fact_field *field, void *facts);

#endif
