/*
 * imaps: commands over one IMAPS connection, by libcurl, and all that the
 * server wrote on the wire for each. Only reads: nothing here can change a
 * mailbox. imap_answer.h reads what comes back.
 */
#ifndef AGENT_CONNECTOR_IMAPS_H
#define AGENT_CONNECTOR_IMAPS_H

#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/secret.h"

struct err;
struct imaps;

struct imaps_login {
	const char *server; /* imaps://host:port */
	const char *ca_file;
	int64_t timeout_ms; /* of one command */
	const char *user;
	const struct secret *password;
	const char *act_for; /* SASL authorization identity; NULL: oneself */
};

int imaps_new(struct imaps **out, const char *ca_file, struct err *err);
void imaps_free(struct imaps *imaps);

/* The next command opens a new connection as this user. */
void imaps_login(struct imaps *imaps, const struct imaps_login *login);

/*
 * Carries out one command; wire: buf_clear(). -ERR_DENIED: the login was
 * refused (first command) or the command was; -ERR_CRYPTO: TLS; -ERR_LIMIT:
 * more than IMAP_ANSWER_MAX; -ERR_TIMEOUT; -ERR_CONFLICT: the server closed and
 * what was selected is lost; -ERR_IO.
 */
int imaps_command(struct imaps *imaps, const char *command, struct buf *wire,
    struct err *err);

#endif
