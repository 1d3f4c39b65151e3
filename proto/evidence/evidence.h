/*
 * evidence: what a connector saw at a telephone exchange, an operator's portal
 * or a mailbox, as a signed report. Bytes ↔ struct, and the signature over the
 * exact bytes; no I/O, no clock. Facts: evidence_fact.h; subjects:
 * evidence_subject.h.
 *
 *   POST /api/v1/evidence
 *   Content-Type: application/json
 *   X-Evidence-Key: <key id: 16 hex digits>
 *   X-Evidence-Signature: <base64 of Ed25519 over the body's bytes>
 *
 *   {"v":1,"connector":"operator-export","run":"<uuid>","seq":4711,
 *    "observed_at":"2026-11-22T07:38:25Z","items":[
 *     {"subject":"tel:+46701234567","fact":"voicemail.greeting",
 *      "value":"personal","method":"vvm-imap",
 *      "valid_until":"2026-12-27T07:38:25Z","detail":"…"}]}
 *
 * Members of an item that may be left out: observed_at (as the report's; an
 * export can be older than the report about it), valid_until (as the fact's
 * freshness), detail. Values that are more than a word are objects:
 *   voicemail.unread            {"count":3,"oldest_age_h":30}
 *   call.forward.unconditional  {"state":"active","target_class":"colleague"}
 *   call.forward.conditional    {"state":"active","when":["busy"],
 *                                "target_class":"voicemail"}
 *   call.referral               {"state":"set","until":"…Z"}
 *   sim.device                  {"state":"match","imei":"…",
 *                                "last_checked":"…Z"}
 * where target_class "unknown", an empty `when`, `until`, `imei` and
 * `last_checked` are left out when there is nothing to say.
 *
 * What the server answers:
 *   200 taken, all or in part: {"accepted":2,"refused":[{"item":0,
 *       "reason":"scope","detail":"…"}]}. The same bytes again (a lost answer)
 *       are answered 200 again and change nothing.
 *   400 no report; 401 unknown key or wrong signature; 403 a fact that this
 *   key may not bring; 409 this seq, or a later one, was taken with other
 *   bytes; 413 too large; 422 clock: observed_at is more than five minutes
 *   away. 429 and 503: later again. Bodies of errors: RFC 9457.
 */
#ifndef PROTO_EVIDENCE_EVIDENCE_H
#define PROTO_EVIDENCE_EVIDENCE_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/uuid.h"
#include "proto/evidence/evidence_fact.h"
#include "proto/evidence/evidence_subject.h"

struct err;

#define EVIDENCE_VERSION 1
#define EVIDENCE_BODY_MAX (256 * 1024)
#define EVIDENCE_ITEMS_MAX 1000
#define EVIDENCE_CONNECTOR_MAX 64 /* with NUL; a-z 0-9 . _ - */
#define EVIDENCE_DETAIL_MAX 201   /* bytes with NUL; one line of UTF-8 */
#define EVIDENCE_DEPTH_MAX 8      /* of the JSON; a report needs 5 */
#define EVIDENCE_SEQ_MAX INT64_C(9007199254740991) /* exact in any JSON */
#define EVIDENCE_SKEW_MS INT64_C(300000) /* |observed_at - now| at most */

#define EVIDENCE_PATH "/api/v1/evidence"
#define EVIDENCE_KEY_HEADER "X-Evidence-Key"
#define EVIDENCE_SIGNATURE_HEADER "X-Evidence-Signature"

struct evidence_item {
	struct evidence_subject subject;
	enum evidence_fact fact;
	struct evidence_value value;
	enum evidence_method method;
	int64_t observed_at_ms; /* 0: as the report's */
	int64_t valid_until_ms; /* 0: as the fact's freshness */
	char detail[EVIDENCE_DETAIL_MAX];
};

struct evidence_report {
	char connector[EVIDENCE_CONNECTOR_MAX]; /* its name at the server */
	char run[UUID_TEXT_MAX]; /* one run may send several reports */
	int64_t seq; /* from 1, strictly rising for the life of the key */
	int64_t observed_at_ms;
	struct evidence_item *items; /* owned; at least one */
	size_t item_count;
};

