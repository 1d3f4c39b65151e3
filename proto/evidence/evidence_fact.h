/*
 * evidence_fact: the closed list of facts that evidence can carry, what each
 * may say, how long it stays fresh and by which methods it may be brought. The
 * names stand in evidence reports, in policy packs (`proof: fact:`) and in the
 * store. There is no fact, and so no place, for audio, call logs, messages,
 * codes or the reason for an absence. Pure tables.
 */
#ifndef PROTO_EVIDENCE_EVIDENCE_FACT_H
#define PROTO_EVIDENCE_EVIDENCE_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Stored by name; the numbers may change. */
enum evidence_fact {
	EVIDENCE_FACT_GREETING,            /* "voicemail.greeting" */
	EVIDENCE_FACT_UNREAD,              /* "voicemail.unread" */
	EVIDENCE_FACT_FORWARD,             /* "call.forward.unconditional" */
	EVIDENCE_FACT_FORWARD_CONDITIONAL, /* "call.forward.conditional" */
	EVIDENCE_FACT_REFERRAL,            /* "call.referral" */
	EVIDENCE_FACT_DIRECTORY,           /* "directory.number" */
	EVIDENCE_FACT_SIM_DEVICE,          /* "sim.device" */
	EVIDENCE_FACT_SIM_SUBSCRIPTION,    /* "sim.subscription" */
	/* Made by the server only; no report may carry them. */
	EVIDENCE_FACT_WIPE,  /* "device.wipe" */
	EVIDENCE_FACT_ATTEST /* "attest", found as "attest.<rule id>" too */
};
#define EVIDENCE_FACT_COUNT 10

/* Who brings a fact. Stored by name. */
enum evidence_method {
	EVIDENCE_METHOD_CSV,       /* "csv-import" */
	EVIDENCE_METHOD_HTTP_JSON, /* "http-json" */
	EVIDENCE_METHOD_VVM,       /* "vvm-imap" */
	/* Never in a report: */
	EVIDENCE_METHOD_MDM,       /* "mdm": the phone's own answer */
	EVIDENCE_METHOD_USB,       /* "usb": a bench station */
	EVIDENCE_METHOD_STATEMENT, /* "statement": a person says so */
	EVIDENCE_METHOD_SERVER     /* "server" */
};
#define EVIDENCE_METHOD_COUNT 7

/* Every word a value can have; each fact takes some of them. */
enum evidence_word {
	EVIDENCE_WORD_EMPTY, /* "": the fact has numbers instead */
	EVIDENCE_WORD_UNKNOWN,
	EVIDENCE_WORD_PERSONAL, /* greeting: recorded for this mailbox */
	EVIDENCE_WORD_ABSENCE,
	EVIDENCE_WORD_NAME_ONLY, /* "name-only": the operator's, with a name */
	EVIDENCE_WORD_DEFAULT,   /* the operator's own */
	EVIDENCE_WORD_OFF,       /* no mailbox, or it plays nothing */
	EVIDENCE_WORD_ACTIVE,    /* forward, subscription */
	EVIDENCE_WORD_INACTIVE,
	EVIDENCE_WORD_BLOCKED,
	EVIDENCE_WORD_TERMINATED,
	EVIDENCE_WORD_SET,   /* referral */
	EVIDENCE_WORD_UNSET, /* "none" */
	EVIDENCE_WORD_MATCH, /* directory; SIM in the phone value.imei */
	EVIDENCE_WORD_DIFFERS,
	EVIDENCE_WORD_MISSING,
	EVIDENCE_WORD_IMEI,    /* SIM seen in the phone value.imei */
	EVIDENCE_WORD_NOMATCH, /* SIM not in the phone value.imei */
	/* SIM in a phone that is on none of the organisation's lists; its
	 * IMEI was compared by the connector and dropped there. */
	EVIDENCE_WORD_FOREIGN,
	EVIDENCE_WORD_ORDERED, /* device.wipe */
	EVIDENCE_WORD_ACKNOWLEDGED,
	EVIDENCE_WORD_SILENT,
	EVIDENCE_WORD_PROVEN,
	EVIDENCE_WORD_YES,
	EVIDENCE_WORD_NO
};
#define EVIDENCE_WORD_COUNT 25

