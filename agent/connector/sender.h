/*
 * sender: items → signed reports → the server. A report that does not fit is
 * halved; what the server is too busy for is tried again, slower each time,
 * always the same bytes.
 */
#ifndef AGENT_CONNECTOR_SENDER_H
#define AGENT_CONNECTOR_SENDER_H

#include <openssl/evp.h>
#include <signal.h>

#include "proto/base/time.h"
#include "proto/evidence/evidence.h"

struct err;
struct https;
struct seq;

/* What became of one report. */
struct sent {
	int64_t seq;
	size_t items;
	size_t accepted;
	size_t refused;
};

struct sender {
	const char *server;    /* https://host:port */
	const char *connector; /* name */
	char run[UUID_TEXT_MAX];
	char key_id[EVIDENCE_KEY_ID_MAX];
	EVP_PKEY *pair;
	struct https *https;
	struct seq *seq;
	const struct clock *clock;
	const volatile sig_atomic_t *stopping;
	int tries; /* for one report */
	void (*on_sent)(void *arg, const struct sent *sent);
	/* The server did not take one item; reason: one word of its own. */
	void (*on_refused)(
	    void *arg, const struct evidence_item *item, const char *reason);
	void *arg;
};

/*
 * All borrowed. -ERR_DENIED: the server does not know this key or may not take
 * these facts from it; -ERR_CONFLICT: numbers; -ERR_INVALID: it calls the
 * report wrong; -ERR_IO, -ERR_TIMEOUT, -ERR_BUSY: not reached, in all tries.
 */
int sender_send(const struct sender *sender, struct evidence_item *items,
    size_t count, struct err *err);

#endif
