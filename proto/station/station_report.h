/*
 * station_report: one thing that a station saw or did, as it is written down
 * there and believed here. Its id makes a repetition harmless; its sequence
 * (1, 2, 3 … for the life of the station's key) shows a gap.
 */
#ifndef PROTO_STATION_STATION_REPORT_H
#define PROTO_STATION_STATION_REPORT_H

#include <stdint.h>

#include "proto/station/station.h"
#include "proto/station/station_facts.h"
#include "proto/station/work_order.h"

enum station_report_kind {
	STATION_REPORT_ATTACHED = 0,
	STATION_REPORT_DETACHED,
	STATION_REPORT_FACTS,
	STATION_REPORT_ORDER_RESULT,
	STATION_REPORT_PROOF,
	STATION_REPORT_REFUSED, /* an order that was not carried out */
	STATION_REPORT_KIND_COUNT
};
const char *station_report_kind_name(enum station_report_kind kind);

/* In which mode a phone hangs on its port. */
enum station_mode {
	STATION_MODE_UNKNOWN = 0,
	STATION_MODE_NORMAL,
	STATION_MODE_RECOVERY,
	STATION_MODE_DFU,
	STATION_MODE_RESTORE,
	STATION_MODE_HIDDEN,     /* on USB, not in usbmuxd: locked, prompt */
	STATION_MODE_NOT_MANAGED /* Android and others */
};
const char *station_mode_name(enum station_mode mode);

enum station_result {
	STATION_RESULT_STARTED = 0, /* said before the destructive call */
	STATION_RESULT_OK,
	STATION_RESULT_WAITING, /* for the operator: unlock, tap Trust */
	STATION_RESULT_FAILED
};
const char *station_result_name(enum station_result result);

/* Facts use the report's udid and serial too. Kind "order_result". */
struct station_order_result {
	char order_id[UUID_TEXT_MAX];
	enum work_order_kind kind;
	enum station_result result;
	char code[STATION_SHORT_MAX + 1]; /* tool-neutral: "waiting_unlock" */
	int64_t lockdown_error;           /* -17 …; 0 none */
	char sentence[STATION_SENTENCE_MAX]; /* what the operator was told */
	/* Only enrol: the facts after it; only wipe: "ok" is the phone's own
	 * Acknowledged, which comes before the erase. */
};

/* Kind "proof": what verify_wiped found. All unknown proves nothing. */
struct station_proof {
	char order_id[UUID_TEXT_MAX];
	char wipe_id[UUID_TEXT_MAX];
	/* The pair record of before the wipe had opened a session then, at
	 * pair_worked_at_ms (Unix ms, 0 never). */
	enum station_tri had_old_pair_record;
	int64_t pair_worked_at_ms;
	/* Since when the station knows it: made then, or first seen to work. 0
	 * not told, as older stations do. By the clock of checked_at_ms. */
	int64_t pair_since_ms;
	/* That record was refused now (InvalidHostID), YES; still taken, NO. */
	enum station_tri is_old_pair_refused;
	enum station_activation activation;
	enum station_tri is_setup_done;
	enum station_cloud cloud;
	int64_t checked_at_ms;
};

/* Kind "refused". */
struct station_refusal {
	char order_id[UUID_TEXT_MAX]; /* "" when it could not be read */
	enum work_order_refusal reason;
	char sentence[STATION_SENTENCE_MAX];
};

struct station_report {
	char id[UUID_TEXT_MAX]; /* UUIDv7, made by the station */
	int64_t sequence;       /* from 1 */
	int64_t at_ms;          /* the station's clock */
	char port[STATION_PORT_MAX + 1];
	enum station_report_kind kind;
	char udid[LIMIT_UDID + 1]; /* "" when not known: recovery, Android */
	char serial[LIMIT_SERIAL + 1]; /* "" when not known */
	/* By kind; the others stay empty. */
	enum station_mode mode; /* attached */
	struct station_facts facts;
	struct station_order_result order_result;
	struct station_proof proof;
	struct station_refusal refusal;
};

void station_report_init(
    struct station_report *report, enum station_report_kind kind);

/*
 * {"id":…,"sequence":…,"at":RFC 3339,"port":…,"kind":…,"udid":…,"serial":…,
 *  "<kind>":{…}}. Parse: ERR_INVALID for what is malformed or contradicts
 * itself (facts of another serial than the report's), ERR_UNSUPPORTED for a
 * kind that we do not know, ERR_LIMIT for what is too long.
 */
int station_report_encode(
    const struct station_report *report, struct buf *json, struct err *err);
int station_report_parse(
    const char *json, size_t len, struct station_report *out, struct err *err);

/* The id alone, of a report whose rest may be wrong; -ERR_INVALID. */
int station_report_parse_id(
    const char *json, size_t len, char out[UUID_TEXT_MAX]);
/* Its number alone, in the same way. */
int station_report_parse_sequence(const char *json, size_t len, int64_t *out);

#endif
