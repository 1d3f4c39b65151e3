/*
 * verdict_words: the sentences of judgements, one table a language. Private to
 * verdict_reason.c, which puts them together.
 *
 * In braces: {fact} what is asked, {facts} what was seen, {says} what the
 * deciding fact said, {age} since then, {left} until it changes, {fresh} how
 * old it may be, {when} its time, {source}, {why}, {period} of the document;
 * {waited} {limit} of an age, {version} {least}; {by} {stated} {until} of a
 * statement.
 */
#ifndef POLICIES_VERDICT_WORDS_H
#define POLICIES_VERDICT_WORDS_H

#include "policies/verdict.h"

/* What a word of a fact means, as a statement. */
struct verdict_phrase {
	enum pack_fact fact;
	enum pack_word word;
	const char *text;
};

struct verdict_speech {
	const char *language;
	const char *sentences[CAUSE_COUNT];
	const char *never_reported; /* when no enrolment time is known */
	const char *seen;           /* all proven, of no phone */
	const char *facts[PACK_FACT_COUNT]; /* as a question */
	const struct verdict_phrase *phrases;
	size_t phrase_count;
	const char *units[4][2]; /* days … seconds; one, several */
	const char *somebody;    /* who stated it, when no name is told */
	const char *no_end;      /* until further notice */
};

extern const struct verdict_speech verdict_speech_en;
extern const struct verdict_speech verdict_speech_sv;
extern const struct verdict_speech verdict_speech_da;

#endif
