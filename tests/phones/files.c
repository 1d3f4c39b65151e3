#include "tests/phones/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/err.h"

int files_read_stream(FILE *stream, struct buf *out, struct err *err)
{
	char chunk[16384];
	size_t got;

	buf_reset(out);
	while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0) {
		if (out->len + got > FILES_MAX)
			return err_set(
			    err, ERR_LIMIT, "larger than %d bytes", FILES_MAX);
		buf_append(out, chunk, got);
	}
	if (ferror(stream))
		return err_set(err, ERR_IO, "%s", strerror(errno));
	return buf_check(out, err);
}

int files_read(const char *path, struct buf *out, struct err *err)
{
	FILE *stream = fopen(path, "re");
	int rc;

	if (!stream)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "cannot open %s: %s", path, strerror(errno));
	rc = files_read_stream(stream, out, err);
	(void)fclose(stream);
	return rc < 0 ? err_prefix(err, "%s", path) : 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t put;

	while (len > 0) {
		put = write(fd, data, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		data += put;
		len -= (size_t)put;
	}
	return 0;
}

int files_write(const char *path, const void *data, size_t len, struct err *err)
{
	char temp[4096];
	int fd;

	if (snprintf(temp, sizeof(temp), "%s.tmp", path) >= (int)sizeof(temp))
		return err_set(err, ERR_LIMIT, "path too long: %s", path);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(
		    err, ERR_IO, "cannot write %s: %s", temp, strerror(errno));
	if (write_all(fd, data, len) < 0 || close(fd) < 0) {
		(void)err_set(
		    err, ERR_IO, "cannot write %s: %s", temp, strerror(errno));
		(void)unlink(temp);
		return -(int)ERR_IO;
	}
	if (rename(temp, path) < 0)
		return err_set(err, ERR_IO, "cannot rename to %s: %s", path,
		    strerror(errno));
	return 0;
}

int files_make_folder(const char *path, struct err *err)
{
	struct stat info;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return 0;
	return err_set(
	    err, ERR_IO, "cannot make folder %s: %s", path, strerror(errno));
}
