/*
 * crash_test: the server is killed at every single write of a leaver's case, one
 * after the other and not by chance: does whoever starts next always go on, to
 * the same end, with nothing done twice?
 *
 * With sanitizers it is every 20th write (WORKPHONE_EVERY): `./test.sh long` is
 * the whole. A server's threads mostly wait for each other, so there is a worker
 * for each processor, with a database of its own; which deaths there are, and
 * what is drawn in them, does not hang on how many workers share them.
 *
 * kill -9 leaves what the kernel was handed: half a write at the end of the log
 * is tried as well, and the database may lie in memory (/dev/shm), where syncing
 * costs nothing. What a power cut leaves: tests/contract/store_disk_test.c.
 */
#include "tests/unit/departures/leaver_world.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/buf.h"
#include "server/store/store_outbox.h"
#include "tests/unit/departures/dying_vfs.h"

/* ---- the case, step by step; each bears being begun again ---- */

static void step_reminders(void)
{
	at("2026-11-23 08:00");
}

static void step_asked(void)
{
	at("2026-11-28 00:00");
}

static void step_erase_ordered(void)
{
	at("2026-11-30 08:00");
}

/* It answers until the server has its answer, as phones do. */
static void step_phone_erases(void)
{
	if (state_of("S1") == RETURN_ASKED)
		(void)connects("S1", true);
}

static void step_custody(void)
{
	assert_int_equal(custody("S1", "Chef Ek"), 0);
}

static void step_proof(void)
{
	if (!(the_case("S1").row.marks & RETURN_MARK_PROVEN))
		bench_proves("S1");
}

/* Somebody who was not answered signs again, and may be told: it is signed. */
static void step_holder_signs(void)
{
	int rc = sign("S1", RETURN_SIGNER_HOLDER, "Ture Alm", "Ture Alm",
	    RETURN_CODES_HANDED_OVER, NULL);

	assert_true(rc == 0 || rc == -ERR_CONFLICT);
}

static void step_receiver_signs(void)
{
	int rc = sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek",
	    RETURN_CODES_UNSAID, "a scratch");

	assert_true(rc == 0 || rc == -ERR_CONFLICT);
}

static void step_lock(void)
{
	if (!(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED))
		assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
}

static void step_sim(void)
{
	int rc = decide_sim("S1", "+46701740601", SIM_BLOCK);

	assert_true(rc == 0 || rc == -ERR_CONFLICT);
}

static void step_closed(void)
{
	tick();
}

static void begin_plain(void)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	sim("+46701740601", "Ture Alm", "S1", NULL);
}

/* ---- a private phone: what is of work is removed ---- */

static void begin_private(void)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", false);
	sim("+46701740601", "Ture Alm", "S1", NULL);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
}

/* Until it has nothing more to do. */
static void does_all(void)
{
	int i;

	for (i = 0; i < 10 && *connects("S1", true); i++)
		;
	assert_true(i < 10);
}

static void step_phone_removes(void)
{
	does_all();
	if (is_enrolled("S1"))
		checks_out("S1");
}

/* ---- silence, Lost Mode, and then another last day ---- */

static void step_silent(void)
{
	at("2026-12-14 08:00");
}

static void step_lost(void)
{
	at("2026-12-21 08:00");
}

static void step_phone_obeys(void)
{
	does_all();
}

static void step_day_moves(void)
{
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": "
	    "\"2027-06-01\"}}");
	tick();
}

static void step_weeks_later(void)
{
	at("2027-01-11 08:00");
}

/* ---- all of them ---- */

#define STEPS_MAX 12
struct story {
	void (*begin)(void);
	void (*steps[STEPS_MAX])(void); /* as many as there are */
	/* Somewhere in the end, or it was another story. */
	const char *last;
};

static const struct story plain = {begin_plain,
    {step_reminders, step_asked, step_erase_ordered, step_phone_erases,
        step_custody, step_proof, step_holder_signs, step_receiver_signs,
        step_lock, step_sim, step_closed},
    "EraseDevice|"};
