#include "agent/bench/uplink/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/err.h"

int files_make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	return 0;
}

static int open_folder(const char *folder, struct err *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", folder, strerror(errno));
	return fd;
}

static int write_beside(int folder, const char *name, const void *data,
    size_t len, mode_t mode, struct err *err)
{
	int fd = openat(
	    folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	int rc = 0;

	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	if (write(fd, data, len) != (ssize_t)len || fsync(fd) != 0)
		rc = err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	(void)close(fd);
	return rc;
}

int files_write(const char *folder, const char *name, const void *data,
    size_t len, mode_t mode, struct err *err)
{
	char beside[300];
	int fd = open_folder(folder, err);
	int rc;

	if (fd < 0)
		return fd;
	(void)snprintf(beside, sizeof(beside), "%.255s.new", name);
	rc = write_beside(fd, beside, data, len, mode, err);
	if (rc == 0 && (renameat(fd, beside, fd, name) != 0 || fsync(fd) != 0))
		rc = err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	(void)close(fd);
	return rc;
}

static int read_fd(
    int fd, const char *name, size_t max, struct buf *out, struct err *err)
{
	uint8_t chunk[8192];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
		if (out->len + (size_t)got > max)
			return err_set(err, ERR_LIMIT, "%s is too large", name);
		buf_append(out, chunk, (size_t)got);
	}
	if (got < 0)
		return err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	buf_append(out, "", 0);
	return buf_check(out, err);
}

int files_read(const char *folder, const char *name, size_t max,
    struct buf *out, struct err *err)
{
	struct buf text = {0};
	int at = open_folder(folder, err);
	int fd;
	int rc;

	if (at < 0)
		return at;
	fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	(void)close(at);
	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s/%s: %s", folder, name, strerror(errno));
	rc = read_fd(fd, name, max, &text, err);
	(void)close(fd);
	if (rc < 0) {
		buf_clear(&text);
		return rc;
	}
	*out = text;
	return 0;
}

int files_remove(const char *folder, const char *name, struct err *err)
{
	int fd = open_folder(folder, err);
	int rc = 0;

	if (fd < 0)
		return fd;
	if (unlinkat(fd, name, 0) != 0 && errno != ENOENT)
		rc = err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	(void)close(fd);
	return rc;
}

int files_each(const char *folder, const char *suffix,
    int (*each)(void *arg, const char *name), void *arg, struct err *err)
{
	DIR *dir = opendir(folder);
	size_t tail = strlen(suffix);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return err_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
	while (rc == 0 && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] != '.' && len > tail &&
		    strcmp(entry->d_name + len - tail, suffix) == 0)
			rc = each(arg, entry->d_name);
	}
	(void)closedir(dir);
	return rc;
}
