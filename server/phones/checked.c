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
#define PLACES 8192 /* a power of two; 4.7 MB when all are in use */

struct slot {
	uint8_t shown[CHECKED_SHA256];
	uint8_t certificate[CHECKED_SHA256];
	int64_t until; /* 0: free */
};

struct checked {
	const struct clock *clock;
	EVP_MD *sha256; /* fetched once: a fetch costs more than the digest */
	pthread_mutex_t lock;
	struct slot (*places)[PLACE_SLOTS];
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
	if (!checked)
		return;
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

static struct slot *place_of(
    const struct checked *checked, const uint8_t *shown)
{
	size_t at;

	memcpy(&at, shown, sizeof(at));
	return checked->places[at & (PLACES - 1)];
}

bool checked_find(struct checked *checked, const uint8_t shown[CHECKED_SHA256],
    uint8_t certificate[CHECKED_SHA256])
{
	struct slot *place = place_of(checked, shown);
	int64_t now = clock_now(checked->clock);
	bool found = false;
	size_t i;

	(void)pthread_mutex_lock(&checked->lock);
	for (i = 0; i < PLACE_SLOTS && !found; i++) {
		found = place[i].until > now &&
		    memcmp(place[i].shown, shown, CHECKED_SHA256) == 0;
		if (found)
			memcpy(
			    certificate, place[i].certificate, CHECKED_SHA256);
	}
	(void)pthread_mutex_unlock(&checked->lock);
	return found;
}

void checked_note(struct checked *checked, const uint8_t shown[CHECKED_SHA256],
    const uint8_t certificate[CHECKED_SHA256])
{
	struct slot *place = place_of(checked, shown);
	struct slot *taken = place;
	size_t i;

	(void)pthread_mutex_lock(&checked->lock);
	for (i = 0; i < PLACE_SLOTS; i++) {
		if (memcmp(place[i].shown, shown, CHECKED_SHA256) == 0) {
			taken = &place[i];
			break;
		}
		if (place[i].until < taken->until)
			taken = &place[i];
	}
	memcpy(taken->shown, shown, CHECKED_SHA256);
	memcpy(taken->certificate, certificate, CHECKED_SHA256);
	taken->until = clock_now(checked->clock) + CHECKED_FOR_MS;
	(void)pthread_mutex_unlock(&checked->lock);
}
