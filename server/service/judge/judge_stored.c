#include "server/service/judge/judge_stored.h"

#include <stdatomic.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

/*
 * u8 format, u32 numbers; then entries:
 * u16 length of the rest, str rule, u8 verdict, u8 flags, i64 again, i64 broken
 * since, i64 since, u8 cause, u8 fact, u8 pieces of evidence; if flagged a str
 * note and a statement (u8 yes, i64 at, i64 until, str by); each piece: u8
 * fact, says, cause, word, i64 observed, age, grace, str text, str source. A str is
 * u8 length and bytes. Numbers are little-endian.
 */
#define FORMAT 1
#define HEAD 5
#define HAS_NOTE 1
#define HAS_STATEMENT 2
#define NEEDS_STATEMENT 4

/* How this program numbers causes, facts and words (FNV-1a). */
static uint32_t numbers_make(void)
{
	uint32_t hash = 2166136261u;
	unsigned i;
	const char *at;

#define MIX(name)                                                              \
	for (at = (name); *at; at++)                                           \
	hash = (hash ^ (uint8_t)*at) * 16777619u
	for (i = 0; i < CAUSE_COUNT; i++)
		MIX(verdict_cause_name((enum verdict_cause)i));
	for (i = 0; i < PACK_FACT_COUNT; i++)
		MIX(pack_fact_name((enum pack_fact)i));
	for (i = 0; i < PACK_WORD_COUNT; i++)
		MIX(pack_word_name((enum pack_word)i));
#undef MIX
	return hash ? hash : 1;
}

static uint32_t numbers(void)
{
	static _Atomic uint32_t known;
	uint32_t value = atomic_load(&known);

	if (!value) {
		value = numbers_make();
		atomic_store(&known, value);
	}
	return value;
}

/* Writing ------------------------------------------------------------------ */

static void put(struct buf *out, uint64_t value, int bytes)
{
	uint8_t raw[8];
	int i;

	for (i = 0; i < bytes; i++)
		raw[i] = (uint8_t)(value >> (8 * i));
	buf_append(out, raw, (size_t)bytes);
}

static void put_text(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	if (len > 255)
		len = 255;
	put(out, len, 1);
	buf_append(out, text, len);
}

static void put_evidence(
    struct buf *out, const struct judgement_evidence *evidence)
{
	put(out, evidence->fact, 1);
	put(out, evidence->says, 1);
	put(out, evidence->cause, 1);
	put(out, evidence->word, 1);
	put(out, (uint64_t)evidence->observed_at_ms, 8);
	put(out, (uint64_t)evidence->age_ms, 8);
	put(out, (uint64_t)evidence->grace_until_ms, 8);
	put_text(out, evidence->text);
	put_text(out, evidence->source);
}

static void put_statement(
    struct buf *out, const struct judgement_statement *statement)
{
	put(out, statement->is_yes, 1);
	put(out, (uint64_t)statement->at_ms, 8);
	put(out, (uint64_t)statement->valid_until_ms, 8);
	put_text(out, statement->by);
}

void stored_begin(struct buf *out)
{
	buf_reset(out);
	put(out, FORMAT, 1);
	put(out, numbers(), 4);
}

void stored_add(
    struct buf *out, const struct judgement *judgement, int64_t broken_since_ms)
{
	size_t start = out->len;
	unsigned flags = (judgement->note[0] ? HAS_NOTE : 0) |
	    (judgement->statement.is_there ? HAS_STATEMENT : 0) |
	    (judgement->needs_statement ? NEEDS_STATEMENT : 0);
	size_t i;

	put(out, 0, 2);
	put_text(out, judgement->rule_id);
	put(out, judgement->verdict, 1);
	put(out, flags, 1);
	put(out, (uint64_t)judgement->again_at_ms, 8);
	put(out, (uint64_t)broken_since_ms, 8);
	put(out, (uint64_t)judgement->since_ms, 8);
	put(out, judgement->cause, 1);
	put(out, judgement->fact, 1);
	put(out, judgement->evidence_count, 1);
	if (flags & HAS_NOTE)
		put_text(out, judgement->note);
	if (flags & HAS_STATEMENT)
		put_statement(out, &judgement->statement);
	for (i = 0; i < judgement->evidence_count; i++)
		put_evidence(out, &judgement->evidence[i]);
	if (out->failed)
		return;
	out->data[start] = (uint8_t)(out->len - start - 2);
	out->data[start + 1] = (uint8_t)((out->len - start - 2) >> 8);
}

void stored_keep(struct buf *out, const struct stored_entry *entry)
{
	buf_append(out, entry->bytes, entry->len);
}

