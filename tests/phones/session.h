/*
 * session: what a phone does each time it wakes: TokenUpdate if one is due,
 * then Idle, execute, answer, until the server has nothing more. Enrolment is
 * in enrol.h, the commands in command.h.
 */
#ifndef TESTS_PHONES_SESSION_H
#define TESTS_PHONES_SESSION_H

#include <plist/plist.h>

#include "proto/base/time.h"
#include "proto/base/uuid.h"
#include "tests/phones/line.h"
#include "tests/phones/phone.h"

struct err;

/* What the program hands to every phone. */
struct session_world {
	const struct clock *clock;
	const struct rng *rng;
	const char *dump;    /* folder for every body sent and got; or NULL */
	EVP_PKEY *key;       /* one key for all phones; NULL: each its own */
	bool never_sign;     /* leave Mdm-Signature out even if it is wanted */
	bool allow_unsigned; /* take an enrolment profile nobody signed */
	bool scep_get;       /* PKIOperation by GET */
};

struct session {
	struct phone *phone;
	struct line *line; /* NULL: no network at hand */
	const struct session_world *world;
	json_t *done; /* array: what happened, for people; owned */
};

void session_init(struct session *session, struct phone *phone,
    struct line *line, const struct session_world *world);
void session_clear(struct session *session);

int64_t session_now(const struct session *session);
bool session_has_network(const struct session *session);

/* Adds {"what": …, "detail": …} to what happened. */
void session_note(struct session *session, const char *what, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/*
 * One waking. 0 when the server has no more work or the phone is not enrolled;
 * ERR_IO when the line failed; ERR_DENIED when the server disowned the phone,
 * which is forgotten then; ERR_INVALID when the server said something wrong.
 */
int session_run(struct session *session, struct err *err);

/* The check-in messages; each one request. */
int session_authenticate(struct session *session, struct err *err);
int session_token_update(struct session *session, struct err *err);
int session_check_out(struct session *session, struct err *err);
/* data: JSON of a status report, NULL for a question. reply: status 200. */
int session_declarative(struct session *session, const char *endpoint,
    const struct buf *data, struct line_reply *reply, struct err *err);

/* One command as the server sent it. */
struct session_command {
	plist_t plist;   /* the whole document; owned */
	plist_t command; /* its Command dictionary, borrowed; may be NULL */
	char uuid[PHONE_TEXT_MAX];
	char request_type[64]; /* "none" when it has none */
};

/* Also logs the command; ERR_INVALID when it has no CommandUUID. */
int session_command_parse(struct session *session,
    const struct line_reply *reply, struct session_command *out,
    struct err *err);
void session_command_clear(struct session_command *cmd);

/*
 * Sends an answer; extra: what stands beside CommandUUID, Status and UDID.
 * reply: the server's next word. An answer that did not get through is kept
 * and sent first next time.
 */
int session_answer(struct session *session, const struct session_command *cmd,
    const char *status, plist_t extra, struct line_reply *reply,
    struct err *err);

/* Executes, answers, and erases after the answer if that was the order. */
int session_execute(struct session *session, const struct session_command *cmd,
    struct line_reply *reply, struct err *err);

/* One body to ServerURL; session_judge() on what comes back. */
int session_connect(struct session *session, const char *name,
    const struct buf *body, struct line_reply *reply, struct err *err);
int session_judge(struct session *session, const char *name,
    const struct line_reply *reply, struct err *err);

/* Sends to the server's URL for phones, with identity, and dumps both ways. */
int session_send(struct session *session, const char *name, const char *method,
    const char *url, const char *content_type, const struct buf *body,
    bool identified, struct line_reply *reply, struct err *err);

#endif
