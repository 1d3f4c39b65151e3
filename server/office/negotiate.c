/* What the caller sends and what it is ready to take (RFC 9110 section 12). */
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/gate.h"

/* "q=0", "q=0.000": not acceptable (section 12.4.2). */
static bool is_unwanted(const char *params, size_t len)
{
	const char *q = memmem(params, len, "q=", 2);
	const char *end = params + len;

	if (!q)
		return false;
	for (q += 2; q < end && (*q == '0' || *q == '.'); q++)
		continue;
	return q == end || *q == ' ' || *q == ';';
}

static bool is_range(const char *text, size_t len, const char *range)
{
	return strlen(range) == len && strncasecmp(text, range, len) == 0;
}

/* One element of Accept, without the blanks before it. */
static bool accepts(const char *text, size_t len, bool scim)
{
	static const char *const ranges[] = {"application/json",
	    "application/*", "*/*", "application/scim+json"};
	size_t type = strcspn(text, ";, \t");
	size_t i;

	if (type > len)
		type = len;
	for (i = 0; i < (scim ? 4U : 3U); i++)
		if (is_range(text, type, ranges[i]))
			return !is_unwanted(text + type, len - type);
	return false;
}

static bool is_acceptable(const char *accept, bool scim)
{
	size_t len;

	for (;;) {
		accept += strspn(accept, " \t,");
		len = strcspn(accept, ",");
		if (len == 0)
			return false;
		if (accepts(accept, len, scim))
			return true;
		accept += len;
	}
}

/* RFC 7644 section 3.1: either is taken. */
static bool is_scim_json(const struct http_request *request)
{
	const char *value = http_header_get(request, "Content-Type");

	return value &&
	    is_range(value, strcspn(value, ";, \t"), "application/scim+json");
}

int gate_negotiate(struct office_call *call, struct err *err)
{
	const struct http_request *request = call->request;
	const char *accept = http_header_get(request, "Accept");
	bool scim = call->route->flags & OFFICE_SCIM;

	if (accept && *accept && !is_acceptable(accept, scim)) {
		call->refusal = 406;
		return err_set(err, ERR_UNSUPPORTED,
		    "the answer is application/json, which Accept refuses");
	}
	if (request->body_len > 0 && !(call->route->flags & OFFICE_ANY_BODY) &&
	    !decode_is_json(request) && !(scim && is_scim_json(request))) {
		call->refusal = 415;
		return err_set(err, ERR_UNSUPPORTED,
		    "the body must have Content-Type application/json");
	}
	return 0;
}
