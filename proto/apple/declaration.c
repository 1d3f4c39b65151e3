#include "proto/apple/declaration.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/json/json_guard.h"

/* Sorted keys: the same content always gives the same bytes. */
#define ENCODING (JSON_COMPACT | JSON_SORT_KEYS)

static const struct {
	const char *list; /* in declaration-items */
	const char *path; /* in declaration/<path>/<identifier> */
	const char *type; /* what its types begin with */
} groups[DECLARATION_GROUP_COUNT] = {
    [DECLARATION_ACTIVATION] = {"Activations", "activation",
        "com.apple.activation."},
    [DECLARATION_ASSET] = {"Assets", "asset", "com.apple.asset."},
    [DECLARATION_CONFIGURATION] = {"Configurations", "configuration",
        "com.apple.configuration."},
    [DECLARATION_MANAGEMENT] = {"Management", "management",
        "com.apple.management."},
};

static void hash_hex(const void *data, size_t len, char out[65])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	(void)SHA256(data, len, digest);
	str_hex(out, digest, sizeof(digest));
}

static int identifier_check(const char *identifier, struct err *err)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	size_t len = strlen(identifier);

	if (len == 0 || len >= DECLARATION_IDENTIFIER_MAX ||
	    strspn(identifier, allowed) != len)
		return err_set(err, ERR_INVALID,
		    "declaration identifier: use 1 to %d of a to z, A to Z, "
		    "0 to 9, . and -",
		    DECLARATION_IDENTIFIER_MAX - 1);
	return 0;
}

static int group_of(
    const char *type, enum declaration_group *out, struct err *err)
{
	unsigned i;

	for (i = 0; i < DECLARATION_GROUP_COUNT; i++) {
		if (strncmp(type, groups[i].type, strlen(groups[i].type)))
			continue;
		*out = (enum declaration_group)i;
		return 0;
	}
	return err_set(
	    err, ERR_INVALID, "no declaration is of the type '%.100s'", type);
}

/* --- one declaration ----------------------------------------------------- */

/* The token stands for everything else in the declaration. */
static int item_encode(struct declaration *item, const char *type,
    json_t *payload, struct err *err)
{
	CLEANUP(json_value)
	json_t *whole = json_pack("{ss ss sO}", "Type", type, "Identifier",
	    item->identifier, "Payload", payload);
	char *plain = whole ? json_dumps(whole, ENCODING) : NULL;

	if (!plain)
		return err_set(err, ERR_INVALID,
		    "declaration %s: its payload is no JSON object",
		    item->identifier);
	hash_hex(plain, strlen(plain), item->token);
	free(plain);
	if (json_object_set_new(
	        whole, "ServerToken", json_string(item->token)) ||
	    !(item->json = json_dumps(whole, ENCODING)))
		return err_memory(err);
	item->json_len = strlen(item->json);
	return 0;
}

static void token_renew(struct declarations *all)
{
	struct buf text = {0};
	size_t i;

	for (i = 0; i < all->count; i++)
		buf_printf(&text, "%s %s\n", all->items[i].identifier,
		    all->items[i].token);
	hash_hex(
	    text.data ? text.data : (const uint8_t *)"", text.len, all->token);
	buf_clear(&text);
}

int declarations_add(struct declarations *all, const char *type,
    const char *identifier, json_t *payload, struct err *err)
{
	struct declaration item = {0};
	size_t at = 0;
	int order = 1;
	int rc;

	if ((rc = identifier_check(identifier, err)) != 0 ||
	    (rc = group_of(type, &item.group, err)) != 0)
		return rc;
	if (all->count == DECLARATIONS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d declarations",
		    DECLARATIONS_MAX);
	while (at < all->count &&
	    (order = strcmp(all->items[at].identifier, identifier)) < 0)
		at++;
	if (at < all->count && order == 0)
		return err_set(err, ERR_INVALID,
		    "the declaration %s stands there twice", identifier);
	(void)str_copy(item.identifier, sizeof(item.identifier), identifier);
	if ((rc = item_encode(&item, type, payload, err)) != 0) {
		free(item.json);
		return rc;
	}
	memmove(all->items + at + 1, all->items + at,
	    (all->count - at) * sizeof(item));
	all->items[at] = item;
	all->count++;
	token_renew(all);
	return 0;
}

