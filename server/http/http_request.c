/* What handlers ask of a request. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/http/http_target.h"

const char *http_header_get(
    const struct http_request *request, const char *name)
{
	size_t i;

	for (i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

/* The raw value of name in "a=1&b=2"; names are compared as they stand. */
static const char *query_find(const char *query, const char *name, size_t *len)
{
	size_t name_len = strlen(name);

	while (*query) {
		size_t pair = strcspn(query, "&");
		size_t key = strcspn(query, "=&");

		if (key == name_len && memcmp(query, name, key) == 0) {
			*len = pair > key ? pair - key - 1 : 0;
			return query + (pair > key ? key + 1 : key);
		}
		query += pair;
		if (*query == '&')
			query++;
	}
	return NULL;
}

int http_query_get(const struct http_request *request, const char *name,
    char **out, struct err *err)
{
	size_t len = 0;
	const char *raw = query_find(request->query, name, &len);
	char *value;

	if (!raw)
		return err_set(
		    err, ERR_NOT_FOUND, "no query parameter %s", name);
	value = malloc(len + 1);
	if (!value)
		return err_memory(err);
	if (!http_percent_decode(raw, len, value, &len)) {
		free(value);
		return err_set(err, ERR_INVALID,
		    "the query parameter %s has a bad escape", name);
	}
	*out = value;
	return 0;
}
