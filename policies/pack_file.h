/*
 * pack_file: the two kinds of file as libcyaml reads them, and the pack around
 * them; private to pack*.c.
 */
#ifndef POLICIES_PACK_FILE_H
#define POLICIES_PACK_FILE_H

#include <cyaml/cyaml.h>

#include "policies/pack.h"
#include "policies/xyaml.h"

#define PACK_FACTS(FACT)                                                       \
	FACT(PASSCODE_PRESENT, "passcode.present")                             \
	FACT(PASSCODE_COMPLIANT, "passcode.compliant")                         \
	FACT(PASSCODE_COMPLIANT_WITH_PROFILES,                                 \
	    "passcode.compliant_with_profiles")                                \
	FACT(PROFILE_INSTALLED, "profile.installed")                           \
	FACT(OS_VERSION, "os.version")                                         \
	FACT(BACKUP_LAST, "backup.last")                                       \
	FACT(VOICEMAIL_GREETING, "voicemail.greeting")                         \
	FACT(VOICEMAIL_UNREAD, "voicemail.unread")                             \
	FACT(CALL_FORWARD_UNCONDITIONAL, "call.forward.unconditional")         \
	FACT(CALL_FORWARD_TARGET, "call.forward.target")                       \
	FACT(CALL_FORWARD_CONDITIONAL, "call.forward.conditional")             \
	FACT(CALL_REFERRAL, "call.referral")                                   \
	FACT(DIRECTORY_NUMBER, "directory.number")                             \
	FACT(SIM_LOCATION, "sim.location")                                     \
	FACT(REGISTER_COORDINATOR, "register.coordinator")                     \
	FACT(REGISTER_ORDER_APPROVED, "register.order_approved")               \
	FACT(REGISTER_RESPONSIBLE, "register.responsible")                     \
	FACT(REGISTER_TEAM_LEADER, "register.team_leader")                     \
	FACT(REGISTER_AGREEMENT, "register.agreement")                         \
	FACT(RETURN_CUSTODY, "return.custody")                                 \
	FACT(RETURN_RECEIPT, "return.receipt")                                 \
	FACT(DEVICE_WIPE, "device.wipe")                                       \
	FACT(ACTIVATION_LOCK, "activation_lock")                               \
	FACT(ENROLMENT_USER, "enrolment.user")                                 \
	FACT(ORDERING_CENTRAL, "ordering.central")

/* Words as packs write them; those that evidence knows as it spells them. */
#define PACK_WORDS(WORD)                                                       \
	WORD(YES, "yes")                                                       \
	WORD(NO, "no")                                                         \
	WORD(PERSONAL, "personal")                                             \
	WORD(ABSENCE, "absence")                                               \
	WORD(NAME_ONLY, "name-only")                                           \
	WORD(DEFAULT, "default")                                               \
	WORD(OFF, "off")                                                       \
	WORD(ACTIVE, "active")                                                 \
	WORD(INACTIVE, "inactive")                                             \
	WORD(COLLEAGUE, "colleague")                                           \
	WORD(SWITCHBOARD, "switchboard")                                       \
	WORD(VOICEMAIL, "voicemail")                                           \
	WORD(OTHER, "other")                                                   \
	WORD(SET, "set")                                                       \
	WORD(UNSET, "none")                                                    \
	WORD(MATCH, "match")                                                   \
	WORD(DIFFERS, "differs")                                               \
	WORD(MISSING, "missing")                                               \
	WORD(IN_ASSIGNED, "in_assigned")                                       \
	WORD(MOVED_ALLOWED, "moved_allowed")                                   \
	WORD(MOVED, "moved")                                                   \
	WORD(IN_UNMANAGED, "in_unmanaged")                                     \
	WORD(ACCESSORY, "accessory")                                           \
	WORD(ORDERED, "ordered")                                               \
	WORD(ACKNOWLEDGED, "acknowledged")                                     \
	WORD(SILENT, "silent")                                                 \
	WORD(PROVEN, "proven")                                                 \
	WORD(PREVENTED, "prevented")                                           \
	WORD(UNLOCK_ACCEPTED, "unlock_accepted")                               \
	WORD(PROVED, "proved")

