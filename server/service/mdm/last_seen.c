#include "server/service/mdm/last_seen.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

#define FIRST_SLOTS 1024 /* a power of two */

struct slot {
	struct last_seen row; /* life_id "" : free */
	bool is_dirty;
};

struct last_seen_table {
	pthread_mutex_t lock;
	struct slot *slots; /* open addressing, at most half full */
	size_t slot_count;  /* a power of two */
	size_t used;
	size_t cursor; /* where the next take goes on */
};

int last_seen_new(struct last_seen_table **out, struct err *err)
{
	struct last_seen_table *table = calloc(1, sizeof(*table));

	if (!table)
		return err_memory(err);
	table->slots = calloc(FIRST_SLOTS, sizeof(*table->slots));
	if (!table->slots) {
		free(table);
		return err_memory(err);
	}
	table->slot_count = FIRST_SLOTS;
	(void)pthread_mutex_init(&table->lock, NULL);
	*out = table;
	return 0;
}

void last_seen_free(struct last_seen_table *table)
{
	if (!table)
		return;
	(void)pthread_mutex_destroy(&table->lock);
	free(table->slots);
	free(table);
}

/* FNV-1a; life ids are ours, so nobody can aim at one chain. */
static size_t hash(const char *text)
{
	uint64_t value = UINT64_C(14695981039346656037);

	for (; *text; text++)
		value =
		    (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (size_t)(value ^ value >> 32);
}

static struct slot *slot_find(
    struct slot *slots, size_t count, const char *life_id)
{
	size_t at = hash(life_id) & (count - 1);

	while (slots[at].row.life_id[0] &&
	    strcmp(slots[at].row.life_id, life_id) != 0)
		at = (at + 1) & (count - 1);
	return &slots[at];
}

static bool table_grow(struct last_seen_table *table)
{
	size_t count = table->slot_count * 2;
	struct slot *slots = calloc(count, sizeof(*slots));
	size_t i;

	if (!slots)
		return false;
	for (i = 0; i < table->slot_count; i++)
		if (table->slots[i].row.life_id[0])
			*slot_find(slots, count, table->slots[i].row.life_id) =
			    table->slots[i];
	free(table->slots);
	table->slots = slots;
	table->slot_count = count;
	return true;
}

void last_seen_touch(
    struct last_seen_table *table, const char *life_id, int64_t now)
{
	struct slot *slot;

	(void)pthread_mutex_lock(&table->lock);
	slot = slot_find(table->slots, table->slot_count, life_id);
	if (!slot->row.life_id[0]) {
		if (table->used * 2 >= table->slot_count) {
			if (!table_grow(table))
				goto out;
			slot =
			    slot_find(table->slots, table->slot_count, life_id);
		}
		(void)strncpy(
		    slot->row.life_id, life_id, sizeof(slot->row.life_id) - 1);
		table->used++;
	}
	if (now > slot->row.at) {
		slot->row.at = now;
		slot->is_dirty = true;
	}
out:
	(void)pthread_mutex_unlock(&table->lock);
}

int64_t last_seen_get(struct last_seen_table *table, const char *life_id)
{
	int64_t at;

	(void)pthread_mutex_lock(&table->lock);
	at = slot_find(table->slots, table->slot_count, life_id)->row.at;
	(void)pthread_mutex_unlock(&table->lock);
	return at;
}

size_t last_seen_take(
    struct last_seen_table *table, struct last_seen *rows, size_t max)
{
	size_t taken = 0;
	size_t looked;
	struct slot *slot;

	(void)pthread_mutex_lock(&table->lock);
	for (looked = 0; looked < table->slot_count && taken < max; looked++) {
		slot = &table->slots[table->cursor++ & (table->slot_count - 1)];
		if (!slot->is_dirty)
			continue;
		rows[taken++] = slot->row;
		slot->is_dirty = false;
	}
	(void)pthread_mutex_unlock(&table->lock);
	return taken;
}
