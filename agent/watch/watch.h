/*
 * watch: the ports of a running agent as a full-screen terminal view. It reads
 * snapshots from the agent's socket and paints; it orders nothing. Plain ANSI,
 * so that it works over ssh; every colour has its word beside it.
 */
#ifndef AGENT_WATCH_WATCH_H
#define AGENT_WATCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"

struct err;

enum watch_style { WATCH_COLOUR, WATCH_PLAIN };

/*
 * One snapshot as text. columns, rows: of the terminal; 0: no limit. Pure. All
 * text from phones is cleaned: no byte of it can steer the terminal.
 */
int watch_render(const char *json, size_t len, unsigned columns, unsigned rows,
    enum watch_style style, struct buf *out, struct err *err);

/* Until q is typed or *stop is set; waits for an agent that is not there. */
int watch_run(
    const char *state, bool plain, const volatile int *stop, struct err *err);
/* One snapshot of the agent that runs on the state folder. */
int watch_print_once(const char *state, bool json, struct err *err);

#endif
