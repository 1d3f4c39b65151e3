#include "server/directory/directory_connect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "program/credential.h"
#include "proto/base/err.h"

#define PASSWORD_MAX 255

int directory_refuse(const char *what, int code, struct err *err)
{
	return err_set(err,
	    code == LDAP_INVALID_CREDENTIALS ? ERR_DENIED : ERR_IO, "%s: %s",
	    what, ldap_err2string(code));
}

/* ---- the line ---- */

static int set_options(
    const struct directory_config *config, LDAP *ldap, struct err *err)
{
	struct timeval limit = {.tv_sec = config->timeout_s};
	int version = LDAP_VERSION3;
	int demand = LDAP_OPT_X_TLS_HARD;
	int is_server = 0;
	bool done =
	    ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version) == 0 &&
	    ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &limit) == 0 &&
	    ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &limit) == 0 &&
	    ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == 0 &&
	    ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == 0;

	if (done && config->ca_file)
		done = ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE,
		           config->ca_file) == 0;
	if (done && config->tls != DIRECTORY_NO_TLS)
		done = ldap_set_option(
		           ldap, LDAP_OPT_X_TLS_NEWCTX, &is_server) == 0;
	return done ? 0
	            : err_set(err, ERR_CRYPTO,
	                  "TLS cannot be set up; is ca_file readable?");
}

/* ---- the password ---- */

static int password_open(const char *path, int *out, struct err *err)
{
	char place[PATH_MAX];
	struct stat status;
	int rc = credential_path(path, place, sizeof(place), err);
	int fd;

	if (rc < 0)
		return err_prefix(err, "password_file");
	fd = open(place, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(
		    err, ERR_IO, "password_file %s: %s", path, strerror(errno));
	if (!credential_is(path) &&
	    (fstat(fd, &status) < 0 || (status.st_mode & 077) != 0)) {
		(void)close(fd);
		return err_set(err, ERR_DENIED,
		    "password_file %s is readable by others; chmod 600", path);
	}
	*out = fd;
	return 0;
}

static int password_read(
    const char *path, char out[PASSWORD_MAX + 1], struct err *err)
{
	ssize_t got;
	int fd = -1;
	int rc = password_open(path, &fd, err);

	if (rc < 0)
		return rc;
	got = read(fd, out, PASSWORD_MAX);
	(void)close(fd);
	if (got < 0)
		return err_set(
		    err, ERR_IO, "password_file %s cannot be read", path);
	out[got] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	/* An empty one would be an anonymous bind (RFC 4513, 5.1.2). */
	return *out ? 0
	            : err_set(err, ERR_IO, "password_file %s is empty", path);
}

/* ---- the login ---- */

static int bind_simple(
    const struct directory_config *config, LDAP *ldap, struct err *err)
{
	char password[PASSWORD_MAX + 1];
	struct berval secret = {.bv_val = password};
	int rc = password_read(config->password_file, password, err);

	if (rc == 0) {
		secret.bv_len = strlen(password);
		rc = ldap_sasl_bind_s(ldap, config->bind_dn, LDAP_SASL_SIMPLE,
		    &secret, NULL, NULL, NULL);
		rc = rc == LDAP_SUCCESS
		    ? 0
		    : directory_refuse("the directory's login", rc, err);
	}
	explicit_bzero(password, sizeof(password));
	return rc;
}

static int bind_external(LDAP *ldap, struct err *err)
{
	struct berval none = {0, NULL};
	int rc =
	    ldap_sasl_bind_s(ldap, NULL, "EXTERNAL", &none, NULL, NULL, NULL);

	return rc == LDAP_SUCCESS
	    ? 0
	    : directory_refuse("the directory's login", rc, err);
}

int directory_connect(
    const struct directory_config *config, LDAP **out, struct err *err)
{
	int code = ldap_initialize(out, config->url);
	int rc;

	if (code != LDAP_SUCCESS)
		return directory_refuse(config->url, code, err);
	if ((rc = set_options(config, *out, err)) < 0)
		return rc;
	if (config->tls == DIRECTORY_START_TLS) {
		code = ldap_start_tls_s(*out, NULL, NULL);
		if (code != LDAP_SUCCESS)
			return directory_refuse("STARTTLS", code, err);
	}
	return config->bind_dn ? bind_simple(config, *out, err)
	                       : bind_external(*out, err);
}
