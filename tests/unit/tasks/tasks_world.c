#include "tests/unit/tasks/tasks_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "server/service/page/page_link.h"
#include "server/service/task/task.h"

#define ORG "00000000-0000-7000-8000-000000000001"
#define COPY(to, text) (void)snprintf(to, sizeof(to), "%s", text)

struct service world;
int64_t world_now;

static struct tenant tenant;
static struct pack *pack;
static char folder[64];
static uint64_t random_state;
static struct clock clock_row;
static struct rng rng_row;
static struct log quiet;

static int64_t now_ms(void *arg)
{
	(void)arg;
	return world_now;
}

static void fill(void *arg, void *out, size_t len)
{
	uint8_t *bytes = out;

	(void)arg;
	for (; len > 0; len--) {
		random_state = random_state * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		*bytes++ = (uint8_t)(random_state >> 33);
	}
}

static void sink(void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	(void)line;
	(void)len;
}

static void must(int rc, const struct err *err)
{
	if (rc < 0)
		fail_msg("%d: %s", rc, err->text);
}

void world_write(store_fn *fn, void *arg)
{
	struct err err = {0};

	must(store_write(world.store, fn, arg, &err), &err);
}

/* ---- rows ---- */

static int save_organisation(struct txn *txn, void *arg, struct err *err)
{
	return store_organisation_save(txn, arg, err);
}

static int save_unit(struct txn *txn, void *arg, struct err *err)
{
	return store_unit_save(txn, arg, err);
}

static int save_person(struct txn *txn, void *arg, struct err *err)
{
	return store_person_save(txn, arg, err);
}

static int save_employment(struct txn *txn, void *arg, struct err *err)
{
	return store_employment_save(txn, arg, err);
}

static int save_absence(struct txn *txn, void *arg, struct err *err)
{
	return store_absence_save(txn, arg, err);
}

static int save_item(struct txn *txn, void *arg, struct err *err)
{
	bool taken;

	return store_evidence_item_save(txn, arg, &taken, err);
}

int32_t world_day(const char *day)
{
	int32_t out;
	struct err err = {0};

	must(calendar_day_parse(day, &out, &err), &err);
	return out;
}

void world_unit_save(const struct unit_row *unit)
{
	struct unit_row row = *unit;

	COPY(row.org_id, ORG);
	row.changed_at = world_now;
	COPY(row.changed_by, "test");
	world_write(save_unit, &row);
}

struct one {
	const char *id;
	struct unit_row unit;
	struct absence_row absence;
};

static int load_unit(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;

	return store_unit_load(txn, ORG, one->id, &one->unit, err);
}

struct unit_row world_unit_load(const char *id)
{
	struct one one = {.id = id};
	struct err err = {0};

	must(store_read(world.store, load_unit, &one, &err), &err);
	return one.unit;
}

void world_person(const char *id, const char *name, const char *unit_id,
    unsigned roles, const char *from)
{
	struct person_row person = {.created_at = world_now};
	struct employment_row job = {
	    .roles = roles, .from_day = world_day(from), .made_at = world_now};
	const char *blank = strchr(name, ' ');

	COPY(person.id, id);
	COPY(person.org_id, ORG);
	COPY(person.name, name);
	(void)snprintf(person.first_name, sizeof(person.first_name), "%.*s",
	    (int)(blank - name), name);
	COPY(person.last_name, blank + 1);
	COPY(person.unit_id, unit_id);
	COPY(person.number, "+46701234567");
	world_write(save_person, &person);
	uuid_make(world_now, &rng_row, job.id);
	COPY(job.org_id, ORG);
	COPY(job.person_id, id);
	COPY(job.unit_id, unit_id);
	COPY(job.made_by, "test");
	world_write(save_employment, &job);
}

struct leaving {
	const char *person_id;
	struct employment_row rows[8];
	size_t count;
};

static int note_job(void *arg, const struct employment_row *row)
{
	struct leaving *leaving = arg;

	leaving->rows[leaving->count++] = *row;
	return leaving->count == 8;
}

static int find_jobs(struct txn *txn, void *arg, struct err *err)
{
	struct leaving *leaving = arg;

	return store_employment_each_person(
	    txn, ORG, leaving->person_id, note_job, leaving, err);
}

