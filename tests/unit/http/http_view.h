/*
 * http_view: one request as a parser sees it, so that two can be compared.
 * The two parsers name their methods alike, so each has a file of its own.
 */
#ifndef TESTS_UNIT_HTTP_HTTP_VIEW_H
#define TESTS_UNIT_HTTP_HTTP_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#define INPUT_MAX 4096
#define FIELDS_MAX 120

struct text {
	char data[INPUT_MAX + 1];
	size_t len;
};

/* One request, as either parser sees it. */
struct view {
	bool is_complete;
	bool is_upgrade;
	char method[16];
	struct text path;  /* ours decoded, llhttp's raw with the query */
	struct text query; /* ours only */
	size_t field_count;
	struct text *names, *values; /* FIELDS_MAX each */
	struct text body;
	size_t end; /* bytes of the request */
	bool keeps_alive;
	bool in_trailer;
	bool is_last_chunk; /* the body is over, trailers may come */
	const char *error;
};

/* Fails by abort() when it does not fit: inputs are at most INPUT_MAX. */
void text_add(struct text *text, const char *data, size_t len);

/* What llhttp makes of the first request in input. */
void llhttp_view_read(struct view *view, const char *input, size_t len);

#endif
