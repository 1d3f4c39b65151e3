/*
 * pack_fact: the closed list of facts that a rule can be proven by, and the
 * words each can say. A word that proto/evidence knows is spelled as there.
 * Pure tables; a new fact is a row in pack_fact.c.
 */
#ifndef POLICIES_PACK_FACT_H
#define POLICIES_PACK_FACT_H

#include <stdbool.h>
#include <stdint.h>

/* Stored by name; the numbers may change. */
enum pack_fact {
	/* Of a phone; truth. */
	PACK_FACT_PASSCODE_PRESENT,
	PACK_FACT_PASSCODE_COMPLIANT, /* with every demand on the phone */
	PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES,
	PACK_FACT_PROFILE_INSTALLED, /* ours, this version of it */
	PACK_FACT_OS_VERSION,        /* text "18.6.2"; demand: at_least */
	PACK_FACT_BACKUP_LAST,       /* its age; demand: at_most */
	/* Of a person's mailbox and number, brought by evidence. */
	PACK_FACT_VOICEMAIL_GREETING,
	PACK_FACT_VOICEMAIL_UNREAD, /* age of the oldest; demand: at_most */
	PACK_FACT_CALL_FORWARD_UNCONDITIONAL,
	PACK_FACT_CALL_FORWARD_TARGET, /* of the unconditional one */
	PACK_FACT_CALL_FORWARD_CONDITIONAL,
	PACK_FACT_CALL_REFERRAL,
	PACK_FACT_DIRECTORY_NUMBER,
	/* Of a subscription. */
	PACK_FACT_SIM_LOCATION,
	/* Of our own register; truth, fresh as of now. */
	PACK_FACT_REGISTER_COORDINATOR,    /* the unit has one, active */
	PACK_FACT_REGISTER_ORDER_APPROVED, /* behind every link and phone */
	PACK_FACT_REGISTER_RESPONSIBLE,    /* exactly one, receipt accepted */
	PACK_FACT_REGISTER_TEAM_LEADER,    /* a shared phone has its leader */
	PACK_FACT_REGISTER_AGREEMENT,      /* on private use, in force */
	/* Of the return of a phone. */
	PACK_FACT_RETURN_CUSTODY, /* scanned in: serial or IMEI */
	PACK_FACT_RETURN_RECEIPT, /* signed by both */
	PACK_FACT_DEVICE_WIPE,
	PACK_FACT_ACTIVATION_LOCK,
	/* Of a private phone: under User Enrollment; truth. */
	PACK_FACT_ENROLMENT_USER,
	/* Of the organisation: services are ordered by the central role only. */
	PACK_FACT_ORDERING_CENTRAL,
	PACK_FACT_COUNT
};

/* Every word a fact can say; each takes some of them. */
enum pack_word {
	PACK_WORD_NONE, /* the fact is a number, an age or a version */
	PACK_WORD_UNKNOWN,
	PACK_WORD_YES,
	PACK_WORD_NO,
	/* voicemail.greeting */
	PACK_WORD_PERSONAL,
	PACK_WORD_ABSENCE,
	PACK_WORD_NAME_ONLY,
	PACK_WORD_DEFAULT,
	PACK_WORD_OFF,
	/* call.forward.* */
	PACK_WORD_ACTIVE,
	PACK_WORD_INACTIVE,
	PACK_WORD_COLLEAGUE,
	PACK_WORD_SWITCHBOARD,
	PACK_WORD_VOICEMAIL,
	PACK_WORD_OTHER,
	/* call.referral */
	PACK_WORD_SET,
	PACK_WORD_UNSET,
	/* directory.number; `missing` also sim.location */
	PACK_WORD_MATCH,
	PACK_WORD_DIFFERS,
	PACK_WORD_MISSING,
	/* sim.location */
	PACK_WORD_IN_ASSIGNED,
	PACK_WORD_MOVED_ALLOWED,
	PACK_WORD_MOVED,
	PACK_WORD_IN_UNMANAGED,
	PACK_WORD_ACCESSORY, /* a twin, data or machine SIM where expected */
	/* device.wipe */
	PACK_WORD_ORDERED,
	PACK_WORD_ACKNOWLEDGED,
	PACK_WORD_SILENT,
	PACK_WORD_PROVEN,
	/* activation_lock */
	PACK_WORD_PREVENTED,
	PACK_WORD_UNLOCK_ACCEPTED,
	PACK_WORD_PROVED,
	PACK_WORD_COUNT
};

/* Sets of words are bits: PACK_WORD_BIT(PACK_WORD_SET) | … */
#define PACK_WORD_BIT(word) (UINT64_C(1) << (word))

/* How a fact is compared with what a rule demands. */
enum pack_fact_kind {
	PACK_KIND_WORD,   /* one of `accept` */
	PACK_KIND_AGE,    /* at_most */
	PACK_KIND_VERSION /* at_least */
};

/* Whom or what a fact, and so a rule, is about. */
enum pack_subject {
	PACK_SUBJECT_PERSON,
	PACK_SUBJECT_PHONE,
	PACK_SUBJECT_SUBSCRIPTION,
	PACK_SUBJECT_UNIT,
	PACK_SUBJECT_ORGANISATION
};

struct pack_fact_info {
	enum pack_fact_kind kind;
	unsigned subjects; /* bits 1 << PACK_SUBJECT_*: whose rule may ask it */
	uint64_t words;    /* PACK_WORD_BIT()s it can say, UNKNOWN apart */
	uint64_t accept;   /* taken for a yes when the rule names no words */
	bool is_register;  /* our own table: known now, never stale */
};

/* Never NULL for a fact below PACK_FACT_COUNT. */
const struct pack_fact_info *pack_fact_info(enum pack_fact fact);

/* "passcode.present", "in_assigned", "person"; "unknown" beyond the lists. */
const char *pack_fact_name(enum pack_fact value);
const char *pack_word_name(enum pack_word value);
const char *pack_subject_name(enum pack_subject value);
/* PACK_FACT_COUNT and PACK_WORD_COUNT when the name is not known. */
enum pack_fact pack_fact_find(const char *name);
enum pack_word pack_word_find(const char *name);

#endif