void world_leave(const char *person_id, const char *day)
{
	struct leaving leaving = {.person_id = person_id};
	struct err err = {0};
	size_t i;

	must(store_read(world.store, find_jobs, &leaving, &err), &err);
	for (i = 0; i < leaving.count; i++) {
		leaving.rows[i].to_day = world_day(day);
		leaving.rows[i].ended_at = world_now;
		world_write(save_employment, &leaving.rows[i]);
	}
}

void world_absence(const char *person_id, const char *deputy_id,
    const char *from, const char *until, char out[STORE_ID])
{
	struct absence_row row = {.from_day = world_day(from),
	    .until_day = *until ? world_day(until) : 0,
	    .made_at = world_now};

	uuid_make(world_now, &rng_row, row.id);
	COPY(row.org_id, ORG);
	COPY(row.person_id, person_id);
	COPY(row.deputy_id, deputy_id);
	COPY(row.made_by, "test");
	world_write(save_absence, &row);
	(void)snprintf(out, STORE_ID, "%s", row.id);
}

static int load_absence(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;

	return store_absence_load(txn, ORG, one->id, &one->absence, err);
}

void world_absence_void(const char *id)
{
	struct one one = {.id = id};
	struct err err = {0};

	must(store_read(world.store, load_absence, &one, &err), &err);
	one.absence.voided_at = world_now;
	COPY(one.absence.voided_by, "test");
	world_write(save_absence, &one.absence);
}

void world_evidence(const char *person_id, const char *fact, const char *word)
{
	struct evidence_item_row row = {.subject_kind = STORE_SUBJECT_PERSON,
	    .observed_at = world_now,
	    .received_at = world_now,
	    .valid_until = world_now + 35 * TIME_DAY_MS};

	COPY(row.org_id, ORG);
	COPY(row.subject_id, person_id);
	COPY(row.fact, fact);
	COPY(row.word, word);
	COPY(row.source, "test");
	COPY(row.method, "csv");
	world_write(save_item, &row);
}

/* ---- begin and end ---- */

