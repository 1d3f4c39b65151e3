/*
 * judge_stored: judgements of one subject as the bytes of judgement_row.packed.
 * Verdicts and times are read by every version of the program; what stands in
 * the version's own numbers (causes, facts, words) only by one that numbers
 * them alike, else the judgement is worked out anew. Private to judge_*.c.
 */
#ifndef SERVER_SERVICE_JUDGE_JUDGE_STORED_H
#define SERVER_SERVICE_JUDGE_JUDGE_STORED_H

#include "policies/verdict.h"
#include "proto/base/buf.h"

struct err;

/* One judgement within the bytes. Borrowed. */
struct stored_entry {
	const uint8_t *bytes; /* as a whole, to be copied */
	size_t len;
	char rule_id[PACK_RULE_ID_MAX];
	enum verdict verdict;
	bool needs_statement;
	int64_t again_at_ms;
	int64_t broken_since_ms;
};

struct stored {
	const uint8_t *bytes;
	size_t len;
	bool is_readable; /* the numbers are those of this program */
};

/* -ERR_INVALID: no such bytes; *out is empty then, and nothing is lost. */
int stored_open(const uint8_t *bytes, size_t len, struct stored *out);
/* From *at, which begins with 0; false: the end. */
bool stored_next(
    const struct stored *stored, size_t *at, struct stored_entry *out);
bool stored_find(
    const struct stored *stored, const char *rule_id, struct stored_entry *out);
/* The whole judgement; of readable bytes only. judged_at: the row's. reason is
 * left empty. */
int stored_read(
    const struct stored_entry *entry, int64_t judged_at, struct judgement *out);

void stored_begin(struct buf *out);
void stored_add(struct buf *out, const struct judgement *judgement,
    int64_t broken_since_ms);
/* As it was. */
void stored_keep(struct buf *out, const struct stored_entry *entry);

#endif
