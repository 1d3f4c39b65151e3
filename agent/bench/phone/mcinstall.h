/*
 * mcinstall: the client of com.apple.mobile.MCInstall: one request, one answer,
 * every failure one of failure.h. Whole answers are never logged: some hold an
 * unlock token.
 */
#ifndef AGENT_BENCH_PHONE_MCINSTALL_H
#define AGENT_BENCH_PHONE_MCINSTALL_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/bench/phone/phone.h"
#include "agent/bench/phone/trust.h"

struct mcinstall {
	struct phone *phone;
	property_list_service_client_t client;
	bool is_escalated;                 /* for this connection only */
	char detail[STATION_SENTENCE_MAX]; /* the phone's own words, cleaned */
};

/* The phone has a session. mcinstall_close() whatever comes back. */
enum failure mcinstall_open(struct mcinstall *mc, struct phone *phone);
void mcinstall_close(struct mcinstall *mc);

/*
 * request is consumed. *answer may be NULL when it is not wanted; else the
 * caller's to plist_free(), set only with FAILURE_NONE. timeout_ms: of the
 * answer.
 */
enum failure mcinstall_ask(struct mcinstall *mc, plist_t request,
    unsigned timeout_ms, plist_t *answer);
#define MCINSTALL_ANSWER_MS 30000
#define MCINSTALL_KEYBAG_MS 300000 /* ProceedWithKeybagMigration may wait */

/* {RequestType: name}. */
plist_t mcinstall_request(const char *name);

/*
 * Escalate with the first of our certificates that the phone takes, newest
 * first; the server signs the challenge, which is good for one answer.
 */
enum failure mcinstall_escalate(
    struct mcinstall *mc, const struct supervision *supervision);

/* What an answer's Status and ErrorChain say. Pure. detail: as above. */
enum failure mcinstall_judge(
    plist_t answer, int *native, char detail[STATION_SENTENCE_MAX]);

#endif