static void open_store(void)
{
	struct store_config config = {
	    .readers = 2, .queue_max = 64, .log = &quiet, .clock = &clock_row};
	struct stat shm;
	struct err err = {0};
	char path[96];
	int from;
	int to;

	(void)snprintf(folder, sizeof(folder), "%s/workphone-tasks-XXXXXX",
	    stat("/dev/shm", &shm) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/db", folder);
	config.path = path;
	must(store_migrate(path, &from, &to, &err), &err);
	must(store_open(&config, &world.store, &err), &err);
}

static void load_pack(const char *name)
{
	char path[512];
	struct err err = {0};

	(void)snprintf(
	    path, sizeof(path), "%s/policies/packs/%s", WP_SOURCE_DIR, name);
	must(pack_load(path, &pack, &err), &err);
}

static void make_people(void)
{
	struct unit_row unit = {.created_at = world_now};

	COPY(unit.id, WORLD_TOP);
	COPY(unit.name, "Kommunen");
	COPY(unit.manager_id, WORLD_DIRECTOR);
	COPY(unit.coordinator_id, WORLD_OLLE);
	world_unit_save(&unit);
	COPY(unit.id, WORLD_UNIT);
	COPY(unit.name, "Byggenheten");
	COPY(unit.parent_id, WORLD_TOP);
	COPY(unit.manager_id, WORLD_MANAGER);
	world_unit_save(&unit);
	world_person(WORLD_DIRECTOR, "Kim Direktör", WORLD_TOP,
	    PACK_ROLE_MANAGER, "2020-01-01");
	world_person(WORLD_MANAGER, "Maria Chef", WORLD_UNIT, PACK_ROLE_MANAGER,
	    "2020-01-01");
	world_person(WORLD_ASTRID, "Astrid Lindqvist", WORLD_UNIT,
	    PACK_ROLE_EMPLOYEE, "2020-01-01");
	world_person(WORLD_OLLE, "Olle Berg", WORLD_UNIT, PACK_ROLE_EMPLOYEE,
	    "2020-01-01");
}

void world_begin(const char *name)
{
	memset(&world, 0, sizeof(world));
	memset(&tenant, 0, sizeof(tenant));
	random_state = 1;
	clock_row = (struct clock){now_ms, NULL};
	rng_row = (struct rng){fill, NULL};
	quiet = (struct log){LOG_LEVEL_ERROR, &clock_row, sink, NULL};
	world_at("2026-03-02", 9);
	world.clock = &clock_row;
	world.rng = &rng_row;
	world.log = &quiet;
	world.tenants = &tenant;
	world.tenant_count = 1;
	COPY(world.office_url, "https://office.example:8443");
	open_store();
	load_pack(name);
	tenant.pack = pack;
	COPY(tenant.organisation.id, ORG);
	COPY(tenant.organisation.name, "Prov kommun");
	COPY(tenant.organisation.topic, "com.apple.mgmt.x");
	COPY(tenant.organisation.language, pack_language_at(pack, 0));
	tenant.organisation.created_at = world_now;
	world_write(save_organisation, &tenant.organisation);
	make_people();
}

void world_end(void)
{
	static const char *const names[] = {"/db", "/db-wal", "/db-shm", ""};
	char path[96];
	size_t i;

	store_close(world.store);
	pack_free(pack);
	pack = NULL;
	for (i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", folder, names[i]);
		(void)remove(path);
	}
}

int world_set_up(void **state)
{
	world_begin(*state);
	return 0;
}

int world_tear_down(void **state)
{
	(void)state;
	world_end();
	return 0;
}

struct actor world_actor(void)
{
	struct actor actor = {.name = "local:test", .scopes = ~(scope_set)0};

	COPY(actor.org_id, ORG);
	return actor;
}

void world_pass(int64_t ms)
{
	world_now += ms;
}

void world_at(const char *day, int hour)
{
	struct calendar_local local = {
	    world_day(day), hour * (int32_t)TIME_HOUR_MS};

	world_now = calendar_utc_of(CALENDAR_STOCKHOLM, &local);
}

/* ---- tasks ---- */

void world_round(void)
{
	struct err err = {0};
	int i;

	tenant.tasks.again_at = 0;
	for (i = 0; i < 100 && tenant.tasks.again_at <= world_now; i++)
		must(service_tasks_keep_going(&world, &err), &err);
	assert_true(tenant.tasks.again_at > world_now);
}

struct counting {
	const char *rule;
	unsigned count;
	struct task_row newest;
	struct task_filter filter;
};

static int count_task(void *arg, const struct task_row *row)
{
	struct counting *counting = arg;

	if (counting->rule && strcmp(counting->rule, row->rule) != 0)
		return 0;
	counting->count++;
	counting->newest = *row;
	return 0;
}

static int count_tasks(struct txn *txn, void *arg, struct err *err)
{
	struct counting *counting = arg;

	return store_task_each(
	    txn, &counting->filter, count_task, counting, err);
}

static void count_all(struct counting *counting, const char *person_id,
    const char *rule, bool only_open)
{
	struct err err = {0};

	memset(counting, 0, sizeof(*counting));
	counting->rule = rule;
	counting->filter = (struct task_filter){
	    .org_id = ORG, .person_id = person_id, .only_open = only_open};
	must(store_read(world.store, count_tasks, counting, &err), &err);
}

unsigned world_count(const char *person_id, const char *rule, bool only_open)
{
	struct counting counting;

	count_all(&counting, person_id, rule, only_open);
	return counting.count;
}

struct task_row world_task(const char *person_id, const char *rule)
{
	struct counting counting;

	count_all(&counting, person_id, rule, false);
	if (counting.count == 0)
		fail_msg("no task of %s for %s", rule, person_id);
	return counting.newest;
}

void world_link(const char *task_id, char token[41])
{
	struct actor actor = world_actor();
	struct page_link_view view;
	struct err err = {0};
	char *url = NULL;

	must(service_page_link_create(
	         &world, &actor, task_id, 0, &view, &url, &err),
	    &err);
	(void)snprintf(token, 41, "%s", strstr(url, "/t/") + 3);
	free(url);
}
