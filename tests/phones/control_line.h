/*
 * control_line: lines of JSON over a unix socket; both ends of the control
 * socket.
 */
#ifndef TESTS_PHONES_CONTROL_LINE_H
#define TESTS_PHONES_CONTROL_LINE_H

#include <jansson.h>
#include <sys/types.h>
#include <sys/un.h>

#include "proto/base/buf.h"

struct err;

/* ERR_LIMIT when the path does not fit. */
int control_line_address(
    const char *path, struct sockaddr_un *address, struct err *err);

/* One object and a newline; -1 when the other end is gone. */
int control_line_write(int fd, const json_t *json);

/*
 * Reads until in holds a line; its length without the newline. -1 at the end,
 * on an error, or when the line is longer than max.
 */
ssize_t control_line_read(int fd, struct buf *in, size_t max);

/* Sends one object to path and gives the answer; the caller's. */
int control_line_ask(
    const char *path, const json_t *request, json_t **answer, struct err *err);

#endif
