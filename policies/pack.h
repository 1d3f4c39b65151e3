/*
 * pack: a municipality's written policy as data: rules, parameters, where each
 * stands in the document, and its texts. A pack is a folder: pack.yaml and
 * texts.<language>.yaml for every language it names (docs/packs.md). A pack
 * may stand on another (`extends`) and change it by rule id. This module loads,
 * lays one over the other and checks; it does not judge (verdict.h), builds no
 * profile (profile.h) and fills no text (pack_text.h). Only pack_load() reads
 * files; the rest is pure.
 *
 * A loaded pack never changes and may be read by several threads.
 */
#ifndef POLICIES_PACK_H
#define POLICIES_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policies/pack_fact.h"
#include "proto/base/err.h"

#define PACK_FORMAT 2       /* the `format:` this program reads */
#define PACK_RULE_ID_MAX 16 /* with NUL: "VST-33" */
#define PACK_NAME_MAX 64    /* with NUL */
#define PACK_LANGUAGES_MAX 8
#define PACK_DEPTH_MAX 4      /* packs that stand on each other */
#define PACK_HASH_SIZE 32     /* SHA-256 */
#define PACK_HASH_TEXT_MAX 65 /* hex and NUL */

/* What the product does about a rule. */
enum pack_class {
	PACK_ENFORCE, /* set on the phone, or gated by the server */
	PACK_VERIFY,  /* measured */
	PACK_ATTEST,  /* a person states it, dated */
	PACK_INFORM,  /* shown and acknowledged, never judged */
	PACK_WAIVED   /* carried, not demanded; see pack_waiver */
};

enum pack_level { PACK_MUST, PACK_SHOULD, PACK_URGED };

/* Whom a rule binds; bits. */
enum pack_role {
	PACK_ROLE_EMPLOYEE = 1 << 0,
	PACK_ROLE_ELECTED = 1 << 1,
	PACK_ROLE_MANAGER = 1 << 2,
	PACK_ROLE_COORDINATOR = 1 << 3,
	PACK_ROLE_SWITCHBOARD = 1 << 4,
	PACK_ROLE_TELEPHONY_SERVICE = 1 << 5,
	PACK_ROLE_IT = 1 << 6,
	PACK_ROLE_BOARD = 1 << 7,
	PACK_ROLE_CENTRAL_ADMINISTRATION = 1 << 8,
	PACK_ROLE_UNIT = 1 << 9,
	PACK_ROLE_DEPUTY = 1 << 10,
	PACK_ROLE_WEB_EDITOR = 1 << 11
};
#define PACK_ROLE_COUNT 12

/* Whose phones a rule is about. */
enum pack_equipment {
	PACK_EQUIPMENT_NONE, /* the rule is not about a phone */
	PACK_EQUIPMENT_ORGANISATION,
	PACK_EQUIPMENT_PRIVATE,
	PACK_EQUIPMENT_ANY
};

/* What follows while a rule stays broken. Proposed to people, never done by
 * the judgement itself. */
enum pack_action {
	PACK_ACTION_REMIND_PERSON,
	PACK_ACTION_TELL_MANAGER,
	PACK_ACTION_RECORD_DEVIATION,
	PACK_ACTION_RESTRICT
};

enum pack_country { PACK_COUNTRY_SE, PACK_COUNTRY_DK };

/* Which days count. */
enum pack_calendar {
	PACK_CALENDAR_EVERY_DAY, /* a day and night as written, "et døgn" */
	PACK_CALENDAR_WEEKDAYS   /* working days of the pack's country */
};

/* When a rule is in force for its subject; outside it is exempt. */
enum pack_when {
	PACK_WHEN_ALWAYS,
	PACK_WHEN_ABSENCE,
	PACK_WHEN_ABSENCE_LONGER, /* pack_rule.when_longer_ms */
	PACK_WHEN_EMPLOYMENT_ENDED
};

enum pack_needs { PACK_NEEDS_ALL, PACK_NEEDS_ANY };

/* How calls may be taken care of in an absence (C1); bits. */
enum pack_absence_way {
	PACK_ABSENCE_FORWARD = 1 << 0,
	PACK_ABSENCE_REFERRAL = 1 << 1,
	PACK_ABSENCE_VOICEMAIL = 1 << 2,
	PACK_ABSENCE_WATCHED_VOICEMAIL = 1 << 3 /* by a deputy */
};

