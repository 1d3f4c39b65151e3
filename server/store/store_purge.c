#include "server/store/store_purge.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/store/db.h"
#include "server/store/table.h"
#include "server/store/txn.h"

/* ---- who is due ---- */

static int take_due(struct db_stmt *stmt, struct purge_row *row)
{
	int rc = db_text_copy(stmt, 0, row->id, sizeof(row->id), NULL);

	if (rc == 0)
		rc = db_text_copy(stmt, 1, row->name, sizeof(row->name), NULL);
	row->last_day = db_int64(stmt, 2);
	return rc;
}

int store_purge_each_due(struct txn *txn, const struct purge_due *due,
    store_purge_fn *fn, void *arg, struct err *err)
{
	struct purge_row row;
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "SELECT p.id, p.name, coalesce((SELECT max(e.to_day) FROM"
	    " employments e WHERE e.org_id = $1 AND e.person_id = p.id AND"
	    " e.voided_at = 0), 0) FROM people p WHERE p.org_id = $1 AND"
	    " p.id > $2 AND p.purged_at = 0 AND NOT EXISTS (SELECT 1 FROM"
	    " employments e WHERE e.org_id = $1 AND e.person_id = p.id AND"
	    " e.voided_at = 0 AND (e.to_day = 0 OR e.to_day > $3)) AND"
	    " (EXISTS (SELECT 1 FROM employments e WHERE e.org_id = $1 AND"
	    " e.person_id = p.id AND e.voided_at = 0) OR (p.created_at <= $4"
	    " AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.org_id = $1"
	    " AND a.person_id = p.id AND a.voided_at = 0 AND (a.to_at = 0 OR"
	    " a.to_at > $4)))) ORDER BY p.id LIMIT $5",
	    &stmt, err);

	if (rc < 0)
		return rc;
	values_bind(stmt,
	    VALUES(TEXT(due->org_id), TEXT(due->after_id),
	        NUMBER(due->before_day), NUMBER(due->before_at),
	        LIMITED(due->limit)));
	while ((rc = db_step(stmt, err)) > 0)
		if ((rc = take_due(stmt, &row)) < 0 ||
		    (rc = fn(arg, &row)) != 0)
			break;
	db_done(stmt);
	return rc;
}

/* ---- what keeps them ---- */

int store_purge_ties(struct txn *txn, const char *org_id, const char *person_id,
    struct purge_ties *out, struct err *err)
{
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "SELECT (SELECT count(*) FROM assignments WHERE org_id = $1 AND"
	    " person_id = $2 AND to_at = 0 AND voided_at = 0) +"
	    " (SELECT count(*) FROM accessory_holdings WHERE org_id = $1 AND"
	    " person_id = $2 AND to_at = 0),"
	    " (SELECT count(*) FROM departures WHERE org_id = $1 AND"
	    " person_id = $2 AND state <= 2) +"
	    " (SELECT count(*) FROM return_cases WHERE org_id = $1 AND"
	    " person_id = $2 AND state <= 8),"
	    " (SELECT count(*) FROM equipment_orders WHERE org_id = $1 AND"
	    " person_id = $2 AND state <= 2),"
	    " (SELECT count(*) FROM units WHERE org_id = $1 AND ended_at = 0"
	    " AND (manager_id = $2 OR coordinator_id = $2))",
	    &stmt, err);

	if (rc < 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(person_id)));
	rc = db_step(stmt, err);
	if (rc > 0)
		*out = (struct purge_ties){db_int64(stmt, 0), db_int64(stmt, 1),
		    db_int64(stmt, 2), db_int64(stmt, 3)};
	db_done(stmt);
	return rc < 0 ? rc : 0;
}

/* ---- one person ---- */

/* The lives in which the phone was theirs. What still goes on is somebody
 * else's by now and stays. */
#define THEIR_LIVES                                                            \
	"(SELECT l.id FROM lives l JOIN assignments a ON a.device_id ="        \
	" l.device_id WHERE a.org_id = $1 AND a.person_id = $2 AND a.kind = 0" \
	" AND l.org_id = $1 AND l.state >= 2 AND l.started_at < a.to_at AND"   \
	" (l.ended_at = 0 OR l.ended_at > a.from_at))"
