/*
 * Question: can the headers Mdm-Signature and Client-Cert, or a CMS as such,
 * make a reader crash, leak or run away, or be believed without a signature?
 */
#include <openssl/err.h>
#include <stdlib.h>

#include "proto/apple/client_cert.h"
#include "proto/apple/signature.h"
#include "proto/base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_cms(const uint8_t *der, size_t len)
{
	static const uint8_t body[] = "a body that nobody ever signed";
	X509 *signer = NULL;
	uint8_t *content = NULL;
	size_t content_len;

	if (signature_verify(der, len, body, sizeof(body), &signer, NULL) == 0)
		abort();
	if (signature_content(
	        der, len, LIMIT_CMS, &content, &content_len, NULL) == 0)
		free(content);
	if (ERR_peek_error() != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint8_t *der = NULL;
	size_t len;

	if (signature_header_parse(text, size, &der, &len, NULL) == 0) {
		try_cms(der, len);
		free(der);
	}
	if (client_cert_header_parse(text, size, &der, &len, NULL) == 0) {
		if (len == 0 || len > LIMIT_CERTIFICATE)
			abort();
		free(der);
	}
	try_cms(data, size);
	return 0;
}
