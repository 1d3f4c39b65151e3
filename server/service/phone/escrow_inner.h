/* Shared by the files of escrow only. */
#ifndef SERVER_SERVICE_PHONE_ESCROW_INNER_H
#define SERVER_SERVICE_PHONE_ESCROW_INNER_H

#include <stddef.h>

#include "server/store/store_phone.h"

/* "bypass_code", "unlock_token" */
const char *escrow_kind_name(enum escrow_kind kind);
/* What a sealed value is bound to: of whose phone it is. */
void escrow_context(enum escrow_kind kind, const char *org_id, const char *udid,
    char *out, size_t size);

#endif