#define THEIR_CASES                                                            \
	"(SELECT id FROM return_cases WHERE org_id = $1 AND person_id = $2)"
#define THEIR_DEPARTURES                                                       \
	"(SELECT id FROM departures WHERE org_id = $1 AND person_id = $2)"

/*
 * In the order of folders. $1: organisation, $2: person. One that is
 * not here and holds a name is found by tests/unit/guard/retention_test.c,
 * which looks into every column of every table.
 */
static const char *const person_steps[] = {
    /* the ledger */
    "UPDATE links SET person = '' WHERE org_id = $1 AND person_id = $2",
    /* Whom a phone was given to last; somebody else's name stays. */
    "UPDATE devices SET person = '', person_id = '', name = '' WHERE"
    " org_id = $1 AND (person_id = $2 OR id IN (SELECT device_id FROM"
    " assignments WHERE org_id = $1 AND person_id = $2 AND kind = 0)) AND"
    " NOT EXISTS (SELECT 1 FROM assignments o WHERE o.org_id = $1 AND"
    " o.device_id = devices.id AND o.kind = 0 AND o.to_at = 0 AND"
    " o.voided_at = 0)",
    "DELETE FROM ledger_history WHERE org_id = $1 AND row_id = $2",
    "DELETE FROM absences WHERE org_id = $1 AND person_id = $2",
    "UPDATE employments SET external_id = '' WHERE org_id = $1 AND"
    " person_id = $2",
    "UPDATE assignments SET close_reason = '' WHERE org_id = $1 AND"
    " person_id = $2",
    "UPDATE accessory_holdings SET close_reason = '' WHERE org_id = $1 AND"
    " person_id = $2",
    "DELETE FROM source_people WHERE org_id = $1 AND person_id = $2",
    "DELETE FROM scim_members WHERE org_id = $1 AND member_id IN (SELECT id"
    " FROM scim_users WHERE org_id = $1 AND person_id = $2)",
    "DELETE FROM scim_users WHERE org_id = $1 AND person_id = $2",
    "DELETE FROM api_tokens WHERE org_id = $1 AND person_id = $2",
    /* what their phones said while they were theirs */
    "DELETE FROM facts WHERE life_id IN " THEIR_LIVES,
    "DELETE FROM answers WHERE life_id IN " THEIR_LIVES,
    "UPDATE commands SET reason = '', result = '' WHERE state > 2 AND"
    " life_id IN " THEIR_LIVES,
    "DELETE FROM command_payloads WHERE command_id IN (SELECT id FROM"
    " commands WHERE state > 2 AND life_id IN " THEIR_LIVES ")",
    "UPDATE wipes SET reason = '', warning = '' WHERE life_id IN " THEIR_LIVES,
    "UPDATE work_orders SET reason = '', result = '' WHERE org_id = $1 AND"
    " (link_id IN (SELECT id FROM links WHERE org_id = $1 AND person_id ="
    " $2) OR wipe_id IN (SELECT id FROM wipes WHERE life_id IN " THEIR_LIVES
    "))",
    "UPDATE phone_places SET reason = '' WHERE org_id = $1 AND lost_mode_id"
    " IN (SELECT id FROM lost_modes WHERE life_id IN " THEIR_LIVES ")",
    "UPDATE lost_modes SET message = '', number = '', footnote = '', reason"
    " = '', lift_reason = '', warning = '' WHERE life_id IN " THEIR_LIVES,
    "UPDATE phone_steps SET reason = '' WHERE org_id = $1 AND EXISTS (SELECT"
    " 1 FROM assignments a WHERE a.org_id = $1 AND a.person_id = $2 AND"
    " a.kind = 0 AND a.device_id = phone_steps.device_id AND phone_steps.at"
    " >= a.from_at AND (a.to_at = 0 OR phone_steps.at <= a.to_at))",
    /* what was known and judged of them; 0 is STORE_SUBJECT_PERSON */
    "DELETE FROM evidence_items WHERE org_id = $1 AND subject_kind = 0 AND"
    " subject_id = $2",
    "DELETE FROM judgements WHERE org_id = $1 AND subject_kind = 0 AND"
    " subject_id = $2",
    "UPDATE exceptions SET reason = '' WHERE org_id = $1 AND subject_id ="
    " $2",
    "UPDATE statements SET stated_by = '' WHERE org_id = $1 AND person_id ="
    " $2",
    /* what they were asked, and said */
    "DELETE FROM page_links WHERE org_id = $1 AND person_id = $2",
    "UPDATE tasks SET cause = '', result = '', closed_by = '' WHERE org_id ="
    " $1 AND (person_id = $2 OR subject_id = $2)",
    "UPDATE equipment_orders SET need = '', note = '' WHERE org_id = $1 AND"
    " person_id = $2",
    "DELETE FROM notices WHERE org_id = $1 AND (person_id = $2 OR about_id ="
    " $2)",
    "UPDATE mails SET result = '' WHERE org_id = $1 AND person_id = $2",
    "UPDATE handouts SET note = '', answer = '' WHERE org_id = $1 AND"
    " person_id = $2",
    /* how they left */
    "UPDATE return_steps SET typed_name = '', note = '' WHERE org_id = $1"
    " AND (person_id = $2 OR case_id IN " THEIR_CASES ")",
    "UPDATE return_cases SET proof = '', reason = '' WHERE org_id = $1 AND"
    " person_id = $2",
    "UPDATE sim_decisions SET note = '' WHERE org_id = $1 AND departure_id"
    " IN " THEIR_DEPARTURES,
    "UPDATE departures SET note = '', waits = '' WHERE org_id = $1 AND"
    " person_id = $2",
    "UPDATE receipts SET void_reason = '' WHERE org_id = $1 AND person_id ="
    " $2",
    "UPDATE legal_holds SET reference = '', lift_reason = '' WHERE org_id ="
    " $1 AND subject_id = $2 AND lifted_at > 0",
};

