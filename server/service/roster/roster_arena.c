#include "server/service/roster/roster_arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct roster_block {
	struct roster_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static struct roster_block *block_new(struct roster_arena *arena, size_t size)
{
	struct roster_block *block;

	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		return NULL;
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *roster_arena_take(struct roster_arena *arena, size_t size)
{
	struct roster_block *block = arena->blocks;
	size_t step = alignof(max_align_t);
	void *out;

	size = (size + step - 1) / step * step;
	if (!block || block->size - block->used < size)
		block = block_new(arena, size);
	if (!block)
		return NULL;
	out = block->bytes + block->used;
	block->used += size;
	return out;
}

char *roster_arena_text(struct roster_arena *arena, const char *text)
{
	size_t len = text ? strlen(text) + 1 : 0;
	char *copy = text ? roster_arena_take(arena, len) : NULL;

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

void roster_arena_clear(struct roster_arena *arena)
{
	struct roster_block *block;

	while ((block = arena->blocks)) {
		arena->blocks = block->next;
		free(block);
	}
}
