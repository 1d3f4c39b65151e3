#include "server/store/store_outbox.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct webhook_row, id),
    ROW_TEXT(struct webhook_row, org_id),
    ROW_TEXT(struct webhook_row, url),
    ROW_TEXT(struct webhook_row, events),
    ROW_BYTES(struct webhook_row, secret, secret_len),
    ROW_BYTES(struct webhook_row, former_secret, former_secret_len),
    ROW_INT64(struct webhook_row, former_until),
    ROW_TEXT(struct webhook_row, created_by),
    ROW_INT64(struct webhook_row, created_at),
    ROW_TEXT(struct webhook_row, removed_by),
    ROW_INT64(struct webhook_row, removed_at),
    ROW_TEXT(struct webhook_row, stopped_why),
    ROW_INT64(struct webhook_row, stopped_at),
    ROW_INT64(struct webhook_row, failures),
    ROW_INT64(struct webhook_row, next_at),
};
static struct table webhooks = {
    .name = "webhooks",
    .word = "webhook",
    .changing = " events secret former_secret former_until removed_by "
                "removed_at stopped_why stopped_at failures next_at ",
    TABLE(struct webhook_row, fields),
};
DEFINE_EACH(each, struct webhook_row, store_webhook_fn)

int store_webhook_save(
    struct txn *txn, const struct webhook_row *row, struct err *err)
{
	return table_save(txn, &webhooks, row, err);
}

int store_webhook_load(struct txn *txn, const char *org_id, const char *id,
    struct webhook_row *out, struct err *err)
{
	return table_load(txn, &webhooks, org_id, id, out, err);
}

int store_webhook_each(struct txn *txn, const char *org_id,
    store_webhook_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &webhooks, "WHERE removed_at = 0 ORDER BY id", NULL};
	static struct query of_one = {&webhooks,
	    "WHERE removed_at = 0 AND org_id = $1 ORDER BY id", NULL};

	if (!org_id)
		return each(txn, &query, NULL, 0, fn, arg, err);
	return each(txn, &of_one, VALUES(TEXT(org_id)), fn, arg, err);
}