void declarations_clear(struct declarations *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		free(all->items[i].json);
	memset(all, 0, sizeof(*all));
}

const struct declaration *declarations_find(const struct declarations *all,
    enum declaration_group group, const char *identifier)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->items[i].group == group &&
		    strcmp(all->items[i].identifier, identifier) == 0)
			return &all->items[i];
	return NULL;
}

/* --- the set ------------------------------------------------------------- */

static int append(json_t *value, struct buf *json, struct err *err)
{
	char *text = value ? json_dumps(value, ENCODING) : NULL;

	if (!text)
		return err_memory(err);
	buf_append_str(json, text);
	free(text);
	return buf_check(json, err);
}

int declarations_encode_tokens(const struct declarations *all,
    int64_t timestamp_ms, struct buf *json, struct err *err)
{
	char when[TIME_TEXT_MAX];

	time_rfc3339(timestamp_ms / 1000 * 1000, when);
	CLEANUP(json_value)
	json_t *value = json_pack("{s{ss ss}}", "SyncTokens",
	    "DeclarationsToken", all->token, "Timestamp", when);

	return append(value, json, err);
}

/* All four lists are always there, empty ones too. */
int declarations_encode_items(
    const struct declarations *all, struct buf *json, struct err *err)
{
	CLEANUP(json_value) json_t *lists = json_object();
	size_t i;

	for (i = 0; lists && i < DECLARATION_GROUP_COUNT; i++)
		(void)json_object_set_new(lists, groups[i].list, json_array());
	for (i = 0; lists && i < all->count; i++)
		(void)json_array_append_new(
		    json_object_get(lists, groups[all->items[i].group].list),
		    json_pack("{ss ss}", "Identifier", all->items[i].identifier,
		        "ServerToken", all->items[i].token));
	CLEANUP(json_value)
	json_t *value = json_pack(
	    "{sO ss}", "Declarations", lists, "DeclarationsToken", all->token);

	return append(value, json, err);
}

/* --- what a phone asks for ----------------------------------------------- */

static int not_offered(const char *endpoint, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
	    "declarative management has no endpoint '%.60s'", endpoint);
}

static int declaration_endpoint(
    const char *endpoint, struct declarative_request *out, struct err *err)
{
	static const char prefix[] = "declaration/";
	const char *rest = endpoint + sizeof(prefix) - 1;
	struct declarative_request made = {.endpoint = ENDPOINT_DECLARATION};
	size_t len;
	unsigned i;

	if (strncmp(endpoint, prefix, sizeof(prefix) - 1))
		return not_offered(endpoint, err);
	for (i = 0; i < DECLARATION_GROUP_COUNT; i++) {
		len = strlen(groups[i].path);
		if (strncmp(rest, groups[i].path, len) || rest[len] != '/')
			continue;
		if (identifier_check(rest + len + 1, NULL))
			break;
		made.group = (enum declaration_group)i;
		(void)str_copy(
		    made.identifier, sizeof(made.identifier), rest + len + 1);
		*out = made;
		return 0;
	}
	return not_offered(endpoint, err);
}

int declarative_endpoint_parse(
    const char *endpoint, struct declarative_request *out, struct err *err)
{
	static const struct {
		const char *name;
		enum declarative_endpoint endpoint;
	} plain[] = {
	    {"tokens", ENDPOINT_TOKENS},
	    {"declaration-items", ENDPOINT_ITEMS},
	    {"status", ENDPOINT_STATUS},
	};
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strcmp(endpoint, plain[i].name))
			continue;
		*out =
		    (struct declarative_request){.endpoint = plain[i].endpoint};
		return 0;
	}
	return declaration_endpoint(endpoint, out, err);
}
