#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct link, id),
    ROW_TEXT(struct link, org_id),
    ROW_TEXT(struct link, person),
    ROW_TEXT(struct link, person_id),
    ROW_TEXT(struct link, serial),
    ROW_TEXT(struct link, token_sha256),
    ROW_TEXT(struct link, challenge_sha256),
    ROW_TEXT(struct link, created_by),
    ROW_INT64(struct link, created_at),
    ROW_INT64(struct link, expires_at),
    ROW_INT64(struct link, profile_at),
    ROW_INT64(struct link, certificate_at),
    ROW_INT64(struct link, enrolled_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, person, person_id, serial, token_sha256, "                \
	"challenge_sha256,"                                                    \
	" created_by, created_at, expires_at, profile_at, certificate_at,"     \
	" enrolled_at"

int store_link_save(struct txn *txn, const struct link *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO links (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
	    " ON CONFLICT (id) DO UPDATE SET org_id = excluded.org_id,"
	    " person = excluded.person, person_id = excluded.person_id,"
	    " serial = excluded.serial,"
	    " token_sha256 = excluded.token_sha256,"
	    " challenge_sha256 = excluded.challenge_sha256,"
	    " created_by = excluded.created_by,"
	    " created_at = excluded.created_at,"
	    " expires_at = excluded.expires_at,"
	    " profile_at = excluded.profile_at,"
	    " certificate_at = excluded.certificate_at,"
	    " enrolled_at = excluded.enrolled_at",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	return db_run(stmt, NULL, err);
}

static int load_by(struct txn *txn, const char *sql, const char *key,
    struct link *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, key);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_link_load(
    struct txn *txn, const char *id, struct link *out, struct err *err)
{
	return load_by(
	    txn, "SELECT " COLUMNS " FROM links WHERE id = $1", id, out, err);
}

int store_link_find_token(struct txn *txn, const char *token_sha256,
    struct link *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM links WHERE token_sha256 = $1",
	    token_sha256, out, err);
}

/* The empty challenge is every link's that was not used yet: nobody's. */
int store_link_find_challenge(struct txn *txn, const char *challenge_sha256,
    struct link *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM links WHERE challenge_sha256 = $1"
	    " AND challenge_sha256 <> ''",
	    challenge_sha256, out, err);
}

int store_link_each(struct txn *txn, const char *org_id, store_link_fn *fn,
    void *arg, struct err *err)
{
	struct db_stmt *stmt;
	struct link row = {0};
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM links WHERE org_id = $1"
	    " ORDER BY created_at DESC, id DESC",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}
