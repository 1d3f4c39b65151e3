/*
 * http_ask: one question to an API: with the right token, again while it is
 * busy, and what its status means for this subject and for the rest. Internal
 * to http-json.
 */
#ifndef AGENT_CONNECTOR_HTTP_ASK_H
#define AGENT_CONNECTOR_HTTP_ASK_H

#include "agent/connector/https.h"
#include "agent/connector/json_map.h"
#include "agent/connector/oauth.h"
#include "agent/connector/run.h"

#define ASK_ANSWER_MAX (4 * 1024 * 1024)
#define KEY_MAX 256

/* Whom an API is asked about. */
struct whom {
	struct evidence_subject subject;
	char imei[EVIDENCE_IMEI_MAX]; /* "" not known */
	char key[KEY_MAX];            /* the API's own id; "" */
	unsigned long line;           /* of the subjects file, or list item */
};

struct source {
	const struct connector_config *config;
	struct http_map *map;
	struct oauth oauth;
	struct https *https; /* to the API */
	struct https *token_https;
	struct whom *whoms;
	size_t count;
	size_t room;
	unsigned troubles;
	int64_t pause_ms;
};

struct asking {
	struct source *source;
	struct run *run;
	const struct http_request *request;
	const struct whom *whom; /* NULL: a list */
};

/* Says why this subject, or this list, is left out. */
void ask_skip(const struct asking *asking, const char *reason);
/* What {tel}, {imei} and {key} stand for; whom NULL: nothing. */
void ask_variables(
    const struct whom *whom, struct json_variable out[JSON_VARIABLES]);

/* Again while the API is busy; once more with a new token after 401. */
int ask_call(const struct asking *asking, const char *url,
    const struct buf *body, struct https_answer *answer, struct err *err);

enum ask_verdict { ASK_TAKE, ASK_LEAVE, ASK_LEAVE_ALL, ASK_GIVE_UP };

/* ASK_GIVE_UP: err is set. */
enum ask_verdict ask_judge(struct asking *asking, long status, struct err *err);
/* A failed transfer: 0 when only this subject is left out. */
int ask_judge_failure(struct asking *asking, int rc, struct err *err);

#endif
