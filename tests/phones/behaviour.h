/*
 * behaviour: how a phone misbehaves when it was told to: each counter is used
 * up by one where it strikes.
 */
#ifndef TESTS_PHONES_BEHAVIOUR_H
#define TESTS_PHONES_BEHAVIOUR_H

#include "tests/phones/session.h"

bool behaviour_takes_not_now(struct phone *phone, const char *request_type);
bool behaviour_takes_second_answer(struct phone *phone);
bool behaviour_takes_lost_answer(struct phone *phone);
/* Only the answers to commands are struck, not check-ins or Idle. */
bool behaviour_takes_lost_reply(struct phone *phone, const char *name);

/*
 * Says NotNow to every command until there is none, then executes them and
 * answers in reverse order. reply: the server's last word.
 */
int behaviour_talk_out_of_order(
    struct session *session, struct line_reply *reply, struct err *err);

/*
 * Sends as many bodies that are no message as were asked for, one kind after
 * the other, and notes as an anomaly whatever the server took or answered with
 * 401 or 403.
 */
int behaviour_send_rubbish(struct session *session, struct err *err);

/* Number of kinds, for those who want each once. */
unsigned behaviour_rubbish_kinds(void);

#endif
