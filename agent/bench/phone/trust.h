/*
 * trust: brings a phone and this station to an open session: with the record
 * there is, or by pairing, waiting for the operator's hand (unlock, tap Trust)
 * as long as the worker may, or silently with the supervision certificate and
 * a challenge that the server signs.
 */
#ifndef AGENT_BENCH_PHONE_TRUST_H
#define AGENT_BENCH_PHONE_TRUST_H

#include <openssl/evp.h>

#include "agent/bench/phone/phone.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"
#include "proto/station/station.h"

struct err;
struct journal;

/* What a supervised phone is shown, and who signs its challenges. */
struct supervision {
	const struct station_bytes *certificates; /* DER, newest first */
	size_t count;
	/* 0 and *cms (station_bytes_clear() it), or -ERR_DENIED, -ERR_IO … */
	int (*sign)(void *arg, const struct station_bytes *certificate,
	    const uint8_t *challenge, size_t len, struct station_bytes *cms,
	    struct err *err);
	void *arg;
};

struct trust {
	const struct clock *clock;
	const struct rng *rng;
	struct journal *journal;
	EVP_PKEY *key;     /* the station's, for new pair records */
	const char *aside; /* folder for records that were refused */
	struct supervision supervision;
	int64_t give_up_ms; /* clock time at which waiting ends */
	bool may_pair;      /* false: only the record there is */
	/* Told at each change of what is waited for. */
	void (*on_wait)(void *arg, enum failure failure);
	void *arg;
};

#define TRUST_PENDING_MS (120 * TIME_SECOND_MS)
#define TRUST_POLL_MS 1000   /* the dialog */
#define TRUST_LOCKED_MS 2000 /* the lock */

/*
 * FAILURE_NONE: phone has a session. FAILURE_LOCKED: still locked at
 * give_up_ms, come again. The journal holds what was learnt of the record.
 */
enum failure trust_establish(struct phone *phone, const struct trust *trust);

/* What the server's or the line's error means for the operator. */
enum failure trust_sign_failure(int rc);

#endif
