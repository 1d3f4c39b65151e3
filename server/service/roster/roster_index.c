#include "server/service/roster/roster_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

/* FNV-1a. A file made to collide costs its owner a slow plan, within the
 * limits of the roster. */
static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h ^ (h >> 29);
}

static struct roster_index_slot *find(
    const struct roster_index *index, const char *text)
{
	size_t at = (size_t)hash(text) & (index->cap - 1);

	while (index->slots[at].text && strcmp(index->slots[at].text, text))
		at = (at + 1) & (index->cap - 1);
	return &index->slots[at];
}

size_t roster_index_get(const struct roster_index *index, const char *text)
{
	const struct roster_index_slot *slot;

	if (index->cap == 0)
		return ROSTER_INDEX_NONE;
	slot = find(index, text);
	return slot->text ? slot->number : ROSTER_INDEX_NONE;
}

static int grow(struct roster_index *index, struct err *err)
{
	struct roster_index bigger = {.cap = index->cap ? index->cap * 2 : 64};
	size_t i;

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return err_memory(err);
	for (i = 0; i < index->cap; i++)
		if (index->slots[i].text)
			*find(&bigger, index->slots[i].text) = index->slots[i];
	bigger.count = index->count;
	free(index->slots);
	*index = bigger;
	return 0;
}

int roster_index_put(struct roster_index *index, const char *text,
    size_t number, struct err *err)
{
	struct roster_index_slot *slot;

	if ((index->count + 1) * 4 > index->cap * 3 && grow(index, err) < 0)
		return -ERR_MEMORY;
	slot = find(index, text);
	if (!slot->text)
		index->count++;
	*slot = (struct roster_index_slot){text, number};
	return 0;
}

void roster_index_clear(struct roster_index *index)
{
	free(index->slots);
	*index = (struct roster_index){.slots = NULL};
}
