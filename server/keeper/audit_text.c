#include "server/keeper/audit_text.h"

#include <inttypes.h>

#include "proto/base/buf.h"
#include "proto/base/str.h"

void audit_text_append(struct buf *out, const char *organisation, int64_t seq,
    const uint8_t sha256[AUDIT_TEXT_HASH], int64_t at_ms)
{
	char hex[2 * AUDIT_TEXT_HASH + 1];

	str_hex(hex, sha256, AUDIT_TEXT_HASH);
	buf_append_str(out, AUDIT_TEXT_CONTEXT);
	buf_printf(out, "%s\n%" PRId64 "\n%s\n%" PRId64 "\n", organisation, seq,
	    hex, at_ms);
}
