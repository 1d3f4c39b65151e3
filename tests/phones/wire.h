/*
 * wire: lines of JSON over a unix socket; both ends of the control socket.
 */
#ifndef TESTS_PHONES_WIRE_H
#define TESTS_PHONES_WIRE_H

#include <jansson.h>
#include <sys/types.h>
#include <sys/un.h>

#include "proto/base/buf.h"

struct err;

/* ERR_LIMIT when the path does not fit. */
int wire_address(
    const char *path, struct sockaddr_un *address, struct err *err);

/* One object and a newline; -1 when the other end is gone. */
int wire_write(int fd, const json_t *json);

/*
 * Reads until in holds a line; its length without the newline. -1 at the end,
 * on an error, or when the line is longer than max.
 */
ssize_t wire_read(int fd, struct buf *in, size_t max);

/* Sends one object to path and gives the answer; the caller's. */
int wire_ask(
    const char *path, const json_t *request, json_t **answer, struct err *err);

#endif
