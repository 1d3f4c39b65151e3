/*
 * oauth: the credential of an API: a token that a file holds, or one that is
 * got by client credentials (RFC 6749 section 4.4) and again when it is over.
 */
#ifndef AGENT_CONNECTOR_OAUTH_H
#define AGENT_CONNECTOR_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/connector/config.h"
#include "proto/base/secret.h"

struct err;
struct https;

struct oauth {
	const struct http_config *config; /* borrowed */
	bool is_grant;                    /* client credentials */
	struct secret client;             /* "id:secret", form-encoded */
	struct secret token;
	int64_t expires_ms; /* 0: not said */
};

/* Reads the files. oauth_clear(). */
int oauth_load(
    const struct http_config *config, struct oauth *out, struct err *err);
void oauth_clear(struct oauth *oauth);

/*
 * The token for the next request, NULL where the API wants none; got anew when
 * it is over. -ERR_DENIED: the client is refused; or as https_run().
 */
int oauth_token(struct oauth *oauth, struct https *https, int64_t now_ms,
    const struct secret **out, struct err *err);
/* The API did not take it. True: another may be got. */
bool oauth_drop(struct oauth *oauth);

#endif