/* Reading: nothing is believed, for a file may be spoilt --------------------- */

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static uint64_t get(struct reader *reader, int bytes)
{
	uint64_t value = 0;
	int i;

	if (reader->failed || reader->end - reader->at < bytes) {
		reader->failed = true;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		value |= (uint64_t)reader->at[i] << (8 * i);
	reader->at += bytes;
	return value;
}

static void get_text(struct reader *reader, char *out, size_t size)
{
	size_t len = get(reader, 1);

	if (reader->failed || (size_t)(reader->end - reader->at) < len ||
	    len >= size) {
		reader->failed = true;
		return;
	}
	memcpy(out, reader->at, len);
	out[len] = '\0';
	reader->at += len;
}

static unsigned get_below(struct reader *reader, unsigned limit)
{
	unsigned value = (unsigned)get(reader, 1);

	if (value >= limit)
		reader->failed = true;
	return reader->failed ? 0 : value;
}

int stored_open(const uint8_t *bytes, size_t len, struct stored *out)
{
	struct reader reader = {bytes, bytes + len, false};

	*out = (struct stored){0};
	if (len < HEAD || get(&reader, 1) != FORMAT)
		return -ERR_INVALID;
	out->is_readable = get(&reader, 4) == numbers();
	out->bytes = bytes + HEAD;
	out->len = len - HEAD;
	return 0;
}

bool stored_next(
    const struct stored *stored, size_t *at, struct stored_entry *out)
{
	struct reader reader = {.failed = false};
	size_t len;

	if (stored->len - *at < 2)
		return false; /* nothing there: bytes may be NULL */
	reader.at = stored->bytes + *at;
	reader.end = stored->bytes + stored->len;
	len = get(&reader, 2);
	if ((size_t)(reader.end - reader.at) < len)
		return false;
	*out = (struct stored_entry){
	    .bytes = stored->bytes + *at,
	    .len = len + 2,
	};
	reader.end = reader.at + len;
	get_text(&reader, out->rule_id, sizeof(out->rule_id));
	out->verdict = (enum verdict)get_below(&reader, VERDICT_COUNT);
	out->needs_statement = get(&reader, 1) & NEEDS_STATEMENT;
	out->again_at_ms = (int64_t)get(&reader, 8);
	out->broken_since_ms = (int64_t)get(&reader, 8);
	*at += len + 2;
	return !reader.failed;
}

bool stored_find(
    const struct stored *stored, const char *rule_id, struct stored_entry *out)
{
	size_t at = 0;

	while (stored_next(stored, &at, out)) {
		if (strcmp(out->rule_id, rule_id) == 0)
			return true;
	}
	return false;
}

static void read_evidence(struct reader *reader, struct judgement_evidence *out)
{
	out->fact = (enum pack_fact)get_below(reader, PACK_FACT_COUNT);
	out->says = (enum verdict)get_below(reader, VERDICT_COUNT);
	out->cause = (enum verdict_cause)get_below(reader, CAUSE_COUNT);
	out->word = (enum pack_word)get_below(reader, PACK_WORD_COUNT);
	out->observed_at_ms = (int64_t)get(reader, 8);
	out->age_ms = (int64_t)get(reader, 8);
	out->grace_until_ms = (int64_t)get(reader, 8);
	get_text(reader, out->text, sizeof(out->text));
	get_text(reader, out->source, sizeof(out->source));
}

static void read_statement(
    struct reader *reader, struct judgement_statement *out)
{
	out->is_there = true;
	out->is_yes = get(reader, 1) != 0;
	out->at_ms = (int64_t)get(reader, 8);
	out->valid_until_ms = (int64_t)get(reader, 8);
	get_text(reader, out->by, sizeof(out->by));
}

int stored_read(
    const struct stored_entry *entry, int64_t judged_at, struct judgement *out)
{
	struct reader reader = {
	    entry->bytes + 2, entry->bytes + entry->len, false};
	unsigned flags;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->judged_at_ms = judged_at;
	get_text(&reader, out->rule_id, sizeof(out->rule_id));
	out->verdict = (enum verdict)get_below(&reader, VERDICT_COUNT);
	flags = (unsigned)get(&reader, 1);
	out->needs_statement = flags & NEEDS_STATEMENT;
	out->again_at_ms = (int64_t)get(&reader, 8);
	(void)get(&reader, 8);
	out->since_ms = (int64_t)get(&reader, 8);
	out->cause = (enum verdict_cause)get_below(&reader, CAUSE_COUNT);
	out->fact = (enum pack_fact)get_below(&reader, PACK_FACT_COUNT);
	out->evidence_count = get_below(&reader, PACK_FACT_COUNT + 1);
	if (flags & HAS_NOTE)
		get_text(&reader, out->note, sizeof(out->note));
	if (flags & HAS_STATEMENT)
		read_statement(&reader, &out->statement);
	for (i = 0; i < out->evidence_count; i++)
		read_evidence(&reader, &out->evidence[i]);
	return reader.failed ? -ERR_INVALID : 0;
}
