#include "server/receipts/receipt_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/receipts/receipt_cms.h"
#include "server/receipts/receipt_embed.h"
#include "server/receipts/receipt_pdf.h"

/* JSON, signature, two certificates. */
#define TWIN_MAX (RECEIPT_JSON_MAX + 16 * 1024)
#define CA_FILE_MAX 65536
#define PDF_BEGINS "%PDF-1."
#define RANGE_BEGINS "/ByteRange [0 "
#define RANGE_DIGITS_MAX 9

bool receipt_is_one(const void *data, size_t len)
{
	size_t der_len = 0;

	return (len > strlen(PDF_BEGINS) &&
	           memcmp(data, PDF_BEGINS, strlen(PDF_BEGINS)) == 0) ||
	    (receipt_cms_measure(data, len, &der_len) && der_len == len);
}

struct range {
	size_t gap_at;
	size_t behind;
	size_t rest;
};

/* A number with the blanks behind it. */
static bool number_take(const uint8_t **at, const uint8_t *end, size_t *out)
{
	size_t number = 0;
	int digits = 0;

	while (*at < end && **at >= '0' && **at <= '9' &&
	    digits++ < RANGE_DIGITS_MAX)
		number = 10 * number + (size_t)(*(*at)++ - '0');
	while (*at < end && **at == ' ')
		(*at)++;
	*out = number;
	return digits > 0 && digits <= RANGE_DIGITS_MAX;
}

/*
 * The only byte range of the file; ours have one. It must leave out nothing
 * but the signature: what stands outside it could be anybody's.
 */
static bool range_find(const uint8_t *data, size_t len, struct range *out)
{
	const uint8_t *end = data + len;
	const uint8_t *at =
	    memmem(data, len, RANGE_BEGINS, strlen(RANGE_BEGINS));

	if (!at)
		return false;
	at += strlen(RANGE_BEGINS);
	if (memmem(at, (size_t)(end - at), "/ByteRange", strlen("/ByteRange")))
		return false;
	return number_take(&at, end, &out->gap_at) &&
	    number_take(&at, end, &out->behind) &&
	    number_take(&at, end, &out->rest) && at < end && *at == ']' &&
	    out->gap_at >= 1 && out->gap_at < out->behind &&
	    out->behind <= len && out->rest == len - out->behind &&
	    out->behind - out->gap_at == 2 * RECEIPT_PDF_SIGNATURE_MAX + 2 &&
	    data[out->gap_at] == '<' && data[out->behind - 1] == '>';
}

/* der holds RECEIPT_PDF_SIGNATURE_MAX bytes. */
static bool signature_take(const uint8_t *data, const struct range *range,
    uint8_t *der, size_t *der_len)
{
	size_t len = 0;

	if (str_hex_parse((const char *)data + range->gap_at + 1,
	        2 * RECEIPT_PDF_SIGNATURE_MAX, der, RECEIPT_PDF_SIGNATURE_MAX,
	        &len) != 0 ||
	    !receipt_cms_measure(der, len, der_len))
		return false;
	for (size_t i = *der_len; i < len; i++) {
		if (der[i] != 0)
			return false;
	}
	return true;
}

static int json_take(const uint8_t *json, size_t len,
    struct receipt_verdict *out, struct err *err)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned hash_len = 0;

	if (EVP_Digest(json, len, hash, &hash_len, EVP_sha256(), NULL) != 1)
		return err_memory(err);
	str_hex(out->json_sha256, hash, hash_len);
	return receipt_parse(json, len, &out->receipt, err);
}

static int pdf_verify(const uint8_t *data, size_t len, const void *ca,
    size_t ca_len, struct receipt_verdict *out, struct receipt_signer *signer,
    struct err *err)
{
	struct range range = {0};
	uint8_t *der = malloc(RECEIPT_PDF_SIGNATURE_MAX);
	struct buf content = {0};
	const uint8_t *json = NULL;
	size_t json_len = 0;
	size_t der_len = 0;
	int rc = der ? 0 : err_memory(err);

