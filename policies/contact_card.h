/*
 * contact_card: the switchboard as a vCard, so that a phone shows who calls and
 * people find the number. Pure. Source: RFC 2426 (vCard 3.0), which every
 * phone reads.
 */
#ifndef POLICIES_CONTACT_CARD_H
#define POLICIES_CONTACT_CARD_H

#include "policies/pack.h"
#include "proto/base/buf.h"

#define CONTACT_CARD_CONTENT_TYPE "text/vcard; charset=utf-8"

/*
 * Appends the card. organisation NULL: the pack's; language NULL: the
 * document's. -ERR_NOT_FOUND: the pack knows no switchboard number.
 */
int contact_card_encode(const struct pack *pack, const char *organisation,
    const char *language, struct buf *out, struct err *err);

#endif
