#include "tests/unit/keeper/keeper_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"

struct keeper_world world;

static const char *path_of(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", world.folder, name);
	return path;
}

int keeper_world_begin(void **state)
{
	static const char *const hosts[] = {"localhost"};
	FILE *file;

	(void)state;
	world.now_ms = (int64_t)time(NULL) * 1000;
	(void)snprintf(
	    world.folder, sizeof(world.folder), "/tmp/workphone-keeper-XXXXXX");
	if (!mkdtemp(world.folder) ||
	    keeper_init(world.folder, "Test", hosts, 1, world.now_ms, NULL) ||
	    keeper_start(world.folder, &world.keeper, NULL))
		return -1;
	world.phone = EVP_RSA_gen(2048);
	file = fopen(path_of(KEEPER_CA_CERTIFICATE), "r");
	world.ca = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	return 0;
}

int keeper_world_end(void **state)
{
	struct dirent *entry;
	DIR *folder = opendir(world.folder);

	(void)state;
	keeper_stop(world.keeper);
	EVP_PKEY_free(world.phone);
	X509_free(world.ca);
	while (folder && (entry = readdir(folder)))
		(void)unlink(path_of(entry->d_name));
	closedir(folder);
	(void)rmdir(world.folder);
	return 0;
}

void file_write(const char *name, const void *data, size_t len)
{
	FILE *file = fopen(path_of(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	fclose(file);
}

int openssl(const char *const *arguments)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		if (chdir(world.folder) == 0)
			execvp("openssl", (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void keeper_world_seals(void)
{
	const size_t sizes[] = {0, 1, 1300, KEEPER_SECRET_MAX};
	uint8_t *secret = malloc(KEEPER_SECRET_MAX + 1);

	memset(secret, 's', KEEPER_SECRET_MAX + 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf sealed = {0};
		struct buf again = {0};
		struct secret opened = {0};

		assert_int_equal(keeper_seal(world.keeper, "unlock_token:1",
		                     secret, sizes[i], &sealed, NULL),
		    0);
		assert_int_equal(sealed.len, sizes[i] + KEEPER_SEAL_OVERHEAD);
		assert_int_equal(keeper_seal(world.keeper, "unlock_token:1",
		                     secret, sizes[i], &again, NULL),
		    0);
		assert_memory_not_equal(sealed.data, again.data, sealed.len);
		assert_int_equal(keeper_unseal(world.keeper, "unlock_token:1",
		                     sealed.data, sealed.len, &opened, NULL),
		    0);
		assert_int_equal(opened.len, sizes[i]);
		assert_memory_equal(opened.data, secret, sizes[i]);
		secret_clear(&opened);
		assert_int_equal(keeper_unseal(world.keeper, "unlock_token:2",
		                     sealed.data, sealed.len, &opened, NULL),
		    -ERR_CRYPTO);
		sealed.data[sealed.len / 2] ^= 1;
		assert_int_equal(keeper_unseal(world.keeper, "unlock_token:1",
		                     sealed.data, sealed.len, &opened, NULL),
		    -ERR_CRYPTO);
		assert_null(opened.data);
		buf_clear(&sealed);
		buf_clear(&again);
	}
	free(secret);
}
