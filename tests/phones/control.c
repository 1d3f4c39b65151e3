#include "tests/phones/control.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/action.h"
#include "tests/phones/control_line.h"

#define LINE_MAX_BYTES (64 * 1024)
#define CALLERS_MAX 64

struct control {
	struct engine *engine;
	const struct session_world *world;
	STACK_OF(X509) * anchors;
	int (*extension)(
	    void *arg, const json_t *request, json_t **result, struct err *err);
	void *extension_arg;
	char *path;
	int listener;     /* -1 without a path */
	int stop_pipe[2]; /* a caller writes when it is told to stop */
	pthread_mutex_t lock;
	pthread_cond_t left;
	unsigned callers;
	int fds[CALLERS_MAX]; /* of the callers, -1 when free */
};

struct caller {
	struct control *control;
	int fd;
};

static json_t *refusal(const struct err *err)
{
	/* The sentence may quote bytes of the caller that are no UTF-8. */
	bool plain = str_is_utf8(err->text, strlen(err->text));

	return json_pack("{s:b, s:{s:s, s:s}}", "ok", 0, "error", "code",
	    err_code_name(err->code), "text",
	    plain ? err->text : "not a JSON object: not UTF-8");
}

static const char *text_of(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

/* "arg" may be a string, a number or a truth value. */
static const char *argument_text(const json_t *request, char *out, size_t size)
{
	const json_t *arg = json_object_get(request, "arg");

	if (json_is_string(arg))
		return json_string_value(arg);
	if (json_is_boolean(arg))
		return json_is_true(arg) ? "on" : "off";
	if (!json_is_integer(arg))
		return NULL;
	(void)snprintf(out, size, "%lld", (long long)json_integer_value(arg));
	return out;
}

static int do_for_all(struct control *control, const char *action,
    const char *argument, json_t **result, struct err *err)
{
	json_t *phones = NULL;
	json_t *list;
	json_t *phone;
	json_t *one;
	size_t i;
	int rc;

	rc = engine_state(control->engine, NULL, &phones, err);
	if (rc < 0)
		return rc;
	list = json_array();
	json_array_foreach(phones, i, phone)
	{
		one = NULL;
		rc = engine_do(control->engine, text_of(phone, "serial"),
		    action, argument, &one, err);
		if (rc < 0)
			break;
		(void)json_array_append_new(list, one);
	}
	json_decref(phones);
	*result = json_pack("{s:b, s:o}", "ok", 1, "phones", list);
	return rc;
}

static int add_phone(struct control *control, const json_t *request,
    json_t **result, struct err *err)
{
	struct phone_shape shape = {.serial = text_of(request, "serial"),
	    .name = text_of(request, "name"),
	    .product_name = text_of(request, "model"),
	    .sims =
	        (unsigned)json_integer_value(json_object_get(request, "sims")),
	    .pin = json_is_true(json_object_get(request, "pin")),
	    .supervised = json_is_true(json_object_get(request, "supervised")),
	    .now_ms = clock_now(control->world->clock)};
	struct phone *phone = NULL;
	int rc;

	rc = phone_new(&shape, &phone, err);
	if (rc < 0)
		return rc;
	sk_X509_pop_free(phone->anchors, X509_free);
	phone->anchors = X509_chain_up_ref(control->anchors);
	if (json_is_true(json_object_get(request, "setup"))) {
		phone_erase(phone); /* as it left the factory */
		phone->erased = false;
	}
	rc = engine_add(
	    control->engine, phone, text_of(request, "url"), result, err);
	if (rc < 0 && !*result)
		phone_free(phone);
	return rc;
}

static int say_state(struct control *control, const char *serial,
    json_t **result, struct err *err)
{
	json_t *state = NULL;
	int rc;

	rc = engine_state(control->engine, serial, &state, err);
	if (rc == 0)
		*result = json_pack(
		    "{s:b, s:o}", "ok", 1, serial ? "state" : "phones", state);
	return rc;
}

static int execute(struct control *control, const json_t *request,
    json_t **result, struct err *err)
{
	const char *what = text_of(request, "do");
	const char *serial = text_of(request, "phone");
	const char *argument;
	char number[32];

	if (!what)
		return err_set(err, ERR_INVALID, "the object has no \"do\"");
	if (strcmp(what, "state") == 0)
		return say_state(control, serial, result, err);
	if (strcmp(what, "enrol") == 0 || strcmp(what, "new") == 0)
		return add_phone(control, request, result, err);
	if (strcmp(what, "stop") == 0) {
		*result = json_pack("{s:b}", "ok", 1);
		(void)!write(control->stop_pipe[1], "s", 1);
		return 0;
	}
	if (!action_find(what) && control->extension)
		return control->extension(
		    control->extension_arg, request, result, err);
	if (!action_find(what))
		return err_set(
		    err, ERR_UNSUPPORTED, "unknown action '%s'", what);
	if (!serial)
		return err_set(err, ERR_INVALID, "%s needs \"phone\"", what);
	argument = argument_text(request, number, sizeof(number));
	if (strcmp(serial, "all") == 0)
		return do_for_all(control, what, argument, result, err);
	return engine_do(control->engine, serial, what, argument, result, err);
}

static json_t *answer_line(
    struct control *control, const char *line, size_t len)
{
	json_t *request;
	json_t *result = NULL;
	struct err err = {0};
	json_error_t where;

	request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_object(request))
		(void)err_set(&err, ERR_INVALID, "not a JSON object: %s",
		    request ? "another type" : where.text);
	else
		(void)execute(control, request, &result, &err);
	json_decref(request);
	return result ? result : refusal(&err);
}