static const struct story of_private = {begin_private,
    {step_reminders, step_asked, step_erase_ordered, step_phone_removes,
        step_sim, step_closed},
    "RemoveProfile|"};
static const struct story locked = {begin_plain,
    {step_asked, step_erase_ordered, step_silent, step_lost, step_phone_obeys,
        step_day_moves, step_phone_obeys, step_weeks_later},
    "DisableLostMode|"};
static const struct story *story = &plain;

static bool is_over(size_t step)
{
	return step == STEPS_MAX || !story->steps[step];
}

/* ---- processes ---- */

/* What the world remembers when the server dies. */
struct world {
	size_t step;
	int64_t now;
	unsigned long writes;
};
#define WORKERS_MAX 16

/* Of each worker, where its servers and the test see it. */
struct worker {
	struct world world;
	unsigned deaths;
};
static struct worker *workers;
static struct world *world;
static struct world began;
static uint64_t draws; /* no two servers of a run draw the same */
static pid_t tester;
static char folder[64];
static char path[128];
static char base[128]; /* as it was before anybody died */

static int save_webhook(struct txn *txn, void *arg, struct err *err)
{
	struct webhook_row row = {.id = "hook",
	    .url = "https://hooks.town.example/",
	    .created_by = "Ada",
	    .created_at = towns_now};

	(void)arg;
	memcpy(row.org_id, ada->org_id, STORE_ID);
	return store_webhook_save(txn, &row, err);
}

static void begin_webhook(void)
{
	towns_write(save_webhook, NULL);
}

static void prepare(void)
{
	towns.guard.departures_per_day = 1000;
	towns.tell.by_mail = true;
}

static void begin_case(void)
{
	if (towns_open(base, true) < 0)
		_exit(3);
	prepare();
	begin_webhook();
	leaver_people();
	story->begin();
	world->now = towns_now;
	world->step = 0;
	towns_close();
}

/* One server: goes on where the world is, until the end or its death. */
static void serve(unsigned long nth, bool before)
{
	towns_now = world->now;
	towns_draw(draws);
	dying_vfs_arm(nth, before);
	if (towns_open(path, false) < 0)
		_exit(3);
	prepare();
	while (!is_over(world->step)) {
		story->steps[world->step]();
		world->now = towns_now;
		world->step++;
	}
	world->writes = dying_vfs_count();
	dying_vfs_arm(0, true); /* closing is the next one's matter */
	towns_close();
}

/* 0: went to its end; 1: was killed. Anything else fails the test. */
static int in_child(void (*body)(void), unsigned long nth, bool before)
{
	int status = 0;
	pid_t child;

	draws += 77;
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		if (body)
			body();
		else
			serve(nth, before);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 1;
	fail_msg("write %lu: the server ended with status %x at step %zu", nth,
	    status, world->step);
	return -1;
}

static void clean(const char *file)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char name[200];
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", file, ends[i]);
		(void)unlink(name);
	}
}

static void copy_base(void)
{
	static char block[1 << 16];
	ssize_t got;
	int from = open(base, O_RDONLY | O_CLOEXEC);
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(from >= 0 && to >= 0);
	while ((got = read(from, block, sizeof(block))) > 0)
		assert_int_equal(write(to, block, (size_t)got), got);
	assert_int_equal(got, 0);
	(void)close(from);
	(void)close(to);
}

/* ---- what became of it, without the ids ---- */

/*
 * What must be there once, whenever the server died. Not: how often a command
 * was handed out or an answer came, since a phone that was not answered asks
 * again; when a step that was begun twice was done.
 */
