/*
 * xplist_scan: the pass over an XML property list before libplist sees it.
 * Accepts a strict subset of what libplist 2.2.0 accepts and reads it the same
 * way, so that nothing gets past this check by being read differently there.
 */
#ifndef PROTO_APPLE_XPLIST_SCAN_H
#define PROTO_APPLE_XPLIST_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/limits.h"

enum xscan_kind {
	XSCAN_PLIST,
	XSCAN_DICT,
	XSCAN_ARRAY,
};

struct xscan_level {
	enum xscan_kind kind;
	bool has_key;   /* a dictionary's key that waits for its value */
	unsigned count; /* keys of a dictionary, values of the others */
};

struct xscan {
	const uint8_t *start;
	const uint8_t *at;
	const uint8_t *end;
	struct err *err;
	size_t tags;
	size_t entities;
	size_t entity_work;
	unsigned depth; /* levels in use; level[0] is <plist> */
	struct xscan_level level[LIMIT_PLIST_DEPTH + 1];
};

/*
 * data: without a byte order mark. Linear in len. Errors as xplist_parse().
 */
int xplist_scan(const uint8_t *data, size_t len, struct err *err);

/* xplist_scan_text.c: what stands inside <name>…</name>, up to the '<' of the
 * closing tag. All set err and return its code. */
int xscan_fail(struct xscan *scan, enum err_code code, const char *what);
int xscan_text(struct xscan *scan); /* key, string */
int xscan_integer(struct xscan *scan);
int xscan_real(struct xscan *scan);
int xscan_date(struct xscan *scan);
int xscan_data(struct xscan *scan);
int xscan_nothing(struct xscan *scan); /* true, false */
/* at stands on "<!--"; moves behind "-->". */
int xscan_comment(struct xscan *scan);
void xscan_skip_blanks(struct xscan *scan);
/* Moves over text if it stands there. */
bool xscan_take(struct xscan *scan, const char *text, size_t len);

#endif
