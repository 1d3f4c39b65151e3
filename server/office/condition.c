/* Conditional requests by ETag (RFC 9110 section 13). */
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/gate.h"

void gate_etag(const struct buf *body, char out[GATE_ETAG_MAX])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char hex[33];

	(void)SHA256(
	    body->data ? body->data : (const uint8_t *)"", body->len, digest);
	str_hex(hex, digest, 16);
	(void)snprintf(out, GATE_ETAG_MAX, "\"%s\"", hex);
}

/* Is the tag one of a list, or the list "*"? weak: W/ makes no difference. */
static bool list_has(const char *list, const char *etag, bool weak)
{
	size_t len = strlen(etag);

	if (strcmp(list, "*") == 0)
		return true;
	while (*list) {
		list += strspn(list, " \t,");
		if (weak && strncmp(list, "W/", 2) == 0)
			list += 2;
		if (strncmp(list, etag, len) == 0 &&
		    strchr(", \t", list[len]) != NULL)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

bool gate_none_match(const struct http_request *request, const char *etag)
{
	const char *list = http_header_get(request, "If-None-Match");

	return list && list_has(list, etag, true);
}

/* The thing as GET would show it now. */
static int thing_etag(
    struct office_call *call, char out[GATE_ETAG_MAX], struct err *err)
{
	struct http_response scratch = {.status = 500};
	struct office_call look = *call;
	int rc;

	look.response = &scratch;
	look.enc = (struct encoder){&scratch.body, false};
	rc = call->route->thing(&look, err);
	if (rc == 0)
		rc = buf_check(&scratch.body, err);
	if (rc == 0)
		gate_etag(&scratch.body, out);
	buf_clear(&scratch.body);
	return rc;
}

int gate_match(struct office_call *call, struct err *err)
{
	const char *list = http_header_get(call->request, "If-Match");
	char etag[GATE_ETAG_MAX];
	int rc;

	if (!list)
		return 0;
	if (!call->route->thing)
		return err_set(err, ERR_INVALID,
		    "If-Match cannot be held against anything here");
	rc = thing_etag(call, etag, err);
	if (rc < 0)
		return rc;
	if (list_has(list, etag, false))
		return 0;
	call->refusal = 412;
	return err_set(err, ERR_CONFLICT,
	    "it has changed since it was read: get it again");
}
