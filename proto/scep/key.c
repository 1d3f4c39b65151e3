#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "proto/scep/handles.h"

/* Odd and above 1: with e = 1 anybody's "signature" would hold. */
static bool rsa_exponent_is_sound(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool is_sound;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return false;
	is_sound = BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= 64;
	BN_free(e);
	return is_sound;
}

static enum scep_key_type ec_curve(const EVP_PKEY *key)
{
	char name[32];
	size_t len = 0;

	if (EVP_PKEY_get_group_name(key, name, sizeof(name), &len) != 1)
		return SCEP_KEY_OTHER;
	if (strcmp(name, "prime256v1") == 0 || strcmp(name, "P-256") == 0)
		return SCEP_KEY_P256;
	if (strcmp(name, "secp384r1") == 0 || strcmp(name, "P-384") == 0)
		return SCEP_KEY_P384;
	return SCEP_KEY_OTHER;
}

void scep_key_describe(
    const EVP_PKEY *key, enum scep_key_type *type, unsigned *bits)
{
	int size = EVP_PKEY_get_bits(key);

	*type = SCEP_KEY_OTHER;
	*bits = size > 0 ? (unsigned)size : 0;
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		if (*bits <= SCEP_RSA_BITS_MAX && rsa_exponent_is_sound(key))
			*type = SCEP_KEY_RSA;
		break;
	case EVP_PKEY_EC:
		*type = ec_curve(key);
		break;
	default:
		break;
	}
}
