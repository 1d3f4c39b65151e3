/*
 * audit_tamper_test: is everything found that somebody with the database file
 * in hand can do to the log: each column of each row changed, rows deleted,
 * swapped, put in, the end cut off, checkpoints forged, the log made anew?
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/service/audit/audit_chain.h"
#include "tests/unit/audit/audit_world.h"

#define ENTRIES 8

static void fill(void)
{
	world_notes(ENTRIES);
	world_checkpoint();
	world_notes(2);
	world_is_whole();
}

#define ADDED "01900000-0000-7000-8000-0000000000ff"

/* What another column would hold instead, as SQL over its own value. */
static const struct {
	const char *column;
	const char *other;
} columns[] = {
    {"seq", "seq + 100"},
    {"at", "at + 1"},
    {"action", "'wipe.proven'"},
    {"actor", "actor || '!'"},
    {"subject_kind", "'device'"},
    {"subject_id", "''"},
    {"person_id", "'" ADDED "'"},
    {"device_id", "'" ADDED "'"},
    {"case_id", "''"},
    {"body", "replace(body, 'reason', 'Reason')"},
    {"salt", "randomblob(16)"},
    {"body_sha256", "randomblob(32)"},
    {"sha256", "randomblob(32)"},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Each column of each row, one at a time, and back again. */
static void test_every_column(void **state)
{
	char sql[400];
	size_t i;
	int row;

	(void)state;
	fill();
	(void)world_tamper("CREATE TABLE kept AS SELECT * FROM audit_entries");
	for (i = 0; i < COLUMNS; i++)
		for (row = 1; row <= ENTRIES + 2; row++) {
			(void)snprintf(sql, sizeof(sql),
			    "UPDATE audit_entries SET %s = %s WHERE seq = %d",
			    columns[i].column, columns[i].other, row);
			assert_int_equal(world_tamper(sql), 1);
			if (world_verify(ada).faults == 0)
				fail_msg("%s of %d", columns[i].column, row);
			(void)world_tamper(
			    "DELETE FROM audit_entries;"
			    "INSERT INTO audit_entries SELECT * FROM kept");
			world_is_whole();
		}
}

/* The table has no column that the test above forgets. */
static void test_all_columns_are_known(void **state)
{
	char sql[200];
	size_t i;

	(void)state;
	for (i = 0; i < COLUMNS; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM pragma_table_info('audit_entries') "
		    "WHERE name = '%s'",
		    columns[i].column);
		assert_string_equal(world_ask(sql), "1");
	}
	/* And org_id, which moves a row into another chain. */
	(void)snprintf(sql, sizeof(sql), "%zu", COLUMNS + 1);
	assert_string_equal(world_ask("SELECT count(*) FROM pragma_table_info("
	                              "'audit_entries')"),
	    sql);
}

static void test_moved_to_another_town(void **state)
{
	char sql[200];

	(void)state;
	fill();
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE audit_entries SET org_id = '%s' WHERE seq = 10",
	    bob->org_id);
	assert_int_equal(world_tamper(sql), 1);
	world_is_broken("its end was cut off");
	assert_int_not_equal(world_verify(bob).faults, 0);
}

static void test_every_row_deleted(void **state)
{
	char sql[200];
	char said[80];
	int row;

	(void)state;
	fill();
	(void)world_tamper("CREATE TABLE kept AS SELECT * FROM audit_entries");
	for (row = 1; row <= ENTRIES + 2; row++) {
		(void)snprintf(sql, sizeof(sql),
		    "DELETE FROM audit_entries WHERE seq = %d", row);
		assert_int_equal(world_tamper(sql), 1);
		(void)snprintf(said, sizeof(said),
		    row == ENTRIES + 2 ? "cut off" : "entry %d is missing",
		    row);
		world_is_broken(said);
		(void)world_tamper(
		    "INSERT INTO audit_entries SELECT * FROM kept WHERE seq "
		    "NOT IN (SELECT seq FROM audit_entries)");
		world_is_whole();
	}
}

/* Deleted, and those behind it moved up into its place. */
static void test_deleted_and_closed(void **state)
{
	(void)state;
	fill();
	(void)world_tamper(
	    "DELETE FROM audit_entries WHERE seq = 4;"
	    "UPDATE audit_entries SET seq = -seq WHERE seq > 4;"
	    "UPDATE audit_entries SET seq = -seq - 1 WHERE seq < 0;"
	    "UPDATE audit_heads SET seq = seq - 1 WHERE seq > 1");
	world_is_broken("entry 4 was changed");
}

