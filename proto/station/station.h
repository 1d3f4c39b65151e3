/*
 * station: the words that a bench station and the server share: the paths, the
 * tri-state, the kinds, and the envelope of everything that is signed. Bytes
 * in, structs out; no I/O. Every JSON document here is one object, read with
 * duplicate keys refused; keys that a reader does not know are skipped, so that
 * an older side understands a newer one.
 */
#ifndef PROTO_STATION_STATION_H
#define PROTO_STATION_STATION_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/base/uuid.h"

struct err;

#define STATION_PATH_JOIN "/station/v1/join"           /* POST */
#define STATION_PATH_RENEW "/station/v1/renew"         /* POST */
#define STATION_PATH_REPORTS "/station/v1/reports"     /* POST */
#define STATION_PATH_ORDERS "/station/v1/orders"       /* GET */
#define STATION_PATH_CHALLENGE "/station/v1/challenge" /* POST */

/* What stands before the bytes when they are signed: no signature made for one
 * purpose is ever good for the other. */
#define STATION_REPORT_CONTEXT "workphone-report-v1\n"
#define STATION_ORDER_CONTEXT "workphone-order-v1\n"

/* "station:<id>" is the common name of a station's certificate: nothing that a
 * phone's certificate ever says. */
#define STATION_COMMON_NAME "station:"

#define STATION_BODY_MAX (1024 * 1024) /* one POST or one answer */
#define STATION_REPORTS_MAX 256        /* reports of one POST */
#define STATION_REPORT_MAX (64 * 1024) /* one report's JSON bytes */
#define STATION_ORDERS_MAX 64          /* orders of one answer */
#define STATION_ORDER_MAX (512 * 1024) /* one order's: holds a profile */
#define STATION_ORDERS_BODY_MAX (4 * 1024 * 1024) /* one answer of orders */
#define STATION_SIGNATURE_MAX 128 /* DER of a P-256 signature: 72 */
#define STATION_PHONES_MAX 64     /* asked about at once */
#define STATION_PORT_MAX 64       /* label of a port: "A3" */
#define STATION_SENTENCE_MAX 400
#define STATION_SHORT_MAX 64
#define STATION_MAGIC_MAX 128
#define STATION_CERTIFICATES_MAX 4 /* supervision certificates, newest first */
#define STATION_CHALLENGE_MAX 1024 /* 8 bytes seen; opaque */

/* What a station may not know. 0 is unknown, so {0} claims nothing. */
enum station_tri { STATION_UNKNOWN = 0, STATION_NO, STATION_YES };
const char *station_tri_name(enum station_tri value); /* "unknown", "no", … */

/* Owned bytes. */
struct station_bytes {
	uint8_t *data;
	size_t len;
};
int station_bytes_set(
    struct station_bytes *bytes, const void *data, size_t len, struct err *err);
void station_bytes_clear(struct station_bytes *bytes);

/* One signed document: the exact JSON bytes and their signature (ECDSA P-256
 * with SHA-256, DER) over the context and those bytes. */
struct station_signed {
	struct station_bytes body;
	struct station_bytes signature;
};
struct station_signed_list {
	struct station_signed *items; /* owned */
	size_t count;
};
void station_signed_clear(struct station_signed *one);
void station_signed_list_clear(struct station_signed_list *list);

/*
 * {"reports":[{"body":base64,"signature":base64}, …]}. Body of a POST to
 * STATION_PATH_REPORTS. ERR_LIMIT beyond STATION_REPORTS_MAX/…_REPORT_MAX.
 */
int station_reports_encode(
    const struct station_signed_list *list, struct buf *json, struct err *err);
int station_reports_parse(const char *json, size_t len,
    struct station_signed_list *out, struct err *err);
/* {"orders":[…]}: orders alone, as a station keeps them. */
int station_orders_encode(
    const struct station_signed_list *list, struct buf *json, struct err *err);
int station_orders_parse(const char *json, size_t len,
    struct station_signed_list *out, struct err *err);

/* ---- what the server answers to a question for orders ---- */

