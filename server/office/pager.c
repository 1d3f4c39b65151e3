#include "server/office/pager.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/call.h"
#include "server/office/decode.h"

/* Base64 of the longest cursor: name of the list, newline, key. */
#define CURSOR_TEXT_MAX 640

static int cursor_bad(struct err *err)
{
	return err_set(err, ERR_INVALID,
	    "\"cursor\" is none of this list: take \"next\" of the page "
	    "before as it stands");
}

static int cursor_parse(struct pager *pager, const char *text, struct err *err)
{
	const char *list = pager->call->request->route->name;
	size_t list_len = strlen(list);
	uint8_t *bytes = NULL;
	size_t len = 0;
	int rc = 0;

	if (str_base64_parse(text, strlen(text), &bytes, &len, NULL) < 0)
		return cursor_bad(err);
	if (len <= list_len + 1 || len - list_len - 1 >= PAGER_KEY_MAX ||
	    memcmp(bytes, list, list_len) != 0 || bytes[list_len] != '\n' ||
	    memchr(bytes, '\0', len)) {
		rc = cursor_bad(err);
	} else {
		memcpy(pager->after, bytes + list_len + 1, len - list_len - 1);
		pager->after[len - list_len - 1] = '\0';
	}
	free(bytes);
	return rc;
}

int pager_begin(struct pager *pager, struct office_call *call,
    enum pager_order order, struct err *err)
{
	char *cursor = NULL;
	int rc;

	*pager = (struct pager){
	    .call = call, .order = order, .limit = PAGER_LIMIT_DEFAULT};
	rc = decode_query_number(
	    call->request, "limit", PAGER_LIMIT_MAX, &pager->limit, err);
	if (rc == 0)
		rc = decode_query_text(
		    call->request, "cursor", CURSOR_TEXT_MAX, &cursor, err);
	if (rc == 0 && cursor)
		rc = cursor_parse(pager, cursor, err);
	free(cursor);
	if (rc < 0)
		return rc;
	encode_open(&call->enc, NULL, '{');
	encode_open(&call->enc, "items", '[');
	return 0;
}

int pager_only(struct pager *pager, struct office_call *call,
    enum pager_order order, struct err *err)
{
	static const char *const names[] = {"limit", "cursor"};
	int rc = decode_query_names(call->request, names, 2, err);

	return rc < 0 ? rc : pager_begin(pager, call, order, err);
}

int pager_open(struct pager *pager, struct office_call *call,
    enum pager_order order, bool *only_open, struct err *err)
{
	static const char *const names[] = {"open", "limit", "cursor"};
	int rc = decode_query_names(call->request, names, 3, err);

	if (rc == 0)
		rc = decode_query_flag(call->request, "open", only_open, err);
	return rc < 0 ? rc : pager_begin(pager, call, order, err);
}

enum pager_turn pager_turn(struct pager *pager, const char *key)
{
	int side;

	if (pager->shown > 0 && strcmp(key, pager->last) == 0)
		return PAGER_SHOW;
	side = strcmp(key, pager->after);
	if (pager->after[0] &&
	    (pager->order == PAGER_RISING ? side <= 0 : side >= 0))
		return PAGER_SKIP;
	if (pager->shown >= pager->limit ||
	    str_copy(pager->last, sizeof(pager->last), key) < 0) {
		pager->has_more = true;
		return PAGER_STOP;
	}
	pager->shown++;
	return PAGER_SHOW;
}

void pager_key_time(char out[PAGER_KEY_MAX], int64_t at, const char *id)
{
	(void)snprintf(out, PAGER_KEY_MAX, "%020" PRId64 " %s", at, id);
}

void pager_key_texts(
    char out[PAGER_KEY_MAX], const char *first, const char *second)
{
	(void)snprintf(
	    out, PAGER_KEY_MAX, "%.300s%c%.80s", first, PAGER_GAP, second);
}

static void next_encode(struct pager *pager)
{
	char text[PAGER_KEY_MAX + 64];
	char *base64;
	int len = snprintf(text, sizeof(text), "%s\n%s",
	    pager->call->request->route->name, pager->last);

	base64 = str_base64((const uint8_t *)text, (size_t)len);
	if (!base64) {
		pager->call->enc.buf->failed = true;
		return;
	}
	/* RFC 4648 section 5: what needs no escape in a query. */
	base64[strcspn(base64, "=")] = '\0';
	for (char *c = base64; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	encode_text(&pager->call->enc, "next", base64);
	free(base64);
}

int pager_end(struct pager *pager, int rc)
{
	struct encoder *enc = &pager->call->enc;

	if (rc < 0)
		return rc;
	encode_close(enc, ']');
	if (pager->has_more)
		next_encode(pager);
	else
		encode_null(enc, "next");
	encode_close(enc, '}');
	return 0;
}