static void test_swapped(void **state)
{
	char sql[300];
	int row;

	(void)state;
	fill();
	for (row = 1; row < ENTRIES + 2; row++) {
		(void)snprintf(sql, sizeof(sql),
		    "UPDATE audit_entries SET seq = -1 WHERE seq = %d;"
		    "UPDATE audit_entries SET seq = %d WHERE seq = %d;"
		    "UPDATE audit_entries SET seq = %d WHERE seq = -1",
		    row, row, row + 1, row + 1);
		(void)world_tamper(sql);
		world_is_broken("was changed");
		(void)world_tamper(sql); /* back */
		world_is_whole();
	}
}

static void test_put_in(void **state)
{
	(void)state;
	fill();
	(void)world_tamper(
	    "INSERT INTO audit_entries SELECT org_id, 11, at, action, actor, "
	    "subject_kind, subject_id, person_id, device_id, case_id, body, "
	    "salt, body_sha256, sha256 FROM audit_entries WHERE seq = 10");
	world_is_broken("entry 11 was changed");
}

static void test_numbers_out_of_bounds(void **state)
{
	(void)state;
	fill();
	(void)world_tamper("UPDATE audit_entries SET seq = "
	                   "9223372036854775807 WHERE seq = 10");
	world_is_broken("are missing");
	(void)world_tamper("UPDATE audit_entries SET seq = "
	                   "-9223372036854775808 WHERE seq > 10");
	/* What stands before the first is not of the log: it is missing. */
	world_is_broken("its end was cut off");
}

/* ---- the end ---- */

static void test_cut_tail(void **state)
{
	(void)state;
	fill();
	(void)world_tamper("DELETE FROM audit_entries WHERE seq > 8");
	world_is_broken("ends at entry 8 and should at 10");
	/* And the head with it: the checkpoint at 8 is met. */
	(void)world_tamper("UPDATE audit_heads SET seq = 8, sha256 = (SELECT "
	                   "sha256 FROM audit_entries WHERE seq = 8)");
	world_is_whole();
	(void)world_tamper(
	    "DELETE FROM audit_entries WHERE seq > 6;"
	    "UPDATE audit_heads SET seq = 6, sha256 = (SELECT sha256 FROM "
	    "audit_entries WHERE seq = 6)");
	world_is_broken("a signed checkpoint names entry 8");
}

struct outside {
	struct audit_checkpoint row;
	struct audit_finding finding;
};

static int verify_held(struct txn *txn, void *arg, struct err *err)
{
	struct outside *outside = arg;
	struct audit_held held = {&outside->row, 1};

	return audit_verify(
	    txn, ada->org_id, towns.orders_key, &held, &outside->finding, err);
}

/* All of it in the database, checkpoints included: one that was kept elsewhere
 * still tells. */
static void test_cut_tail_with_checkpoints(void **state)
{
	struct outside outside;

	(void)state;
	fill();
	assert_int_equal(
	    service_audit_checkpoint(&towns, ada, &outside.row, NULL), 0);
	assert_int_equal(outside.row.seq, 8);
	(void)world_tamper(
	    "DELETE FROM audit_checkpoints;"
	    "DELETE FROM audit_entries WHERE seq > 6;"
	    "UPDATE audit_heads SET seq = 6, sha256 = (SELECT sha256 FROM "
	    "audit_entries WHERE seq = 6)");
	world_is_whole();
	towns_read(verify_held, &outside);
	assert_int_equal(outside.finding.faults, 1);
	assert_non_null(strstr(
	    outside.finding.sentences[0], "a signed checkpoint names entry 8"));
}

static void test_emptied_table(void **state)
{
	(void)state;
	fill();
	(void)world_tamper("DELETE FROM audit_entries");
	world_is_broken("cut off");
	(void)world_tamper("DELETE FROM audit_heads");
	world_is_broken("a signed checkpoint names entry 8");
}

/* ---- made anew ---- */

struct anew {
	struct audit_hasher *hasher;
	int64_t from;
	struct audit_head head;
	char sql[64 * 1024];
	size_t len;
};