/* When a statement is asked for; bits. */
enum pack_occasion {
	PACK_ON_EMPLOYMENT_START = 1 << 0,
	PACK_ON_ROLE_CHANGE = 1 << 1,
	PACK_ON_ABSENCE_START = 1 << 2,
	PACK_ON_PERIODIC = 1 << 3, /* when the former one runs out */
	PACK_ON_PACK_CHANGE = 1 << 4,
	PACK_ON_EMPLOYMENT_END = 1 << 5,
	PACK_ON_UNIT_CHANGE = 1 << 6 /* staff, hours or shape of the unit */
};

/* What the server refuses until it holds; bits. */
enum pack_gate {
	PACK_GATE_ORDER_APPROVED = 1 << 0,  /* no link without an order */
	PACK_GATE_CATALOGUE_ITEM = 1 << 1,  /* only what is under agreement */
	PACK_GATE_NEED_STATED = 1 << 2,     /* the order says what for */
	PACK_GATE_ONE_RESPONSIBLE = 1 << 3, /* of a personal phone */
	PACK_GATE_LEADER_REQUIRED = 1 << 4, /* of a shared phone */
	PACK_GATE_CENTRAL_ROLE = 1 << 5,    /* leaves through one role only */
	PACK_GATE_USER_ENROLMENT = 1
	    << 6, /* of a private phone, or no work data */
	PACK_GATE_WIPE_PROVEN = 1 << 7,    /* a return closes on proof only */
	PACK_GATE_UPDATE_ENFORCED = 1 << 8 /* by declaration */
};

/* Templates of what is said and written; bits in pack_rule.shows. */
enum pack_phrase {
	PACK_PHRASE_ANSWER_IN,
	PACK_PHRASE_ANSWER_OUT,
	PACK_PHRASE_GREETING,
	PACK_PHRASE_GREETING_MAIL, /* asks for mail instead of a message */
	PACK_PHRASE_ABSENCE_GREETING,
	PACK_PHRASE_SIGNATURE,
	PACK_PHRASE_SMS,
	PACK_PHRASE_COUNT
};
#define PACK_PHRASE_BIT(phrase) (1u << (phrase))

enum pack_waiver_cause {
	PACK_WAIVER_SECURITY, /* conflicts with safe practice */
	PACK_WAIVER_LAW,
	PACK_WAIVER_DECISION
};

/* A setting that may be left out: then nothing is demanded about it. */
enum pack_setting { PACK_UNSET, PACK_FALSE, PACK_TRUE };

/* In all structs: texts are UTF-8, never NULL unless said so, owned by the
 * pack; *_ms members are worked out from the text beside them. */

struct pack_document {
	char *id; /* named by pack_source.document */
	char *title;
	char *decision; /* "KS 2017-11-27 § 407", as printed */
	char *decided;  /* YYYY-MM-DD; NULL: not printed */
	char
	    *valid_from; /* YYYY-MM-DD, first day in force; NULL: not printed */
	char *valid_until;      /* last day in force; NULL: open-ended */
	char *review_by;        /* NULL: not set */
	char *note;             /* known defects of the document; NULL: none */
	int64_t valid_from_ms;  /* 00:00 UTC of that day; 0: always */
	int64_t valid_until_ms; /* 00:00 UTC of the day after; INT64_MAX */
};

struct pack_source {
	char *document;
	char *section;
	unsigned line;       /* of the plain-text edition */
	char *superseded_by; /* NULL: none */
};

struct pack_proof {
	enum pack_fact fact;
	/* PACK_KIND_WORD: a yes is one of these; filled in from
	 * pack_fact_info when the pack names none. */
	uint64_t accept;
	/* PACK_KIND_AGE: "24h", counted by `calendar`; else NULL and 0. */
	char *at_most;
	int64_t at_most_ms;
	enum pack_calendar calendar;
	/* PACK_KIND_VERSION: "18.6"; NULL: software_update's. */
	char *at_least;
	/* "24h": how old the observation may be. A register fact is known now:
	 * NULL and INT64_MAX. */
	char *fresh;
	int64_t fresh_ms;
};

struct pack_step {
	char *after; /* since the rule was found broken: "3d" */
	int64_t after_ms;
	enum pack_action action;
};

