#include "server/store/store_evidence.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct acknowledgement_row, id),
    ROW_TEXT(struct acknowledgement_row, org_id),
    ROW_TEXT(struct acknowledgement_row, person_id),
    ROW_TEXT(struct acknowledgement_row, pack),
    ROW_TEXT(struct acknowledgement_row, pack_hash),
    ROW_TEXT(struct acknowledgement_row, language),
    ROW_TEXT(struct acknowledgement_row, text_sha256),
    ROW_TEXT(struct acknowledgement_row, task_id),
    ROW_INT64(struct acknowledgement_row, at),
};
static struct table acknowledgements = {
    .name = "acknowledgements",
    .word = "acknowledgement",
    TABLE(struct acknowledgement_row, fields),
};
DEFINE_EACH(each, struct acknowledgement_row, store_acknowledgement_fn)

int store_acknowledgement_insert(
    struct txn *txn, const struct acknowledgement_row *row, struct err *err)
{
	return table_insert(txn, &acknowledgements, row, err);
}

int store_acknowledgement_find(struct txn *txn, const char *org_id,
    const char *person_id, struct acknowledgement_row *out, struct err *err)
{
	static struct query query = {&acknowledgements,
	    "WHERE org_id = $1 AND person_id = $2 ORDER BY at DESC, id DESC "
	    "LIMIT 1",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), out, err);
}

int store_acknowledgement_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_acknowledgement_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&acknowledgements,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}
