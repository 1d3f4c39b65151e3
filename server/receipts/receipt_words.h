/*
 * receipt_words: the fixed words of a receipt in Swedish, Danish and English.
 * Internal to server/receipts.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_WORDS_H
#define SERVER_RECEIPTS_RECEIPT_WORDS_H

#include "server/receipts/receipt.h"

/* Room for a way or an account in words. */
#define RECEIPT_SAID_MAX (LIMIT_NAME + 128)

enum receipt_language {
	RECEIPT_SV,
	RECEIPT_DA,
	RECEIPT_EN,
	RECEIPT_LANGUAGE_COUNT
};
/* "sv", "da"; any other is English. */
enum receipt_language receipt_language_of(const char *language);

enum receipt_say {
	SAY_RECEIPT_NUMBER,
	SAY_PERSON_HAND_OUT,
	SAY_PERSON_RETURN,
	SAY_PERSON_ERASURE,
	SAY_UNIT,
	SAY_DATE,
	SAY_CASE,
	SAY_THINGS_HAND_OUT,
	SAY_THINGS_RETURN,
	SAY_THINGS_ERASURE,
	SAY_SERIAL,
	SAY_IMEI,
	SAY_NUMBER,
	SAY_ICCID,
	SAY_DECISION,
	SAY_MORE,
	SAY_MORE_WHERE,
	SAY_NOTE_HAND_OUT,
	SAY_NOTE_RETURN,
	SAY_NO_NOTE,
	SAY_CODES,
	SAY_ACCEPTANCE,
	SAY_RULES,
	SAY_ERASURE,
	SAY_ORDERED,
	SAY_PROVEN_AT,
	SAY_STATED_BY,
	SAY_BASIS,
	SAY_FACTS,
	SAY_OBSERVED,
	SAY_SIGNATURES,
	SAY_TYPED_AS,
	SAY_REASON,
	SAY_FOOTER_SIGNED,
	SAY_FOOTER_CHECK,
	SAY_ZONE,
	SAY_PAGE,
	SAY_OF,
	SAY_COUNT
};

const char *receipt_say(const char *language, enum receipt_say what);
const char *receipt_say_title(const char *language, enum receipt_kind kind);
const char *receipt_say_thing(
    const char *language, enum receipt_thing_kind kind);
const char *receipt_say_role(
    const char *language, enum receipt_kind kind, enum receipt_role role);
/* How it came to be signed, and whose hand recorded it: "recorded through the
 * API with token \"Front desk\"". RECEIPT_SAID_MAX is enough. */
void receipt_say_way(const char *language,
    const struct receipt_signature *signature, char *out, size_t size);
/* An account in words: "token \"Front desk\""; a name of a person as it is. */
void receipt_say_actor(
    const char *language, const char *actor, char *out, size_t size);
const char *receipt_say_sim(const char *language, enum receipt_sim sim);
const char *receipt_say_codes(const char *language, enum receipt_codes codes);
/* receipt_observations.c: a whole sentence for what wipe_proof.h, or the proof by
 * a new life, says in its own word; never that word. */
const char *receipt_say_observation(const char *language, const char *seen);
/* A whole sentence: what may be said of the erasure, and what not. */
const char *receipt_say_erasure(
    const char *language, enum receipt_erasure erasure);

#endif
