#include "tests/contract/fixture.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/str.h"

/* PostgreSQL joins the list with its engine; the suite stays the same. */
static const char *const engines[] = {"sqlite"};
static const char *engine_now = "sqlite";

static int64_t fixed_now(void *arg)
{
	(void)arg;
	return FIXTURE_NOW;
}

uint64_t fixture_random(struct fixture *fixture, uint64_t below)
{
	uint64_t x;

	fixture->seed += UINT64_C(0x9e3779b97f4a7c15);
	x = fixture->seed;
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (x ^ (x >> 31)) % below;
}

static void fill(void *arg, void *out, size_t len)
{
	uint8_t *bytes = out;
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)fixture_random(arg, 256);
}

void fixture_copy(char *field, size_t size, const char *text)
{
	memset(field, 0, size);
	assert_int_equal(str_copy(field, size, text), 0);
}

/* ---- folder ---- */

static const char *base_folder(bool in_memory)
{
	const char *folder = getenv("TMPDIR");

	if (in_memory && access("/dev/shm", W_OK) == 0)
		return "/dev/shm";
	return folder && *folder ? folder : "/tmp";
}

int fixture_make(struct fixture *fixture, bool in_memory)
{
	int from;
	int to;

	memset(fixture, 0, sizeof(*fixture));
	fixture->engine = engine_now;
	fixture->queue_max = 1000;
	fixture->readers = 2;
	fixture->clock.now_ms = fixed_now;
	fixture->rng.fill = fill;
	fixture->rng.arg = fixture;
	(void)snprintf(fixture->dir, sizeof(fixture->dir),
	    "%s/workphone-store-XXXXXX", base_folder(in_memory));
	if (!mkdtemp(fixture->dir))
		return -1;
	(void)snprintf(
	    fixture->path, sizeof(fixture->path), "%s/db", fixture->dir);
	return store_migrate(fixture->path, &from, &to, NULL);
}

void fixture_remove(struct fixture *fixture)
{
	char path[600];
	struct dirent *entry;
	DIR *dir;

	fixture_close(fixture);
	dir = opendir(fixture->dir);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/%s", fixture->dir, entry->d_name);
		(void)unlink(path);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(fixture->dir);
}

/* ---- store ---- */

void fixture_open(struct fixture *fixture)
{
	struct store_config config = {
	    .path = fixture->path,
	    .readers = fixture->readers,
	    .queue_max = fixture->queue_max,
	    .clock = &fixture->clock,
	};
	struct err err = {0};

	if (store_open(&config, &fixture->store, &err) < 0)
		fail_msg("open: %s", err.text);
}

void fixture_close(struct fixture *fixture)
{
	store_close(fixture->store);
	fixture->store = NULL;
}

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || fixture_make(fixture, false) < 0)
		return -1;
	fixture_open(fixture);
	*state = fixture;
	return 0;
}

int fixture_teardown(void **state)
{
	fixture_remove(*state);
	free(*state);
	return 0;
}

void fixture_write(struct fixture *fixture, store_fn *fn, void *arg)
{
	struct err err = {0};
	int r = store_write(fixture->store, fn, arg, &err);

	if (r < 0)
		fail_msg("write: %d %s", r, err.text);
}

void fixture_read(struct fixture *fixture, store_fn *fn, void *arg)
{
	struct err err = {0};
	int r = store_read(fixture->store, fn, arg, &err);

	if (r < 0)
		fail_msg("read: %d %s", r, err.text);
}

void fixture_write_refused(
    struct fixture *fixture, store_fn *fn, void *arg, enum err_code code)
{
	struct err err = {0};
	int r = store_write(fixture->store, fn, arg, &err);

	if (r != -(int)code || err.code != code || !err.text[0])
		fail_msg("answer %d (%s), expected %s", r, err.text,
		    err_code_name(code));
}

void fixture_check_file(struct fixture *fixture)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	const unsigned char *text = NULL;

	assert_int_equal(
	    sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL),
	    SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	text = sqlite3_column_text(stmt, 0);
	assert_string_equal((const char *)text, "ok");
	(void)sqlite3_finalize(stmt);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

int fixture_run(const char *suite, const struct CMUnitTest *tests, size_t count)
{
	char name[128];
	int failed = 0;
	size_t i;

	for (i = 0; i < COUNT(engines); i++) {
		engine_now = engines[i];
		(void)snprintf(
		    name, sizeof(name), "%s on %s", suite, engines[i]);
		failed +=
		    _cmocka_run_group_tests(name, tests, count, NULL, NULL);
	}
	return failed;
}
