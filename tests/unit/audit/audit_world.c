#include "tests/unit/audit/audit_world.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "server/keeper/keeper.h"

static char keys[128];
static char orders_key[4096];
static struct keeper *keeper;

/* ---- the keeper comes first: it forks ---- */

static int read_key(void)
{
	char path[200];
	FILE *file;
	size_t len = 0;

	(void)snprintf(
	    path, sizeof(path), "%s/%s", keys, KEEPER_ORDERS_PUBLIC_KEY);
	if ((file = fopen(path, "re"))) {
		len = fread(orders_key, 1, sizeof(orders_key) - 1, file);
		(void)fclose(file);
	}
	orders_key[len] = '\0';
	return len > 0 ? 0 : -1;
}

int world_keys_make(void **state)
{
	static const char *const hosts[] = {"localhost"};
	struct stat shm;

	(void)state;
	(void)snprintf(keys, sizeof(keys), "%s/workphone-audit-XXXXXX",
	    stat("/dev/shm", &shm) == 0 ? "/dev/shm" : "/tmp");
	return mkdtemp(keys) &&
	        keeper_init(keys, "Test", hosts, 1, TOWNS_NOW, NULL) == 0
	    ? 0
	    : -1;
}

int world_begin(void **state)
{
	if (keeper_start(keys, &keeper, NULL) < 0 || read_key() < 0 ||
	    towns_begin(state) < 0)
		return -1;
	towns.keeper = keeper;
	towns.orders_key = orders_key;
	return 0;
}

int world_end(void **state)
{
	int rc = towns_end(state);

	keeper_stop(keeper);
	keeper = NULL;
	return rc;
}

int world_keys_remove(void **state)
{
	char path[600];
	struct dirent *entry;
	DIR *dir;

	(void)state;
	if (!(dir = opendir(keys)))
		return -1;
	while ((entry = readdir(dir))) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", keys, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	return rmdir(keys);
}

/* ---- writing ---- */

static int write_note(struct txn *txn, void *arg, struct err *err)
{
	return audit_write(txn, &towns, arg, err);
}

void world_note(const struct audit_note *note)
{
	struct audit_note copy = *note;

	towns_write(write_note, &copy);
}

void world_notes(int count)
{
	int i;

	for (i = 0; i < count; i++) {
		char why[64];
		struct audit_note note = {
		    .action = AUDIT_WIPE_ORDERED,
		    .org_id = ada->org_id,
		    .by = ada->name,
		    .subject_kind = "wipe",
		    .subject_id = DEVICE,
		    .person_id = i % 2 ? OTHER : PERSON,
		    .device_id = DEVICE,
		    .case_id = DEVICE,
		    .why = why,
		    .params = {{"serial", "C39XK"}},
		};

		(void)snprintf(why, sizeof(why), "reason %d", i);
		towns_now += TIME_SECOND_MS;
		world_note(&note);
	}
}

void world_checkpoint(void)
{
	struct err err = {0};

	towns_now += AUDIT_CHECKPOINT_MS;
	if (service_audit_keep_going(&towns, &err) < 0)
		fail_msg("%s", err.text);
}

/* ---- judging ---- */

struct audit_finding world_verify(const struct actor *actor)
{
	struct audit_finding found;
	struct err err = {0};

	if (service_audit_verify(&towns, actor, &found, &err) < 0)
		fail_msg("%s", err.text);
	return found;
}

void world_is_whole(void)
{
	struct audit_finding found = world_verify(ada);

	if (found.faults != 0)
		fail_msg("%s", found.sentences[0]);
}

void world_is_broken(const char *sentence)
{
	struct audit_finding found = world_verify(ada);

	if (found.faults == 0)
		fail_msg("whole, expected: %s", sentence);
	if (!strstr(found.sentences[0], sentence))
		fail_msg("\"%s\", expected: %s", found.sentences[0], sentence);
}

/* ---- from outside ---- */

static sqlite3 *open_outside(void)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(towns_database(), &db, SQLITE_OPEN_READWRITE,
	        NULL) != SQLITE_OK)
		fail_msg("cannot open the database from outside");
	(void)sqlite3_busy_timeout(db, 5000);
	/* Whoever tampers does not heed what we check. */
	(void)sqlite3_exec(
	    db, "PRAGMA ignore_check_constraints=ON;", NULL, NULL, NULL);
	return db;
}

int world_tamper(const char *sql)
{
	sqlite3 *db = open_outside();
	char *why = NULL;
	int changes;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	changes = sqlite3_changes(db);
	(void)sqlite3_close(db);
	return changes;
}

const char *world_ask(const char *sql)
{
	static char answer[4096];
	sqlite3 *db = open_outside();
	sqlite3_stmt *stmt = NULL;

	answer[0] = '\0';
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0))
		(void)snprintf(answer, sizeof(answer), "%s",
		    (const char *)sqlite3_column_text(stmt, 0));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return answer;
}

/* ---- exports ---- */

char *world_export(const char *person, bool is_csv, int limit)
{
	struct audit_export ask = {
	    .person = person, .is_csv = is_csv, .limit = limit};
	struct buf text = {0};
	struct err err = {0};
	size_t len;

	do {
		if (service_audit_export(
		        &towns, ada, &ask, &text, &ask.after_seq, &err) < 0)
			fail_msg("%s", err.text);
	} while (ask.after_seq != 0);
	return (char *)buf_take(&text, &len);
}
