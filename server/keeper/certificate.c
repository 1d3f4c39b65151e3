#include "server/keeper/certificate.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include <openssl/bn.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/keeper/handles.h"

#define SERIAL_BITS 159 /* positive in 20 octets, RFC 5280 section 4.1.2.2 */
#define HOST_MAX 253

struct extension {
	int nid;
	const char *value;
};

#define EXTENSIONS_MAX 5

/*
 * AKI comes last: it copies the SKI, also of the certificate itself. A key
 * without EKU may do anything, so every leaf names its one use; emailProtection
 * is what CMS verification asks for by default.
 */
static const struct extension
    use_extensions[CERTIFICATE_USE_COUNT][EXTENSIONS_MAX] = {
        /* SCEP encrypts to this key and takes its answers from it. */
        [CERTIFICATE_CA] =
            {
                {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                {NID_key_usage,
                    "critical,keyCertSign,cRLSign,digitalSignature,"
                    "keyEncipherment"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"},
            },
        [CERTIFICATE_PROFILE_SIGNING] =
            {
                {NID_basic_constraints, "critical,CA:FALSE"},
                {NID_key_usage, "critical,digitalSignature"},
                {NID_ext_key_usage, "emailProtection"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"},
            },
        [CERTIFICATE_TLS_SERVER] =
            {
                {NID_basic_constraints, "critical,CA:FALSE"},
                {NID_key_usage, "critical,digitalSignature"},
                {NID_ext_key_usage, "serverAuth"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"},
            },
        /* Key usage depends on the key: see client_usage_add(). */
        [CERTIFICATE_CLIENT] =
            {
                {NID_basic_constraints, "critical,CA:FALSE"},
                {NID_ext_key_usage, "clientAuth"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"},
            },
        /* id-kp-documentSigning (RFC 9336) tells it from all our others. */
        [CERTIFICATE_DOCUMENTS] =
            {
                {NID_basic_constraints, "critical,CA:FALSE"},
                {NID_key_usage, "critical,digitalSignature,nonRepudiation"},
                {NID_ext_key_usage, "1.3.6.1.5.5.7.3.36,emailProtection"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"},
            },
        /* As Apple Configurator makes its own; issues nothing. */
        [CERTIFICATE_SUPERVISION] =
            {
                {NID_basic_constraints, "critical,CA:TRUE"},
                {NID_key_usage, "critical,digitalSignature,keyCertSign"},
                {NID_subject_key_identifier, "hash"},
            },
};

static int internal(struct err *err)
{
	return err_set(err, ERR_INTERNAL, "a certificate cannot be made");
}

/* Characters, not bytes, count for the bound; text is UTF-8. */
static size_t text_cut(const char *text, size_t max_characters)
{
	size_t len = 0;

	while (max_characters-- > 0 && text[len]) {
		size_t step = str_utf8_step(text + len);

		if (step == 0)
			break;
		len += step;
	}
	return len;
}

static bool name_add(X509_NAME *name, int nid, const char *text, size_t len)
{
	return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
	           (const unsigned char *)text, (int)len, -1, 0) == 1;
}

static int subject_set(
    X509 *certificate, const struct certificate_plan *plan, struct err *err)
{
	CLEANUP(x509_name) X509_NAME *name = X509_NAME_new();
	const char *common_name = plan->common_name;
	size_t len = text_cut(common_name, CERTIFICATE_NAME_MAX);

	if (len == 0 || common_name[len])
		return err_set(err, ERR_INVALID,
		    "a certificate's name has 1 to %d characters of UTF-8",
		    CERTIFICATE_NAME_MAX);
	if (!name)
		return err_memory(err);
	if (plan->organisation && plan->organisation[0] &&
	    !name_add(name, NID_organizationName, plan->organisation,
	        text_cut(plan->organisation, CERTIFICATE_NAME_MAX)))
		return err_set(err, ERR_INVALID,
		    "the organisation's name cannot stand in a certificate");
	if (!name_add(name, NID_commonName, common_name, len))
		return err_set(
		    err, ERR_INVALID, "the name cannot stand in a certificate");
	if (X509_set_subject_name(certificate, name) != 1)
		return err_memory(err);
	return 0;
}

static int64_t not_after_cut(const struct certificate_plan *plan)
{
	struct tm end = {0};
	int64_t end_ms;

	if (!plan->issuer ||
	    ASN1_TIME_to_tm(X509_get0_notAfter(plan->issuer), &end) != 1)
		return plan->not_after_ms;
	end_ms = (int64_t)timegm(&end) * TIME_SECOND_MS;
	return plan->not_after_ms < end_ms ? plan->not_after_ms : end_ms;
}

static int validity_set(
    X509 *certificate, const struct certificate_plan *plan, struct err *err)
{
	const time_t from = (time_t)(plan->not_before_ms / TIME_SECOND_MS);
	const time_t to = (time_t)(not_after_cut(plan) / TIME_SECOND_MS);

	if (to <= from)
		return err_set(err, ERR_INVALID,
		    "a certificate would end before it begins");
	if (!ASN1_TIME_set(X509_getm_notBefore(certificate), from) ||
	    !ASN1_TIME_set(X509_getm_notAfter(certificate), to))
		return err_set(err, ERR_INVALID,
		    "a certificate's validity is out of range");
	return 0;
}

static bool serial_set(X509 *certificate)
{
	CLEANUP(bignum) BIGNUM *serial = BN_new();

	return serial &&
	    BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) ==
	    1 &&
	    BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate));
}

static bool extension_add(
    X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool added;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	added = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}

/* An EC key does not encrypt (RFC 8813 section 3). */
static bool client_usage_add(X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
	bool is_rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;

	return extension_add(certificate, issuer, NID_key_usage,
	    is_rsa ? "critical,digitalSignature,keyEncipherment"
	           : "critical,digitalSignature");
}

static bool host_is_dns_name(const char *host)
{
	size_t len = strlen(host);

	if (len == 0 || len > HOST_MAX || host[0] == '.' || host[0] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)host[i];

		if (!isalnum(c) && c != '-' && c != '.')
			return false;
	}
	return !strstr(host, "..");
}

static GENERAL_NAME *host_name(const char *host)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
	ASN1_IA5STRING *text = NULL;

	if (name && address) {
		GENERAL_NAME_set0_value(name, GEN_IPADD, address);
		return name;
	}
	if (name && host_is_dns_name(host))
		text = ASN1_IA5STRING_new();
	if (text && ASN1_STRING_set(text, host, -1) == 1) {
		GENERAL_NAME_set0_value(name, GEN_DNS, text);
		return name;
	}
	ASN1_IA5STRING_free(text);
	ASN1_OCTET_STRING_free(address);
	GENERAL_NAME_free(name);
	return NULL;
}

