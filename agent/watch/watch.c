#include "agent/watch/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "agent/bench/station/station.h"
#include "proto/base/err.h"

#define LINE_MAX_BYTES (4 * 1024 * 1024)
#define AGAIN_MS 1000

static int connect_agent(const char *state, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", state,
	        STATION_SOCKET) >= (int)sizeof(address.sun_path))
		return err_set(err, ERR_LIMIT, "%s is too long", state);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return err_set(
	    err, ERR_IO, "no agent runs on %s (%s)", state, strerror(errno));
}

/* Appends what comes; -1 at its end. */
static int read_more(int fd, struct buf *in)
{
	char chunk[16384];
	ssize_t got = read(fd, chunk, sizeof(chunk));

	if (got <= 0 || in->len > LINE_MAX_BYTES)
		return got < 0 && errno == EINTR ? 0 : -1;
	buf_append(in, chunk, (size_t)got);
	return in->failed ? -1 : 0;
}

/* The newest whole line moves into line; false: none yet. */
static bool take_line(struct buf *in, struct buf *line)
{
	const char *data = (const char *)in->data;
	const char *end = in->len ? memrchr(data, '\n', in->len) : NULL;
	const char *start;
	size_t len;

	if (!end)
		return false;
	start = end > data ? memrchr(data, '\n', (size_t)(end - data)) : NULL;
	start = start ? start + 1 : data;
	buf_reset(line);
	buf_append(line, start, (size_t)(end - start));
	len = in->len - (size_t)(end + 1 - data);
	memmove(in->data, end + 1, len);
	in->len = len;
	return !line->failed;
}

/* ---- the screen ---- */

struct screen {
	struct termios before;
	bool is_terminal;
	bool plain;
};

static void screen_open(struct screen *screen)
{
	struct termios raw;

	screen->is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    tcgetattr(STDIN_FILENO, &screen->before) == 0;
	if (!screen->is_terminal)
		return;
	raw = screen->before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	/* The other screen, and no cursor. */
	(void)fputs("\033[?1049h\033[?25l", stdout);
	(void)fflush(stdout);
}

static void screen_close(const struct screen *screen)
{
	if (!screen->is_terminal)
		return;
	(void)fputs("\033[?25h\033[?1049l", stdout);
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
}

static void screen_show(const struct screen *screen, const struct buf *text)
{
	const char *at = (const char *)text->data;
	const char *end;

	if (!screen->is_terminal) {
		(void)fwrite(at, 1, text->len, stdout);
		(void)fflush(stdout);
		return;
	}
	(void)fputs("\033[H", stdout);
	for (; at && *at; at = end + 1) {
		end = strchr(at, '\n');
		if (!end)
			break;
		/* Overwrite and clear the rest: no flicker. */
		(void)fwrite(at, 1, (size_t)(end - at), stdout);
		(void)fputs("\033[K\r\n", stdout);
	}
	(void)fputs("\033[Jq: quit", stdout);
	(void)fflush(stdout);
}

static void show_line(const struct screen *screen, const struct buf *line)
{
	struct winsize size = {0};
	struct buf text = {0};
	struct err err = {0};

	if (screen->is_terminal)
		(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (watch_render((const char *)line->data, line->len, size.ws_col,
	        size.ws_row,
	        screen->plain || !screen->is_terminal ? WATCH_PLAIN
	                                              : WATCH_COLOUR,
	        &text, &err) == 0)
		screen_show(screen, &text);
	buf_clear(&text);
}

static void show_trouble(const struct screen *screen, const struct err *err)
{
	struct buf text = {0};

	buf_printf(&text, "%s\nWaiting for it.\n", err->text);
	if (!text.failed)
		screen_show(screen, &text);
	buf_clear(&text);
}

/* ---- the loop ---- */

/* True: q, or the end of the input. */
static bool wants_out(void)
{
	char key = 0;
	ssize_t got = read(STDIN_FILENO, &key, 1);

	return got == 0 || key == 'q' || key == 'Q' || key == 3;
}

/* Follows one connection; 1: leave, 0: the agent has gone. */
static int follow(const struct screen *screen, int fd, const volatile int *stop)
{
	struct buf in = {0};
	struct buf line = {0};
	int leave = -1;

	while (leave < 0) {
		struct pollfd fds[2] = {
		    {fd, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};

		(void)poll(fds, screen->is_terminal ? 2 : 1, AGAIN_MS);
		if (*stop || (fds[1].revents && wants_out()))
			leave = 1;
		else if (fds[0].revents && read_more(fd, &in) < 0)
			leave = 0;
		if (take_line(&in, &line))
			show_line(screen, &line);
	}
	buf_clear(&in);
	buf_clear(&line);
	return leave;
}

static bool wait_a_second(const struct screen *screen, const volatile int *stop)
{
	struct pollfd key = {STDIN_FILENO, POLLIN, 0};

	(void)poll(&key, screen->is_terminal ? 1 : 0, AGAIN_MS);
	return *stop || (key.revents && wants_out());
}

int watch_run(
    const char *state, bool plain, const volatile int *stop, struct err *err)
{
	struct screen screen = {.plain = plain};
	struct err why = {0};
	bool leave = false;

	(void)err;
	screen_open(&screen);
	while (!leave) {
		int fd = connect_agent(state, &why);

		if (fd < 0) {
			show_trouble(&screen, &why);
			leave = wait_a_second(&screen, stop);
			continue;
		}
		leave = follow(&screen, fd, stop) == 1;
		(void)close(fd);
	}
	screen_close(&screen);
	return 0;
}

int watch_print_once(const char *state, bool json, struct err *err)
{
	struct buf in = {0};
	struct buf line = {0};
	struct buf text = {0};
	int fd = connect_agent(state, err);
	int rc = fd < 0 ? fd : 0;

	while (rc == 0 && !take_line(&in, &line))
		if (read_more(fd, &in) < 0)
			rc = err_set(err, ERR_IO, "the agent went away");
	if (rc == 0 && json)
		(void)printf("%s\n", (char *)line.data);
	if (rc == 0 && !json)
		rc = watch_render(
		    (char *)line.data, line.len, 0, 0, WATCH_PLAIN, &text, err);
	if (text.len)
		(void)fwrite(text.data, 1, text.len, stdout);
	if (fd >= 0)
		(void)close(fd);
	buf_clear(&in);
	buf_clear(&line);
	buf_clear(&text);
	return rc;
}
