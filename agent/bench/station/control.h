/*
 * control: the local socket at which `watch` and `once` read what the agent
 * sees. It only tells; nothing can be ordered over it. Mode 0660.
 */
#ifndef AGENT_BENCH_STATION_CONTROL_H
#define AGENT_BENCH_STATION_CONTROL_H

#include <poll.h>
#include <stddef.h>

struct err;
struct control;

#define CONTROL_CLIENTS_MAX 8

int control_new(const char *path, struct control **out, struct err *err);
void control_free(struct control *control);
size_t control_fds(struct control *control, struct pollfd *out, size_t max);
/* Accepts, and lets go of those that have gone. True: somebody new listens and
 * wants a snapshot. Never blocks. */
int control_step(struct control *control);
/* line ends with a newline. A client that does not read is dropped. */
void control_send(struct control *control, const char *line, size_t len);
size_t control_count(const struct control *control);

#endif
