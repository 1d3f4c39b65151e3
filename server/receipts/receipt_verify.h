/*
 * receipt_verify: checks a receipt offline, with nothing but the organisation's
 * CA certificate: a signed PDF or its JSON twin (CMS). The file comes from
 * anywhere and is hostile.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_VERIFY_H
#define SERVER_RECEIPTS_RECEIPT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/receipts/receipt.h"

enum receipt_shape { RECEIPT_IS_PDF, RECEIPT_IS_CMS };

/* Of a file that holds; large, not for the stack. */
struct receipt_verdict {
	enum receipt_shape shape;
	char signer[LIMIT_NAME + 1];        /* common name of the certificate */
	char signer_sha256[RECEIPT_SHA256]; /* of the certificate */
	int64_t signed_at;                  /* as the signature says */
	char json_sha256[RECEIPT_SHA256];   /* equal in a PDF and its twin */
	struct receipt receipt;
};

/* True when data looks like either, whatever is in it. */
bool receipt_is_one(const void *data, size_t len);

/*
 * ca: PEM or DER. -ERR_INVALID: neither shape; -ERR_CRYPTO: altered, signed by
 * somebody else, or not for documents; -ERR_LIMIT: larger than any of ours.
 * The sentence says which.
 */
int receipt_verify(const void *data, size_t len, const void *ca, size_t ca_len,
    struct receipt_verdict *out, struct err *err);

/* The same of files. ca_file: PEM. */
int receipt_verify_file(const char *path, const char *ca_file,
    struct receipt_verdict *out, struct err *err);

/*
 * Two files that both hold: 0 when they say the same, a PDF and its twin;
 * -ERR_CONFLICT.
 */
int receipt_verdict_compare(const struct receipt_verdict *a,
    const struct receipt_verdict *b, struct err *err);

/* A few lines for people: what, who, when, signed by whom. */
struct buf;
int receipt_verdict_explain(
    const struct receipt_verdict *verdict, struct buf *out, struct err *err);

#endif
