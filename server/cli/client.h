/*
 * client: requests to the server's API: over its admin socket, or over HTTPS with a
 * token.
 */
#ifndef SERVER_CLI_CLIENT_H
#define SERVER_CLI_CLIENT_H

#include <jansson.h>

#include "server/cli/cli.h"
#include "server/cli/target.h"

struct client;

/* target is borrowed until client_free(). */
int client_new(
    const struct target *target, struct client **out, struct err *err);
void client_free(struct client *client);

/*
 * path begins with a slash and is escaped already. body is taken; NULL: none.
 * CLI_OK: *out is the caller's to json_decref(). Otherwise an exit code, with
 * the server's sentence or our own in err.
 */
int client_call(struct client *client, const char *method, const char *path,
    json_t *body, json_t **out, struct err *err);

/* POSTs JSON Lines (application/jsonl) as they are. */
int client_send_lines(struct client *client, const char *path, const char *text,
    json_t **out, struct err *err);

/* POSTs a file (text/csv), in whatever letters it is; it is not empty. */
int client_send_csv(struct client *client, const char *path,
    const struct buf *bytes, json_t **out, struct err *err);

/* Unix ms of the last answer's Date header, 0 when it had none. */
int64_t client_server_time(const struct client *client);

/* Appends text percent-encoded, as one segment or one query value. */
void client_path_escape(struct buf *path, const char *text);

#endif
