#include "tests/unit/server/story_world.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/service/digest.h"
#include "server/service/mdm/known_identity.h"
#include "server/service/mdm/last_seen.h"

static struct tenant tenant;
struct service story;
int64_t story_now = INT64_C(1800000000000);

static uint64_t random_state;
static char folder[64];
char story_path[128];
static struct log quiet;

static uint64_t random_next(void)
{
	uint64_t x = random_state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

unsigned story_random(unsigned below)
{
	return (unsigned)(random_next() % below);
}

static void fill(void *arg, void *out, size_t len)
{
	uint8_t *at = out;

	(void)arg;
	while (len-- > 0)
		*at++ = (uint8_t)random_next();
}

static int64_t now_ms(void *arg)
{
	(void)arg;
	return story_now;
}

static int save_organisation(struct txn *txn, void *arg, struct err *err)
{
	return store_organisation_save(txn, arg, err);
}

static int fail_with(const struct err *err)
{
	(void)fprintf(stderr, "%s\n", err->text);
	return -1;
}

static int open_store(struct err *err)
{
	struct store_config config = {.path = story_path,
	    .readers = 2,
	    .queue_max = 64,
	    .log = &quiet,
	    .clock = story.clock};
	int from;
	int to;
	int rc;

	(void)snprintf(story_path, sizeof(story_path), "%s/story.db", folder);
	rc = store_migrate(story_path, &from, &to, err);
	return rc < 0 ? rc : store_open(&config, &story.store, err);
}

/* In /dev/shm an fsync costs nothing; durability is another test's question. */
int story_begin(void **state)
{
	static const struct clock clock = {now_ms, NULL};
	static const struct rng rng = {fill, NULL};
	const char *seed = getenv("WORKPHONE_SEED");
	struct stat shm;
	struct err err = {0};

	(void)state;
	random_state = seed ? strtoull(seed, NULL, 10)
	                    : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 20;
	(void)printf("WORKPHONE_SEED=%llu\n", (unsigned long long)random_state);
	(void)fflush(stdout);
	(void)snprintf(folder, sizeof(folder), "%s/workphone-story-XXXXXX",
	    stat("/dev/shm", &shm) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	quiet.clock = &clock;
	story.clock = &clock;
	story.rng = &rng;
	story.log = &quiet;
	story.link_valid_ms = TIME_DAY_MS;
	story.certificate_valid_ms = 365 * TIME_DAY_MS;
	story.silence_ms = 10 * TIME_MINUTE_MS;
	story.refresh_ms = 12 * TIME_HOUR_MS;
	/* How many erases one person may order is another test's question. */
	story.guard.bulk_above = story.guard.destructive_per_hour = 1000000;
	story.tenants = &tenant;
	story.tenant_count = 1;
	(void)snprintf(tenant.organisation.id, sizeof(tenant.organisation.id),
	    "01900000-0000-7000-8000-000000000001");
	(void)snprintf(tenant.organisation.name,
	    sizeof(tenant.organisation.name), "Story");
	(void)snprintf(tenant.organisation.topic,
	    sizeof(tenant.organisation.topic), "com.apple.mgmt.story");
	if (open_store(&err) < 0 || last_seen_new(&story.last_seen, &err) < 0 ||
	    known_identities_new(&story.known, &err) < 0 ||
	    store_write(
	        story.store, save_organisation, &tenant.organisation, &err) < 0)
		return fail_with(&err);
	return 0;
}

struct actor story_actor(void)
{
	struct actor actor = {.name = "it"};

	memcpy(actor.org_id, tenant.organisation.id, STORE_ID);
	return actor;
}

int story_end(void **state)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	(void)state;
	store_close(story.store);
	last_seen_free(story.last_seen);
	known_identities_free(story.known);
	if (!(dir = opendir(folder)))
		return -1;
	while ((entry = readdir(dir))) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	return rmdir(folder);
}

struct issued {
	struct link link;
	struct certificate certificate;
};

static int save_issued(struct txn *txn, void *arg, struct err *err)
{
	struct issued *issued = arg;
	int rc = store_link_save(txn, &issued->link, err);

	return rc < 0 ? rc
	              : store_certificate_save(txn, &issued->certificate, err);
}

void story_issue(const char *udid, char sha256[STORE_SHA256])
{
	struct issued issued = {0};
	struct link *link = &issued.link;
	struct certificate *row = &issued.certificate;
	struct err err = {0};

	uuid_make(story_now, story.rng, link->id);
	(void)snprintf(
	    link->org_id, sizeof(link->org_id), "%s", tenant.organisation.id);
	(void)snprintf(link->person, sizeof(link->person), "P %s", udid);
	(void)snprintf(link->serial, sizeof(link->serial), "S-%s", udid);
	digest_sha256(link->id, strlen(link->id), link->token_sha256);
	digest_sha256(link->id, 20, row->sha256);
	digest_sha256(link->token_sha256, 64, row->sha256);
	(void)snprintf(
	    row->org_id, sizeof(row->org_id), "%s", tenant.organisation.id);
	(void)snprintf(row->link_id, sizeof(row->link_id), "%s", link->id);
	row->state = CERTIFICATE_ISSUED;
	row->not_after = story_now + 365 * TIME_DAY_MS;
	if (store_write(story.store, save_issued, &issued, &err) < 0)
		fail_msg("%s", err.text);
	memcpy(sha256, row->sha256, STORE_SHA256);
}
