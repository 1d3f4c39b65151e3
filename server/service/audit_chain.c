#include "server/service/audit_chain.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define ENTRY_PREFIX "workphone-audit-entry-v1\n"

/* Every text field at its longest, and what stands around it. */
#define ENTRY_MAX (sizeof(struct audit_row) + 256)

/* Looked up once: that costs more than hashing an entry. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void sha256_fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

struct part {
	const void *data;
	size_t len;
};

static int hash_parts(const struct part *parts, size_t count,
    uint8_t out[AUDIT_HASH], struct err *err)
{
	EVP_MD_CTX *ctx;
	size_t i;
	int ok;

	(void)pthread_once(&sha256_once, sha256_fetch);
	ctx = sha256 ? EVP_MD_CTX_new() : NULL;
	ok = ctx && EVP_DigestInit_ex2(ctx, sha256, NULL) == 1;
	for (i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : err_set(err, ERR_CRYPTO, "SHA-256 cannot be computed");
}

int audit_body_hash(
    const struct audit_row *row, uint8_t out[AUDIT_HASH], struct err *err)
{
	const struct part parts[] = {
	    {row->salt, row->salt_len}, {row->body, row->body_len}};

	return hash_parts(parts, 2, out, err);
}

struct text {
	char bytes[ENTRY_MAX];
	size_t len;
};

/* "5:hello," : where a field ends is said before it begins. */
static void net_append(struct text *text, const char *value)
{
	size_t len = strlen(value);

	text->len += (size_t)snprintf(text->bytes + text->len,
	    sizeof(text->bytes) - text->len, "%zu:", len);
	memcpy(text->bytes + text->len, value, len);
	text->len += len;
	text->bytes[text->len++] = ',';
}

static void net_append_number(struct text *text, int64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%" PRId64, number);
	net_append(text, digits);
}

int audit_entry_hash(
    const struct audit_row *row, uint8_t out[AUDIT_HASH], struct err *err)
{
	struct text text;
	char hex[2 * AUDIT_HASH + 1];
	struct part part;

	memcpy(text.bytes, ENTRY_PREFIX, sizeof(ENTRY_PREFIX) - 1);
	text.len = sizeof(ENTRY_PREFIX) - 1;
	net_append(&text, row->org_id);
	net_append_number(&text, row->seq);
	net_append_number(&text, row->at);
	net_append(&text, row->action);
	net_append(&text, row->actor);
	net_append(&text, row->subject_kind);
	net_append(&text, row->subject_id);
	net_append(&text, row->person_id);
	net_append(&text, row->device_id);
	net_append(&text, row->case_id);
	str_hex(hex, row->body_sha256, AUDIT_HASH);
	net_append(&text, hex);
	part = (struct part){text.bytes, text.len};
	return hash_parts(&part, 1, out, err);
}

int audit_link_hash(const uint8_t before[AUDIT_HASH],
    const uint8_t entry[AUDIT_HASH], uint8_t out[AUDIT_HASH], struct err *err)
{
	const struct part parts[] = {{before, AUDIT_HASH}, {entry, AUDIT_HASH}};

	return hash_parts(parts, 2, out, err);
}