static const char *const questions[] = {
    "SELECT reason, state, last_day, wipe_at, step, waits FROM departures",
    "SELECT kind, state, marks, needs, preserve_data_plan, proof, reason, "
    "asked_at, custody_at, proven_at FROM return_cases",
    "SELECT kind, done_by, typed_name, codes, note, at FROM return_steps "
    "ORDER BY kind, note, typed_name, at",
    "SELECT decision, decided_by, note FROM sim_decisions",
    "SELECT state, ordered_by, reason, warning, ordered_at, acknowledged_at, "
    "proven_at FROM wipes",
    "SELECT request_type, state, ordered_by, reason FROM commands "
    "ORDER BY request_type, created_at",
    "SELECT kind, state, cause, result FROM tasks WHERE case_id <> '' "
    "ORDER BY kind",
    "SELECT kind, to_at > 0, close_reason FROM assignments ORDER BY kind",
    "SELECT what, state, need FROM equipment_orders",
    "SELECT state FROM devices",
    "SELECT kind, count(*) FROM receipts GROUP BY kind ORDER BY kind",
    "SELECT action, count(*) FROM audit_entries GROUP BY action "
    "ORDER BY action",
    /* What goes out of the house, by kind: nothing twice. */
    "SELECT kind, count(*) FROM notices GROUP BY kind ORDER BY kind",
    "SELECT state, count(*) FROM mails GROUP BY state ORDER BY state",
    "SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind",
    "SELECT count(*) FROM deliveries",
    "SELECT count(*) FROM page_links",
    "SELECT state, count(*) FROM lost_modes GROUP BY state ORDER BY state",
    "SELECT budget, kind, cause, count(*) FROM guard_orders "
    "GROUP BY budget, kind, cause ORDER BY budget, kind, cause",
    "SELECT what, state, count(*) FROM approvals GROUP BY what, state "
    "ORDER BY what, state",
};

static int ask(sqlite3 *db, const char *question, struct buf *out)
{
	sqlite3_stmt *stmt = NULL;
	const char *text;
	int i;

	if (sqlite3_prepare_v2(db, question, -1, &stmt, NULL) != SQLITE_OK)
		return -1;
	buf_printf(out, "%.30s…\n", question);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(stmt); i++) {
			text = (const char *)sqlite3_column_text(stmt, i);
			buf_printf(out, "%s|", text ? text : "NULL");
		}
		buf_append_char(out, '\n');
	}
	return sqlite3_finalize(stmt) == SQLITE_OK ? 0 : -1;
}

/* In the caller's own process: no server of it ever opened the file. */
static char *the_end(void)
{
	struct buf out = {0};
	sqlite3 *db = NULL;
	size_t i;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (ask(db, questions[i], &out) < 0)
			fail_msg("%s: %s", questions[i], sqlite3_errmsg(db));
	if (ask(db, "PRAGMA integrity_check", &out) < 0)
		fail_msg("the file cannot be checked");
	(void)sqlite3_close(db);
	buf_append_char(&out, '\0');
	return (char *)out.data;
}

/* Dies at the nth write, then goes on: the text of the end. NULL: it had
 * fewer writes than that. */
static char *run(unsigned long nth, bool before)
{
	int died;

	clean(path);
	copy_base();
	*world = began;
	draws = (nth * 2 + before) * 1000;
	died = in_child(NULL, nth, before);
	if (died)
		assert_int_equal(in_child(NULL, 0, true), 0);
	assert_true(is_over(world->step));
	return died || nth == 0 ? the_end() : NULL;
}

/* ---- every write ---- */

/* This process works on a database of its own from now on. */
static void be_worker(unsigned index)
{
	world = &workers[index].world;
	(void)snprintf(path, sizeof(path), "%s/db%u", folder, index);
}

/* True: there was such a write to die at. */
static bool dies_to_the_end(
    unsigned long nth, bool before, unsigned long writes, const char *want)
{
	char *end = run(nth, before);

	if (!end)
		return false;
	if (strcmp(end, want) != 0)
		fail_msg("killed at write %lu of %lu%s:\n%s\ninstead of\n%s",
		    nth, writes, before ? "" : ", half done", end, want);
	free(end);
	return true;
}

