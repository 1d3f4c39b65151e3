/* cmd_run: `virtual-phones run` and `do`: phones that live in a process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/control.h"
#include "tests/phones/engine.h"
#include "tests/phones/files.h"
#include "tests/phones/program.h"
#include "tests/phones/usb/hub.h"
#include "tests/phones/usb/usb_control.h"
#include "tests/phones/control_line.h"

static int stop_pipe[2] = {-1, -1};

static void on_stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	(void)!write(stop_pipe[1], "s", 1);
	errno = saved;
}

static int catch_signals(struct err *err)
{
	struct sigaction action = {.sa_handler = on_stop};

	if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, ERR_IO, "pipe: %s", strerror(errno));
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	return 0;
}

static int write_pid(const char *file, long pid, struct err *err)
{
	char text[32];

	if (!file)
		return 0;
	(void)snprintf(text, sizeof(text), "%ld\n", pid);
	return files_write(file, text, strlen(text), err);
}

/* Tells the waiting parent that everything is up. */
static void say_ready(int fd)
{
	if (fd < 0)
		return;
	(void)!write(fd, "r", 1);
	(void)close(fd);
}

/* The terminal is no longer ours; errors still go to stderr's file. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (isatty(STDERR_FILENO))
		(void)dup2(null, STDERR_FILENO);
	(void)close(null);
}

/* The cable side, when it was asked for. */
static int open_hub(struct engine *engine, const struct program *program,
    const struct options *options, struct hub **out, struct err *err)
{
	struct hub_options settings = {.engine = engine,
	    .world = &program->world,
	    .socket = options->usbmuxd};
	int rc;

	if (!options->usbmuxd)
		return 0;
	rc = hub_open(&settings, out, err);
	if (rc == 0 && options->plug)
		rc = usb_control_plug(*out, options->plug, err);
	return rc;
}

static int serve(struct engine *engine, struct program *program,
    const struct options *options, int ready_fd, struct err *err)
{
	struct control *control = NULL;
	struct hub *hub = NULL;
	int rc;

	rc = control_open(engine, &program->world, options->control,
	    program->anchors, &control, err);
	if (rc < 0)
		return rc;
	rc = open_hub(engine, program, options, &hub, err);
	if (rc == 0) {
		if (hub)
			control_extend(control, usb_control_execute, hub);
		say_ready(ready_fd);
		control_serve(control, stop_pipe[0]);
	}
	control_close(control);
	engine_stop(engine); /* nobody may watch a hub that is gone */
	hub_close(hub);
	return rc;
}

static int run_engine(struct program *program, const struct options *options,
    int ready_fd, struct err *err)
{
	struct engine_options settings = {.folder = program->folder,
	    .world = &program->world,
	    .net = &program->net,
	    .poll_ms = options->poll * TIME_SECOND_MS,
	    .threads = options->threads > 0 ? (unsigned)options->threads : 1};
	struct engine *engine = NULL;
	struct phone **phones = NULL;
	size_t count = 0;
	size_t i;
	int rc;

	rc = folder_load_all(program->folder, &phones, &count, err);
	for (i = 0; rc == 0 && i < count; i++)
		program_give_anchors(program, phones[i]);
	if (rc == 0) {
		rc = engine_new(&settings, phones, count, &engine, err);
		free(phones);
	}
	if (rc == 0)
		rc = engine_start(engine, err);
	if (rc == 0) {
		(void)printf("%zu phones are awake\n", count);
		(void)fflush(stdout);
		rc = serve(engine, program, options, ready_fd, err);
	}
	engine_free(engine);
	return rc;
}

static int run_here(const struct options *options, int ready_fd)
{
	struct program program;
	struct err err = {0};
	int rc;

	rc = program_open(&program, options, &err);
	if (rc < 0)
		return program_fail(&err);
	rc = catch_signals(&err);
	if (rc == 0)
		rc = write_pid(options->pid_file, (long)getpid(), &err);
	if (rc == 0)
		rc = run_engine(&program, options, ready_fd, &err);
	program_close(&program);
	return rc < 0 ? program_fail(&err) : 0;
}

/* Forks before any thread is there; returns once the child says ready. */
static int run_in_background(const struct options *options)
{
	int status = 1;
	char ready;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return 1;
	pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0) {
		(void)close(fds[0]);
		leave_terminal();
		return run_here(options, fds[1]);
	}
	(void)close(fds[1]);
	if (read(fds[0], &ready, 1) == 1) {
		(void)printf("%ld\n", (long)pid);
		status = 0;
	} else {
		(void)waitpid(pid, NULL, 0);
	}
	(void)close(fds[0]);
	return status;
}

int command_run(const struct options *options)
{
	return options->background ? run_in_background(options)
	                           : run_here(options, -1);
}

static int print_answer(const struct options *options, const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");
	bool ok = json_is_true(json_object_get(answer, "ok"));
	struct err err = {0};

	if (options->json || (ok && !json_object_get(answer, "serial")))
		program_print_json(answer);
	else if (json_object_get(answer, "serial"))
		program_print_report(answer);
	if (ok)
		return 0;
	(void)err_set(&err, ERR_CONFLICT, "%s",
	    error ? json_string_value(json_object_get(error, "text"))
	          : "refused");
	return program_fail(&err);
}

/*
 * do SERIAL ACTION [ARG]; do stop; do state; do enrol URL SERIAL [NAME];
 * do new SERIAL [setup]; do '{"do":…}', a line as it is
 */
static json_t *make_request(const struct options *options)
{
	char **word = options->arguments;
	int count = options->argument_count;
	json_t *request;

	if (word[0][0] == '{')
		return json_loads(word[0], JSON_REJECT_DUPLICATES, NULL);
	request = json_object();
	if (strcmp(word[0], "enrol") == 0 && count >= 3) {
		(void)json_object_set_new(request, "do", json_string("enrol"));
		(void)json_object_set_new(request, "url", json_string(word[1]));
		(void)json_object_set_new(
		    request, "serial", json_string(word[2]));
		if (count > 3)
			(void)json_object_set_new(
			    request, "name", json_string(word[3]));
		return request;
	}
	if (strcmp(word[0], "new") == 0 && count >= 2) {
		(void)json_object_set_new(request, "do", json_string("new"));
		(void)json_object_set_new(
		    request, "serial", json_string(word[1]));
		(void)json_object_set_new(request, "setup",
		    json_boolean(count > 2 && strcmp(word[2], "setup") == 0));
		return request;
	}
	if (count == 1) {
		(void)json_object_set_new(request, "do", json_string(word[0]));
		return request;
	}
	(void)json_object_set_new(request, "phone", json_string(word[0]));
	(void)json_object_set_new(request, "do", json_string(word[1]));
	if (count > 2)
		(void)json_object_set_new(request, "arg", json_string(word[2]));
	return request;
}

int command_do(const struct options *options)
{
	json_t *request;
	json_t *answer = NULL;
	struct err err = {0};
	int rc;

	if (!options->control) {
		(void)err_set(&err, ERR_INVALID, "--control SOCKET is missing");
		return program_fail(&err);
	}
	request = make_request(options);
	if (!request) {
		(void)err_set(&err, ERR_INVALID, "this is not one JSON object");
		return program_fail(&err);
	}
	rc = control_line_ask(options->control, request, &answer, &err);
	json_decref(request);
	if (rc < 0)
		return program_fail(&err);
	rc = print_answer(options, answer);
	json_decref(answer);
	return rc;
}
