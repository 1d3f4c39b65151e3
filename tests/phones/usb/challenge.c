#include "tests/phones/usb/challenge.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <string.h>

#include "tests/phones/usb/usb_state.h"

#define CHALLENGE_BYTES 8
#define CMS_BYTES_MAX (64 * 1024)

size_t challenge_make(
    struct talk *talk, const struct rng *rng, uint8_t out[DEVICE_CHALLENGE_MAX])
{
	size_t len;

	hub_lock(talk->hub);
	len = talk->device->challenge_len;
	memcpy(out, talk->device->challenge, len);
	talk->device->challenge_len = 0;
	hub_unlock(talk->hub);
	if (len > 0)
		return len;
	rng_fill(rng, out, CHALLENGE_BYTES);
	return CHALLENGE_BYTES;
}

static bool is_supervisor(const struct phone *phone, X509 *certificate)
{
	unsigned char *der = NULL;
	bool is;
	int len;

	len = i2d_X509(certificate, &der);
	is = len > 0 && usb_state_is_supervisor(phone, der, (size_t)len);
	OPENSSL_free(der);
	return is;
}

/* Signers are known only after the verification. */
static bool signers_supervise(const struct phone *phone, CMS_ContentInfo *cms)
{
	STACK_OF(X509) *signers = CMS_get0_signers(cms);
	bool all = sk_X509_num(signers) > 0;
	int i;

	for (i = 0; i < sk_X509_num(signers); i++)
		all = all && is_supervisor(phone, sk_X509_value(signers, i));
	sk_X509_free(signers);
	return all;
}

static bool is_content(
    CMS_ContentInfo *cms, const uint8_t *wanted, size_t wanted_len)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);

	return content && *content &&
	    ASN1_STRING_length(*content) == (int)wanted_len &&
	    memcmp(ASN1_STRING_get0_data(*content), wanted, wanted_len) == 0;
}

bool challenge_is_signed(struct phone *phone, const uint8_t *challenge,
    size_t challenge_len, const uint8_t *data, size_t len)
{
	const unsigned char *at = data;
	CMS_ContentInfo *cms = NULL;
	bool is = false;

	if (len <= CMS_BYTES_MAX)
		cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	if (cms && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed)
		is = CMS_verify(cms, NULL, NULL, NULL, NULL,
		         CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1 &&
		    signers_supervise(phone, cms) &&
		    is_content(cms, challenge, challenge_len);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return is;
}
