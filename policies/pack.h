/*
 * pack: a municipality's written policy as data: rules, parameters, where each
 * stands in the document, and its texts. A pack is a folder: pack.yaml and
 * texts.<language>.yaml for every language it names (docs/packs.md). This
 * module loads and checks; it does not judge (verdict.h) and builds no profile
 * (profile.h). Only pack_load() reads files; the rest is pure.
 *
 * A loaded pack never changes and may be read by several threads.
 */
#ifndef POLICIES_PACK_H
#define POLICIES_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"

#define PACK_FORMAT 1       /* the `format:` this program reads */
#define PACK_RULE_ID_MAX 16 /* with NUL: "VST-33" */
#define PACK_NAME_MAX 64    /* with NUL */
#define PACK_LANGUAGES_MAX 8
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

/* Whose phones a rule is about. */
enum pack_equipment {
	PACK_EQUIPMENT_NONE, /* the rule is not about a phone */
	PACK_EQUIPMENT_ORGANISATION,
	PACK_EQUIPMENT_PRIVATE,
	PACK_EQUIPMENT_ANY
};

/* The closed list of facts a rule can be proven by. */
enum pack_fact {
	PACK_FACT_PASSCODE_PRESENT,
	PACK_FACT_PASSCODE_COMPLIANT, /* with every demand on the phone */
	PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES,
	PACK_FACT_PROFILE_INSTALLED, /* ours, this version of it */
	PACK_FACT_COUNT
};

/* What follows while a rule stays broken. Proposed to people, never done by
 * the judgement itself. */
enum pack_action {
	PACK_ACTION_REMIND_PERSON,
	PACK_ACTION_TELL_MANAGER,
	PACK_ACTION_RECORD_DEVIATION,
	PACK_ACTION_RESTRICT
};

/* In all structs: texts are UTF-8, never NULL unless said so, owned by the
 * pack; *_ms members are worked out from the text beside them. */

struct pack_document {
	char *id; /* named by pack_source.document */
	char *title;
	char *decision;         /* "KS 2017-11-27 § 407", as printed */
	char *decided;          /* YYYY-MM-DD */
	char *valid_from;       /* YYYY-MM-DD, first day in force */
	char *valid_until;      /* last day in force; NULL: open-ended */
	char *review_by;        /* NULL: not set */
	char *note;             /* known defects of the document; NULL: none */
	int64_t valid_from_ms;  /* 00:00 UTC of that day */
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
	char *fresh; /* "24h": how old the fact may be */
	int64_t fresh_ms;
};

struct pack_step {
	char *after; /* since the rule was found broken: "3d" */
	int64_t after_ms;
	enum pack_action action;
};

struct pack_grace {
	char *settle; /* time a new profile has to arrive and be obeyed */
	int64_t settle_ms;
	struct pack_step *steps; /* rising by after_ms */
	unsigned steps_count;
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

struct pack_waiver {
	char *reason;
	char *replaced_by; /* rule id or words; NULL: nothing */
};

struct pack_rule {
	char *id; /* as in the rule catalogue */
	enum pack_class class;
	enum pack_level level;
	unsigned binds; /* PACK_ROLE_* bits */
	enum pack_equipment equipment;
	struct pack_source source;
	struct pack_proof *proof;
	unsigned proof_count;
	struct pack_grace *grace;       /* NULL: none */
	struct pack_passcode *passcode; /* what is set on the phone; or NULL */
	struct pack_waiver *waiver;     /* set when class is PACK_WAIVED */
	const struct pack_document *cited; /* the source's document */
};

/* Our own words for one rule in one language. */
struct pack_text {
	char *rule;
	char *title;
	char *demand; /* what is asked of the person */
	char *why;
	char *how; /* what to do on the phone; NULL: nothing */
};

/* The profile as the phone's owner sees it in Settings. */
struct pack_profile_text {
	char *name;
	char *description;
};

struct pack;

/*
 * Reads folder/pack.yaml and its texts, and checks the whole: ids unique,
 * documents known, every rule with its text in every language, parameters
 * within their ranges, proof enough for what the rule demands. An error names
 * file, line and what to write. *out is freed with pack_free().
 */
int pack_load(const char *folder, struct pack **out, struct err *err);

/* The same from memory, in order: parse, add each language, check. */
int pack_parse(const char *name, const uint8_t *yaml, size_t len,
    struct pack **out, struct err *err);
/* language: which of pack_language_at() this file is for. */
int pack_parse_texts(struct pack *pack, const char *language, const char *name,
    const uint8_t *yaml, size_t len, struct err *err);
int pack_check(struct pack *pack, struct err *err);
void pack_free(struct pack *pack);

/* The pack's own name: "vastervik". */
const char *pack_name(const struct pack *pack);
/* The municipality: "Västerviks kommunkoncern". */
const char *pack_organisation(const struct pack *pack);

size_t pack_rule_count(const struct pack *pack);
/* Borrowed; NULL beyond the end. */
const struct pack_rule *pack_rule_at(const struct pack *pack, size_t index);
const struct pack_rule *pack_rule_find(const struct pack *pack, const char *id);

/* The first language is that of the document. */
size_t pack_language_count(const struct pack *pack);
const char *pack_language_at(const struct pack *pack, size_t index);

/* Borrowed; NULL when the language or the rule is not in the pack. */
const struct pack_text *pack_text_find(
    const struct pack *pack, const char *language, const char *rule_id);
/* language NULL: the document's. */
const struct pack_profile_text *pack_profile_text_find(
    const struct pack *pack, const char *language);

/* Which version judged: SHA-256 over the bytes of all files of the pack. */
void pack_hash(const struct pack *pack, uint8_t out[PACK_HASH_SIZE]);
void pack_hash_text(const struct pack *pack, char out[PACK_HASH_TEXT_MAX]);

/* Words of the format: "enforce", "must", "passcode.present", … */
const char *pack_class_name(enum pack_class value);
const char *pack_level_name(enum pack_level value);
const char *pack_fact_name(enum pack_fact value);
const char *pack_action_name(enum pack_action value);

#endif
