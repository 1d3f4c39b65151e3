/*
 * receipt_cms: the signature of a receipt, checked: one signer, whose
 * certificate is for documents and issued by the given CA. Internal to
 * server/receipts.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_CMS_H
#define SERVER_RECEIPTS_RECEIPT_CMS_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"
#include "server/receipts/receipt.h"

struct buf;
struct err;

struct receipt_signer {
	char name[LIMIT_NAME + 1];
	char sha256[RECEIPT_SHA256];
	int64_t signed_at;
};

/* Is it one DER value? *len: how long it says it is, at most size. */
bool receipt_cms_measure(const uint8_t *der, size_t size, size_t *len);

/*
 * content: of a detached signature; NULL: it is inside and appended to out.
 * The certificate must have been valid when it signed, as the signature says;
 * its time is nobody else's word.
 */
int receipt_cms_verify(const uint8_t *der, size_t len,
    const struct buf *content, const void *ca, size_t ca_len, struct buf *out,
    struct receipt_signer *signer, struct err *err);

#endif
