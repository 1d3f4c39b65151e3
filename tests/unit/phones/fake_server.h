/*
 * fake_server: the other end of a phone's line, inside the test: a CA with
 * SCEP, an enrolment profile, a queue of commands. It is deliberately naive and
 * can be told to be wrong in one way at a time. OpenSSL and libplist only.
 */
#ifndef TESTS_UNIT_PHONES_FAKE_SERVER_H
#define TESTS_UNIT_PHONES_FAKE_SERVER_H

#include <plist/plist.h>

#include "tests/phones/line.h"
#include "tests/phones/session.h"

#define FAKE_QUEUE_MAX 32
#define FAKE_SENT_MAX 256

enum fake_fault {
	FAULT_NONE,
	FAULT_UNSIGNED_PROFILE,
	FAULT_OTHER_SIGNER,   /* of the profile */
	FAULT_NO_SCEP,        /* payload is missing */
	FAULT_HTTP_URL,       /* ServerURL without TLS */
	FAULT_WRONG_IDENTITY, /* IdentityCertificateUUID names nobody */
	FAULT_FINGERPRINT,    /* of another CA */
	FAULT_SCEP_REFUSES,   /* failInfo badRequest */
	FAULT_SCEP_NONCE,
	FAULT_SCEP_TRANSACTION,
	FAULT_SCEP_SIGNER,    /* answer signed by somebody else */
	FAULT_SCEP_OTHER_KEY, /* certificate over another key */
	FAULT_CHECKIN_500,
	FAULT_CHECKIN_401,
	FAULT_CONNECT_403, /* com.apple.unrecognized.device */
	FAULT_CONNECT_500,
	FAULT_LINE_DOWN
};

struct fake_command {
	char uuid[64];
	plist_t command; /* owned */
	bool not_now;    /* in the talk that goes on */
	bool done;
	char status[64]; /* last answer */
	unsigned answers;
	unsigned sent;
};

struct fake {
	struct line line; /* first */
	enum fake_fault fault;
	EVP_PKEY *ca_key; /* this and the next three are borrowed */
	X509 *ca;
	EVP_PKEY *other_key;
	X509 *other; /* a CA nobody trusts */
	bool sign_message;
	bool got_signature; /* the last identified request asked for one */
	struct fake_command queue[FAKE_QUEUE_MAX];
	size_t queued;
	char seen[FAKE_SENT_MAX][64]; /* MessageType or Status, in order */
	size_t seen_count;
	plist_t last_checkin; /* owned */
	plist_t last_answer;  /* owned */
	char scep_message_type[4];
	X509 *issued; /* the newest certificate */
	unsigned drops;
};

struct fake *fake_new(void);
void fake_free(struct fake *fake);

/* A key for phones whose key does not matter; borrowed. */
EVP_PKEY *fake_phone_key(void);

/* What the phone trusts from the start: the fake's CA. */
void fake_trust(const struct fake *fake, struct phone *phone);

/* Queues {RequestType: type, key: value}; value may be NULL. Its index. */
size_t fake_queue(
    struct fake *fake, const char *type, const char *key, plist_t value);

/* A passcode profile signed by the fake (by its other CA: not trusted). */
plist_t fake_passcode_profile(
    struct fake *fake, const char *identifier, int min_length, bool trusted);

/* The enrolment profile as the faults have it; bytes in out. */
void fake_enrolment_profile(struct fake *fake, struct buf *out);

bool fake_saw(const struct fake *fake, const char *what);
unsigned fake_count(const struct fake *fake, const char *what);

/* A clock and randomness for sessions. */
extern struct session_world fake_world;
extern int64_t fake_now_ms;

#endif
