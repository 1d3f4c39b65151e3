/*
 * facts_read: asks a phone for its facts: what it tells anybody, and what it
 * tells a station it trusts.
 */
#ifndef AGENT_BENCH_PHONE_FACTS_READ_H
#define AGENT_BENCH_PHONE_FACTS_READ_H

#include "agent/bench/phone/facts_plist.h"
#include "agent/bench/phone/phone.h"
#include "agent/bench/phone/trust.h"

/* In clear; a phone may leave out any of it, the serial too. */
enum failure facts_read_plain(struct phone *phone, struct station_facts *facts);

/*
 * Within a session. What one service refuses stays unknown; only a broken line
 * is a failure. supervision: with a signer and a phone of ours, it escalates
 * and asks whether a PIN is set; else it does not. *unseen: why the phone's
 * supervision could not be seen; NONE: it was.
 */
enum failure facts_read_full(struct phone *phone, const struct facts_ours *ours,
    const struct supervision *supervision, struct station_facts *facts,
    enum failure *unseen);

/* The serial alone, asked anew within the session: right before an erase. */
enum failure facts_read_serial(struct phone *phone, char *out, size_t size);

#endif
