/*
 * pager: one page of a list: `limit` and `cursor` of the query in, `items` and
 * `next` out. A cursor names the last row that was shown by what the list is
 * sorted by, so rows that come and go meanwhile neither repeat nor hide
 * others. It is opaque to callers, works for the list that gave it only, and
 * holds nothing that the page did not show.
 */
#ifndef SERVER_OFFICE_PAGER_H
#define SERVER_OFFICE_PAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct office_call;

#define PAGER_KEY_MAX 384 /* what a row is sorted by, with its NUL */
#define PAGER_LIMIT_DEFAULT 100
#define PAGER_LIMIT_MAX 1000 /* one answer stays under about 1 MB */

enum pager_order { PAGER_RISING, PAGER_FALLING };

struct pager {
	struct office_call *call;
	enum pager_order order;
	uint64_t limit;
	char after[PAGER_KEY_MAX]; /* "": from the start */
	char last[PAGER_KEY_MAX];  /* shown last */
	uint64_t shown;
	bool has_more;
};

/* Reads the query and opens the page. -ERR_INVALID: no cursor of this list. */
int pager_begin(struct pager *pager, struct office_call *call,
    enum pager_order order, struct err *err);

/* The same, for a list whose query holds nothing else. */
int pager_only(struct pager *pager, struct office_call *call,
    enum pager_order order, struct err *err);

/* For a list that may also be asked for what is open alone. */
int pager_open(struct pager *pager, struct office_call *call,
    enum pager_order order, bool *only_open, struct err *err);

enum pager_turn {
	PAGER_SHOW,
	PAGER_SKIP, /* it was on a page before */
	PAGER_STOP  /* the page is full: no row is wanted any more */
};

/*
 * For each row in the order of the list. Rows may share a key: they are then
 * shown together, although the page grows beyond its limit.
 */
enum pager_turn pager_turn(struct pager *pager, const char *key);

/* The key of a list that is sorted by time, then id. */
void pager_key_time(char out[PAGER_KEY_MAX], int64_t at, const char *id);
/* The key of a list that is sorted by two texts, a byte between them that
 * sorts before all that may stand in one. */
#define PAGER_GAP '\x01'
void pager_key_texts(
    char out[PAGER_KEY_MAX], const char *first, const char *second);

/*
 * Closes the page. rc: how the walk ended; a positive one only says that it
 * was stopped. Returns 0 or the negative rc.
 */
int pager_end(struct pager *pager, int rc);

#endif
