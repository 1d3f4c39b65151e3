#include "server/receipts/receipt_make.h"

#include <stdlib.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/receipts/receipt.h"
#include "server/receipts/receipt_draw.h"
#include "server/receipts/receipt_pdf.h"

static int pdf_sign(struct keeper *keeper, struct receipt_pdf *pdf,
    int64_t now_ms, struct buf *out, struct err *err)
{
	struct buf content = {0};
	struct buf cms = {0};
	int rc = receipt_pdf_signed_bytes(pdf, &content, err);

	if (rc == 0)
		rc = keeper_sign_document(keeper, KEEPER_DOCUMENT_PDF,
		    content.data, content.len, now_ms, &cms, err);
	if (rc == 0)
		rc = receipt_pdf_end(pdf, cms.data, cms.len, err);
	if (rc == 0) {
		buf_append(out, pdf->file.data, pdf->file.len);
		rc = buf_check(out, err);
	}
	buf_clear(&content);
	buf_clear(&cms);
	return rc;
}

static int pdf_make(struct keeper *keeper, const struct receipt *receipt,
    const struct buf *json, int64_t now_ms, struct buf *out, struct err *err)
{
	struct receipt_pdf pdf = {0};
	struct buf drawn = {0};
	struct receipt_pdf_said said = {
	    .language = receipt->language,
	    .signer = receipt->organisation,
	    .signed_at = now_ms,
	    .json = json->data,
	    .json_len = json->len,
	};
	int rc = receipt_draw(receipt, &drawn, err);

	if (rc == 0)
		rc = receipt_pdf_begin(&pdf, drawn.data, drawn.len, &said, err);
	if (rc == 0)
		rc = pdf_sign(keeper, &pdf, now_ms, out, err);
	receipt_pdf_clear(&pdf);
	buf_clear(&drawn);
	return rc;
}

int receipt_make(struct keeper *keeper, const struct buf *json, int64_t now_ms,
    struct buf *pdf, struct buf *twin, struct err *err)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	int rc = receipt ? receipt_parse(json->data, json->len, receipt, err)
	                 : err_memory(err);

	if (rc == 0)
		rc = pdf_make(keeper, receipt, json, now_ms, pdf, err);
	if (rc == 0)
		rc = keeper_sign_document(keeper, KEEPER_DOCUMENT_JSON,
		    json->data, json->len, now_ms, twin, err);
	free(receipt);
	return rc;
}
