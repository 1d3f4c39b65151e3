/*
 * socket: where the server's admin socket is: the option, the environment, a
 * running demo (var/run.json of the folder or of the source tree of this
 * program), else the place of an installed server.
 */
#ifndef SERVER_CLI_SOCKET_H
#define SERVER_CLI_SOCKET_H

#include <limits.h>

struct err;

struct socket_place {
	char path[108];        /* what fits into a sockaddr_un */
	char origin[PATH_MAX]; /* who named it, for sentences */
	/* Of a demo with several organisations: the one that is meant when
	 * none is named; "". */
	char organisation[64];
};

/* option: value of --socket or NULL. -ERR_LIMIT: the path is too long. */
int socket_find(const char *option, struct socket_place *out, struct err *err);

/*
 * The admin_socket of folder/var/run.json. A file that belongs to neither us
 * nor root is not believed: whoever wrote it would be asked for enrolment
 * links in our name. -ERR_NOT_FOUND: no such file, or one that says nothing.
 */
int socket_of_run(
    const char *folder, struct socket_place *out, struct err *err);

#endif
