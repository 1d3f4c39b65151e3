#include "server/office/scim/scim_query.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/scim/scim_json.h"
#include "server/http/http.h"

/* What is said, wherever: each NULL when it is not. */
struct said {
	const char *attributes;
	const char *excluded;
	const char *filter;
	json_int_t start;
	json_int_t count;
};

static int filter_take(struct scim_query *query, const char *text,
    enum scim_why *why, struct err *err)
{
	int rc;

	if (!text || !*text)
		return 0;
	rc = scim_filter_parse(text, strlen(text), &query->filter, err);
	if (rc < 0)
		*why = SCIM_WHY_INVALID_FILTER;
	query->list.filter = query->filter;
	return rc;
}

/* RFC 7644 table 6: below 1 is 1; a count below 0 is 0. */
static void page_take(
    struct scim_list *list, json_int_t start, json_int_t count)
{
	list->start = start < 1 ? 1 : start;
	list->count = count < 0 ? 0 : count;
	if (list->count > SCIM_PAGE_MAX)
		list->count = SCIM_PAGE_MAX;
}

static int take(const struct said *said, struct scim_query *out,
    enum scim_why *why, struct err *err)
{
	struct scim_query query = {.filter = NULL};
	int rc;

	*why = SCIM_WHY_INVALID_VALUE;
	rc = scim_project_parse(
	    said->attributes, said->excluded, &query.project, err);
	if (rc == 0)
		rc = filter_take(&query, said->filter, why, err);
	if (rc < 0)
		return rc;
	*why = SCIM_WHY_NONE;
	page_take(&query.list, said->start, said->count);
	*out = query;
	return 0;
}

void scim_query_clear(struct scim_query *query)
{
	scim_filter_free(query->filter);
	query->filter = NULL;
}

/* ---- the query of the address ---- */

/* A + is a blank there (Entra ID, Okta); a real one comes as %2B. */
static char *plus_to_blank(const char *query)
{
	struct buf out = {0};

	for (; *query; query++) {
		if (*query == '+')
			buf_append_str(&out, "%20");
		else
			buf_append_char(&out, *query);
	}
	if (out.failed) {
		buf_clear(&out);
		return NULL;
	}
	return out.data ? (char *)buf_take(&out, &(size_t){0}) : strdup("");
}

/* *out stays NULL when it is absent. */
static int text_get(const struct http_request *request, const char *name,
    char **out, struct err *err)
{
	int rc = http_query_get(request, name, out, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0 && !str_is_utf8(*out, strlen(*out)))
		return err_set(err, ERR_INVALID, "%s is not UTF-8", name);
	return rc;
}

/* A whole number, a minus before it or not. */
static int number_get(const struct http_request *request, const char *name,
    json_int_t *out, struct err *err)
{
	char *text = NULL;
	uint64_t number = 0;
	int rc = text_get(request, name, &text, err);
	bool minus = text && *text == '-';

	if (rc == 0 && text && *text) {
		rc = str_number_parse(text + minus, INT32_MAX, &number);
		if (rc < 0)
			rc = err_set(err, ERR_INVALID,
			    "%s must be a whole number", name);
		else
			*out = minus ? -(json_int_t)number : (json_int_t)number;
	}
	free(text);
	return rc;
}

int scim_query_take(const struct http_request *request, struct scim_query *out,
    enum scim_why *why, struct err *err)
{
	struct http_request plain = *request;
	struct said said = {.start = 1, .count = SCIM_PAGE};
	char *texts[3] = {NULL, NULL, NULL};
	char *query = plus_to_blank(request->query);
	int rc;

	if (!query)
		return err_memory(err);
	plain.query = query;
	*why = SCIM_WHY_INVALID_VALUE;
	if ((rc = text_get(&plain, "attributes", &texts[0], err)) == 0 &&
	    (rc = text_get(&plain, "excludedAttributes", &texts[1], err)) ==
	        0 &&
	    (rc = text_get(&plain, "filter", &texts[2], err)) == 0 &&
	    (rc = number_get(&plain, "startIndex", &said.start, err)) == 0)
		rc = number_get(&plain, "count", &said.count, err);
	said.attributes = texts[0];
	said.excluded = texts[1];
	said.filter = texts[2];
	if (rc == 0)
		rc = take(&said, out, why, err);
	free(texts[0]);
	free(texts[1]);
	free(texts[2]);
	free(query);
	return rc;
}

/* ---- SearchRequest (section 3.4.3) ---- */

/* ["userName", "emails"] → "userName,emails" */
static int names_join(const json_t *list, struct buf *out, struct err *err)
{
	size_t i;
	const char *text;

	for (i = 0; i < json_array_size(list); i++) {
		text = json_string_value(json_array_get(list, i));
		if (!text)
			return err_set(err, ERR_INVALID,
			    "the names of attributes must be texts");
		buf_append_str(out, text);
		buf_append_char(out, ',');
	}
	return buf_check(out, err);
}

static int integer_get(
    const json_t *document, const char *name, json_int_t *out, struct err *err)
{
	const json_t *value = scim_json_get(document, name);

	if (!value)
		return 0;
	if (!json_is_integer(value))
		return err_set(
		    err, ERR_INVALID, "%s must be a whole number", name);
	*out = json_integer_value(value);
	return 0;
}

int scim_search_take(const json_t *document, struct scim_query *out,
    enum scim_why *why, struct err *err)
{
	const json_t *filter = scim_json_get(document, "filter");
	struct said said = {.start = 1, .count = SCIM_PAGE};
	struct buf attributes = {0};
	struct buf excluded = {0};
	int rc;

	*why = SCIM_WHY_INVALID_VALUE;
	rc =
	    names_join(scim_json_get(document, "attributes"), &attributes, err);
	if (rc == 0)
		rc = names_join(scim_json_get(document, "excludedAttributes"),
		    &excluded, err);
	if (rc == 0 && filter && !json_is_string(filter))
		rc = err_set(err, ERR_INVALID, "the filter must be a text");
	if (rc == 0)
		rc = integer_get(document, "startIndex", &said.start, err);
	if (rc == 0)
		rc = integer_get(document, "count", &said.count, err);
	said.attributes = (const char *)attributes.data;
	said.excluded = (const char *)excluded.data;
	said.filter = json_string_value(filter);
	if (rc == 0)
		rc = take(&said, out, why, err);
	buf_clear(&attributes);
	buf_clear(&excluded);
	return rc;
}
