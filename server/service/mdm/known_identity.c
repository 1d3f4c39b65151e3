#include "server/service/mdm/known_identity.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

/* 65,536 phones at most, about 350 bytes each; the table itself is 512 KiB. */
#define PLACE_SLOTS 8
#define PLACES 8192 /* a power of two */

struct entry {
	char sha256[STORE_SHA256];
	uint64_t retirements;
	struct identity identity;
};

struct place {
	struct entry *entries[PLACE_SLOTS]; /* the newest first */
};

struct known_identities {
	pthread_mutex_t lock;
	struct place *places;
};

int known_identities_new(struct known_identities **out, struct err *err)
{
	struct known_identities *known = calloc(1, sizeof(*known));

	if (!known)
		return err_memory(err);
	known->places = calloc(PLACES, sizeof(*known->places));
	if (!known->places) {
		free(known);
		return err_memory(err);
	}
	(void)pthread_mutex_init(&known->lock, NULL);
	*out = known;
	return 0;
}

void known_identities_free(struct known_identities *known)
{
	size_t place;
	size_t slot;

	if (!known)
		return;
	for (place = 0; place < PLACES; place++)
		for (slot = 0; slot < PLACE_SLOTS; slot++)
			free(known->places[place].entries[slot]);
	(void)pthread_mutex_destroy(&known->lock);
	free(known->places);
	free(known);
}

/* FNV-1a over the digest's text. */
static struct place *place_of(
    const struct known_identities *known, const char *sha256)
{
	uint64_t value = UINT64_C(14695981039346656037);

	for (; *sha256; sha256++)
		value =
		    (value ^ (unsigned char)*sha256) * UINT64_C(1099511628211);
	return &known->places[(value ^ value >> 32) & (PLACES - 1)];
}

/* The slot of that certificate, or PLACE_SLOTS. */
static size_t slot_of(const struct place *place, const char *sha256)
{
	size_t i;

	for (i = 0; i < PLACE_SLOTS; i++)
		if (place->entries[i] &&
		    strcmp(place->entries[i]->sha256, sha256) == 0)
			break;
	return i;
}

bool known_identity_find(struct known_identities *known, const char *sha256,
    uint64_t retirements, struct identity *out)
{
	const struct place *place = place_of(known, sha256);
	bool found = false;
	size_t at;

	(void)pthread_mutex_lock(&known->lock);
	at = slot_of(place, sha256);
	if (at < PLACE_SLOTS &&
	    place->entries[at]->retirements == retirements) {
		*out = place->entries[at]->identity;
		found = true;
	}
	(void)pthread_mutex_unlock(&known->lock);
	return found;
}

/* Its own entry, or that of the one noted longest ago, comes first. */
static struct entry *bring_first(struct place *place, const char *sha256)
{
	size_t at = slot_of(place, sha256);
	struct entry *entry;

	if (at == PLACE_SLOTS)
		at = PLACE_SLOTS - 1;
	entry = place->entries[at];
	memmove(&place->entries[1], &place->entries[0],
	    at * sizeof(place->entries[0]));
	place->entries[0] = entry;
	return entry;
}

void known_identity_note(struct known_identities *known, const char *sha256,
    uint64_t retirements, const struct identity *identity)
{
	struct place *place = place_of(known, sha256);
	struct entry *entry;

	if (identity->certificate_state != CERTIFICATE_CURRENT ||
	    identity->life_state != LIFE_ENROLLED ||
	    strlen(sha256) >= STORE_SHA256)
		return;
	(void)pthread_mutex_lock(&known->lock);
	entry = bring_first(place, sha256);
	if (!entry) /* without memory it is only not remembered */
		entry = calloc(1, sizeof(*entry));
	place->entries[0] = entry;
	if (entry) {
		memcpy(entry->sha256, sha256, strlen(sha256) + 1);
		entry->retirements = retirements;
		entry->identity = *identity;
	}
	(void)pthread_mutex_unlock(&known->lock);
}
