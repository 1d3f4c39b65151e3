/*
 * audit_text: the bytes that a checkpoint of the audit log is signed over, for
 * the keeper, which makes them itself, and for those who check a signature:
 *
 *	workphone-audit-v1 LF organisation LF entry's number LF
 *	entry's sha256, hex LF Unix time, ms LF
 *
 * The first line keeps them apart from all else that the orders key signs.
 */
#ifndef SERVER_KEEPER_AUDIT_TEXT_H
#define SERVER_KEEPER_AUDIT_TEXT_H

#include <stdint.h>

struct buf;

#define AUDIT_TEXT_CONTEXT "workphone-audit-v1\n"
#define AUDIT_TEXT_HASH 32

/* Appends; organisation: no newline in it, which the keeper refuses. */
void audit_text_append(struct buf *out, const char *organisation, int64_t seq,
    const uint8_t sha256[AUDIT_TEXT_HASH], int64_t at_ms);

#endif