static int hosts_add(
    X509 *certificate, const struct certificate_plan *plan, struct err *err)
{
	CLEANUP(general_names) GENERAL_NAMES *names = GENERAL_NAMES_new();

	if (plan->host_count < 1 || plan->host_count > CERTIFICATE_HOSTS_MAX)
		return err_set(err, ERR_INVALID,
		    "a server certificate needs 1 to %d host names",
		    CERTIFICATE_HOSTS_MAX);
	for (size_t i = 0; i < plan->host_count; i++) {
		GENERAL_NAME *name = host_name(plan->hosts[i]);

		if (!name)
			return err_set(err, ERR_INVALID,
			    "\"%.100s\" is neither a host name nor an IP "
			    "address",
			    plan->hosts[i]);
		if (!names || sk_GENERAL_NAME_push(names, name) <= 0) {
			GENERAL_NAME_free(name);
			return err_memory(err);
		}
	}
	if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) !=
	    1)
		return err_memory(err);
	return 0;
}

static int extensions_add(
    X509 *certificate, const struct certificate_plan *plan, struct err *err)
{
	const struct extension *extensions = use_extensions[plan->use];
	X509 *issuer = plan->issuer ? plan->issuer : certificate;

	for (size_t i = 0; i < EXTENSIONS_MAX && extensions[i].value; i++) {
		if (!extension_add(certificate, issuer, extensions[i].nid,
		        extensions[i].value))
			return internal(err);
	}
	if (plan->use == CERTIFICATE_CLIENT &&
	    !client_usage_add(certificate, issuer, plan->key))
		return internal(err);
	if (plan->use == CERTIFICATE_TLS_SERVER)
		return hosts_add(certificate, plan, err);
	return 0;
}

int certificate_make(
    const struct certificate_plan *plan, X509 **out, struct err *err)
{
	CLEANUP(x509) X509 *certificate = X509_new();
	X509 *issuer = plan->issuer ? plan->issuer : certificate;
	int rc;

	if (!certificate)
		return err_memory(err);
	if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
	    !serial_set(certificate) ||
	    X509_set_pubkey(certificate, plan->key) != 1)
		return internal(err);
	rc = subject_set(certificate, plan, err);
	if (rc == 0)
		rc = validity_set(certificate, plan, err);
	if (rc != 0)
		return rc;
	if (X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) !=
	    1)
		return internal(err);
	rc = extensions_add(certificate, plan, err);
	if (rc != 0)
		return rc;
	if (X509_sign(certificate, plan->issuer_key, EVP_sha256()) <= 0)
		return internal(err);
	*out = certificate;
	certificate = NULL;
	return 0;
}