static void drop_line(struct buf *in, size_t len)
{
	memmove(in->data, in->data + len + 1, in->len - len - 1);
	in->len -= len + 1;
}

static void forget_caller(struct control *control, int fd)
{
	size_t i;

	pthread_mutex_lock(&control->lock);
	for (i = 0; i < CALLERS_MAX; i++)
		if (control->fds[i] == fd)
			control->fds[i] = -1;
	(void)close(fd);
	control->callers--;
	pthread_cond_signal(&control->left);
	pthread_mutex_unlock(&control->lock);
}

static void *serve_caller(void *arg)
{
	struct caller caller = *(struct caller *)arg;
	struct buf in = {0};
	json_t *answer;
	ssize_t len;
	int rc = 0;

	free(arg);
	while (rc == 0 &&
	    (len = control_line_read(caller.fd, &in, LINE_MAX_BYTES)) >= 0) {
		answer = answer_line(
		    caller.control, (const char *)in.data, (size_t)len);
		rc = control_line_write(caller.fd, answer);
		json_decref(answer);
		drop_line(&in, (size_t)len);
	}
	buf_clear(&in);
	/* The program may end before a detached thread has cleaned up. */
	OPENSSL_thread_stop();
	forget_caller(caller.control, caller.fd);
	return NULL;
}

/* Notes the descriptor, so that stopping can wake its reader. */
static bool remember_caller(struct control *control, int fd)
{
	bool fits = false;
	size_t i;

	pthread_mutex_lock(&control->lock);
	for (i = 0; !fits && i < CALLERS_MAX; i++) {
		if (control->fds[i] < 0) {
			control->fds[i] = fd;
			control->callers++;
			fits = true;
		}
	}
	pthread_mutex_unlock(&control->lock);
	return fits;
}

static void accept_caller(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
	struct caller *caller;
	pthread_t thread;

	if (fd < 0)
		return;
	caller = malloc(sizeof(*caller));
	if (!caller || !remember_caller(control, fd)) {
		free(caller);
		(void)close(fd);
		return;
	}
	caller->control = control;
	caller->fd = fd;
	if (pthread_create(&thread, NULL, serve_caller, caller) != 0) {
		free(caller);
		forget_caller(control, fd);
		return;
	}
	(void)pthread_detach(thread);
}

static int listen_at(const char *path, int *out, struct err *err)
{
	struct sockaddr_un address;
	mode_t mask;
	int rc;
	int fd;

	rc = control_line_address(path, &address, err);
	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, ERR_IO, "socket: %s", strerror(errno));
	(void)unlink(path);
	mask = umask(0177);
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)umask(mask);
	if (rc < 0 || listen(fd, 64) < 0) {
		rc = err_set(err, ERR_IO, "cannot listen at %s: %s", path,
		    strerror(errno));
		(void)close(fd);
		return rc;
	}
	*out = fd;
	return 0;
}

static void dismiss_callers(struct control *control)
{
	size_t i;

	pthread_mutex_lock(&control->lock);
	for (i = 0; i < CALLERS_MAX; i++)
		if (control->fds[i] >= 0)
			(void)shutdown(control->fds[i], SHUT_RD);
	while (control->callers > 0)
		(void)pthread_cond_wait(&control->left, &control->lock);
	pthread_mutex_unlock(&control->lock);
}

void control_extend(struct control *control,
    int (*extension)(
        void *arg, const json_t *request, json_t **result, struct err *err),
    void *arg)
{
	control->extension = extension;
	control->extension_arg = arg;
}

void control_serve(struct control *control, int stop_fd)
{
	struct pollfd fds[3] = {{.fd = control->listener, .events = POLLIN},
	    {.fd = stop_fd, .events = POLLIN},
	    {.fd = control->stop_pipe[0], .events = POLLIN}};

	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents || fds[2].revents)
			break;
		if (fds[0].revents)
			accept_caller(control);
		fds[0].revents = 0;
	}
	dismiss_callers(control);
}

int control_open(struct engine *engine, const struct session_world *world,
    const char *path, STACK_OF(X509) * anchors, struct control **out,
    struct err *err)
{
	struct control *control = calloc(1, sizeof(*control));
	int rc = 0;
	size_t i;

	if (!control)
		return err_memory(err);
	control->engine = engine;
	control->world = world;
	control->anchors = anchors;
	control->listener = -1;
	control->stop_pipe[0] = control->stop_pipe[1] = -1;
	for (i = 0; i < CALLERS_MAX; i++)
		control->fds[i] = -1;
	(void)pthread_mutex_init(&control->lock, NULL);
	(void)pthread_cond_init(&control->left, NULL);
	if (pipe2(control->stop_pipe, O_CLOEXEC) < 0)
		rc = err_set(err, ERR_IO, "pipe: %s", strerror(errno));
	if (rc == 0 && path)
		rc = listen_at(path, &control->listener, err);
	if (rc == 0 && path && !(control->path = strdup(path)))
		rc = err_memory(err);
	if (rc < 0) {
		control_close(control);
		return rc;
	}
	*out = control;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void control_close(struct control *control)
{
	close_fd(control->listener);
	if (control->path)
		(void)unlink(control->path);
	close_fd(control->stop_pipe[0]);
	close_fd(control->stop_pipe[1]);
	(void)pthread_mutex_destroy(&control->lock);
	(void)pthread_cond_destroy(&control->left);
	free(control->path);
	free(control);
}
