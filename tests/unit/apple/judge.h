/*
 * judge: a folder of documents and the programs, not ours, that judge it.
 */
#ifndef TESTS_UNIT_APPLE_JUDGE_H
#define TESTS_UNIT_APPLE_JUDGE_H

#include "tests/unit/apple/apple_test.h"

#include <dirent.h>
#include <errno.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 64

struct folder {
	char path[64];
	unsigned files;
};

static inline void folder_open(struct folder *folder)
{
	(void)snprintf(
	    folder->path, sizeof(folder->path), "/tmp/apple_encoder_XXXXXX");
	folder->files = 0;
	assert_non_null(mkdtemp(folder->path));
}

static inline void folder_add(
    struct folder *folder, const char *name, struct buf *doc)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(doc->data, 1, doc->len, file), doc->len);
	assert_int_equal(fclose(file), 0);
	folder->files++;
	buf_clear(doc);
}

/* Exit status of a program that is found on the PATH, 127 when it is not. */
static inline int run(const char *const *args)
{
	char *argv[ARGS_MAX + 1] = {NULL};
	size_t i;
	pid_t pid;
	int status;

	for (i = 0; args[i]; i++) {
		assert_true(i < ARGS_MAX);
		argv[i] = (char *)(uintptr_t)args[i];
	}
	fflush(NULL);
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		return 127;
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Calls each with the path of every document, and removes it if told to. */
static inline void folder_each(
    struct folder *folder, void (*each)(const char *path), bool last)
{
	char path[512];
	struct dirent *entry;
	DIR *dir = opendir(folder->path);

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder->path, entry->d_name);
		if (each)
			each(path);
		if (last)
			assert_int_equal(unlink(path), 0);
	}
	closedir(dir);
	if (last)
		assert_int_equal(rmdir(folder->path), 0);
}

static inline void judge_with_plistutil(const char *path)
{
	const char *const args[] = {
	    "plistutil", "-i", path, "-o", "/dev/null", NULL};
	int status = run(args);

	if (status == 127)
		printf("SKIP: plistutil is not installed\n");
	else if (status != 0)
		fail_msg("plistutil refuses %s", path);
}

static inline const char *schema_folder(void)
{
	const char *folder = getenv("WORKPHONE_APPLE_SCHEMA");

	if (folder && *folder)
		return folder;
	printf("SKIP: WORKPHONE_APPLE_SCHEMA is not set, Apple's schema is "
	       "not asked\n");
	return NULL;
}

static char *judged[ARGS_MAX];
static size_t judged_count;

static inline void remember(const char *path)
{
	assert_true(judged_count < ARGS_MAX - 8);
	judged[judged_count] = strdup(path);
	assert_non_null(judged[judged_count++]);
}

/* All documents of the folder, in one run; extra may be NULL. */
static inline int judge_with_schema(
    struct folder *folder, const char *kind, const char *extra)
{
	const char *schema = schema_folder();
	const char *args[ARGS_MAX + 1] = {"python3"};
	char tool[256];
	char file[256];
	size_t count = 1;
	size_t i;
	int status = 0;

	if (!schema)
		return 0;
	(void)snprintf(tool, sizeof(tool), "%s/validate.py", schema);
	(void)snprintf(file, sizeof(file), "%s/ios-schema.json", schema);
	args[count++] = tool;
	args[count++] = "--schema";
	args[count++] = file;
	args[count++] = "--kind";
	args[count++] = kind;
	if (extra)
		args[count++] = extra;
	folder_each(folder, remember, false);
	for (i = 0; i < judged_count; i++)
		args[count++] = judged[i];
	status = run(args);
	while (judged_count > 0)
		free(judged[--judged_count]);
	return status;
}

#endif
