#include "tests/unit/server/two_towns.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/service/mdm/known_identity.h"
#include "server/service/mdm/last_seen.h"

struct service towns;
int64_t towns_now;

static struct tenant tenants[2];
static const struct actor actors[2] = {
    {.name = "Ada",
        .org_id = "01900000-0000-7000-8000-00000000000a",
        .scopes = UINT64_MAX},
    {.name = "Bob",
        .org_id = "01900000-0000-7000-8000-00000000000b",
        .scopes = UINT64_MAX},
};
const struct actor *const ada = &actors[0];
const struct actor *const bob = &actors[1];
static char folder[128];
static uint64_t drawn;

static int64_t now_ms(void *arg)
{
	(void)arg;
	return towns_now;
}

static void fill(void *arg, void *out, size_t len)
{
	uint8_t *bytes = out;
	size_t i;

	(void)arg;
	for (i = 0; i < len; i++) {
		drawn = drawn * UINT64_C(6364136223846793005) +
		    1442695040888963407u;
		bytes[i] = (uint8_t)(drawn >> 56);
	}
}

static const struct clock clock_of = {now_ms, NULL};
static const struct rng rng_of = {fill, NULL};

static void sink(void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	(void)line;
	(void)len;
}

static const struct log quiet = {LOG_LEVEL_ERROR, &clock_of, sink, NULL};

static int save_organisations(struct txn *txn, void *arg, struct err *err)
{
	int rc = store_organisation_save(txn, &tenants[0].organisation, err);

	(void)arg;
	return rc < 0
	    ? rc
	    : store_organisation_save(txn, &tenants[1].organisation, err);
}

static void make_tenant(int index, const char *slug, const char *name)
{
	struct organisation *row = &tenants[index].organisation;

	memset(&tenants[index], 0, sizeof(tenants[index]));
	(void)snprintf(row->id, sizeof(row->id), "%s", actors[index].org_id);
	(void)snprintf(row->slug, sizeof(row->slug), "%s", slug);
	(void)snprintf(row->name, sizeof(row->name), "%s", name);
	(void)snprintf(
	    row->topic, sizeof(row->topic), "com.apple.mgmt.%s", slug);
	(void)snprintf(
	    row->time_zone, sizeof(row->time_zone), "Europe/Stockholm");
	(void)snprintf(row->language, sizeof(row->language), "sv");
	row->created_at = 1;
}

const char *towns_database(void)
{
	static char path[200];

	(void)snprintf(path, sizeof(path), "%s/db", folder);
	return path;
}

int towns_open(const char *path, bool is_new)
{
	const struct store_config config = {.path = path,
	    .readers = 2,
	    .queue_max = 100,
	    .log = &quiet,
	    .clock = &clock_of};
	int from;
	int to;

	memset(&towns, 0, sizeof(towns));
	make_tenant(0, "askersund", "Askersunds kommun");
	make_tenant(1, "botkyrka", "Botkyrka kommun");
	towns.tenants = tenants;
	towns.tenant_count = 2;
	towns.clock = &clock_of;
	towns.rng = &rng_of;
	towns.log = &quiet;
	towns.link_valid_ms = TIME_DAY_MS;
	towns.silence_ms = TIME_MINUTE_MS;
	(void)snprintf(towns.phones_url, sizeof(towns.phones_url),
	    "https://mdm.example:8444");
	if ((is_new && store_migrate(path, &from, &to, NULL) < 0) ||
	    store_open(&config, &towns.store, NULL) < 0 ||
	    last_seen_new(&towns.last_seen, NULL) < 0 ||
	    known_identities_new(&towns.known, NULL) < 0)
		return -1;
	return is_new ? store_write(towns.store, save_organisations, NULL, NULL)
	              : 0;
}

void towns_close(void)
{
	store_close(towns.store);
	last_seen_free(towns.last_seen);
	known_identities_free(towns.known);
}

void towns_draw(uint64_t seed)
{
	drawn = seed;
}

int towns_begin(void **state)
{
	char path[200];
	struct stat shm;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/workphone-towns-XXXXXX",
	    stat("/dev/shm", &shm) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/db", folder);
	towns_now = TOWNS_NOW;
	return towns_open(path, true);
}

int towns_end(void **state)
{
	char path[600];
	struct dirent *entry;
	DIR *dir;

	(void)state;
	towns_close();
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

void towns_write(store_fn *fn, void *arg)
{
	struct err err = {0};

	if (store_write(towns.store, fn, arg, &err) < 0)
		fail_msg("write: %s", err.text);
}

void towns_read(store_fn *fn, void *arg)
{
	struct err err = {0};

	if (store_read(towns.store, fn, arg, &err) < 0)
		fail_msg("read: %s", err.text);
}

void towns_apply(const struct actor *actor, const char *lines)
{
	struct ledger_report report;
	struct err err = {0};

	if (service_ledger_apply(&towns, actor, lines, strlen(lines), false,
	        NULL, NULL, &report, &err) < 0)
		fail_msg("%s", err.text);
}

void towns_refused(const struct actor *actor, const char *lines,
    enum err_code code, const char *sentence)
{
	struct ledger_report report;
	struct err err = {0};
	int rc = service_ledger_apply(&towns, actor, lines, strlen(lines),
	    false, NULL, NULL, &report, &err);

	if (rc != -(int)code || !strstr(err.text, sentence))
		fail_msg("answer %d \"%s\", expected %s \"%s\"", rc, err.text,
		    err_code_name(code), sentence);
}

static int note_effect(void *arg, const struct ledger_line *line)
{
	*(enum ledger_effect *)arg = line->effect;
	return 0;
}

enum ledger_effect towns_effect(const struct actor *actor, const char *line)
{
	enum ledger_effect effect = LEDGER_EFFECT_COUNT;
	struct ledger_report report;
	struct err err = {0};

	if (service_ledger_apply(&towns, actor, line, strlen(line), false,
	        note_effect, &effect, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.lines, 1);
	assert_int_equal(report.effects[effect], 1);
	return effect;
}

struct phone_rows {
	struct link link;
	struct device device;
	struct life life;
};

static int save_phone(struct txn *txn, void *arg, struct err *err)
{
	struct phone_rows *rows = arg;
	int rc = store_link_save(txn, &rows->link, err);

	if (rc == 0)
		rc = store_device_save(txn, &rows->device, err);
	return rc < 0 ? rc : store_life_save(txn, &rows->life, err);
}

#define PUT(field, ...) (void)snprintf(field, sizeof(field), __VA_ARGS__)

void towns_phone(const struct actor *actor, const char *serial, bool is_private)
{
	struct phone_rows rows = {.link = {.id = ""}};

	PUT(rows.link.id, "link-%.20s", serial);
	PUT(rows.link.org_id, "%s", actor->org_id);
	PUT(rows.link.serial, "%s", serial);
	PUT(rows.link.token_sha256, "token-%.20s", serial);
	PUT(rows.device.id, "device-%.20s", serial);
	PUT(rows.device.org_id, "%s", actor->org_id);
	PUT(rows.device.udid, "udid-%.20s", serial);
	PUT(rows.device.serial, "%s", serial);
	PUT(rows.device.life_id, "life-%.20s", serial);
	rows.device.is_private = is_private;
	PUT(rows.life.id, "life-%.20s", serial);
	PUT(rows.life.org_id, "%s", actor->org_id);
	PUT(rows.life.device_id, "device-%.20s", serial);
	PUT(rows.life.link_id, "link-%.20s", serial);
	rows.life.state = LIFE_ENROLLED;
	rows.life.started_at = towns_now;
	towns_write(save_phone, &rows);
}