struct pack_grace {
	/* Time that a new profile has to arrive and be obeyed; NULL: none. */
	char *settle;
	int64_t settle_ms;
	struct pack_step *steps; /* rising by after_ms */
	unsigned steps_count;
};

/* A dated yes or no by a person on pack_text.statement. */
struct pack_statement {
	unsigned by;      /* PACK_ROLE_* bits: who states it */
	unsigned on;      /* PACK_ON_* bits: when it is asked for */
	char *valid;      /* "180d"; NULL: until the absence ends */
	char *due;        /* all three after it was asked for, rising */
	char *remind;     /* NULL: none */
	char *escalate;   /* NULL: none */
	int64_t valid_ms; /* 0: until the absence ends */
	int64_t due_ms;
	int64_t remind_ms;   /* 0: none */
	int64_t escalate_ms; /* 0: none */
	bool fallback; /* only stands in where evidence is missing or stale */
};

/*
 * The group itself demands that a code is set. Numbers are 0 when the pack
 * leaves them out: then nothing is demanded about them.
 */
struct pack_passcode {
	bool allow_simple; /* 1111, 1234 */
	bool alphanumeric;
	unsigned min_length;             /* 4 to 16 */
	unsigned min_complex_characters; /* 1 to 4 */
	unsigned max_age_days;           /* 1 to 730 */
	unsigned history;                /* 1 to 50 */
	unsigned auto_lock_minutes;      /* 1 to 15 */
	unsigned lock_grace_minutes; /* left out is 0: asks at once; to 60 */
	/* 2 to 11. The phone ERASES itself after so many wrong tries. */
	unsigned erase_after_failed_attempts;
};

/* Apple: com.apple.applicationaccess, key for key. */
struct pack_restrictions {
	/* Supervised phones only. */
	enum pack_setting allow_esim_modification;
	enum pack_setting allow_esim_outgoing_transfers; /* iOS 18 */
	enum pack_setting allow_cellular_plan_modification;
	enum pack_setting force_preserve_esim_on_erase; /* iOS 17.2 */
	enum pack_setting allow_live_voicemail;         /* iOS 17.2 */
	/* Work data stays in work apps; every kind of enrolment. */
	enum pack_setting allow_open_from_managed_to_unmanaged;
	enum pack_setting allow_open_from_unmanaged_to_managed;
	enum pack_setting allow_managed_apps_cloud_sync;
	enum pack_setting allow_managed_to_write_unmanaged_contacts;
	enum pack_setting allow_unmanaged_to_read_managed_contacts;
	enum pack_setting force_air_drop_unmanaged;
	enum pack_setting require_managed_pasteboard;
	enum pack_setting force_encrypted_backup;
};

/* The Settings command's DataRoaming and VoiceRoaming: what holds until an
 * order for more is approved. */
struct pack_roaming {
	enum pack_setting voice;
	enum pack_setting data;
};

/* softwareupdate.enforcement.specific. */
struct pack_software_update {
	char *at_least;      /* "18.6", "18.6.2" */
	char *deadline;      /* YYYY-MM-DD: installed by noon, local time */
	int64_t deadline_ms; /* 00:00 UTC of the day after */
};

/* A link on the home screen to the person's own page; its address comes from
 * the server, its label from pack_profile_text.web_clip. */
struct pack_web_clip {
	bool removable;
};

/* A managed contact with the switchboard's number; its name is
 * pack_profile_text.contact. Nothing is set while no number is known. */
struct pack_contact_card {
	bool switchboard;
};

struct pack_waiver {
	enum pack_waiver_cause because;
	char *reason;
	char *replaced_by; /* rule id or words; NULL: nothing */
};

