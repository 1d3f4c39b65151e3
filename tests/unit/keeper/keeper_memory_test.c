/*
 * keeper_memory_test: is no private key in the memory of the process that
 * started the keeper, after it has used every one of them? A child reads this
 * process's memory and looks for the bytes of the key files.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "server/keeper/keeper.h"

#define PATTERN_LEN 24
#define REGION_MAX ((size_t)512 << 20) /* a sanitizer's shadow is not read */

enum verdict { ABSENT = 10, PRESENT = 11, UNREADABLE = 12 };

static char folder[64];

static const char *path_of(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* Bytes that stand for the key: of the sealing key, or of an RSA prime. */
static bool pattern_load(const char *name, uint8_t *pattern)
{
	FILE *file = fopen(path_of(name), "rb");
	EVP_PKEY *key = NULL;
	BIGNUM *prime = NULL;
	uint8_t bytes[512];
	bool loaded = false;

	if (!file)
		return false;
	if (strcmp(name, KEEPER_SEALING_KEY) == 0) {
		loaded = fread(pattern, 1, PATTERN_LEN, file) == PATTERN_LEN;
	} else {
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		loaded = key &&
		    EVP_PKEY_get_bn_param(
		        key, OSSL_PKEY_PARAM_RSA_FACTOR1, &prime);
		/* As OpenSSL holds it: least significant word first. */
		if (loaded) {
			BN_bn2lebinpad(prime, bytes, sizeof(bytes));
			memcpy(pattern, bytes, PATTERN_LEN);
		}
	}
	fclose(file);
	return loaded;
}

static bool region_holds(
    int memory, size_t from, size_t to, const uint8_t *pattern)
{
	size_t len = to - from;
	uint8_t *data = malloc(len);
	ssize_t got = data ? pread(memory, data, len, (off_t)from) : -1;
	bool holds =
	    got > 0 && memmem(data, (size_t)got, pattern, PATTERN_LEN) != NULL;

	free(data);
	return holds;
}

static enum verdict memory_search(pid_t pid, const uint8_t *pattern)
{
	enum verdict verdict = ABSENT;
	char path[64];
	char line[512];
	FILE *maps;
	int memory;

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	memory = open(path, O_RDONLY);
	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	if (memory < 0 || !maps)
		return UNREADABLE;
	while (fgets(line, sizeof(line), maps)) {
		char *end = NULL;
		size_t from = strtoul(line, &end, 16);
		size_t to = strtoul(end + 1, &end, 16);

		if (strncmp(end, " rw", 3) == 0 && to - from < REGION_MAX &&
		    region_holds(memory, from, to, pattern))
			verdict = PRESENT;
	}
	fclose(maps);
	close(memory);
	return verdict;
}

/* The child loads the pattern, so that it is not in our memory by that. */
static enum verdict key_search(const char *name)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		uint8_t pattern[PATTERN_LEN];

		if (!pattern_load(name, pattern))
			_exit(1);
		_exit(memory_search(getppid(), pattern));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? (enum verdict)WEXITSTATUS(status) : 0;
}

/* In a process of its own: making keys leaves nothing here either. */
static int setup(void **state)
{
	static const char *const hosts[] = {"localhost"};
	int status = -1;
	pid_t pid;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/workphone-memory-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	pid = fork();
	if (pid == 0)
		_exit(keeper_init(folder, "Test", hosts, 1,
		          (int64_t)time(NULL) * 1000, NULL) != 0);
	waitpid(pid, &status, 0);
	return status;
}

static int teardown(void **state)
{
	struct dirent *entry;
	DIR *open_folder = opendir(folder);

	(void)state;
	while (open_folder && (entry = readdir(open_folder)))
		(void)unlink(path_of(entry->d_name));
	closedir(open_folder);
	(void)rmdir(folder);
	return 0;
}

static void test_keys_stay_in_the_keeper(void **state)
{
	struct keeper *keeper = NULL;
	struct secret opened = {0};
	struct buf out = {0};
	uint8_t control[PATTERN_LEN];
	FILE *file;

	(void)state;
	assert_int_equal(keeper_start(folder, &keeper, NULL), 0);
	assert_int_equal(keeper_sign_profile(keeper,
	                     (const uint8_t *)"<plist/>", 8, &out, NULL),
	    0);
	buf_clear(&out);
	assert_int_equal(
	    keeper_seal(keeper, "c", (const uint8_t *)"s", 1, &out, NULL), 0);
	assert_int_equal(
	    keeper_unseal(keeper, "c", out.data, out.len, &opened, NULL), 0);
	secret_clear(&opened);
	buf_clear(&out);
	if (key_search(KEEPER_SEALING_KEY) == UNREADABLE) {
		keeper_stop(keeper);
		puts("SKIP: this system lets no child read its parent");
		skip();
	}
	assert_int_equal(key_search(KEEPER_SEALING_KEY), ABSENT);
	assert_int_equal(key_search(KEEPER_CA_KEY), ABSENT);
	assert_int_equal(key_search(KEEPER_SIGNING_KEY), ABSENT);
	/* And it would have been seen. */
	file = fopen(path_of(KEEPER_SEALING_KEY), "rb");
	assert_int_equal(fread(control, 1, sizeof(control), file), PATTERN_LEN);
	fclose(file);
	assert_int_equal(key_search(KEEPER_SEALING_KEY), PRESENT);
	keeper_stop(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys_stay_in_the_keeper),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
