/*
 * scep_fuzz: can any bytes hurt the parsers of pkiMessage and PKCS#10?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "proto/base/err.h"
#include "proto/scep/scep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the parser promises about what it hands out. */
static void request_examine(const struct scep_request *request)
{
	if (strlen(request->transaction_id) == 0 ||
	    request->sender_nonce_len == 0 ||
	    request->sender_nonce_len > LIMIT_NONCE || !request->signer ||
	    !request->envelope || request->envelope_len == 0 ||
	    request->signer_len > LIMIT_CERTIFICATE)
		abort();
	(void)scep_request_check(request, NULL);
	(void)scep_request_check_issued(
	    request, request->signer, request->signer_len, 0, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scep_request request = {0};
	struct scep_csr csr = {0};
	struct err err = {0};

	if (scep_request_parse(data, size, &request, &err) == 0)
		request_examine(&request);
	else if (err.text[0] == '\0' || request.signer)
		abort();
	if (scep_csr_parse(data, size, &csr, &err) == 0) {
		if (csr.key_type == SCEP_KEY_OTHER || !csr.public_key)
			abort();
		(void)scep_request_check_csr(&request, &csr, NULL);
	}
	if (ERR_peek_error() != 0)
		abort();
	scep_request_clear(&request);
	scep_csr_clear(&csr);
	return 0;
}
