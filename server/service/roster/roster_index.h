/*
 * roster_index: from a text to a number, for the keys of a crowd. The texts are
 * borrowed. Pure.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_INDEX_H
#define SERVER_SERVICE_ROSTER_ROSTER_INDEX_H

#include <stddef.h>

struct err;

struct roster_index_slot {
	const char *text; /* NULL: free */
	size_t number;
};
struct roster_index {
	struct roster_index_slot *slots;
	size_t count;
	size_t cap; /* a power of two, or 0 */
};
#define ROSTER_INDEX_NONE ((size_t)-1)

/* ROSTER_INDEX_NONE: it is not in it. */
size_t roster_index_get(const struct roster_index *index, const char *text);
/* Another number takes the place of the former one. */
int roster_index_put(struct roster_index *index, const char *text,
    size_t number, struct err *err);
void roster_index_clear(struct roster_index *index);

#endif
