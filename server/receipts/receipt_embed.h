/*
 * receipt_embed: the JSON inside a PDF, as a stream object that is found again
 * without reading PDF: it has one form. Internal to server/receipts.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_EMBED_H
#define SERVER_RECEIPTS_RECEIPT_EMBED_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* Dictionary and stream, without "obj" and "endobj". */
void receipt_embed_write(struct buf *out, const void *json, size_t len);

/*
 * The last one in pdf; *json points into it. The file's signature holds
 * already: whoever could choose these bytes holds the key. -ERR_INVALID: none.
 */
int receipt_embed_find(const uint8_t *pdf, size_t pdf_len, const uint8_t **json,
    size_t *len, struct err *err);

#endif
