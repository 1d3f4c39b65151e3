#include "server/service/digest.h"

#include <openssl/sha.h>

#include "proto/base/str.h"

void digest_sha256(const void *data, size_t len, char out[STORE_SHA256])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	(void)SHA256(data, len, digest);
	str_hex(out, digest, sizeof(digest));
}
