/*
 * PDF and twin of a receipt: made once, after it was issued, outside the
 * transaction; when first asked for, or by time. Two that make the same one at
 * once make the same PDF but for the signature; the first that stores it wins.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/receipts/receipt_make.h"
#include "server/service/audit/audit.h"
#include "server/service/receipt/receipt_issue.h"
#include "server/service/service.h"

#define ROUND 8 /* files made in one call: each costs some 50 ms */

struct making {
	struct receipt_row row;
	struct buf body;
	struct buf pdf;
	struct buf twin;
	int64_t now;
};

static void making_clear(struct making *making)
{
	buf_clear(&making->body);
	buf_clear(&making->pdf);
	buf_clear(&making->twin);
}

static int body_load(struct txn *txn, void *arg, struct err *err)
{
	struct making *making = arg;

	return store_receipt_body(
	    txn, making->row.org_id, making->row.id, &making->body, err);
}

static int files_save(struct txn *txn, void *arg, struct err *err)
{
	struct making *making = arg;

	return store_receipt_sign(
	    txn, &making->row, &making->pdf, &making->twin, making->now, err);
}

static int files_make(
    struct service *service, const struct receipt_row *row, struct err *err)
{
	struct making making = {.row = *row, .now = clock_now(service->clock)};
	int rc = store_read(service->store, body_load, &making, err);

	if (rc == 0)
		rc = receipt_make(service->keeper, &making.body, making.now,
		    &making.pdf, &making.twin, err);
	if (rc == 0)
		rc = store_write(service->store, files_save, &making, err);
	making_clear(&making);
	return rc;
}

/* ---- by time ---- */

struct unsigned_rows {
	struct receipt_row rows[ROUND];
	size_t count;
};

static int note_unsigned(void *arg, const struct receipt_row *row)
{
	struct unsigned_rows *list = arg;

	list->rows[list->count++] = *row;
	return list->count == ROUND;
}

static int unsigned_load(struct txn *txn, void *arg, struct err *err)
{
	struct unsigned_rows *list = arg;
	int rc;

	list->count = 0;
	rc = store_receipt_each_unsigned(txn, ROUND, note_unsigned, list, err);
	return rc < 0 ? rc : 0;
}

/* One that cannot be made must not keep the others from being made. */
int service_receipts_keep_going(struct service *service, struct err *err)
{
	struct unsigned_rows list = {.count = 0};
	int rc = store_read(service->store, unsigned_load, &list, err);
	int first = rc;

	for (size_t i = 0; rc >= 0 && i < list.count; i++) {
		int made =
		    files_make(service, &list.rows[i], first == 0 ? err : NULL);

		if (made < 0 && first == 0)
			first = made;
	}
	return first;
}

/* ---- fetching ---- */

struct fetching {
	struct service *service;
	const struct actor *actor;
	const struct receipt_view *view;
	enum receipt_form form;
	struct buf *out;
};

static int file_load(struct txn *txn, void *arg, struct err *err)
{
	static const enum receipt_file files[] = {
	    [RECEIPT_AS_PDF] = RECEIPT_FILE_PDF,
	    [RECEIPT_AS_TWIN] = RECEIPT_FILE_TWIN,
	};
	struct fetching *fetching = arg;
	const struct receipt_row *row = &fetching->view->row;

	buf_reset(fetching->out);
	if (fetching->form == RECEIPT_AS_JSON)
		return store_receipt_body(
		    txn, row->org_id, row->id, fetching->out, err);
	return store_receipt_file(txn, row->org_id, row->id,
	    files[fetching->form], fetching->out, err);
}

/* It is about a person: who fetched it is noted. */
static int fetch_note(struct txn *txn, void *arg, struct err *err)
{
	static const char *const forms[] = {
	    [RECEIPT_AS_PDF] = "pdf",
	    [RECEIPT_AS_TWIN] = "twin",
	    [RECEIPT_AS_JSON] = "json",
	};
	const struct fetching *fetching = arg;
	const struct receipt_row *row = &fetching->view->row;
	const struct audit_note note = {.action = AUDIT_RECEIPT_READ,
	    .org_id = row->org_id,
	    .by = fetching->actor->name,
	    .subject_kind = "receipt",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .case_id = row->case_id,
	    .params = {
	        {"kind", receipt_kind_name((enum receipt_kind)row->kind)},
	        {"number", fetching->view->number},
	        {"form", forms[fetching->form]}}};

	return audit_write(txn, fetching->service, &note, err);
}

int service_receipt_file(struct service *service, const struct actor *actor,
    const char *what, enum receipt_form form, struct receipt_view *view,
    struct buf *out, struct err *err)
{
	struct fetching fetching = {service, actor, view, form, out};
	int rc = service_receipt_load(service, actor, what, view, err);

	if (rc < 0)
		return rc;
	if (view->row.purged_at != 0)
		return err_set(err, ERR_EXPIRED,
		    "the receipt's personal data were removed when due");
	if (view->row.signed_at == 0 && form != RECEIPT_AS_JSON)
		rc = files_make(service, &view->row, err);
	if (rc == 0)
		rc = store_read(service->store, file_load, &fetching, err);
	return rc == 0 ? store_write(service->store, fetch_note, &fetching, err)
	               : rc;
}