/* How fresh one fact has to be instead. */
struct pack_fresh {
	enum pack_fact fact;
	char *fresh;
	int64_t fresh_ms;
};

/* An overlay's change to one rule; what is left out stays as below. */
struct pack_change {
	char *rule;
	enum pack_level level; /* written or not: xyaml_has() */
	char *note;
	struct pack_fresh *fresh;
	unsigned fresh_count;
	struct pack_statement *statement;
	unsigned approved_by;
	struct pack_grace *grace;
	struct pack_passcode *passcode;
	struct pack_restrictions *restrictions;
	struct pack_roaming *roaming;
	struct pack_software_update *software_update;
	struct pack_web_clip *web_clip;
	struct pack_contact_card *contact_card;
	struct pack_waiver *waiver;
};

/* pack.yaml */
struct pack_file {
	unsigned format;
	char *name;
	char *organisation;
	char *owner;
	enum pack_country country; /* written or not: xyaml_has() */
	char *time_zone;
	char *extends;
	char **languages;
	unsigned languages_count;
	struct pack_parameters parameters;
	struct pack_acknowledgement *acknowledgement;
	struct pack_document *documents;
	unsigned documents_count;
	struct pack_rule *rules;
	unsigned rules_count;
	struct pack_change *changes;
	unsigned changes_count;
};

/* Indexed by enum pack_phrase. */
struct pack_phrases {
	char *template[PACK_PHRASE_COUNT];
};

/* texts.<language>.yaml */
struct pack_texts_file {
	char *language;
	struct pack_profile_text *profile;
	struct pack_phrases phrases;
	struct pack_operator_text *operators;
	unsigned operators_count;
	struct pack_text *texts;
	unsigned texts_count;
};

struct pack_language {
	char code[4];
	struct pack_texts_file *file; /* NULL until parsed */
	struct xyaml_outline *outline;
	uint8_t hash[PACK_HASH_SIZE];
};

struct pack {
	struct pack_file *file;
	struct xyaml_outline *outline;
	uint8_t hash[PACK_HASH_SIZE];
	struct pack *base; /* owned; NULL: stands by itself */
	unsigned depth;    /* packs below */
	bool is_checked;
	/* What holds: the base's, changed; the file's own behind. The array is
	 * ours, what its members point to belongs to the files. */
	struct pack_rule *rules;
	size_t rules_count;
	struct pack_parameters parameters;
	enum pack_country country;
	/* Freshness that a change made; ours. One a rule, NULL where none. */
	struct pack_proof **proofs;
	unsigned languages_count;
	struct pack_language languages[PACK_LANGUAGES_MAX];
};

extern const struct cyaml_schema_value pack_file_schema;
extern const struct cyaml_schema_value pack_texts_schema;

/*
 * What the schema cannot say: ranges, unique ids, references, what belongs
 * together. Also works out the *_ms members. pack_file_check() looks at the
 * file alone, pack_rules_check() at the rules that hold.
 */
int pack_file_check(struct pack *pack, struct err *err);
int pack_rules_check(struct pack *pack, struct err *err);
int pack_texts_check(const struct pack *pack,
    const struct pack_language *language, struct err *err);
/* With every language there: is any text missing? */
int pack_texts_whole(const struct pack *pack, struct err *err);

/* The file's rules, and the base's below them when there is one. */
int pack_merge(struct pack *pack, struct err *err);

/* Where a pack says nothing about who leaves. */
#define PACK_LEAVING_USUAL                                                     \
	{                                                                      \
		.remind_ms = 14 * TIME_DAY_MS,                                 \
		.remind_again_ms = 3 * TIME_DAY_MS, .manager_after = 3,        \
		.offline_after_ms = 14 * TIME_DAY_MS,                          \
		.lost_mode_after_ms = 21 * TIME_DAY_MS,                        \
		.sim_block_after_ms = 28 * TIME_DAY_MS,                        \
		.rehire_window_ms = 30 * TIME_DAY_MS, .wipe_minute = 8 * 60,   \
		.friday_minute = 15 * 60,                                      \
	}

#endif