void evidence_report_clear(struct evidence_report *report);

/* When an item was seen. */
int64_t evidence_item_observed_at(
    const struct evidence_report *report, const struct evidence_item *item);
/* Until when it can prove something: the earlier of valid_until and the fact's
 * freshness after it was seen. */
int64_t evidence_item_fresh_until(
    const struct evidence_report *report, const struct evidence_item *item);

/* Whether an item may stand in a report; parse and encode ask it too. */
int evidence_item_check(const struct evidence_item *item, struct err *err);

/*
 * The one spelling of a report: compact, members in the order above. Appends
 * to json. -ERR_LIMIT above EVIDENCE_BODY_MAX or EVIDENCE_ITEMS_MAX,
 * -ERR_INVALID for what no report may carry; json is as before then.
 */
int evidence_report_encode(
    const struct evidence_report *report, struct buf *json, struct err *err);

/*
 * Strict: every member known and once, every value in its closed list, facts
 * that a connector may bring, by a method that may bring them. The sentence
 * begins with the JSON pointer (RFC 6901) of what is wrong:
 * "/items/3/fact: there is no fact \"voicemail.mood\"". Any spelling of JSON is
 * taken, not just the canonical one. -ERR_INVALID, -ERR_LIMIT,
 * -ERR_UNSUPPORTED (another v), -ERR_MEMORY. *out: evidence_report_clear().
 */
int evidence_report_parse(
    const void *json, size_t len, struct evidence_report *out, struct err *err);

/*
 * The value alone, for the store and the API: "personal", or a compact object
 * as above. evidence_value_parse() takes what encode wrote.
 */
int evidence_value_encode(enum evidence_fact fact,
    const struct evidence_value *value, struct buf *json, struct err *err);
int evidence_value_parse(enum evidence_fact fact, const char *json, size_t len,
    struct evidence_value *out, struct err *err);

/* ---- keys and signatures: Ed25519 (RFC 8032), the body's bytes alone ---- */

#define EVIDENCE_KEY_SIZE 32
#define EVIDENCE_SIGNATURE_SIZE 64
#define EVIDENCE_KEY_ID_MAX 17 /* 16 hex digits and NUL */

/* First 16 hex digits of SHA-256 over the 32 bytes of the public key. */
int evidence_key_id(const uint8_t key[EVIDENCE_KEY_SIZE],
    char out[EVIDENCE_KEY_ID_MAX], struct err *err);

/* The public half as people register it: base64 of the 32 bytes, or the PEM of
 * a SubjectPublicKeyInfo. Small-order points are refused. -ERR_INVALID. */
int evidence_key_parse(const char *text, size_t len,
    uint8_t out[EVIDENCE_KEY_SIZE], struct err *err);
/* The public half of a pair. */
int evidence_key_public(
    EVP_PKEY *pair, uint8_t out[EVIDENCE_KEY_SIZE], struct err *err);

/* A new pair; its PEM (PKCS#8, not encrypted) and back. EVP_PKEY_free(); the
 * caller wipes the PEM. */
int evidence_pair_make(EVP_PKEY **out, struct err *err);
int evidence_pair_encode(EVP_PKEY *pair, struct buf *pem, struct err *err);
int evidence_pair_parse(
    const void *pem, size_t len, EVP_PKEY **out, struct err *err);

int evidence_sign(EVP_PKEY *pair, const void *body, size_t len,
    uint8_t out[EVIDENCE_SIGNATURE_SIZE], struct err *err);
/* -ERR_CRYPTO when the signature is not this key's over these bytes. */
int evidence_verify(const uint8_t key[EVIDENCE_KEY_SIZE], const void *body,
    size_t len, const uint8_t signature[EVIDENCE_SIGNATURE_SIZE],
    struct err *err);
/* The header's base64 → 64 bytes. -ERR_INVALID. */
int evidence_signature_parse(const char *text, size_t len,
    uint8_t out[EVIDENCE_SIGNATURE_SIZE], struct err *err);

#endif
