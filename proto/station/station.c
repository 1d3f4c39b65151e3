#include "proto/station/station.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/codec.h"

int station_bytes_set(
    struct station_bytes *bytes, const void *data, size_t len, struct err *err)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return err_memory(err);
	if (len)
		memcpy(copy, data, len);
	station_bytes_clear(bytes);
	*bytes = (struct station_bytes){copy, len};
	return 0;
}

void station_bytes_clear(struct station_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct station_bytes){NULL, 0};
}

/* One object by a table, either way; json is left alone on failure. */
static int encode(const struct codec_field *fields, const void *in,
    struct buf *json, struct err *err)
{
	struct err why = {0};
	int rc = codec_dump(codec_object(fields, in, &why), json, &why);

	if (rc != 0 && err)
		*err = why;
	return rc;
}

static int parse(const struct codec_field *fields, const char *json, size_t len,
    const char *what, void *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	int rc = codec_parse(json, len, STATION_BODY_MAX, what, &root, err);

	return rc == 0 ? codec_load(fields, root, what, out, err) : rc;
}

/* ---- joining ---- */

#define REQUEST struct station_join_request
static const struct codec_field request_fields[] = {
    {CODEC_AT(REQUEST, code), .is_required = true},
    {CODEC_AT(REQUEST, name)},
    {CODEC_AT(REQUEST, csr), .kind = CODEC_PEM, .is_required = true},
    CODEC_END,
};

#define ANSWER struct station_join_answer
static const struct codec_field answer_fields[] = {
    {CODEC_AT(ANSWER, station_id), .kind = CODEC_UUID, .is_required = true},
    {CODEC_AT(ANSWER, name), .is_required = true},
    {CODEC_AT(ANSWER, certificate), .kind = CODEC_PEM, .is_required = true},
    {CODEC_AT(ANSWER, ca), .kind = CODEC_PEM, .is_required = true},
    {CODEC_AT(ANSWER, orders_key), .kind = CODEC_PEM, .is_required = true},
    {.name = "server_time",
        .offset = offsetof(ANSWER, server_time_ms),
        .kind = CODEC_TIME,
        .is_required = true},
    CODEC_END,
};

int station_join_request_encode(const struct station_join_request *request,
    struct buf *json, struct err *err)
{
	return encode(request_fields, request, json, err);
}

int station_join_request_parse(const char *json, size_t len,
    struct station_join_request *out, struct err *err)
{
	struct station_join_request request = {0};
	int rc = parse(
	    request_fields, json, len, "the request to join", &request, err);

	if (rc == 0)
		*out = request;
	explicit_bzero(&request, sizeof(request));
	return rc;
}

static const struct codec_field renew_fields[] = {
    {CODEC_AT(struct station_renew_request, csr), .kind = CODEC_PEM,
        .is_required = true},
    CODEC_END,
};

int station_renew_request_encode(const struct station_renew_request *request,
    struct buf *json, struct err *err)
{
	return encode(renew_fields, request, json, err);
}

int station_renew_request_parse(const char *json, size_t len,
    struct station_renew_request *out, struct err *err)
{
	struct station_renew_request request = {.csr = ""};
	int rc = parse(
	    renew_fields, json, len, "the request to renew", &request, err);

	if (rc == 0)
		*out = request;
	return rc;
}

int station_join_answer_encode(
    const struct station_join_answer *answer, struct buf *json, struct err *err)
{
	return encode(answer_fields, answer, json, err);
}

int station_join_answer_parse(const char *json, size_t len,
    struct station_join_answer *out, struct err *err)
{
	struct station_join_answer *answer = calloc(1, sizeof(*answer));
	int rc;

	if (!answer)
		return err_memory(err);
	rc =
	    parse(answer_fields, json, len, "the server's answer", answer, err);
	if (rc == 0)
		*out = *answer;
	free(answer);
	return rc;
}

/* ---- the supervised challenge ---- */

#define CHALLENGE struct station_challenge
static const struct codec_field challenge_fields[] = {
    {CODEC_AT(CHALLENGE, order_id), .kind = CODEC_UUID, .is_required = true},
    {CODEC_AT(CHALLENGE, udid), .is_required = true},
    {CODEC_AT(CHALLENGE, serial), .is_required = true},
    {CODEC_AT(CHALLENGE, certificate), .kind = CODEC_BYTES,
        .max = LIMIT_CERTIFICATE},
    {CODEC_AT(CHALLENGE, challenge), .kind = CODEC_BYTES, .is_required = true,
        .max = STATION_CHALLENGE_MAX},
    CODEC_END,
};

int station_challenge_encode(const struct station_challenge *challenge,
    struct buf *json, struct err *err)
{
	return encode(challenge_fields, challenge, json, err);
}

int station_challenge_parse(const char *json, size_t len,
    struct station_challenge *out, struct err *err)
{
	struct station_challenge challenge = {0};
	int rc = parse(
	    challenge_fields, json, len, "the challenge", &challenge, err);

	if (rc == 0 && (!challenge.udid[0] || !challenge.serial[0]))
		rc = err_set(err, ERR_INVALID,
		    "the challenge: UDID and serial number are needed");
	if (rc == 0 && challenge.challenge.len == 0)
		rc = err_set(err, ERR_INVALID, "the challenge is empty");
	if (rc == 0)
		*out = challenge;
	else
		station_challenge_clear(&challenge);
	return rc;
}

void station_challenge_clear(struct station_challenge *challenge)
{
	station_bytes_clear(&challenge->certificate);
	station_bytes_clear(&challenge->challenge);
	memset(challenge, 0, sizeof(*challenge));
}

static const struct codec_field cms_fields[] = {
    {.name = "cms", .kind = CODEC_BYTES, .is_required = true, .max = LIMIT_CMS},
    CODEC_END,
};

int station_challenge_answer_encode(
    const uint8_t *cms, size_t len, struct buf *json, struct err *err)
{
	struct station_bytes bytes = {0};
	int rc = station_bytes_set(&bytes, cms, len, err);

	if (rc == 0)
		rc = encode(cms_fields, &bytes, json, err);
	station_bytes_clear(&bytes);
	return rc;
}

int station_challenge_answer_parse(
    const char *json, size_t len, struct station_bytes *cms, struct err *err)
{
	struct station_bytes bytes = {0};
	int rc =
	    parse(cms_fields, json, len, "the server's answer", &bytes, err);

	if (rc == 0)
		*cms = bytes;
	else
		station_bytes_clear(&bytes);
	return rc;
}

/* ---- errors ---- */

void station_error_encode(const char *sentence, struct buf *json)
{
	buf_append_str(json, "{\"error\":");
	buf_append_json(json, sentence);
	buf_append_str(json, "}\n");
}

void station_error_parse(
    const char *json, size_t len, char out[STATION_SENTENCE_MAX])
{
	static const struct codec_field fields[] = {
	    {.name = "error", .size = STATION_SENTENCE_MAX},
	    CODEC_END,
	};
	char text[STATION_SENTENCE_MAX] = "";

	(void)parse(fields, json, len, "the server's answer", text, NULL);
	memcpy(out, text, sizeof(text));
}
