/*
 * sandbox: what a run may still do once its files are open and its secrets
 * read: talk to the network, and write one folder. Landlock for files, seccomp
 * for calls, where the kernel offers them; no way to gain rights or to start
 * another program.
 */
#ifndef AGENT_CONNECTOR_SANDBOX_H
#define AGENT_CONNECTOR_SANDBOX_H

#include <stdbool.h>

/* state: folder to write, NULL: none. has_network: false: no sockets. The
 * name of what holds: "seccomp+landlock", …, "none". */
const char *sandbox_close(const char *state, bool has_network);

#endif