/* Where calls go. */
enum evidence_target {
	EVIDENCE_TARGET_UNKNOWN,
	EVIDENCE_TARGET_COLLEAGUE,
	EVIDENCE_TARGET_SWITCHBOARD,
	EVIDENCE_TARGET_VOICEMAIL,
	EVIDENCE_TARGET_OTHER
};
#define EVIDENCE_TARGET_COUNT 5

/* When calls go there; bits. */
enum evidence_condition {
	EVIDENCE_ON_BUSY = 1 << 0,         /* "busy" */
	EVIDENCE_ON_NO_ANSWER = 1 << 1,    /* "no_answer" */
	EVIDENCE_ON_NOT_REACHABLE = 1 << 2 /* "not_reachable" */
};

#define EVIDENCE_IMEI_MAX 16        /* 15 digits and NUL */
#define EVIDENCE_COUNT_LIMIT 100000 /* messages; hours: 11 years */

/*
 * What a fact says. Members that a fact does not use stay 0 or "":
 *   voicemail.greeting, directory.number, sim.subscription: word
 *   voicemail.unread: count, oldest_age_h (word is EMPTY)
 *   call.forward.unconditional: word (active, inactive, unknown), target
 *   call.forward.conditional: the same, and conditions when it is active
 *   call.referral: word (set, none), until_ms (0: open-ended or not told)
 *   sim.device: word (imei, match, nomatch, foreign); imei with the first
 *     three; checked_at_ms when the network saw it (0: not told)
 */
struct evidence_value {
	enum evidence_word word;
	enum evidence_target target;
	unsigned conditions; /* EVIDENCE_ON_* */
	int64_t count;
	int64_t oldest_age_h; /* of the oldest unread message; 0 when none */
	int64_t until_ms;     /* Unix ms */
	int64_t checked_at_ms;
	char imei[EVIDENCE_IMEI_MAX];
};

/* The stable name; NULL beyond the list. */
const char *evidence_fact_name(enum evidence_fact fact);
/* "attest.<anything>" finds EVIDENCE_FACT_ATTEST. -ERR_NOT_FOUND. */
int evidence_fact_find(const char *name, enum evidence_fact *out);

const char *evidence_method_name(enum evidence_method method);
int evidence_method_find(const char *name, enum evidence_method *out);
const char *evidence_word_name(enum evidence_word word);
int evidence_word_find(const char *name, enum evidence_word *out);
const char *evidence_target_name(enum evidence_target target);
int evidence_target_find(const char *name, enum evidence_target *out);
/* One bit ↔ its name; NULL and -ERR_NOT_FOUND otherwise. */
const char *evidence_condition_name(unsigned bit);
int evidence_condition_find(const char *name, unsigned *bit);

/*
 * How long after it was seen a fact can prove something, unless the pack or
 * the report asks for less. Forwards and referrals: within an absence.
 */
int64_t evidence_fact_fresh_ms(enum evidence_fact fact);
/* May this method bring this fact? */
bool evidence_fact_takes(enum evidence_fact fact, enum evidence_method method);
/* May a connector's report carry it at all? */
bool evidence_fact_is_reportable(enum evidence_fact fact);
bool evidence_method_is_connector(enum evidence_method method);
/* Is the word one that the fact can say? */
bool evidence_fact_has_word(enum evidence_fact fact, enum evidence_word word);

/* Whether value says something this fact can say, and nothing else;
 * -ERR_INVALID with a sentence that does not name the fact. */
int evidence_value_check(enum evidence_fact fact,
    const struct evidence_value *value, struct err *err);

#endif
