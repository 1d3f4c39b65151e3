/* The two requests that block: a challenge, in a worker; and `join`. */
#include <stdlib.h>
#include <string.h>

#include "agent/bench/uplink/http.h"
#include "agent/bench/uplink/uplink.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define CHALLENGE_MS 15000L
#define JOIN_MS 30000L

int uplink_sign_challenge(const struct identity *identity,
    const struct station_challenge *challenge, struct station_bytes *cms,
    struct err *err)
{
	struct http_target target = {identity->server, identity->ca_file,
	    identity->certificate_file, identity->key_file};
	struct http_call call = {.handle = NULL};
	struct buf body = {0};
	int rc = station_challenge_encode(challenge, &body, err);

	if (rc == 0)
		rc = http_call_init(&call, &target, STATION_PATH_CHALLENGE,
		    &body, STATION_BODY_MAX, CHALLENGE_MS, err);
	if (rc == 0)
		rc = http_call_run(&call, err);
	if (rc == 0)
		rc = station_challenge_answer_parse(
		    (const char *)call.answer.data, call.answer.len, cms, err);
	http_call_clear(&call);
	buf_clear(&body);
	return rc;
}

static int fill_request(struct station_join_request *request, EVP_PKEY *key,
    const char *code, const char *name, struct err *err)
{
	if (str_copy(request->code, sizeof(request->code), code) < 0)
		return err_set(err, ERR_INVALID,
		    "that is no code of `workphone station-code`");
	if (str_copy(request->name, sizeof(request->name), name) < 0)
		return err_set(err, ERR_INVALID, "the name is too long");
	return identity_make_csr(key, request->csr, sizeof(request->csr), err);
}

static int ask_to_join(const struct http_target *target,
    const struct station_join_request *request,
    struct station_join_answer *answer, struct err *err)
{
	struct http_call call = {.handle = NULL};
	struct buf body = {0};
	int rc = station_join_request_encode(request, &body, err);

	if (rc == 0)
		rc = http_call_init(&call, target, STATION_PATH_JOIN, &body,
		    STATION_BODY_MAX, JOIN_MS, err);
	if (rc == 0)
		rc = http_call_run(&call, err);
	if (rc == 0)
		rc = station_join_answer_parse((const char *)call.answer.data,
		    call.answer.len, answer, err);
	http_call_clear(&call);
	buf_clear(&body);
	return rc;
}

int uplink_join(const char *server, const char *ca_file, const char *code,
    const char *name, const char *folder, struct err *err)
{
	struct http_target target = {server, ca_file, NULL, NULL};
	struct station_join_request *request = calloc(1, sizeof(*request));
	struct station_join_answer *answer = calloc(1, sizeof(*answer));
	EVP_PKEY *key = NULL;
	int rc = request && answer ? 0 : err_memory(err);

	if (rc == 0)
		rc = identity_make_key(&key, err);
	if (rc == 0)
		rc = fill_request(request, key, code, name, err);
	if (rc == 0)
		rc = ask_to_join(&target, request, answer, err);
	if (rc == 0)
		rc = identity_save(folder, server, key, answer, err);
	if (request)
		explicit_bzero(request->code, sizeof(request->code));
	EVP_PKEY_free(key);
	free(request);
	free(answer);
	return rc;
}