/* Its share: the index-th write of each round that all workers make. */
static void work(unsigned index, unsigned long step, unsigned long every,
    unsigned long writes, const char *want)
{
	unsigned long nth;
	int before;

	for (nth = 1 + index * every; nth <= writes; nth += step)
		for (before = 0; before < 2; before++)
			workers[index].deaths +=
			    dies_to_the_end(nth, before, writes, want);
}

static unsigned workers_wanted(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1          ? 1
	    : count > WORKERS_MAX ? WORKERS_MAX
	                          : (unsigned)count;
}

/* Returns how many deaths there were. What a worker finds it says itself. */
static unsigned work_together(
    unsigned long every, unsigned long writes, const char *want)
{
	unsigned count = workers_wanted();
	pid_t children[WORKERS_MAX];
	unsigned deaths = 0;
	unsigned failed = 0;
	unsigned i;
	int status;

	(void)fflush(NULL);
	for (i = 0; i < count; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] > 0)
			continue;
		be_worker(i);
		work(i, count * every, every, writes, want);
		clean(path);
		_exit(0);
	}
	for (i = 0; i < count; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		failed += status != 0;
		deaths += workers[i].deaths;
	}
	if (failed)
		fail_msg("%u of %u workers failed, see above", failed, count);
	return deaths;
}

static void every_write_of(const struct story *told)
{
	const char *said = getenv("WORKPHONE_EVERY");
	unsigned long every = said ? strtoul(said, NULL, 10) : 1;
	unsigned long writes;
	unsigned deaths;
	char *want;

	story = told;
	assert_true(every > 0);
	clean(base);
	towns_now = TOWNS_NOW;
	memset(workers, 0, WORKERS_MAX * sizeof(*workers));
	assert_int_equal(in_child(begin_case, 0, true), 0);
	began = *world;
	want = run(0, true);
	writes = world->writes;
	assert_non_null(strstr(want, "ok|"));
	assert_non_null(strstr(want, story->last));
	/* Programs were told, or nothing of it is compared. */
	assert_null(strstr(want, "FROM deliverie…\n0|"));
	assert_true(writes > 50);
	(void)printf("%lu writes\n", writes);
	deaths = work_together(every, writes, want);
	(void)printf("%lu writes, %u deaths, one end\n", writes, deaths);
	assert_true(deaths >= 2 * (writes / every) - 4);
	free(want);
}

static void test_plain(void **state)
{
	(void)state;
	every_write_of(&plain);
}

static void test_private(void **state)
{
	(void)state;
	every_write_of(&of_private);
}

static void test_locked(void **state)
{
	(void)state;
	every_write_of(&locked);
}

static int begin(void **state)
{
	struct stat shm;

	(void)state;
	tester = getpid();
	(void)snprintf(folder, sizeof(folder), "%s/workphone-crash-XXXXXX",
	    stat("/dev/shm", &shm) == 0 ? "/dev/shm" : "/tmp");
	workers = mmap(NULL, WORKERS_MAX * sizeof(*workers),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (workers == MAP_FAILED || !mkdtemp(folder))
		return -1;
	be_worker(0);
	(void)snprintf(base, sizeof(base), "%s/base", folder);
	towns_now = TOWNS_NOW;
	return 0;
}

/* cmocka comes here in a worker that failed as well: the folder is not its. */
static int end(void **state)
{
	unsigned i;

	(void)state;
	clean(path);
	if (getpid() != tester)
		return 0;
	for (i = 0; i < WORKERS_MAX; i++) {
		be_worker(i);
		clean(path);
	}
	clean(base);
	(void)munmap(workers, WORKERS_MAX * sizeof(*workers));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_private), cmocka_unit_test(test_locked)};

	if (dying_vfs_install() < 0)
		return 1;
	return cmocka_run_group_tests(tests, begin, end);
}