	if (rc == 0 &&
	    (!range_find(data, len, &range) ||
	        !signature_take(data, &range, der, &der_len)))
		rc = err_set(err, ERR_CRYPTO,
		    "the receipt does not hold: it has no signature over the "
		    "whole file");
	if (rc == 0) {
		buf_append(&content, data, range.gap_at);
		buf_append(&content, data + range.behind, range.rest);
		rc = buf_check(&content, err);
	}
	if (rc == 0)
		rc = receipt_cms_verify(
		    der, der_len, &content, ca, ca_len, NULL, signer, err);
	if (rc == 0)
		rc = receipt_embed_find(
		    content.data, content.len, &json, &json_len, err);
	if (rc == 0)
		rc = json_take(json, json_len, out, err);
	buf_clear(&content);
	free(der);
	return rc;
}

static int twin_verify(const uint8_t *data, size_t len, const void *ca,
    size_t ca_len, struct receipt_verdict *out, struct receipt_signer *signer,
    struct err *err)
{
	struct buf json = {0};
	int rc =
	    receipt_cms_verify(data, len, NULL, ca, ca_len, &json, signer, err);

	if (rc == 0)
		rc = json_take(json.data, json.len, out, err);
	buf_clear(&json);
	return rc;
}

int receipt_verify(const void *data, size_t len, const void *ca, size_t ca_len,
    struct receipt_verdict *out, struct err *err)
{
	struct receipt_verdict *verdict;
	struct receipt_signer signer = {0};
	bool is_pdf = len > 0 && *(const char *)data == '%';
	int rc;

	if (!receipt_is_one(data, len))
		return err_set(err, ERR_INVALID,
		    "that is neither a receipt (PDF) nor its signed twin");
	if (len > (is_pdf ? (size_t)RECEIPT_PDF_MAX : (size_t)TWIN_MAX))
		return err_set(
		    err, ERR_LIMIT, "the file is larger than any receipt");
	verdict = calloc(1, sizeof(*verdict));
	if (!verdict)
		return err_memory(err);
	verdict->shape = is_pdf ? RECEIPT_IS_PDF : RECEIPT_IS_CMS;
	rc = (is_pdf ? pdf_verify : twin_verify)(
	    data, len, ca, ca_len, verdict, &signer, err);
	if (rc == 0) {
		memcpy(verdict->signer, signer.name, sizeof(verdict->signer));
		memcpy(verdict->signer_sha256, signer.sha256,
		    sizeof(verdict->signer_sha256));
		verdict->signed_at = signer.signed_at;
		*out = *verdict;
	}
	free(verdict);
	return rc;
}

/* A regular file of at most max bytes, appended. */
static int file_read(
    const char *path, size_t max, struct buf *out, struct err *err)
{
	uint8_t chunk[16384];
	struct stat stat;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc = 0;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%.200s: %s", path, strerror(errno));
	if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
		rc = err_set(err, ERR_INVALID, "%.200s is no file", path);
	while (rc == 0 && (got = read(fd, chunk, sizeof(chunk))) > 0) {
		buf_append(out, chunk, (size_t)got);
		if (out->len > max)
			rc = err_set(err, ERR_LIMIT,
			    "%.200s is larger than any of ours", path);
	}
	if (got < 0)
		rc = err_set(err, ERR_IO, "%.200s: %s", path, strerror(errno));
	(void)close(fd);
	return rc == 0 ? buf_check(out, err) : rc;
}

int receipt_verify_file(const char *path, const char *ca_file,
    struct receipt_verdict *out, struct err *err)
{
	struct buf data = {0};
	struct buf ca = {0};
	int rc = file_read(path, RECEIPT_PDF_MAX, &data, err);

	if (rc == 0)
		rc = file_read(ca_file, CA_FILE_MAX, &ca, err);
	if (rc == 0)
		rc = receipt_verify(
		    data.data, data.len, ca.data, ca.len, out, err);
	buf_clear(&data);
	buf_clear(&ca);
	return rc;
}

int receipt_verdict_compare(const struct receipt_verdict *a,
    const struct receipt_verdict *b, struct err *err)
{
	if (strcmp(a->json_sha256, b->json_sha256) != 0)
		return err_set(err, ERR_CONFLICT,
		    "both hold, but they are of different receipts: %s and %s",
		    a->receipt.number, b->receipt.number);
	return 0;
}
