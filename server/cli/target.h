/*
 * target: which server is spoken to, and how: the admin socket of this machine,
 * or an office by HTTPS with a token. The first that says something counts:
 * --socket, --context, WORKPHONE_CONTEXT, WORKPHONE_URL, WORKPHONE_SOCKET, the
 * context in use, then wherever a socket is found.
 */
#ifndef SERVER_CLI_TARGET_H
#define SERVER_CLI_TARGET_H

#include <stdbool.h>

#include "server/cli/context.h"
#include "server/cli/socket.h"

struct target {
	bool is_office;
	struct socket_place place; /* when not */
	struct context office;     /* when so; its name may be "" */
	struct secret token;
	/* Of --organisation, WORKPHONE_ORGANISATION or the running demo; NULL:
	 * the only one. */
	const char *organisation;
};

/*
 * Values of --socket, --context and --organisation, or NULL. target_clear()
 * it, whatever the result.
 */
int target_find(const char *socket, const char *context,
    const char *organisation, struct target *out, struct err *err);
void target_clear(struct target *target);

/* Who is meant, for sentences. */
const char *target_name(const struct target *target);

#endif
