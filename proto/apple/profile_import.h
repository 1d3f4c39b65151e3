/*
 * profile_import: reading a configuration profile that somebody else wrote,
 * far enough to name it and to know what kinds of payloads it holds. Takes
 * plain XML and CMS-signed XML; of a signed one it takes the content without
 * verifying the signature: say so where it is shown.
 */
#ifndef PROTO_APPLE_PROFILE_IMPORT_H
#define PROTO_APPLE_PROFILE_IMPORT_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"

struct err;

#define PROFILE_PAYLOAD_LIMIT 128 /* payloads in one profile */

struct profile_payload_info {
	char type[LIMIT_NAME + 1];
	char identifier[LIMIT_NAME + 1];
	char uuid[LIMIT_COMMAND_UUID + 1];
	char display_name[LIMIT_NAME + 1];
	int64_t version;
};

struct profile_info {
	char identifier[LIMIT_NAME + 1];
	char uuid[LIMIT_COMMAND_UUID + 1];
	char display_name[LIMIT_NAME + 1];
	char organisation[LIMIT_NAME + 1];
	int64_t version;
	bool removal_disallowed;
	bool is_signed; /* wrapped in CMS; not verified */
	struct profile_payload_info *payloads; /* owned */
	size_t payload_count;
	plist_t root; /* owned: the whole profile */
};

/*
 * data: 1 byte to LIMIT_PROFILE. profile_info_clear() what it filled.
 * ERR_INVALID: no property list, required Payload* keys missing, a UUID used
 * twice. ERR_UNSUPPORTED: encrypted profile, binary plist, or a payload type
 * that is neither Apple's nor carries any setting.
 */
int profile_parse(
    const uint8_t *data, size_t len, struct profile_info *out, struct err *err);
void profile_info_clear(struct profile_info *info);

#endif
