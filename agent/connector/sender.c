#include "agent/connector/sender.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/https.h"
#include "agent/connector/seq.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/json/json_guard.h"

#define ANSWER_MAX (256 * 1024)
#define WAIT_MAX_S 60
#define REASON_MAX 64

static const struct json_limits answer_limits = {ANSWER_MAX, 8, 20000};

/* ---- what the server answered ---- */

/* A word or sentence of the server's, safe to print. */
static void copy_safe(char *out, size_t size, const char *text)
{
	size_t used = 0;

	for (; text && *text && used + 1 < size; text++)
		out[used++] =
		    (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
	out[used] = '\0';
	while (used && !str_is_utf8(out, used))
		out[--used] = '\0';
}

static void tell_refused(const struct sender *sender, const json_t *list,
    const struct evidence_item *items, size_t count, struct sent *sent)
{
	char reason[REASON_MAX];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *index = json_object_get(one, "item");
		json_int_t at = json_integer_value(index);

		if (!json_is_integer(index) || at < 0 || (size_t)at >= count)
			continue;
		copy_safe(reason, sizeof(reason),
		    json_string_value(json_object_get(one, "reason")));
		sent->refused++;
		sender->on_refused(sender->arg, &items[at], reason);
	}
}

static int read_receipt(const struct sender *sender,
    const struct https_answer *answer, const struct evidence_item *items,
    size_t count, struct sent *sent, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	const json_t *accepted;
	int rc = json_guard_load(answer->body.data, answer->body.len,
	    &answer_limits, "the server's receipt", &root, err);

	if (rc < 0)
		return rc;
	accepted = json_object_get(root, "accepted");
	if (!json_is_integer(accepted) || json_integer_value(accepted) < 0)
		return err_set(err, ERR_INVALID,
		    "the server's receipt does not say what was accepted");
	sent->accepted = (size_t)json_integer_value(accepted);
	tell_refused(
	    sender, json_object_get(root, "refused"), items, count, sent);
	return 0;
}

/* RFC 9457: the sentence of a problem. */
static void problem_text(
    const struct https_answer *answer, char *out, size_t size)
{
	CLEANUP(json_value) json_t *root = NULL;
	const char *text = NULL;

	if (json_guard_load(answer->body.data, answer->body.len, &answer_limits,
	        "it", &root, NULL) == 0) {
		text = json_string_value(json_object_get(root, "detail"));
		if (!text)
			text =
			    json_string_value(json_object_get(root, "title"));
	}
	copy_safe(out, size, text ? text : "no reason was given");
}

static int judge_problem(const struct https_answer *answer, struct err *err)
{
	static const struct {
		long status;
		enum err_code code;
		const char *words;
	} statuses[] = {
	    {400, ERR_INVALID, "the server calls the report wrong"},
	    {401, ERR_DENIED, "the server does not know this key"},
	    {403, ERR_DENIED, "the server takes no such facts from this key"},
	    {404, ERR_NOT_FOUND, "the server takes no evidence"},
	    {409, ERR_CONFLICT, "the server knows a later number"},
	    {413, ERR_LIMIT, "the server finds the report too large"},
	    {422, ERR_INVALID, "the server does not believe our clock"},
	};
	char text[200];

	problem_text(answer, text, sizeof(text));
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == answer->status)
			return err_set(err, statuses[i].code, "%s: %s",
			    statuses[i].words, text);
	if (answer->status == 429 || answer->status >= 500)
		return err_set(err, ERR_BUSY,
		    "the server cannot take it now (%ld): %s", answer->status,
		    text);
	return err_set(err, ERR_INVALID, "the server answers %ld: %s",
	    answer->status, text);
}

/* ---- sending ---- */

