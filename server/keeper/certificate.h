/*
 * certificate: makes and signs X.509 certificates from a plan. Reads no clock
 * and no file. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_CERTIFICATE_H
#define SERVER_KEEPER_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

struct err;

/* What a certificate may be used for; decides its extensions. */
enum certificate_use {
	CERTIFICATE_CA,
	CERTIFICATE_PROFILE_SIGNING,
	CERTIFICATE_TLS_SERVER,
	CERTIFICATE_CLIENT,
	CERTIFICATE_SUPERVISION,
	CERTIFICATE_DOCUMENTS,
	CERTIFICATE_USE_COUNT
};

#define CERTIFICATE_NAME_MAX 64 /* ub-common-name, RFC 5280 appendix A */
#define CERTIFICATE_HOSTS_MAX 64
/* Clocks of phones run behind; SCEP servers commonly allow ten minutes. */
#define CERTIFICATE_BACKDATE_MS INT64_C(600000)

struct certificate_plan {
	enum certificate_use use;
	const char *organisation; /* subject O; NULL: none; cut when long */
	const char *common_name;  /* UTF-8, 1 to CERTIFICATE_NAME_MAX */
	EVP_PKEY *key;            /* the public key goes in */
	X509 *issuer;             /* NULL: signs itself */
	EVP_PKEY *issuer_key;
	int64_t not_before_ms;
	int64_t not_after_ms; /* at most the issuer's; cut to it */
	const char *const *hosts;
	size_t host_count; /* CERTIFICATE_TLS_SERVER: 1 or more */
};

int certificate_make(
    const struct certificate_plan *plan, X509 **out, struct err *err);

#endif
