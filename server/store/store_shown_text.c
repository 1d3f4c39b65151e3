#include <string.h>

#include "proto/base/err.h"
#include "server/store/store_evidence.h"
#include "server/store/table.h"

int store_shown_text_save(struct txn *txn, const char *org_id,
    const char *sha256, const char *language, const char *text, struct err *err)
{
	struct db_stmt *stmt;
	int r;

	if (strlen(text) > SHOWN_TEXT_MAX)
		return err_set(
		    err, ERR_LIMIT, "the text that was shown is too long");
	r = db_prepare(txn->db,
	    "INSERT INTO shown_texts (org_id, sha256, language, body)"
	    " VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, sha256) DO NOTHING",
	    &stmt, err);
	if (r < 0)
		return r;
	values_bind(stmt,
	    VALUES(TEXT(org_id), TEXT(sha256), TEXT(language), TEXT(text)));
	return db_run(stmt, NULL, err);
}

int store_shown_text_load(struct txn *txn, const char *org_id,
    const char *sha256, char **text, struct err *err)
{
	uint8_t *copy = NULL;
	struct db_stmt *stmt;
	size_t len;
	int r = db_prepare(txn->db,
	    "SELECT body FROM shown_texts WHERE org_id = $1 AND sha256 = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(sha256)));
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no such text was shown");
	if (r > 0)
		r = db_bytes_copy(stmt, 0, &copy, &len, err);
	db_done(stmt);
	if (r == 0)
		*text = (char *)copy;
	return r;
}
