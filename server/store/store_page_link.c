#include "server/store/store_task.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct page_link_row, id),
    ROW_TEXT(struct page_link_row, org_id),
    ROW_TEXT(struct page_link_row, token_sha256),
    ROW_TEXT(struct page_link_row, form_sha256),
    ROW_TEXT(struct page_link_row, page),
    ROW_TEXT(struct page_link_row, task_id),
    ROW_TEXT(struct page_link_row, person_id),
    ROW_TEXT(struct page_link_row, order_id),
    ROW_TEXT(struct page_link_row, created_by),
    ROW_INT64(struct page_link_row, created_at),
    ROW_INT64(struct page_link_row, expires_at),
    ROW_INT64(struct page_link_row, opened_at),
    ROW_INT64(struct page_link_row, used_at),
    ROW_INT64(struct page_link_row, revoked_at),
};
static struct table page_links = {
    .name = "page_links",
    .word = "page link",
    .changing = " form_sha256 expires_at opened_at used_at revoked_at ",
    TABLE(struct page_link_row, fields),
};
DEFINE_EACH(each, struct page_link_row, store_page_link_fn)

int store_page_link_save(
    struct txn *txn, const struct page_link_row *row, struct err *err)
{
	return table_save(txn, &page_links, row, err);
}

int store_page_link_load(struct txn *txn, const char *org_id, const char *id,
    struct page_link_row *out, struct err *err)
{
	return table_load(txn, &page_links, org_id, id, out, err);
}

int store_page_link_find_token(struct txn *txn, const char *token_sha256,
    struct page_link_row *out, struct err *err)
{
	static struct query query = {
	    &page_links, "WHERE token_sha256 = $1", NULL};

	return query_take(txn, &query, VALUES(TEXT(token_sha256)), out, err);
}

int store_page_link_each_task(struct txn *txn, const char *org_id,
    const char *task_id, store_page_link_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&page_links,
	    "WHERE org_id = $1 AND task_id = $2 AND task_id <> '' ORDER BY id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(task_id)), fn, arg, err);
}

int store_page_link_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_page_link_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&page_links,
	    "WHERE org_id = $1 AND person_id = $2 AND person_id <> '' ORDER BY "
	    "id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}
