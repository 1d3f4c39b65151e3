/*
 * keeper_init_test: are the keys made whole or not at all, never overwritten,
 * readable by nobody else, and do openssl's own programs take the certificates?
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/keeper/keeper.h"

static const char *const hosts[] = {"phones.example.org", "127.0.0.1", "::1"};
static char folder[64];

static const struct {
	const char *name;
	mode_t mode;
} files[] = {
    {KEEPER_CA_CERTIFICATE, 0644},
    {KEEPER_CA_KEY, 0600},
    {KEEPER_SIGNING_CERTIFICATE, 0644},
    {KEEPER_SIGNING_KEY, 0600},
    {KEEPER_TLS_CERTIFICATE, 0644},
    {KEEPER_TLS_KEY, 0600},
    {KEEPER_SEALING_KEY, 0600},
};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void folder_remove(void)
{
	for (size_t i = 0; i < FILE_COUNT; i++)
		(void)unlink(path_of(files[i].name));
	(void)unlink(path_of(".init-unfinished"));
	(void)rmdir(folder);
}

static int init(struct err *err)
{
	return keeper_init(folder, "V\xc3\xa4stervik", hosts, 3,
	    (int64_t)time(NULL) * 1000, err);
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/workphone-init-XXXXXX");
	return mkdtemp(folder) && init(NULL) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	folder_remove();
	return 0;
}

/* Exit code of openssl with these arguments; its output is thrown away. */
static int openssl(const char *const *arguments)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		if (chdir(folder) == 0)
			execvp("openssl", (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define OPENSSL(...)                                                           \
	openssl((const char *const[]){"openssl", __VA_ARGS__, NULL})

static void test_modes(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	for (size_t i = 0; i < FILE_COUNT; i++) {
		assert_int_equal(stat(path_of(files[i].name), &st), 0);
		assert_int_equal(st.st_mode & 07777, files[i].mode);
		assert_true(st.st_size > 0);
	}
	assert_int_equal(access(path_of(".init-unfinished"), F_OK), -1);
}

static void test_certificates_by_openssl(void **state)
{
	(void)state;
	assert_int_equal(OPENSSL("verify", "-x509_strict", "-CAfile", "ca.crt",
	                     "-purpose", "sslserver", "-verify_hostname",
	                     "phones.example.org", "tls.crt"),
	    0);
	assert_int_equal(OPENSSL("verify", "-CAfile", "ca.crt", "-verify_ip",
	                     "127.0.0.1", "tls.crt"),
	    0);
	assert_int_equal(OPENSSL("verify", "-CAfile", "ca.crt", "-verify_ip",
	                     "::1", "tls.crt"),
	    0);
	assert_int_not_equal(
	    OPENSSL("verify", "-CAfile", "ca.crt", "-verify_hostname",
	        "other.example.org", "tls.crt"),
	    0);
	assert_int_equal(OPENSSL("verify", "-x509_strict", "-CAfile", "ca.crt",
	                     "-purpose", "smimesign", "profile-signing.crt"),
	    0);
	/* Neither leaf may pass for a phone. */
	assert_int_not_equal(OPENSSL("verify", "-CAfile", "ca.crt", "-purpose",
	                         "sslclient", "tls.crt"),
	    0);
	assert_int_not_equal(OPENSSL("verify", "-CAfile", "ca.crt", "-purpose",
	                         "sslclient", "profile-signing.crt"),
	    0);
	assert_int_equal(OPENSSL("pkey", "-in", "tls.key", "-check"), 0);
	assert_int_equal(OPENSSL("pkey", "-in", "ca.key", "-check"), 0);
}

static void test_never_overwrites(void **state)
{
	struct stat before;
	struct stat after;
	struct err err = {0};

	(void)state;
	assert_int_equal(stat(path_of(KEEPER_CA_KEY), &before), 0);
	assert_int_equal(init(&err), -ERR_CONFLICT);
	assert_int_equal(stat(path_of(KEEPER_CA_KEY), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	/* Nor beside a single one that is left. */
	for (size_t i = 0; i + 1 < FILE_COUNT; i++)
		assert_int_equal(unlink(path_of(files[i].name)), 0);
	assert_int_equal(init(&err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, KEEPER_SEALING_KEY));
	assert_int_equal(access(path_of(KEEPER_CA_KEY), F_OK), -1);
}

/* Runs last: leaves a folder made anew. */
static void test_interrupted(void **state)
{
	struct keeper *keeper = NULL;
	struct err err = {0};
	int fd = open(path_of(".init-unfinished"), O_CREAT | O_WRONLY, 0600);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(keeper_start(folder, &keeper, &err), -ERR_CONFLICT);
	assert_null(keeper);
	assert_int_equal(init(&err), 0);
	assert_int_equal(access(path_of(".init-unfinished"), F_OK), -1);
	assert_int_equal(keeper_start(folder, &keeper, &err), 0);
	keeper_stop(keeper);
}

static void test_refused(void **state)
{
	static const char *const bad_hosts[] = {"", "a b", "DNS:x,IP:1.2.3.4",
	    "-x", ".x", "a..b", "v\xc3\xa4st.example"};
	char elsewhere[80];
	struct err err = {0};

	(void)state;
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s-none", folder);
	for (size_t i = 0; i < sizeof(bad_hosts) / sizeof(bad_hosts[0]); i++)
		assert_int_equal(
		    keeper_init(elsewhere, "X", &bad_hosts[i], 1, 0, &err),
		    -ERR_INVALID);
	assert_int_equal(
	    keeper_init(elsewhere, "X", NULL, 0, 0, &err), -ERR_INVALID);
	assert_int_equal(
	    keeper_init(elsewhere, "", hosts, 1, 0, &err), -ERR_INVALID);
	assert_int_equal(
	    keeper_init(elsewhere, "\xff", hosts, 1, 0, &err), -ERR_INVALID);
	/* None of them left anything. */
	assert_int_equal(access(elsewhere, F_OK), -1);
	assert_int_equal(errno, ENOENT);
}

static void test_busy(void **state)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(init(NULL), -ERR_BUSY);
	close(fd);
}

static void file_move(const char *from, const char *to)
{
	char old[128];

	(void)snprintf(old, sizeof(old), "%s", path_of(from));
	assert_int_equal(rename(old, path_of(to)), 0);
}

static void test_load_refuses(void **state)
{
	struct keeper *keeper = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    keeper_start("/nonexistent/folder", &keeper, &err), -ERR_NOT_FOUND);
	assert_int_equal(chmod(path_of(KEEPER_CA_KEY), 0640), 0);
	assert_int_equal(keeper_start(folder, &keeper, &err), -ERR_DENIED);
	assert_non_null(strstr(err.text, KEEPER_CA_KEY));
	assert_int_equal(chmod(path_of(KEEPER_CA_KEY), 0600), 0);
	/* The TLS key in the CA key's place does not fit its certificate. */
	file_move(KEEPER_CA_KEY, "aside");
	assert_int_equal(keeper_start(folder, &keeper, &err), -ERR_NOT_FOUND);
	file_move(KEEPER_TLS_KEY, KEEPER_CA_KEY);
	assert_int_equal(keeper_start(folder, &keeper, &err), -ERR_CRYPTO);
	file_move(KEEPER_CA_KEY, KEEPER_TLS_KEY);
	file_move("aside", KEEPER_CA_KEY);
	assert_null(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_modes),
	    cmocka_unit_test(test_certificates_by_openssl),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_busy),
	    cmocka_unit_test(test_load_refuses),
	    cmocka_unit_test(test_never_overwrites),
	    cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
