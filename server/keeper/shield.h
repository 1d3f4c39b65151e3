/*
 * shield: what a process gives up so that whoever takes it over gains little:
 * files, sockets, new programs, being traced, core dumps. Internal to
 * server/keeper.
 */
#ifndef SERVER_KEEPER_SHIELD_H
#define SERVER_KEEPER_SHIELD_H

#include <stdbool.h>

/* In this order: each takes away what the one before it still needs. */

/* Closes every descriptor but keep, which becomes 3; 0 to 2 go to /dev/null. */
#define SHIELD_FD 3
int shield_descriptors(int keep);

/*
 * No tracing, no core, no new privileges, and death with the parent's thread;
 * then no new descriptors or processes. Always there; errors are not fatal.
 */
void shield_privileges(void);

/* True when it holds from now on; false when the kernel does not offer it. */
bool shield_landlock(void);
void shield_limits(void);
bool shield_seccomp(void);

/* "seccomp+landlock", "seccomp", "landlock", "none". */
const char *shield_name(bool has_seccomp, bool has_landlock);

#endif