static void append_hex(char *out, const uint8_t bytes[AUDIT_HASH])
{
	size_t i;

	for (i = 0; i < AUDIT_HASH; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* What a good forger does: another actor, and all hashes as they should be. */
static int remake(void *arg, const struct audit_row *row)
{
	struct anew *anew = arg;
	struct audit_row made = *row;
	uint8_t entry[AUDIT_HASH];
	char hex[2 * AUDIT_HASH + 1];

	if (row->seq == anew->from)
		(void)snprintf(made.actor, sizeof(made.actor), "Mallory");
	assert_int_equal(audit_entry_hash(anew->hasher, &made, entry, NULL), 0);
	assert_int_equal(audit_link_hash(anew->hasher, anew->head.sha256, entry,
	                     anew->head.sha256, NULL),
	    0);
	anew->head.seq = row->seq;
	append_hex(hex, anew->head.sha256);
	anew->len += (size_t)snprintf(anew->sql + anew->len,
	    sizeof(anew->sql) - anew->len,
	    "UPDATE audit_entries SET actor = '%s', sha256 = x'%s' WHERE seq "
	    "= %" PRId64 ";UPDATE audit_heads SET sha256 = x'%s';",
	    made.actor, hex, row->seq, hex);
	return 0;
}

static int remake_all(struct txn *txn, void *arg, struct err *err)
{
	struct audit_filter filter = {.org_id = ada->org_id};

	return store_audit_each(txn, &filter, remake, arg, err);
}

static void test_made_anew(void **state)
{
	struct anew *anew = calloc(1, sizeof(*anew));

	(void)state;
	fill();
	anew->from = 3;
	assert_int_equal(audit_hasher_new(&anew->hasher, NULL), 0);
	towns_read(remake_all, anew);
	audit_hasher_free(anew->hasher);
	(void)world_tamper(anew->sql);
	assert_string_equal(
	    world_ask("SELECT actor FROM audit_entries WHERE seq = 3"),
	    "Mallory");
	world_is_broken("entry 8 is not the one that was signed");
	free(anew);
}

/* Behind the newest checkpoint nobody vouches: it is said how far one does. */
static void test_made_anew_behind_the_checkpoint(void **state)
{
	struct anew *anew = calloc(1, sizeof(*anew));
	struct audit_finding found;

	(void)state;
	fill();
	anew->from = 9;
	assert_int_equal(audit_hasher_new(&anew->hasher, NULL), 0);
	towns_read(remake_all, anew);
	audit_hasher_free(anew->hasher);
	(void)world_tamper(anew->sql);
	found = world_verify(ada);
	assert_int_equal(found.faults, 0);
	assert_int_equal(found.vouched_seq, 8);
	assert_int_equal(found.last_seq, 10);
	free(anew);
}

/* ---- checkpoints ---- */

static void test_forged_checkpoint(void **state)
{
	static const char *const forgeries[] = {
	    "seq = 7",
	    "at = at + 1",
	    "sha256 = randomblob(32)",
	    "signature = randomblob(70)",
	    "signature = x''",
	};
	char sql[300];
	size_t i;

	(void)state;
	fill();
	(void)world_tamper(
	    "CREATE TABLE kept AS SELECT * FROM audit_checkpoints");
	for (i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		(void)snprintf(sql, sizeof(sql),
		    "UPDATE audit_checkpoints SET %s", forgeries[i]);
		assert_int_equal(world_tamper(sql), 1);
		world_is_broken("is not signed by this server's key");
		(void)world_tamper(
		    "DELETE FROM audit_checkpoints;"
		    "INSERT INTO audit_checkpoints SELECT * FROM kept");
		world_is_whole();
	}
}

/* One town's signature does not do for the other. */
static void test_checkpoint_of_another_town(void **state)
{
	char sql[300];

	(void)state;
	fill();
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE audit_checkpoints SET org_id = '%s'", bob->org_id);
	(void)world_tamper(sql);
	assert_int_equal(world_verify(bob).faults, 1);
}

static void test_no_key_no_vouching(void **state)
{
	struct audit_finding found;

	(void)state;
	fill();
	towns.orders_key = NULL;
	found = world_verify(ada);
	assert_int_equal(found.vouched_seq, 0);
	assert_non_null(strstr(found.sentences[0], "without the public key"));
	towns.orders_key = "nonsense";
	assert_int_equal(
	    service_audit_verify(&towns, ada, &found, NULL), -ERR_CRYPTO);
}

static void test_when_checkpoints_are_made(void **state)
{
	struct audit_checkpoint row;

	(void)state;
	/* None of an empty log. */
	assert_int_equal(service_audit_keep_going(&towns, NULL), 0);
	assert_int_equal(
	    service_audit_checkpoint(&towns, ada, &row, NULL), -ERR_NOT_FOUND);
	world_notes(1);
	assert_int_equal(service_audit_keep_going(&towns, NULL), 0);
	assert_int_equal(service_audit_checkpoint(&towns, ada, &row, NULL), 0);
	assert_int_equal(row.seq, 1);
	/* Not again within the hour, nor without something new. */
	world_notes(1);
	assert_int_equal(service_audit_keep_going(&towns, NULL), 0);
	assert_int_equal(service_audit_checkpoint(&towns, ada, &row, NULL), 0);
	assert_int_equal(row.seq, 1);
	world_checkpoint();
	world_checkpoint();
	assert_string_equal(
	    world_ask("SELECT count(*) FROM audit_checkpoints"), "2");
	/* But after so many entries, and after a clock that went back. */
	world_notes(AUDIT_CHECKPOINT_ENTRIES);
	towns_now -= AUDIT_CHECKPOINT_ENTRIES * TIME_SECOND_MS;
	assert_int_equal(service_audit_keep_going(&towns, NULL), 0);
	assert_int_equal(service_audit_checkpoint(&towns, ada, &row, NULL), 0);
	assert_int_equal(row.seq, 2 + AUDIT_CHECKPOINT_ENTRIES);
	world_notes(1);
	towns_now -= 2 * TIME_DAY_MS;
	assert_int_equal(service_audit_keep_going(&towns, NULL), 0);
	assert_int_equal(service_audit_checkpoint(&towns, ada, &row, NULL), 0);
	assert_int_equal(row.seq, 3 + AUDIT_CHECKPOINT_ENTRIES);
	world_is_whole();
}

/* ---- bodies ---- */

static void test_emptied_without_saying_so(void **state)
{
	(void)state;
	fill();
	(void)world_tamper("UPDATE audit_entries SET body = '', salt = x'' "
	                   "WHERE seq = 5");
	world_is_broken("entry 5 was emptied, and no entry says so");
	(void)world_tamper("UPDATE audit_entries SET body = '' WHERE seq = 6");
	assert_int_equal(world_verify(ada).faults, 2);
}

static int purge_one(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	return audit_purge_person(
	    txn, &towns, ada->org_id, PERSON, ada->name, "due", NULL, err);
}

/* The purge of one does not excuse what was emptied of another, nor what was
 * emptied after it. */
static void test_emptied_under_another_purge(void **state)
{
	(void)state;
	fill();
	towns_write(purge_one, NULL);
	world_is_whole();
	world_notes(2);
	(void)world_tamper("UPDATE audit_entries SET body = '', salt = x'' "
	                   "WHERE seq = 12");
	world_is_broken("entry 12 was emptied, and no entry says so");
	(void)world_tamper("UPDATE audit_entries SET body = '', salt = x'' "
	                   "WHERE seq = 2");
	assert_int_equal(world_verify(ada).faults, 2);
}

static void test_many_faults_are_counted(void **state)
{
	struct audit_finding found;

	(void)state;
	world_notes(40);
	(void)world_tamper("UPDATE audit_entries SET actor = 'x'");
	found = world_verify(ada);
	assert_int_equal(found.faults, 40);
}

#define IN_WORLD(test)                                                         \
	cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_WORLD(test_every_column),
	    IN_WORLD(test_all_columns_are_known),
	    IN_WORLD(test_moved_to_another_town),
	    IN_WORLD(test_every_row_deleted),
	    IN_WORLD(test_deleted_and_closed),
	    IN_WORLD(test_swapped),
	    IN_WORLD(test_put_in),
	    IN_WORLD(test_numbers_out_of_bounds),
	    IN_WORLD(test_cut_tail),
	    IN_WORLD(test_cut_tail_with_checkpoints),
	    IN_WORLD(test_emptied_table),
	    IN_WORLD(test_made_anew),
	    IN_WORLD(test_made_anew_behind_the_checkpoint),
	    IN_WORLD(test_forged_checkpoint),
	    IN_WORLD(test_checkpoint_of_another_town),
	    IN_WORLD(test_no_key_no_vouching),
	    IN_WORLD(test_when_checkpoints_are_made),
	    IN_WORLD(test_emptied_without_saying_so),
	    IN_WORLD(test_emptied_under_another_purge),
	    IN_WORLD(test_many_faults_are_counted),
	};

	return cmocka_run_group_tests(
	    tests, world_keys_make, world_keys_remove);
}