struct pack_rule {
	char *id; /* as in the rule catalogue */
	enum pack_class class;
	enum pack_level level;
	unsigned binds; /* PACK_ROLE_* bits */
	enum pack_subject subject;
	enum pack_equipment equipment;
	struct pack_source source;
	char *note;         /* for administrators; NULL: none */
	char *not_measured; /* inform: why nobody looks; NULL: nothing to see */
	char *when_text;    /* NULL: always */
	enum pack_when when;
	int64_t when_longer_ms;
	enum pack_needs proof_needs;
	struct pack_proof *proof;
	unsigned proof_count;
	struct pack_statement *statement; /* NULL: nobody states it */
	unsigned gate;                    /* PACK_GATE_* bits; 0: none */
	unsigned
	    approved_by; /* PACK_ROLE_* bits, of an order; 0: any manager */
	struct pack_grace *grace; /* NULL: none */
	/* What is set on the phone; each may be NULL. */
	struct pack_passcode *passcode;
	struct pack_restrictions *restrictions;
	struct pack_roaming *roaming;
	struct pack_software_update *software_update;
	struct pack_web_clip *web_clip;
	struct pack_contact_card *contact_card;
	unsigned shows; /* PACK_PHRASE_BIT()s: phrases shown with its text */
	/* Set when class is PACK_WAIVED. Such a rule may hold a statement: what
	 * is asked instead; it never makes the rule met. Its texts speak of
	 * that; why it is waived is for administrators. */
	struct pack_waiver *waiver;
	/* Not from the file: */
	const struct pack_document *cited; /* the source's document */
	const char *changed_by; /* the overlay that changed it last; NULL */
};

enum pack_unit { PACK_UNIT_HOURS, PACK_UNIT_WORKING_DAYS };

/* How soon who left a message is called (C2). */
struct pack_callback {
	unsigned n;
	enum pack_unit unit;
	enum pack_calendar calendar; /* of hours */
};

/* What takes care of calls in an absence (C1). */
struct pack_absence {
	unsigned accept;             /* PACK_ABSENCE_* bits */
	unsigned voicemail_max_days; /* of absence; 0: no end */
};

enum pack_esim { PACK_ESIM_WHEN_NUMBER_STAYS, PACK_ESIM_NEVER };

/* How phones come back from who leaves. What the pack leaves out is as
 * pack_leaving() says; the *_ms and *_minute members are always set. */
struct pack_leaving {
	char *remind;           /* before the last day: "14d" */
	char *remind_again;     /* "3d" */
	char *wipe_at;          /* "08:00" on the first working day after it */
	char *not_friday_after; /* "15:00": later waits until Monday */
	unsigned manager_after; /* working days: then the manager is told */
	char *offline_after;    /* nothing heard: the manager decides */
	char
	    *lost_mode_after; /* still nothing: it is locked, where it can be */
	char *sim_block_after; /* still nothing: its SIM is blocked */
	char *rehire_window;   /* who comes back within it has not left */
	enum pack_esim keep_esim;
	int64_t remind_ms;
	int64_t remind_again_ms;
	int64_t offline_after_ms;
	int64_t lost_mode_after_ms;
	int64_t sim_block_after_ms;
	int64_t rehire_window_ms;
	int wipe_minute; /* of the local day */
	int friday_minute;
};

/* Values that a municipality's texts and judgements share (C1–C4). */
struct pack_parameters {
	struct pack_callback *callback; /* NULL: the document names no time */
	struct pack_callback *callback_simple; /* of simple matters; NULL */
	struct pack_absence *absence;          /* NULL: not said */
	char *exit_digits;                     /* "9", "#0"; NULL: none */
	char *switchboard_number;     /* as people write it; NULL: not told */
	char *phrase_in;              /* template; NULL: none in the document */
	char *phrase_out;             /* likewise */
	struct pack_leaving *leaving; /* NULL: pack_leaving() says it all */
};

/* Reading the pack and saying so. All after it was asked for. */
struct pack_acknowledgement {
	char *due;
	char *remind;   /* NULL: no reminder */
	char *escalate; /* NULL: no escalation */
	char *again;    /* how long it holds; NULL: while the text stays */
	int64_t due_ms;
	int64_t remind_ms;   /* 0: none */
	int64_t escalate_ms; /* 0: none */
	int64_t again_ms;    /* 0: while the text stays */
};

/* Our own words for one rule in one language; templates (pack_text.h). */
struct pack_text {
	char *rule;
	char *title;
	char *demand; /* what is asked of the person */
	char *why;
	char *how;       /* what to do; NULL: nothing */
	char *statement; /* what is stated: "I have …"; NULL: nothing */
};

/* The profile as the phone's owner sees it in Settings. */
struct pack_profile_text {
	char *name;
	char *description;
	char *web_clip; /* label; NULL: no rule sets one */
	char *contact;  /* name of the contact; NULL: no rule sets one */
};

