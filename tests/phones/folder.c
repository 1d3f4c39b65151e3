#include "tests/phones/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "tests/phones/files.h"
#include "tests/phones/phone_state.h"

#define SUFFIX ".json"

struct folder {
	char *path;
	bool is_file; /* path is one phone's file */
	int lock;     /* fd, -1 when not held */
};

static bool has_suffix(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) &&
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static int take_lock(struct folder *folder, struct err *err)
{
	char *name = NULL;
	int rc = 0;

	if (asprintf(&name, "%s%s", folder->path,
	        folder->is_file ? ".lock" : "/.lock") < 0)
		return err_memory(err);
	folder->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (folder->lock < 0)
		rc = err_set(
		    err, ERR_IO, "cannot open %s: %s", name, strerror(errno));
	else if (flock(folder->lock, LOCK_EX | LOCK_NB) < 0)
		rc = err_set(err, ERR_BUSY,
		    "%s is in use by another virtual-phones: stop it, or "
		    "talk to it with 'do --control'",
		    folder->path);
	free(name);
	return rc;
}

int folder_open(const char *path, struct folder **out, struct err *err)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	int rc = 0;

	if (!folder)
		return err_memory(err);
	folder->lock = -1;
	folder->path = strdup(path);
	folder->is_file = has_suffix(path);
	if (!folder->path)
		rc = err_memory(err);
	if (rc == 0 && !folder->is_file)
		rc = files_make_folder(path, err);
	if (rc == 0)
		rc = take_lock(folder, err);
	if (rc < 0) {
		folder_close(folder);
		return rc;
	}
	*out = folder;
	return 0;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	if (folder->lock >= 0)
		(void)close(folder->lock);
	free(folder->path);
	free(folder);
}

static char *file_name(const struct folder *folder, const char *serial)
{
	char *name = NULL;

	if (folder->is_file)
		return strdup(folder->path);
	if (asprintf(&name, "%s/%s%s", folder->path, serial, SUFFIX) < 0)
		return NULL;
	return name;
}

static int load_one_file(
    struct folder *folder, struct phone ***out, size_t *count, struct err *err)
{
	struct phone **phones = calloc(1, sizeof(*phones));
	int rc;

	if (!phones)
		return err_memory(err);
	rc = phone_state_load(folder->path, &phones[0], err);
	if (rc < 0) {
		free(phones);
		return rc;
	}
	*out = phones;
	*count = 1;
	return 0;
}

static int is_state_file(const struct dirent *entry)
{
	return has_suffix(entry->d_name) && entry->d_name[0] != '.';
}

int folder_load_all(
    struct folder *folder, struct phone ***out, size_t *count, struct err *err)
{
	struct dirent **entries = NULL;
	struct phone **phones = NULL;
	char path[4096];
	size_t loaded = 0;
	int rc = 0;
	int n;
	int i;

	if (folder->is_file)
		return load_one_file(folder, out, count, err);
	n = scandir(folder->path, &entries, is_state_file, alphasort);
	if (n < 0)
		return err_set(err, ERR_IO, "cannot read %s: %s", folder->path,
		    strerror(errno));
	phones = calloc((size_t)n + 1, sizeof(*phones));
	for (i = 0; phones && rc == 0 && i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder->path,
		    entries[i]->d_name);
		rc = phone_state_load(path, &phones[loaded], err);
		if (rc == 0)
			loaded++;
	}
	for (i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	if (!phones)
		return err_memory(err);
	if (rc < 0) {
		folder_free_all(phones, loaded);
		return rc;
	}
	*out = phones;
	*count = loaded;
	return 0;
}

/* FILE.json may hold another phone than the one that is asked for. */
static int check_serial(const struct folder *folder, const char *serial,
    struct phone **phone, struct err *err)
{
	int rc;

	if (strcmp((*phone)->hardware.serial, serial) == 0)
		return 0;
	rc = err_set(err, ERR_CONFLICT, "%s holds phone %s, not %s",
	    folder->path, (*phone)->hardware.serial, serial);
	phone_free(*phone);
	*phone = NULL;
	return rc;
}

int folder_load(struct folder *folder, const char *serial, struct phone **out,
    struct err *err)
{
	struct phone *phone = NULL;
	struct err why = {0};
	char *name;
	int rc;

	if (strchr(serial, '/') || serial[0] == '.')
		return err_set(err, ERR_INVALID, "'%s' is no serial", serial);
	name = file_name(folder, serial);
	if (!name)
		return err_memory(err);
	rc = phone_state_load(name, &phone, &why);
	free(name);
	if (rc == -(int)ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no phone %s in %s", serial,
		    folder->path);
	if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	rc = check_serial(folder, serial, &phone, err);
	if (rc == 0)
		*out = phone;
	return rc;
}

int folder_save(struct folder *folder, struct phone *phone, struct err *err)
{
	char *name = file_name(folder, phone->hardware.serial);
	int rc;

	if (!name)
		return err_memory(err);
	rc = phone_state_save(phone, name, err);
	free(name);
	return rc;
}

void folder_free_all(struct phone **phones, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		phone_free(phones[i]);
	free(phones);
}
