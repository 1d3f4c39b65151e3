/*
 * failure: every way a phone at the bench can refuse, in one table: its stable
 * code, what the agent does next, and the sentence the operator reads. The
 * numbers of lockdown and MCInstall are turned into these here and nowhere
 * else. Pure.
 */
#ifndef AGENT_BENCH_PHONE_FAILURE_H
#define AGENT_BENCH_PHONE_FAILURE_H

#include <stddef.h>
#include <stdint.h>

enum failure {
	FAILURE_NONE = 0,
	/* at the port */
	FAILURE_HIDDEN,
	FAILURE_MUX_DOWN,
	FAILURE_RECOVERY,
	FAILURE_NOT_MANAGED,
	/* trust */
	FAILURE_LOCKED,
	FAILURE_LOCKED_AFTER_BOOT,
	FAILURE_TRUST_PENDING,
	FAILURE_TRUST_TIMEOUT,
	FAILURE_TRUST_DENIED,
	FAILURE_RECORD_STALE,
	FAILURE_PAIRING_FORBIDDEN,
	FAILURE_CHALLENGE_REQUIRED,
	/* the line */
	FAILURE_DISCONNECTED,
	FAILURE_TLS,
	FAILURE_MUX,
	FAILURE_NO_ANSWER,
	FAILURE_ODD_ANSWER,
	FAILURE_SERVICE_REFUSED,
	/* supervision and profiles */
	FAILURE_CERTIFICATE_REJECTED,
	FAILURE_SIGNATURE_REJECTED,
	FAILURE_CLOUD_EXISTS,
	FAILURE_CLOUD_MALFORMED,
	FAILURE_NOT_ACTIVATED,
	FAILURE_IN_APPLE_BUSINESS,
	FAILURE_PAIR_PURGE,
	FAILURE_ACTIVATION_LOCK,
	FAILURE_FOREIGN,
	FAILURE_MDM_REMOVED,
	FAILURE_NEEDS_ERASE,
	FAILURE_PROFILE_TYPE,
	FAILURE_PROFILE_NOT_NOW,
	FAILURE_LOCKDOWN_MODE,
	FAILURE_PROFILE_REFUSED,
	FAILURE_WIFI,
	FAILURE_TOKEN_LATE,
	FAILURE_REQUEST_REFUSED,
	/* erasing */
	FAILURE_ERASE_UNCONFIRMED,
	FAILURE_ERASE_UNSURE,
	FAILURE_ALREADY_ERASED,
	FAILURE_SERIAL_CHANGED,
	/* the worker and the order */
	FAILURE_WORKER_TIMEOUT,
	FAILURE_WORKER_DIED,
	FAILURE_ORDER_UNUSABLE,
	FAILURE_SERVER_UNREACHABLE,
	FAILURE_SERVER_REFUSED,
	FAILURE_STATION_DISK,
	FAILURE_INTERNAL,
	FAILURE_COUNT
};

/* What the agent does next, without being told. */
enum failure_next {
	NEXT_NOTHING,  /* done */
	NEXT_WAIT,     /* for the operator's hand; tried again by itself */
	NEXT_RETRY,    /* tried again by itself, later */
	NEXT_REATTACH, /* tried again when the phone is plugged in again */
	NEXT_PAIR,     /* the record is put aside and a new one is made */
	NEXT_IT,       /* a person at IT decides */
};

struct failure_row {
	const char *code; /* stable, in reports and --json */
	enum failure_next next;
	const char *state;    /* one or two words for the terminal view */
	const char *sentence; /* what the operator does now */
};

/* Any value; one out of range is FAILURE_INTERNAL's. */
const struct failure_row *failure_row(enum failure failure);
/* FAILURE_INTERNAL for a code that is not in the table. */
enum failure failure_by_code(const char *code);

/* What was being done when lockdown answered: the same number means other
 * things at other places. */
enum lockdown_step {
	LOCKDOWN_STEP_PAIR,
	LOCKDOWN_STEP_SESSION,
	LOCKDOWN_STEP_SERVICE,
	LOCKDOWN_STEP_VALUE,
};

/* error: a lockdownd_error_t. is_listed: usbmuxd still has the phone. */
enum failure failure_of_lockdown(
    enum lockdown_step step, int error, int is_listed);
/* error: a property_list_service_error_t. */
enum failure failure_of_line(int error, int is_listed);
/* The first code of an ErrorChain that the table knows. */
enum failure failure_of_mcinstall(const int64_t *codes, size_t count);
/* "CertificateRejected", …; Acknowledged is FAILURE_NONE. */
enum failure failure_of_status(const char *status);

#endif