/* How one operator's mailbox is handled, step by step. */
struct pack_operator_text {
	char *operator; /* "telia", as in subscription.operator; "other" */
	char *name;     /* "Telia" */
	char *greeting; /* how a greeting is recorded */
};

struct pack;

/*
 * Reads folder/pack.yaml and its texts, the packs it stands on (beside it, by
 * name; with pack_load_with() also in the folder `library`), and checks the
 * whole: ids unique, documents known, every rule with its text in every
 * language, parameters within their ranges, proof enough for what the rule
 * demands. An error names file, line and what to write. *out is freed with
 * pack_free().
 */
int pack_load(const char *folder, struct pack **out, struct err *err);
int pack_load_with(const char *folder, const char *library, struct pack **out,
    struct err *err);

/*
 * The same from memory, in order: parse; when pack_extends() names one, lay it
 * over that pack; add each language; check. pack_lay_over() takes `base` on
 * success; it needs a base that was checked.
 */
int pack_parse(const char *name, const uint8_t *yaml, size_t len,
    struct pack **out, struct err *err);
int pack_lay_over(struct pack *pack, struct pack *base, struct err *err);
/* language: which of pack_language_at() this file is for. */
int pack_parse_texts(struct pack *pack, const char *language, const char *name,
    const uint8_t *yaml, size_t len, struct err *err);
int pack_check(struct pack *pack, struct err *err);
void pack_free(struct pack *pack);

/* The pack's own name: "vastervik". */
const char *pack_name(const struct pack *pack);
/* The municipality: "Västerviks kommunkoncern". */
const char *pack_organisation(const struct pack *pack);
/* Who keeps the document. */
const char *pack_owner(const struct pack *pack);
enum pack_country pack_country(const struct pack *pack);
/* "Europe/Stockholm". */
const char *pack_time_zone(const struct pack *pack);
/* The pack it stands on; NULL: none. */
const char *pack_extends(const struct pack *pack);

const struct pack_parameters *pack_parameters(const struct pack *pack);
/* Never NULL, and pack may be: the usual terms. */
const struct pack_leaving *pack_leaving(const struct pack *pack);
/* Never NULL: a pack that names none gives 14, 7 and 14 days. */
const struct pack_acknowledgement *pack_acknowledgement(
    const struct pack *pack);

/* With those of the packs below, changes laid over. */
size_t pack_rule_count(const struct pack *pack);
/* Borrowed; NULL beyond the end. */
const struct pack_rule *pack_rule_at(const struct pack *pack, size_t index);
const struct pack_rule *pack_rule_find(const struct pack *pack, const char *id);

/* Its own documents first, then those below. */
size_t pack_document_count(const struct pack *pack);
const struct pack_document *pack_document_at(
    const struct pack *pack, size_t index);

/* The first language is that of the document. */
size_t pack_language_count(const struct pack *pack);
const char *pack_language_at(const struct pack *pack, size_t index);

/* Borrowed; NULL when the language or the rule is not in the pack. */
const struct pack_text *pack_text_find(
    const struct pack *pack, const char *language, const char *rule_id);
/* language NULL: the document's. */
const struct pack_profile_text *pack_profile_text_find(
    const struct pack *pack, const char *language);
/* The template; NULL when the pack has none. */
const char *pack_phrase_find(
    const struct pack *pack, const char *language, enum pack_phrase phrase);
/* NULL beyond the end; the last is "other". */
const struct pack_operator_text *pack_operator_at(
    const struct pack *pack, const char *language, size_t index);

/* Which version judged: SHA-256 over the bytes of all files of the pack and of
 * those it stands on. */
void pack_hash(const struct pack *pack, uint8_t out[PACK_HASH_SIZE]);
void pack_hash_text(const struct pack *pack, char out[PACK_HASH_TEXT_MAX]);

/* Words of the format: "enforce", "must", "remind_person", … One role, gate or
 * occasion is one bit. */
const char *pack_class_name(enum pack_class value);
const char *pack_level_name(enum pack_level value);
const char *pack_action_name(enum pack_action value);
const char *pack_role_name(enum pack_role value);
const char *pack_gate_name(enum pack_gate value);
const char *pack_occasion_name(enum pack_occasion value);
const char *pack_phrase_name(enum pack_phrase value);
const char *pack_absence_way_name(enum pack_absence_way value);
const char *pack_country_name(enum pack_country value);

#endif
