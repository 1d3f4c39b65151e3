#include "server/service/audit/audit_chain.h"

#include <pthread.h>
#include <stdlib.h>
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

struct audit_hasher {
	EVP_MD_CTX *ctx;
};

int audit_hasher_new(struct audit_hasher **out, struct err *err)
{
	struct audit_hasher *hasher = calloc(1, sizeof(*hasher));

	(void)pthread_once(&sha256_once, sha256_fetch);
	if (hasher)
		hasher->ctx = EVP_MD_CTX_new();
	if (!hasher || !hasher->ctx) {
		free(hasher);
		return err_memory(err);
	}
	*out = hasher;
	return 0;
}

void audit_hasher_free(struct audit_hasher *hasher)
{
	if (!hasher)
		return;
	EVP_MD_CTX_free(hasher->ctx);
	free(hasher);
}

struct part {
	const void *data;
	size_t len;
};

static int hash_parts(struct audit_hasher *hasher, const struct part *parts,
    size_t count, uint8_t out[AUDIT_HASH], struct err *err)
{
	EVP_MD_CTX *ctx = hasher->ctx;
	size_t i;
	int ok = sha256 && EVP_DigestInit_ex2(ctx, sha256, NULL) == 1;

	for (i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	return ok ? 0 : err_set(err, ERR_CRYPTO, "SHA-256 cannot be computed");
}

int audit_body_hash(struct audit_hasher *hasher, const struct audit_row *row,
    uint8_t out[AUDIT_HASH], struct err *err)
{
	const struct part parts[] = {
	    {row->salt, row->salt_len}, {row->body, row->body_len}};

	return hash_parts(hasher, parts, 2, out, err);
}

struct text {
	char bytes[ENTRY_MAX];
	size_t len;
};

/* A million entries have thirteen million numbers: no printf for them. */
static void digits_append(struct text *text, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	memcpy(text->bytes + text->len, digits + at, sizeof(digits) - at);
	text->len += sizeof(digits) - at;
}

/* "5:hello," : where a field ends is said before it begins. */
static void net_append_len(struct text *text, const char *value, size_t len)
{
	digits_append(text, len);
	text->bytes[text->len++] = ':';
	memcpy(text->bytes + text->len, value, len);
	text->len += len;
	text->bytes[text->len++] = ',';
}

static void net_append(struct text *text, const char *value)
{
	net_append_len(text, value, strlen(value));
}

static void net_append_number(struct text *text, int64_t number)
{
	struct text digits;

	digits.len = 0;
	if (number < 0)
		digits.bytes[digits.len++] = '-';
	digits_append(
	    &digits, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
	net_append_len(text, digits.bytes, digits.len);
}

int audit_entry_hash(struct audit_hasher *hasher, const struct audit_row *row,
    uint8_t out[AUDIT_HASH], struct err *err)
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
	net_append_len(&text, hex, sizeof(hex) - 1);
	part = (struct part){text.bytes, text.len};
	return hash_parts(hasher, &part, 1, out, err);
}

int audit_link_hash(struct audit_hasher *hasher,
    const uint8_t before[AUDIT_HASH], const uint8_t entry[AUDIT_HASH],
    uint8_t out[AUDIT_HASH], struct err *err)
{
	const struct part parts[] = {{before, AUDIT_HASH}, {entry, AUDIT_HASH}};

	return hash_parts(hasher, parts, 2, out, err);
}
