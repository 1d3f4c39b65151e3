#include "agent/connector/http_ask.h"

#include <stdio.h>
#include <string.h>

#include "program/world.h"
#include "proto/base/err.h"

#define TRIES 5
#define TROUBLES_MAX 5 /* in a row: then the API is given up */

void ask_skip(const struct asking *asking, const char *reason)
{
	run_skip_text(asking->run, asking->request->name,
	    asking->whom ? asking->whom->line : 0, "", reason);
}

void ask_variables(
    const struct whom *whom, struct json_variable out[JSON_VARIABLES])
{
	out[0] = (struct json_variable){"tel", NULL};
	out[1] = (struct json_variable){"imei", NULL};
	out[2] = (struct json_variable){"key", NULL};
	if (!whom)
		return;
	if (whom->subject.kind == EVIDENCE_SUBJECT_TEL)
		out[0].value = whom->subject.value;
	if (whom->imei[0])
		out[1].value = whom->imei;
	if (whom->key[0])
		out[2].value = whom->key;
}

static int call_once(const struct asking *asking, const char *url,
    const struct buf *body, struct https_answer *answer, struct err *err)
{
	static const char *const headers[] = {
	    "Content-Type: application/json", "Accept: application/json", NULL};
	struct source *source = asking->source;
	struct https_request request = {.url = url,
	    .headers = headers,
	    .body = strcmp(asking->request->method, "POST") == 0
	        ? (body->data ? (const void *)body->data : "")
	        : NULL,
	    .body_len = body->len,
	    .answer_max = ASK_ANSWER_MAX};
	int rc = oauth_token(&source->oauth, source->token_https,
	    clock_now(world_clock()), &request.bearer, err);

	if (rc < 0)
		return rc;
	return https_run(source->https, &request, answer, err);
}

static bool is_busy(long status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

int ask_call(const struct asking *asking, const char *url,
    const struct buf *body, struct https_answer *answer, struct err *err)
{
	bool has_renewed = false;
	int rc = 0;

	for (int try = 0; try < TRIES; try++) {
		int64_t pause = INT64_C(1000) << try;

		if (!run_wait(asking->run, asking->source->pause_ms))
			return err_set(
			    err, ERR_CONFLICT, "stopped by a signal");
		rc = call_once(asking, url, body, answer, err);
		if (rc < 0)
			return rc;
		if (answer->status == 401 && !has_renewed &&
		    oauth_drop(&asking->source->oauth)) {
			has_renewed = true;
		} else if (is_busy(answer->status) && try + 1 < TRIES) {
			if (answer->retry_after_s > 0)
				pause = answer->retry_after_s * 1000;
			(void)run_wait(
			    asking->run, pause > 60000 ? 60000 : pause);
		} else {
			return 0;
		}
		https_answer_clear(answer);
	}
	return err_set(err, ERR_BUSY, "the API is busy");
}

/* What a status means for this subject and for the rest. */
enum ask_verdict ask_judge(struct asking *asking, long status, struct err *err)
{
	char reason[120];

	if (status == 200) {
		asking->source->troubles = 0;
		return ASK_TAKE;
	}
	if (status_is_listed(asking->request->unsupported, status)) {
		(void)snprintf(reason, sizeof(reason),
		    "the API does not offer this (%ld)", status);
		ask_skip(asking, reason);
		return ASK_LEAVE_ALL;
	}
	if (status_is_listed(asking->request->skip, status)) {
		(void)snprintf(reason, sizeof(reason),
		    "the API says nothing about it (%ld)", status);
		ask_skip(asking, reason);
		asking->source->troubles = 0;
		return ASK_LEAVE;
	}
	if (status == 401 || status == 403) {
		(void)err_set(err, ERR_DENIED,
		    "%s: the API refuses our credentials (%ld)",
		    asking->request->name, status);
		return ASK_GIVE_UP;
	}
	(void)snprintf(reason, sizeof(reason),
	    status >= 300 && status < 400
	        ? "the API sends us elsewhere (%ld); redirects are refused"
	        : "the API answers %ld",
	    status);
	ask_skip(asking, reason);
	if (++asking->source->troubles < TROUBLES_MAX)
		return ASK_LEAVE;
	(void)err_set(err, ERR_IO, "%s: %s, %d times in a row",
	    asking->request->name, reason, TROUBLES_MAX);
	return ASK_GIVE_UP;
}

/* A failed transfer: TLS, or too many in a row, ends the run. */
int ask_judge_failure(struct asking *asking, int rc, struct err *err)
{
	if ((rc != -(int)ERR_IO && rc != -(int)ERR_TIMEOUT &&
	        rc != -(int)ERR_LIMIT) ||
	    ++asking->source->troubles >= TROUBLES_MAX || !asking->whom) {
		(void)err_prefix(err, "%s", asking->request->name);
		return rc;
	}
	ask_skip(asking, err->text);
	return 0;
}
