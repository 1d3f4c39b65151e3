#include "tests/unit/http/http_support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY_SECONDS 86400L

struct party {
	X509 *certificate;
	EVP_PKEY *key;
};

static bool party_save(
    const struct party *party, const char *certificate, const char *key)
{
	FILE *out = fopen(certificate, "w");
	bool ok = out && PEM_write_X509(out, party->certificate) == 1;

	if (out)
		ok = fclose(out) == 0 && ok;
	if (!key)
		return ok;
	out = fopen(key, "w");
	ok = out &&
	    PEM_write_PrivateKey(out, party->key, NULL, NULL, 0, NULL, NULL) ==
	        1 &&
	    ok;
	if (out)
		ok = fclose(out) == 0 && ok;
	return ok;
}

static bool extension_add(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

struct wish {
	const char *name;
	bool is_ca;
	bool is_rsa;
	long from_days, to_days; /* counted from now */
	const char *host;        /* subjectAltName, NULL: none */
};

static void party_clear(struct party *party)
{
	X509_free(party->certificate);
	EVP_PKEY_free(party->key);
	party->certificate = NULL;
	party->key = NULL;
}

/* issuer NULL: signs itself. */
static bool party_make(
    const struct wish *wish, const struct party *issuer, struct party *out)
{
	static long serial = 1;
	X509_NAME *name;
	X509 *certificate = X509_new();

	out->certificate = certificate;
	out->key = wish->is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	if (!certificate || !out->key)
		return false;
	if (!issuer)
		issuer = out;
	name = X509_get_subject_name(certificate);
	return X509_set_version(certificate, 2) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++) ==
	    1 &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate),
	        wish->from_days * DAY_SECONDS) &&
	    X509_gmtime_adj(
	        X509_getm_notAfter(certificate), wish->to_days * DAY_SECONDS) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	        (const unsigned char *)wish->name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(
	        certificate, X509_get_subject_name(issuer->certificate)) == 1 &&
	    X509_set_pubkey(certificate, out->key) == 1 &&
	    (!wish->is_ca ||
	        extension_add(
	            certificate, NID_basic_constraints, "critical,CA:TRUE")) &&
	    (!wish->host ||
	        extension_add(certificate, NID_subject_alt_name, wish->host)) &&
	    X509_sign(certificate, issuer->key, EVP_sha256()) > 0;
}

static bool issue(const struct wish *wish, const struct party *issuer,
    const char *certificate, const char *key)
{
	struct party party = {0};
	bool ok = party_make(wish, issuer, &party) &&
	    party_save(&party, certificate, key);

	party_clear(&party);
	return ok;
}

static void path_set(
    char *out, const struct support_files *files, const char *name)
{
	(void)snprintf(out, SUPPORT_PATH_MAX, "%s/%s", files->folder, name);
}

static void paths_set(struct support_files *files)
{
	path_set(files->ca, files, "ca.pem");
	path_set(files->server, files, "server.pem");
	path_set(files->server_key, files, "server.key");
	path_set(files->client, files, "client.pem");
	path_set(files->client_key, files, "client.key");
	path_set(files->expired, files, "expired.pem");
	path_set(files->expired_key, files, "expired.key");
	path_set(files->stranger, files, "stranger.pem");
	path_set(files->stranger_key, files, "stranger.key");
	path_set(files->unix_socket, files, "http.sock");
}

bool support_files_make(struct support_files *files, bool rsa_client)
{
	const struct wish ca = {"Test CA", true, false, -1, 365, NULL};
	const struct wish server = {
	    "localhost", false, false, -1, 30, "DNS:localhost,IP:127.0.0.1"};
	const struct wish client = {"phone 1", false, rsa_client, -1, 30, NULL};
	const struct wish expired = {"phone 2", false, false, -30, -1, NULL};
	const struct wish stranger = {"stranger", false, false, -1, 30, NULL};
	struct party authority = {0};
	bool ok;

	(void)snprintf(
	    files->folder, sizeof(files->folder), "/tmp/http_test.XXXXXX");
	if (!mkdtemp(files->folder))
		return false;
	paths_set(files);
	ok = party_make(&ca, NULL, &authority) &&
	    party_save(&authority, files->ca, NULL) &&
	    issue(&server, &authority, files->server, files->server_key) &&
	    issue(&client, &authority, files->client, files->client_key) &&
	    issue(&expired, &authority, files->expired, files->expired_key) &&
	    issue(&stranger, NULL, files->stranger, files->stranger_key);
	party_clear(&authority);
	return ok;
}

void support_files_remove(struct support_files *files)
{
	const char *const paths[] = {files->ca, files->server,
	    files->server_key, files->client, files->client_key, files->expired,
	    files->expired_key, files->stranger, files->stranger_key,
	    files->unix_socket};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)unlink(paths[i]);
	(void)rmdir(files->folder);
}

SSL_CTX *support_client_ctx(
    const struct support_files *files, const char *certificate, const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_load_verify_file(ctx, files->ca) != 1 ||
	    (certificate &&
	        (SSL_CTX_use_certificate_file(
	             ctx, certificate, SSL_FILETYPE_PEM) != 1 ||
	            SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) !=
	                1))) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static int unix_connect(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

bool support_connect_fd(int fd, const char *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	const char *colon = strrchr(address, ':');
	int on = 1;

	in.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0;
}

int support_connect(const char *address)
{
	int fd;

	if (strncmp(address, "unix:", 5) == 0)
		return unix_connect(address + 5);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !support_connect_fd(fd, address)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

int support_stale_socket(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	rc = bind(fd, (struct sockaddr *)&un, sizeof(un));
	(void)close(fd);
	return rc;
}
