/*
 * receipt_pdf: signs a drawn PDF in place. An incremental update (ISO 32000-1,
 * 7.5.6) adds the JSON as an attached file, the document's language and a
 * signature field (12.8.1, adbe.pkcs7.detached) whose byte range is the whole
 * file but the signature itself. The signature is made elsewhere, between
 * receipt_pdf_begin() and receipt_pdf_end(). Pure.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_PDF_H
#define SERVER_RECEIPTS_RECEIPT_PDF_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct err;

#define RECEIPT_PDF_SIGNATURE_MAX 8192 /* bytes of DER kept room for */

struct receipt_pdf {
	struct buf file;
	size_t gap_at; /* '<' of the signature */
	size_t gap_len;
};

struct receipt_pdf_said {
	const char *language; /* "sv" */
	const char *signer;   /* who signs, as viewers show it */
	int64_t signed_at;
	const void *json;
	size_t json_len;
};

/* pdf: as receipt_draw() gave it. */
int receipt_pdf_begin(struct receipt_pdf *out, const void *pdf, size_t pdf_len,
    const struct receipt_pdf_said *said, struct err *err);
/* Appends the bytes that the signature is made over. */
int receipt_pdf_signed_bytes(
    const struct receipt_pdf *pdf, struct buf *out, struct err *err);
/* Puts the signature in. */
int receipt_pdf_end(struct receipt_pdf *pdf, const uint8_t *cms, size_t cms_len,
    struct err *err);
void receipt_pdf_clear(struct receipt_pdf *pdf);

#endif
