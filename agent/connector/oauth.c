#include "agent/connector/oauth.h"

#include <string.h>

#include "agent/connector/https.h"
#include "agent/connector/input.h"
#include "agent/connector/json_map.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/json/json_guard.h"

#define ANSWER_MAX (64 * 1024)
#define TOKEN_MAX 8192
#define EARLY_MS (30 * TIME_SECOND_MS) /* renewed before it is over */

static const struct json_limits limits = {ANSWER_MAX, 8, 1000};

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	buf_clear(buf);
}

/* RFC 6749 section 2.3.1: both halves form-encoded, then HTTP Basic. */
static int make_client(struct oauth *oauth, struct err *err)
{
	struct json_variable variables[JSON_VARIABLES] = {
	    {"id", oauth->config->client_id}, {"secret", NULL}};
	struct secret secret = {0};
	struct buf text = {0};
	int rc = input_secret(oauth->config->client_secret_file, &secret, err);

	variables[1].value = (const char *)secret.data;
	if (rc == 0)
		rc = json_template_fill("{id}:{secret}", JSON_ESCAPE_URL,
		    variables, &text, TOKEN_MAX, err);
	if (rc == 0)
		rc = secret_set(&oauth->client, text.data, text.len, err);
	secret_clear(&secret);
	wipe(&text);
	return rc;
}

int oauth_load(
    const struct http_config *config, struct oauth *out, struct err *err)
{
	struct oauth oauth = {
	    .config = config, .is_grant = strcmp(config->auth, "oauth2") == 0};
	int rc = 0;

	if (oauth.is_grant)
		rc = make_client(&oauth, err);
	else if (strcmp(config->auth, "bearer") == 0)
		rc = input_secret(config->token_file, &oauth.token, err);
	if (rc < 0) {
		oauth_clear(&oauth);
		return rc;
	}
	*out = oauth;
	return 0;
}

void oauth_clear(struct oauth *oauth)
{
	secret_clear(&oauth->client);
	secret_clear(&oauth->token);
}

/* RFC 6750 section 2.1: what a token is made of. */
static bool is_token(const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at <= 0x20 || *at >= 0x7f)
			return false;
	return text[0] && strlen(text) <= TOKEN_MAX;
}

static int take_grant(struct oauth *oauth, const struct https_answer *answer,
    int64_t now_ms, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	const json_t *expires;
	const char *token;
	int rc;

	if (answer->status == 400 || answer->status == 401 ||
	    answer->status == 403)
		return err_set(err, ERR_DENIED,
		    "the API's token service refuses our client (%ld)",
		    answer->status);
	if (answer->status != 200)
		return err_set(err, ERR_BUSY,
		    "the API's token service answers %ld", answer->status);
	rc = json_guard_load(answer->body.data, answer->body.len, &limits,
	    "the token service's answer", &root, err);
	if (rc < 0)
		return rc;
	token = json_string_value(json_object_get(root, "access_token"));
	expires = json_object_get(root, "expires_in");
	if (!token || !is_token(token))
		return err_set(
		    err, ERR_INVALID, "the token service gives no token");
	oauth->expires_ms = json_is_integer(expires) &&
	        json_integer_value(expires) > 0 &&
	        json_integer_value(expires) < 10000000
	    ? now_ms + json_integer_value(expires) * TIME_SECOND_MS
	    : 0;
	return secret_set(&oauth->token, token, strlen(token), err);
}

static int get_grant(
    struct oauth *oauth, struct https *https, int64_t now_ms, struct err *err)
{
	static const char *const headers[] = {
	    "Content-Type: application/x-www-form-urlencoded",
	    "Accept: application/json", NULL};
	struct json_variable variables[JSON_VARIABLES] = {
	    {"scope", oauth->config->scope}};
	const char *form = oauth->config->scope
	    ? "grant_type=client_credentials&scope={scope}"
	    : "grant_type=client_credentials";
	struct https_answer answer = {0};
	struct https_request request = {.url = oauth->config->token_url,
	    .headers = headers,
	    .basic = &oauth->client,
	    .answer_max = ANSWER_MAX};
	struct buf body = {0};
	int rc = json_template_fill(
	    form, JSON_ESCAPE_URL, variables, &body, TOKEN_MAX, err);

	request.body = body.data;
	request.body_len = body.len;
	if (rc == 0)
		rc = https_run(https, &request, &answer, err);
	if (rc == 0)
		rc = take_grant(oauth, &answer, now_ms, err);
	if (answer.body.data)
		explicit_bzero(answer.body.data, answer.body.cap);
	https_answer_clear(&answer);
	buf_clear(&body);
	return rc;
}

int oauth_token(struct oauth *oauth, struct https *https, int64_t now_ms,
    const struct secret **out, struct err *err)
{
	bool is_over =
	    oauth->expires_ms && now_ms > oauth->expires_ms - EARLY_MS;
	int rc = 0;

	if (oauth->is_grant && (!oauth->token.data || is_over))
		rc = get_grant(oauth, https, now_ms, err);
	if (rc == 0)
		*out = oauth->token.data ? &oauth->token : NULL;
	return rc;
}

bool oauth_drop(struct oauth *oauth)
{
	if (!oauth->is_grant || !oauth->token.data)
		return false;
	secret_clear(&oauth->token);
	return true;
}
