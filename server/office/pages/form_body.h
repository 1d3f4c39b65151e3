/*
 * form_body: what a form of ours sends back, application/x-www-form-urlencoded.
 * Only the fields we wrote, each once; anything else is refused. Pure.
 */
#ifndef SERVER_OFFICE_PAGES_FORM_BODY_H
#define SERVER_OFFICE_PAGES_FORM_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "server/service/page/page.h"

struct err;

#define FORM_BODY_MAX 8192 /* bytes: 500 characters, escaped, and names */
#define FORM_WHY_MAX 2048  /* bytes of the reason as written, with NUL */

struct form_body {
	enum page_choice choice;
	char text_sha256[STORE_SHA256]; /* "" when left out */
	char why[FORM_WHY_MAX];
	char name[LIMIT_NAME + 1]; /* typed as a signature */
	enum page_choice codes;
	/* Of a phone that does not come back; nothing when left out. */
	enum return_decision decision;
	unsigned picked; /* bit n: item<n> */
};

/* -ERR_INVALID: not such a body, an unknown or repeated field, bad escapes,
 * no UTF-8; -ERR_LIMIT: a value is too long. */
int form_body_parse(
    const uint8_t *body, size_t len, struct form_body *out, struct err *err);

#endif
