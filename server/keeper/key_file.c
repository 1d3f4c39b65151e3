#include "server/keeper/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"

int key_folder_open(const char *folder, struct err *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "key folder %.200s: %s", folder, strerror(errno));
	return fd;
}

bool key_file_exists(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		data += written;
		len -= (size_t)written;
	}
	return 0;
}

int key_file_write(int folder, const char *name, mode_t mode,
    const uint8_t *data, size_t len, struct err *err)
{
	int fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int failed;

	if (fd < 0)
		return err_set(err, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
		    "%s: %s", name, strerror(errno));
	failed = write_all(fd, data, len) != 0 || fchmod(fd, mode) != 0 ||
	    fsync(fd) != 0;
	if (close(fd) != 0 || failed) {
		int saved = errno;

		(void)unlinkat(folder, name, 0);
		return err_set(err, saved == ENOSPC ? ERR_FULL : ERR_IO,
		    "%s: %s", name, strerror(saved));
	}
	return 0;
}

static int file_check(
    int fd, const char *name, bool is_private, size_t *size, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID, "%s is not a file", name);
	if (is_private && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(err, ERR_DENIED,
		    "%s may be read by others; chmod 600 it", name);
	if (st.st_size < 0 || st.st_size > KEY_FILE_MAX)
		return err_set(err, ERR_LIMIT, "%s is larger than %d bytes",
		    name, KEY_FILE_MAX);
	*size = (size_t)st.st_size;
	return 0;
}

static int file_read(
    int fd, const char *name, size_t size, struct secret *out, struct err *err)
{
	uint8_t *data = malloc(size + 1);
	size_t len = 0;
	int rc;

	if (!data)
		return err_memory(err);
	while (len < size) {
		ssize_t got = read(fd, data + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (len == size)
		rc = secret_set(out, data, len, err);
	else
		rc = err_set(err, ERR_IO, "%s cannot be read", name);
	explicit_bzero(data, size + 1);
	free(data);
	return rc;
}

int key_file_read(int folder, const char *name, bool is_private,
    struct secret *out, struct err *err)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t size = 0;
	int rc;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", name, strerror(errno));
	rc = file_check(fd, name, is_private, &size, err);
	if (rc == 0)
		rc = file_read(fd, name, size, out, err);
	(void)close(fd);
	return rc;
}
