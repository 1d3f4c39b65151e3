#include "server/receipts/receipt_names.h"

#include <string.h>

#include "proto/base/err.h"

static const char *const kinds[RECEIPT_KIND_COUNT] = {
    [RECEIPT_HAND_OUT] = "hand_out",
    [RECEIPT_RETURN] = "return",
    [RECEIPT_ERASURE] = "erasure",
};

static const char *const things[RECEIPT_THING_COUNT] = {
    [RECEIPT_PHONE] = "phone",
    [RECEIPT_SUBSCRIPTION] = "subscription",
    [RECEIPT_ACCESSORY] = "accessory",
};

static const char *const roles[RECEIPT_ROLE_COUNT] = {
    [RECEIPT_HOLDER] = "holder",
    [RECEIPT_RECEIVER] = "receiver",
    [RECEIPT_WITNESS] = "witness",
    [RECEIPT_ISSUER] = "issuer",
};

static const char *const ways[RECEIPT_WAY_COUNT] = {
    [RECEIPT_BY_LINK] = "link",
    [RECEIPT_BY_API] = "api",
    [RECEIPT_BY_COMMAND_LINE] = "command_line",
};

static const char *const erasures[RECEIPT_ERASURE_COUNT] = {
    [RECEIPT_ERASURE_NONE] = "none",
    [RECEIPT_ERASURE_ORDERED] = "ordered",
    [RECEIPT_ERASURE_ACKNOWLEDGED] = "acknowledged",
    [RECEIPT_ERASURE_SILENT] = "silent",
    [RECEIPT_ERASURE_STATED] = "stated",
    [RECEIPT_ERASURE_BENCH] = "bench",
    [RECEIPT_ERASURE_NEW_LIFE] = "new_life",
};

static const char *const sims[RECEIPT_SIM_COUNT] = {
    [RECEIPT_SIM_NONE] = "none",
    [RECEIPT_SIM_UNDECIDED] = "undecided",
    [RECEIPT_SIM_BLOCK] = "block",
    [RECEIPT_SIM_REUSE] = "reuse",
    [RECEIPT_SIM_CLOSED] = "closed",
    [RECEIPT_SIM_MOVED] = "moved",
    [RECEIPT_SIM_STAYS] = "stays",
};

static const char *const codes_words[RECEIPT_CODES_COUNT] = {
    [RECEIPT_CODES_UNSAID] = "unsaid",
    [RECEIPT_CODES_HANDED_OVER] = "handed_over",
    [RECEIPT_CODES_NOT_HANDED_OVER] = "not_handed_over",
    [RECEIPT_CODES_NOT_NEEDED] = "not_needed",
};

#define WORDS(of)                                                              \
	{                                                                      \
		of, sizeof(of) / sizeof((of)[0])                               \
	}
const struct receipt_words receipt_kinds = WORDS(kinds);
const struct receipt_words receipt_things = WORDS(things);
const struct receipt_words receipt_roles = WORDS(roles);
const struct receipt_words receipt_ways = WORDS(ways);
const struct receipt_words receipt_erasures = WORDS(erasures);
const struct receipt_words receipt_sims = WORDS(sims);
const struct receipt_words receipt_codes_said = WORDS(codes_words);

const char *receipt_word(const struct receipt_words *words, unsigned number)
{
	return number < words->count ? words->words[number] : "?";
}

int receipt_word_find(
    const struct receipt_words *words, const char *word, unsigned *out)
{
	for (unsigned i = 0; i < words->count; i++) {
		if (strcmp(words->words[i], word) == 0) {
			*out = i;
			return 0;
		}
	}
	return -ERR_INVALID;
}

const char *receipt_kind_name(enum receipt_kind kind)
{
	return receipt_word(&receipt_kinds, kind);
}

int receipt_kind_parse(const char *name, enum receipt_kind *out)
{
	unsigned number = 0;
	int rc = receipt_word_find(&receipt_kinds, name, &number);

	if (rc == 0)
		*out = (enum receipt_kind)number;
	return rc;
}

const char *receipt_thing_name(enum receipt_thing_kind kind)
{
	return receipt_word(&receipt_things, kind);
}

const char *receipt_role_name(enum receipt_role role)
{
	return receipt_word(&receipt_roles, role);
}

const char *receipt_way_name(enum receipt_way way)
{
	return receipt_word(&receipt_ways, way);
}

const char *receipt_erasure_name(enum receipt_erasure erasure)
{
	return receipt_word(&receipt_erasures, erasure);
}

const char *receipt_sim_name(enum receipt_sim sim)
{
	return receipt_word(&receipt_sims, sim);
}

const char *receipt_codes_name(enum receipt_codes codes)
{
	return receipt_word(&receipt_codes_said, codes);
}

bool receipt_erasure_is_proven(enum receipt_erasure erasure)
{
	return erasure == RECEIPT_ERASURE_BENCH ||
	    erasure == RECEIPT_ERASURE_NEW_LIFE;
}