int store_purge_person(struct txn *txn, const char *org_id,
    const char *person_id, int64_t now, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0;
	     rc == 0 && i < sizeof(person_steps) / sizeof(person_steps[0]); i++)
		rc = values_run(txn, person_steps[i],
		    VALUES(TEXT(org_id), TEXT(person_id)), NULL, err);
	if (rc == 0)
		rc = values_run(txn,
		    "UPDATE people SET external_id = '', name = '', first_name"
		    " = '', last_name = '', mail = '', number = '', language ="
		    " '', unit_id = '', purged_at = $3 WHERE org_id = $1 AND"
		    " id = $2",
		    VALUES(TEXT(org_id), TEXT(person_id), NUMBER(now)), NULL,
		    err);
	return rc;
}

/* ---- old bodies ---- */

static const char *const report_steps[] = {
    "UPDATE evidence_reports SET body = $4, answer = '' WHERE org_id = $1"
    " AND id IN (SELECT id FROM evidence_reports WHERE org_id = $1 AND"
    " received_at <= $2 AND length(body) > 0 LIMIT $3)",
    "UPDATE station_reports SET body = $4 WHERE org_id = $1 AND id IN"
    " (SELECT id FROM station_reports WHERE org_id = $1 AND received_at <="
    " $2 AND length(body) > 0 LIMIT $3)",
};

static int run_report(struct txn *txn, const char *sql, const char *org_id,
    int64_t before, int limit, int64_t *changes, struct err *err)
{
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	db_bind_text(stmt, 1, org_id);
	db_bind_int64(stmt, 2, before);
	db_bind_int64(stmt, 3, limit);
	db_bind_bytes(stmt, 4, "", 0);
	return db_run(stmt, changes, err);
}

int store_purge_reports(struct txn *txn, const char *org_id, int64_t before,
    int limit, int64_t *reports, struct err *err)
{
	int64_t changes = 0;
	int64_t all = 0;
	size_t i;
	int rc = 0;

	for (i = 0;
	     rc == 0 && i < sizeof(report_steps) / sizeof(report_steps[0]);
	     i++) {
		rc = run_report(
		    txn, report_steps[i], org_id, before, limit, &changes, err);
		all += changes;
	}
	if (rc == 0)
		rc = values_run(txn,
		    "UPDATE approvals SET reason = '', note = '' WHERE org_id ="
		    " $1 AND closed_at > 0 AND closed_at <= $2 AND reason <> "
		    "''",
		    VALUES(TEXT(org_id), NUMBER(before)), NULL, err);
	if (rc == 0)
		*reports = all;
	return rc;
}
