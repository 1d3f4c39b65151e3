#include "policies/pack_fact.h"

#include <stddef.h>
#include <string.h>

#include "policies/pack_file.h"

#define W(word) PACK_WORD_BIT(PACK_WORD_##word)
#define S(subject) (1u << PACK_SUBJECT_##subject)
#define TRUTH (W(YES) | W(NO))

/* Yes and no, of a phone; of our own register. */
#define PHONE_TRUTH                                                            \
	{                                                                      \
		PACK_KIND_WORD, S(PHONE), TRUTH, W(YES), false                 \
	}
#define REGISTER(subjects)                                                     \
	{                                                                      \
		PACK_KIND_WORD, subjects, TRUTH, W(YES), true                  \
	}

/* clang-format off */
static const struct pack_fact_info facts[PACK_FACT_COUNT] = {
    [PACK_FACT_PASSCODE_PRESENT] = PHONE_TRUTH,
    [PACK_FACT_PASSCODE_COMPLIANT] = PHONE_TRUTH,
    [PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES] =
        PHONE_TRUTH,
    [PACK_FACT_PROFILE_INSTALLED] = PHONE_TRUTH,
    [PACK_FACT_OS_VERSION] =
        {PACK_KIND_VERSION, S(PHONE), 0, 0, false},
    [PACK_FACT_BACKUP_LAST] =
        {PACK_KIND_AGE, S(PHONE), 0, 0, false},
    [PACK_FACT_VOICEMAIL_GREETING] = {PACK_KIND_WORD,
        S(PERSON), W(PERSONAL) | W(ABSENCE) | W(NAME_ONLY) | W(DEFAULT) |
        W(OFF), W(PERSONAL) | W(ABSENCE), false},
    [PACK_FACT_VOICEMAIL_UNREAD] =
        {PACK_KIND_AGE, S(PERSON), 0, 0, false},
    [PACK_FACT_CALL_FORWARD_UNCONDITIONAL] = {PACK_KIND_WORD, S(PERSON), W(ACTIVE) | W(INACTIVE), W(ACTIVE), false},
    [PACK_FACT_CALL_FORWARD_TARGET] = {PACK_KIND_WORD,
        S(PERSON), W(COLLEAGUE) | W(SWITCHBOARD) | W(VOICEMAIL) | W(OTHER),
        W(COLLEAGUE) | W(SWITCHBOARD), false},
    [PACK_FACT_CALL_FORWARD_CONDITIONAL] = {PACK_KIND_WORD, S(PERSON), W(ACTIVE) | W(INACTIVE), W(ACTIVE), false},
    [PACK_FACT_CALL_REFERRAL] = {PACK_KIND_WORD, S(PERSON),
        W(SET) | W(UNSET), W(SET), false},
    [PACK_FACT_DIRECTORY_NUMBER] = {PACK_KIND_WORD,
        S(PERSON) | S(SUBSCRIPTION), W(MATCH) | W(DIFFERS) | W(MISSING),
        W(MATCH), false},
    [PACK_FACT_SIM_LOCATION] = {PACK_KIND_WORD,
        S(SUBSCRIPTION), W(IN_ASSIGNED) | W(MOVED_ALLOWED) | W(MOVED) |
        W(IN_UNMANAGED) | W(MISSING) | W(ACCESSORY),
        W(IN_ASSIGNED) | W(MOVED_ALLOWED) | W(ACCESSORY), false},
    [PACK_FACT_REGISTER_COORDINATOR] =
        REGISTER(S(UNIT)),
    [PACK_FACT_REGISTER_ORDER_APPROVED] =
        REGISTER(S(PHONE) | S(SUBSCRIPTION)),
    [PACK_FACT_REGISTER_RESPONSIBLE] =
        REGISTER(S(PHONE)),
    [PACK_FACT_REGISTER_TEAM_LEADER] =
        REGISTER(S(PHONE) | S(UNIT)),
    [PACK_FACT_REGISTER_AGREEMENT] =
        REGISTER(S(PERSON)),
    [PACK_FACT_RETURN_CUSTODY] = REGISTER(S(PHONE)),
    [PACK_FACT_RETURN_RECEIPT] = REGISTER(S(PHONE)),
    [PACK_FACT_DEVICE_WIPE] = {PACK_KIND_WORD, S(PHONE),
        W(ORDERED) | W(ACKNOWLEDGED) | W(SILENT) | W(PROVEN), W(PROVEN),
        true},
    [PACK_FACT_ACTIVATION_LOCK] = {PACK_KIND_WORD,
        S(PHONE), W(PREVENTED) | W(UNLOCK_ACCEPTED) | W(PROVED),
        W(PREVENTED) | W(UNLOCK_ACCEPTED) | W(PROVED), true},
    [PACK_FACT_ENROLMENT_USER] = REGISTER(S(PHONE)),
    [PACK_FACT_ORDERING_CENTRAL] =
        REGISTER(S(ORGANISATION)),
};
/* clang-format on */

const struct pack_fact_info *pack_fact_info(enum pack_fact fact)
{
	return &facts[fact];
}

static const char *const names[PACK_FACT_COUNT] = {
#define NAME(fact, text) [PACK_FACT_##fact] = text,
    PACK_FACTS(NAME)
#undef NAME
};

const char *pack_fact_name(enum pack_fact value)
{
	return (unsigned)value < PACK_FACT_COUNT ? names[value] : "unknown";
}

enum pack_fact pack_fact_find(const char *name)
{
	unsigned i;

	for (i = 0; i < PACK_FACT_COUNT; i++) {
		if (strcmp(names[i], name) == 0)
			break;
	}
	return (enum pack_fact)i;
}

static const char *const words[PACK_WORD_COUNT] = {[PACK_WORD_NONE] = "",
    [PACK_WORD_UNKNOWN] = "unknown",
#define NAME(word, text) [PACK_WORD_##word] = text,
    PACK_WORDS(NAME)
#undef NAME
};

const char *pack_word_name(enum pack_word value)
{
	return (unsigned)value < PACK_WORD_COUNT ? words[value] : "unknown";
}

enum pack_word pack_word_find(const char *name)
{
	unsigned i;

	for (i = PACK_WORD_UNKNOWN; i < PACK_WORD_COUNT; i++) {
		if (strcmp(words[i], name) == 0)
			break;
	}
	return (enum pack_word)i;
}
