#include "tests/phones/control_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/err.h"

#define ANSWER_MAX_BYTES (64 * 1024 * 1024)

int control_line_address(
    const char *path, struct sockaddr_un *address, struct err *err)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return err_set(err, ERR_LIMIT,
		    "socket path longer than %zu bytes: %s",
		    sizeof(address->sun_path) - 1, path);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t put;

	while (len > 0) {
		put = send(fd, data, len, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		data += put;
		len -= (size_t)put;
	}
	return 0;
}

int control_line_write(int fd, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct buf line = {0};
	int rc = -1;

	if (text)
		buf_printf(&line, "%s\n", text);
	if (text && buf_check(&line, NULL) == 0)
		rc = write_all(fd, (const char *)line.data, line.len);
	buf_clear(&line);
	free(text);
	return rc;
}

ssize_t control_line_read(int fd, struct buf *in, size_t max)
{
	char chunk[4096];
	char *end;
	ssize_t got;

	for (;;) {
		end = in->data ? memchr(in->data, '\n', in->len) : NULL;
		if (end)
			return end - (char *)in->data;
		if (in->len > max)
			return -1;
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		buf_append(in, chunk, (size_t)got);
		if (in->failed)
			return -1;
	}
}

int control_line_ask(
    const char *path, const json_t *request, json_t **answer, struct err *err)
{
	struct sockaddr_un address;
	struct buf in = {0};
	json_t *json = NULL;
	ssize_t len = -1;
	int fd = -1;
	int rc;

	rc = control_line_address(path, &address, err);
	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		rc = err_set(err, ERR_IO, "nobody answers at %s: %s", path,
		    strerror(errno));
		goto out;
	}
	if (control_line_write(fd, request) == 0)
		len = control_line_read(fd, &in, ANSWER_MAX_BYTES);
	if (len >= 0)
		json = json_loadb((char *)in.data, (size_t)len, 0, NULL);
	if (!json)
		rc = err_set(err, ERR_IO, "no answer from %s", path);
	*answer = json;
out:
	if (fd >= 0)
		(void)close(fd);
	buf_clear(&in);
	return rc;
}
