#include "server/phones/checked.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/time.h"

/*
 * A place for each of 8 that share the first bits of their digest. With 20,000
 * phones less than one place in a thousand is too small; with one slot a place
 * every fifth of 2,000 phones would push another out, at 0.5 ms a check.
 */
#define PLACE_SLOTS 8
#define PLACES 8192 /* a power of two; the table itself is 512 KiB */

struct slot {
	uint8_t shown[CHECKED_SHA256];
	uint8_t certificate[CHECKED_SHA256];
	int64_t until;
};

struct place {
	struct slot *slots[PLACE_SLOTS]; /* NULL: free */
};

struct checked {
	const struct clock *clock;
	EVP_MD *sha256; /* fetched once: a fetch costs more than the digest */
	pthread_mutex_t lock;
	struct place *places;
};

int checked_new(
    const struct clock *clock, struct checked **out, struct err *err)
{
	struct checked *checked = calloc(1, sizeof(*checked));

	if (!checked)
		return err_memory(err);
	checked->clock = clock;
	(void)pthread_mutex_init(&checked->lock, NULL);
	checked->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	checked->places = calloc(PLACES, sizeof(*checked->places));
	if (!checked->sha256 || !checked->places) {
		checked_free(checked);
		return err_memory(err);
	}
	*out = checked;
	return 0;
}

void checked_free(struct checked *checked)
{
	size_t place;
	size_t slot;

	if (!checked)
		return;
	for (place = 0; checked->places && place < PLACES; place++)
		for (slot = 0; slot < PLACE_SLOTS; slot++)
			free(checked->places[place].slots[slot]);
	(void)pthread_mutex_destroy(&checked->lock);
	EVP_MD_free(checked->sha256);
	free(checked->places);
	free(checked);
}

int checked_digest(const struct checked *checked, const void *shown, size_t len,
    uint8_t out[CHECKED_SHA256], struct err *err)
{
	if (EVP_Digest(shown, len, out, NULL, checked->sha256, NULL) != 1)
		return err_memory(err);
	return 0;
}

static struct place *place_of(
    const struct checked *checked, const uint8_t *shown)
{
	size_t at;

	memcpy(&at, shown, sizeof(at));
	return &checked->places[at & (PLACES - 1)];
}

bool checked_find(struct checked *checked, const uint8_t shown[CHECKED_SHA256],
    uint8_t certificate[CHECKED_SHA256])
{
	const struct place *place = place_of(checked, shown);
	int64_t now = clock_now(checked->clock);
	const struct slot *slot;
	bool found = false;
	size_t i;

	(void)pthread_mutex_lock(&checked->lock);
	for (i = 0; i < PLACE_SLOTS && !found; i++) {
		slot = place->slots[i];
		found = slot && slot->until > now &&
		    memcmp(slot->shown, shown, CHECKED_SHA256) == 0;
		if (found)
			memcpy(certificate, slot->certificate, CHECKED_SHA256);
	}
	(void)pthread_mutex_unlock(&checked->lock);
	return found;
}

/* Its own slot, or a free one, or that of the oldest; NULL: no memory. */
static struct slot *slot_take(struct place *place, const uint8_t *shown)
{
	struct slot **taken = &place->slots[0];
	size_t i;

	for (i = 0; i < PLACE_SLOTS; i++) {
		struct slot *slot = place->slots[i];

		if (slot && memcmp(slot->shown, shown, CHECKED_SHA256) == 0)
			return slot;
		if (*taken && (!slot || slot->until < (*taken)->until))
			taken = &place->slots[i];
	}
	if (!*taken)
		*taken = calloc(1, sizeof(**taken));
	return *taken;
}

void checked_note(struct checked *checked, const uint8_t shown[CHECKED_SHA256],
    const uint8_t certificate[CHECKED_SHA256])
{
	struct slot *slot;

	(void)pthread_mutex_lock(&checked->lock);
	slot = slot_take(place_of(checked, shown), shown);
	if (slot) { /* without memory it is only not remembered */
		memcpy(slot->shown, shown, CHECKED_SHA256);
		memcpy(slot->certificate, certificate, CHECKED_SHA256);
		slot->until = clock_now(checked->clock) + CHECKED_FOR_MS;
	}
	(void)pthread_mutex_unlock(&checked->lock);
}