static int post(const struct sender *sender, const struct buf *body,
    const char *signature, struct https_answer *answer, struct err *err)
{
	char url[600];
	char key[64];
	char sign[160];
	const char *headers[] = {
	    "Content-Type: application/json", key, sign, NULL};
	struct https_request request = {.url = url,
	    .headers = headers,
	    .body = body->data,
	    .body_len = body->len,
	    .answer_max = ANSWER_MAX};

	(void)snprintf(url, sizeof(url), "%s%s", sender->server, EVIDENCE_PATH);
	(void)snprintf(
	    key, sizeof(key), "%s: %s", EVIDENCE_KEY_HEADER, sender->key_id);
	(void)snprintf(
	    sign, sizeof(sign), "%s: %s", EVIDENCE_SIGNATURE_HEADER, signature);
	return https_run(sender->https, &request, answer, err);
}

/* Seconds in steps, so that a signal ends it. False: stop. */
static bool wait_for(const struct sender *sender, long seconds)
{
	for (long i = 0; i < seconds * 10; i++) {
		if (*sender->stopping)
			return false;
		(void)poll(NULL, 0, 100);
	}
	return !*sender->stopping;
}

static long pause_of(const struct https_answer *answer, int try)
{
	long pause = answer->retry_after_s ? answer->retry_after_s
	                                   : 1L << (try < 6 ? try : 6);

	return pause > WAIT_MAX_S ? WAIT_MAX_S : pause;
}

static bool is_worth_another(int rc)
{
	return rc == -(int)ERR_BUSY || rc == -(int)ERR_IO ||
	    rc == -(int)ERR_TIMEOUT;
}

/* The same bytes until an answer comes. */
static int deliver(const struct sender *sender, const struct buf *body,
    const char *signature, struct https_answer *answer, struct err *err)
{
	int rc = 0;

	for (int try = 0; try < sender->tries; try++) {
		rc = post(sender, body, signature, answer, err);
		if (rc == 0 && (answer->status == 200 || answer->status == 202))
			return 0;
		if (rc == 0)
			rc = judge_problem(answer, err);
		if (!is_worth_another(rc) || try + 1 == sender->tries ||
		    !wait_for(sender, pause_of(answer, try)))
			break;
		https_answer_clear(answer);
	}
	return rc;
}

static int send_body(const struct sender *sender, const struct buf *body,
    const struct evidence_item *items, struct sent *sent, struct err *err)
{
	uint8_t signature[EVIDENCE_SIGNATURE_SIZE];
	struct https_answer answer = {0};
	char *text = NULL;
	int rc =
	    evidence_sign(sender->pair, body->data, body->len, signature, err);

	if (rc == 0 && !(text = str_base64(signature, sizeof(signature))))
		rc = err_memory(err);
	if (rc == 0)
		rc = deliver(sender, body, text, &answer, err);
	if (rc == 0)
		rc = read_receipt(
		    sender, &answer, items, sent->items, sent, err);
	if (rc == 0)
		sender->on_sent(sender->arg, sent);
	https_answer_clear(&answer);
	free(text);
	return rc;
}

int sender_send(const struct sender *sender, struct evidence_item *items,
    size_t count, struct err *err)
{
	struct evidence_report report = {.items = items,
	    .item_count = count,
	    .observed_at_ms = clock_now(sender->clock)};
	struct sent sent = {.items = count};
	struct buf body = {0};
	int rc;

	(void)str_copy(
	    report.connector, sizeof(report.connector), sender->connector);
	(void)str_copy(report.run, sizeof(report.run), sender->run);
	rc = seq_take(sender->seq, report.observed_at_ms, &report.seq, err);
	sent.seq = report.seq;
	if (rc == 0)
		rc = evidence_report_encode(&report, &body, err);
	if (rc == 0)
		rc = send_body(sender, &body, items, &sent, err);
	buf_clear(&body);
	if (rc == -(int)ERR_LIMIT && count > 1 && sent.accepted == 0) {
		rc = sender_send(sender, items, count / 2, err);
		if (rc == 0)
			rc = sender_send(
			    sender, items + count / 2, count - count / 2, err);
	}
	return rc;
}
