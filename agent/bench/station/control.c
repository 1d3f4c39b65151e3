#include "agent/bench/station/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/err.h"

#define SEND_BUFFER (1024 * 1024) /* a snapshot of 64 ports is 40 kB */

struct control {
	int listener;
	int clients[CONTROL_CLIENTS_MAX];
	size_t count;
	char path[108];
};

static int listen_at(struct control *control, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, control->path, sizeof(control->path));
	(void)unlink(control->path); /* the state folder is locked: ours */
	control->listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->listener < 0 ||
	    bind(control->listener, (struct sockaddr *)&address,
	        sizeof(address)) != 0 ||
	    chmod(control->path, 0660) != 0 ||
	    listen(control->listener, CONTROL_CLIENTS_MAX) != 0)
		return err_set(
		    err, ERR_IO, "%s: %s", control->path, strerror(errno));
	return 0;
}

int control_new(const char *path, struct control **out, struct err *err)
{
	struct control *control = calloc(1, sizeof(*control));
	int rc;

	if (!control)
		return err_memory(err);
	control->listener = -1;
	if (strlen(path) >= sizeof(control->path)) {
		free(control);
		return err_set(err, ERR_LIMIT,
		    "%s is too long for a socket; choose a shorter state "
		    "folder",
		    path);
	}
	memcpy(control->path, path, strlen(path) + 1);
	if ((rc = listen_at(control, err)) < 0) {
		control_free(control);
		return rc;
	}
	*out = control;
	return 0;
}

void control_free(struct control *control)
{
	size_t i;

	if (!control)
		return;
	for (i = 0; i < control->count; i++)
		(void)close(control->clients[i]);
	if (control->listener >= 0) {
		(void)close(control->listener);
		(void)unlink(control->path);
	}
	free(control);
}

size_t control_fds(struct control *control, struct pollfd *out, size_t max)
{
	size_t used = 0;
	size_t i;

	if (used < max)
		out[used++] = (struct pollfd){control->listener, POLLIN, 0};
	for (i = 0; i < control->count && used < max; i++)
		out[used++] = (struct pollfd){control->clients[i], POLLIN, 0};
	return used;
}

static void drop(struct control *control, size_t index)
{
	(void)close(control->clients[index]);
	control->clients[index] = control->clients[--control->count];
}

/* Whatever a client sends is not read for meaning; its end is noticed. */
static void drop_gone(struct control *control)
{
	char bytes[256];
	size_t i;

	for (i = control->count; i > 0; i--) {
		ssize_t got = recv(control->clients[i - 1], bytes,
		    sizeof(bytes), MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno != EAGAIN))
			drop(control, i - 1);
	}
}

int control_step(struct control *control)
{
	int size = SEND_BUFFER;
	int is_new = 0;
	int fd;

	drop_gone(control);
	while ((fd = accept4(control->listener, NULL, NULL,
	            SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		if (control->count == CONTROL_CLIENTS_MAX) {
			(void)close(fd);
			continue;
		}
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		control->clients[control->count++] = fd;
		is_new = 1;
	}
	return is_new;
}

void control_send(struct control *control, const char *line, size_t len)
{
	size_t i;

	for (i = control->count; i > 0; i--)
		if (send(control->clients[i - 1], line, len,
		        MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
			drop(control, i - 1);
}

size_t control_count(const struct control *control)
{
	return control->count;
}
