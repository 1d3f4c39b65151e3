/*
 * context: servers by name, so that one word says which one is meant: address,
 * CA and the file of the API token. They stand in one JSON file of the user,
 * $XDG_CONFIG_HOME/workphone/contexts.json; tokens stay in files of their own.
 */
#ifndef SERVER_CLI_CONTEXT_H
#define SERVER_CLI_CONTEXT_H

#include <limits.h>
#include <stdbool.h>

#include "proto/base/secret.h"

struct err;

#define CONTEXT_NAME_MAX 64
#define CONTEXT_URL_MAX 256
/* The admin socket of this machine; no context may have this name. */
#define CONTEXT_LOCAL "local"

struct context {
	char name[CONTEXT_NAME_MAX];
	char url[CONTEXT_URL_MAX]; /* https://host:port */
	char ca_file[PATH_MAX];    /* "": the CAs of the system */
	char token_file[PATH_MAX];
};

typedef void context_fn(
    void *arg, const struct context *context, int is_current);

/* -ERR_NOT_FOUND: no context of that name; NULL: the one in use. */
int context_load(const char *name, struct context *out, struct err *err);
/* By name; none is no error. */
int context_each(context_fn *fn, void *arg, struct err *err);
/* Replaces one of the same name; the first one is in use from then on, and
 * *is_first says so. */
int context_add(const struct context *context, bool *is_first, struct err *err);
int context_remove(const char *name, struct err *err);
/* "local": none is in use. */
int context_use(const char *name, struct err *err);

/* https://, a host, no path; -ERR_INVALID. */
int context_url_check(const char *url, struct err *err);

/*
 * The token of a file that only its owner (we or root) may read; blanks around
 * it are dropped. secret_clear() it.
 */
int context_token_load(const char *path, struct secret *out, struct err *err);

#endif
