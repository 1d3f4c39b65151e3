#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "proto/scep/handles.h"

/*
 * OpenSSL 3 does not tell an EnvelopedData's content cipher without opening it,
 * and only the keeper can open it. So its DER is walked here; OpenSSL has
 * parsed and re-encoded it, so every length in it is definite and right.
 */
struct walk {
	const uint8_t *at;
	const uint8_t *end;
};

/* Header of the next element; the length of its content, or -1. */
static long walk_header(
    const struct walk *walk, const uint8_t **content, int *tag, int *class)
{
	const uint8_t *at = walk->at;
	long len = 0;
	int flags =
	    ASN1_get_object(&at, &len, tag, class, walk->end - walk->at);

	if ((flags & 0x80) || (flags & 1) || len < 0 || len > walk->end - at)
		return -1;
	*content = at;
	return len;
}

static bool walk_enter(struct walk *walk, int want_tag, int want_class)
{
	const uint8_t *content = NULL;
	int tag = 0;
	int class = 0;
	long len = walk_header(walk, &content, &tag, &class);

	if (len < 0 || tag != want_tag || class != want_class)
		return false;
	walk->at = content;
	walk->end = content + len;
	return true;
}

static bool walk_skip(struct walk *walk, int want_tag, int want_class)
{
	const uint8_t *content = NULL;
	int tag = 0;
	int class = 0;
	long len = walk_header(walk, &content, &tag, &class);

	if (len < 0 || tag != want_tag || class != want_class)
		return false;
	walk->at = content + len;
	return true;
}

/* RFC 5652 section 6.1: down to encryptedContentInfo's algorithm. */
static int walk_to_cipher(struct walk walk)
{
	X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *oid = NULL;
	int nid = NID_undef;

	if (!walk_enter(&walk, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL) ||
	    !walk_skip(&walk, V_ASN1_OBJECT, V_ASN1_UNIVERSAL) ||
	    !walk_enter(&walk, 0, V_ASN1_CONTEXT_SPECIFIC) ||
	    !walk_enter(&walk, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL) ||
	    !walk_skip(&walk, V_ASN1_INTEGER, V_ASN1_UNIVERSAL))
		return NID_undef;
	(void)walk_skip(&walk, 0, V_ASN1_CONTEXT_SPECIFIC);
	if (!walk_skip(&walk, V_ASN1_SET, V_ASN1_UNIVERSAL) ||
	    !walk_enter(&walk, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL) ||
	    !walk_skip(&walk, V_ASN1_OBJECT, V_ASN1_UNIVERSAL))
		return NID_undef;
	algorithm = d2i_X509_ALGOR(NULL, &walk.at, walk.end - walk.at);
	if (algorithm) {
		X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
		nid = OBJ_obj2nid(oid);
	}
	X509_ALGOR_free(algorithm);
	return nid;
}

enum scep_cipher scep_envelope_cipher(const CMS_ContentInfo *envelope)
{
	static const struct {
		int nid;
		enum scep_cipher cipher;
	} ciphers[] = {
	    {NID_des_ede3_cbc, SCEP_DES3},
	    {NID_aes_128_cbc, SCEP_AES128},
	    {NID_aes_192_cbc, SCEP_AES192},
	    {NID_aes_256_cbc, SCEP_AES256},
	};
	enum scep_cipher found = SCEP_CIPHER_OTHER;
	uint8_t *der = NULL;
	int len = i2d_CMS_ContentInfo(envelope, &der);
	int nid = NID_undef;

	if (len > 0)
		nid = walk_to_cipher((struct walk){der, der + len});
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (ciphers[i].nid == nid)
			found = ciphers[i].cipher;
	}
	OPENSSL_free(der);
	return found;
}