/* Whose phone it is, to be shown at the bench and not kept there. */
struct station_owner {
	char udid[LIMIT_UDID + 1];
	char person[LIMIT_NAME + 1]; /* "" nobody holds it */
	char label[LIMIT_NAME + 1];  /* the phone's name in our records */
};
struct station_work {
	struct station_signed_list orders; /* owned */
	struct station_owner *owners;      /* owned; of phones we know */
	size_t owner_count;                /* STATION_PHONES_MAX at most */
};
void station_work_clear(struct station_work *work);

/* {"orders":[…],"phones":[{"udid":…,"person":…,"label":…}, …]}; an older
 * server leaves "phones" out. */
int station_work_encode(
    const struct station_work *work, struct buf *json, struct err *err);
int station_work_parse(
    const char *json, size_t len, struct station_work *out, struct err *err);

/* ---- what the server answers to reports ---- */

/* Why a report is refused for good: sending it again does not help. */
struct station_refused_report {
	char id[UUID_TEXT_MAX]; /* "" when the body could not be read */
	char reason[STATION_SENTENCE_MAX];
};
struct station_receipt {
	/* Taken now or before: the station may forget these. */
	char (*accepted)[UUID_TEXT_MAX]; /* owned */
	size_t accepted_count;
	struct station_refused_report *refused; /* owned */
	size_t refused_count;
};
int station_receipt_encode(
    const struct station_receipt *receipt, struct buf *json, struct err *err);
int station_receipt_parse(
    const char *json, size_t len, struct station_receipt *out, struct err *err);
void station_receipt_clear(struct station_receipt *receipt);

/* ---- joining ---- */

#define STATION_CODE_MAX 64

struct station_join_request {
	char code[STATION_CODE_MAX + 1]; /* one-time; wipe after use */
	char name[LIMIT_NAME + 1];       /* "Bench A"; "" takes IT's name */
	char csr[LIMIT_CSR + 1];         /* PKCS#10, PEM, EC P-256 */
};
struct station_join_answer {
	char station_id[UUID_TEXT_MAX];
	char name[LIMIT_NAME + 1];
	char certificate[LIMIT_CERTIFICATE + 1]; /* PEM, the station's own */
	char ca[LIMIT_CERTIFICATE + 1];          /* PEM, the organisation's */
	char orders_key[STATION_SHORT_MAX * 8];  /* PEM, SubjectPublicKeyInfo */
	int64_t server_time_ms;
};
/* Renewing is answered like joining. */
struct station_renew_request {
	char csr[LIMIT_CSR + 1]; /* as above, of the key it has */
};
int station_renew_request_encode(const struct station_renew_request *request,
    struct buf *json, struct err *err);
int station_renew_request_parse(const char *json, size_t len,
    struct station_renew_request *out, struct err *err);
int station_join_request_encode(const struct station_join_request *request,
    struct buf *json, struct err *err);
int station_join_request_parse(const char *json, size_t len,
    struct station_join_request *out, struct err *err);
int station_join_answer_encode(const struct station_join_answer *answer,
    struct buf *json, struct err *err);
int station_join_answer_parse(const char *json, size_t len,
    struct station_join_answer *out, struct err *err);

/* ---- the supervised challenge ---- */

struct station_challenge {
	char order_id[UUID_TEXT_MAX]; /* the open order that needs it */
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	/* DER of the certificate shown to the phone: the server signs with the
	 * key of that one. Empty: the newest. */
	struct station_bytes certificate;
	struct station_bytes challenge; /* as the phone gave it */
};
int station_challenge_encode(const struct station_challenge *challenge,
    struct buf *json, struct err *err);
int station_challenge_parse(const char *json, size_t len,
    struct station_challenge *out, struct err *err);
void station_challenge_clear(struct station_challenge *challenge);

/* {"cms":base64}: SignedData, DER, content attached, CMS_BINARY. */
int station_challenge_answer_encode(
    const uint8_t *cms, size_t len, struct buf *json, struct err *err);
int station_challenge_answer_parse(
    const char *json, size_t len, struct station_bytes *cms, struct err *err);

/* {"error":"<one sentence>"}: every answer of a station route that is not 200
 * has this body. out: "" when there is no such text. */
void station_error_encode(const char *sentence, struct buf *json);
void station_error_parse(
    const char *json, size_t len, char out[STATION_SENTENCE_MAX]);

#endif
