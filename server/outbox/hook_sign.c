#include "server/outbox/hook_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

int hook_sign(const struct secret *key, const char *id, int64_t seconds,
    const char *body, char out[HOOK_SIGNATURE_MAX], struct err *err)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf content = {0};
	char *text = NULL;
	int rc;

	buf_printf(&content, "%s.%lld.", id, (long long)seconds);
	buf_append_str(&content, body);
	rc = buf_check(&content, err);
	if (rc == 0 &&
	    !HMAC(EVP_sha256(), key->data, (int)key->len, content.data,
	        content.len, digest, &len))
		rc = err_set(err, ERR_CRYPTO, "the webhook cannot be signed");
	if (rc == 0 && !(text = str_base64(digest, len)))
		rc = err_memory(err);
	if (rc == 0)
		(void)snprintf(out, HOOK_SIGNATURE_MAX, "v1,%s", text);
	free(text);
	buf_clear(&content);
	return rc;
}
