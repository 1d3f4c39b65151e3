/*
 * roster_arena: texts and arrays that live and die together. Pure.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_ARENA_H
#define SERVER_SERVICE_ROSTER_ROSTER_ARENA_H

#include <stddef.h>

struct roster_block;
struct roster_arena {
	struct roster_block *blocks;
};

/* Zeroed, aligned for anything; NULL: out of memory. */
void *roster_arena_take(struct roster_arena *arena, size_t size);
/* NULL for NULL, too: ask beforehand. */
char *roster_arena_text(struct roster_arena *arena, const char *text);
void roster_arena_clear(struct roster_arena *arena);

#endif
