/*
 * declaration: declarative management as bytes: declarations, the list of
 * them, and the tokens that say whether a phone is up to date. Same content,
 * same bytes, same token: the order in which declarations were added does not
 * count. What a phone answers: status_facts.h.
 * Source: Apple, "Leveraging the declarative management data model"
 * (device-management, declarative/); reference: mdm-protocol.md, DDM shapes.
 */
#ifndef PROTO_APPLE_DECLARATION_H
#define PROTO_APPLE_DECLARATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/base/buf.h"

struct err;

#define DECLARATION_IDENTIFIER_MAX 65 /* with NUL; Apple: 64 octets */
#define DECLARATION_TOKEN_MAX 65      /* SHA-256 in hex and NUL */
#define DECLARATIONS_MAX 32

#define DECLARATION_TYPE_ACTIVATION "com.apple.activation.simple"
#define DECLARATION_TYPE_PASSCODE "com.apple.configuration.passcode.settings"
#define DECLARATION_TYPE_LEGACY "com.apple.configuration.legacy"
#define DECLARATION_TYPE_UPDATE                                                \
	"com.apple.configuration.softwareupdate.enforcement.specific"
#define DECLARATION_TYPE_SUBSCRIPTIONS                                         \
	"com.apple.configuration.management.status-subscriptions"
#define DECLARATION_TYPE_ORGANISATION "com.apple.management.organization-info"

/* The four lists of a declaration-items answer. */
enum declaration_group {
	DECLARATION_ACTIVATION,
	DECLARATION_ASSET,
	DECLARATION_CONFIGURATION,
	DECLARATION_MANAGEMENT,
	DECLARATION_GROUP_COUNT
};

struct declaration {
	enum declaration_group group;
	char identifier[DECLARATION_IDENTIFIER_MAX];
	char token[DECLARATION_TOKEN_MAX]; /* ServerToken: hash of the rest */
	char *json;                        /* the whole declaration, owned */
	size_t json_len;
};

struct declarations {
	struct declaration items[DECLARATIONS_MAX]; /* by identifier */
	size_t count;
	char token[DECLARATION_TOKEN_MAX]; /* DeclarationsToken, of them all */
};

/*
 * Adds one. type: DECLARATION_TYPE_*; payload: borrowed. -ERR_INVALID for an
 * identifier that is empty, too long, there already, or not of a–z A–Z 0–9 .-;
 * -ERR_LIMIT for more than DECLARATIONS_MAX.
 */
int declarations_add(struct declarations *all, const char *type,
    const char *identifier, json_t *payload, struct err *err);
void declarations_clear(struct declarations *all);
/* Borrowed; NULL when there is none of that group and name. */
const struct declaration *declarations_find(const struct declarations *all,
    enum declaration_group group, const char *identifier);

/* Append JSON. timestamp_ms: when the set was made, told as whole seconds. */
int declarations_encode_tokens(const struct declarations *all,
    int64_t timestamp_ms, struct buf *json, struct err *err);
int declarations_encode_items(
    const struct declarations *all, struct buf *json, struct err *err);

/* What a phone asks for: the Endpoint of its check-in message. */
enum declarative_endpoint {
	ENDPOINT_TOKENS,
	ENDPOINT_ITEMS,
	ENDPOINT_DECLARATION, /* group and identifier are set */
	ENDPOINT_STATUS,
};
struct declarative_request {
	enum declarative_endpoint endpoint;
	enum declaration_group group;
	char identifier[DECLARATION_IDENTIFIER_MAX];
};
/* -ERR_NOT_FOUND for anything else. */
int declarative_endpoint_parse(
    const char *endpoint, struct declarative_request *out, struct err *err);

#endif
