/*
 * kinds: every kind of row of the ledger that is saved, loaded and walked in
 * the same way, so that one test holds for all of them.
 */
#ifndef TESTS_CONTRACT_KINDS_H
#define TESTS_CONTRACT_KINDS_H

#include "server/store/row.h"
#include "tests/contract/fixture.h"

/* Two organisations with a person each; what rows refer to. */
struct ground {
	struct organisation orgs[2];
	char people[2][STORE_ID];
};
void ground_make(struct fixture *fixture, struct ground *out);

typedef int kind_fn(void *arg, const char *id);

struct kind {
	const char *name;
	size_t size;
	const struct field *fields;
	size_t count;
	/* Columns that a later save may change; NULL: all but id and org. */
	const char *changing;
	bool keeps_history;
	int (*save)(struct txn *txn, const void *row, struct err *err);
	int (*load)(struct txn *txn, const char *org_id, const char *id,
	    void *out, struct err *err);
	int (*each)(struct txn *txn, const char *org_id, const char *after_id,
	    int limit, kind_fn *fn, void *arg, struct err *err);
};
extern const struct kind kinds[];
extern const size_t kind_count;

/*
 * A whole row: texts filled to the last byte with a letter of their own,
 * numbers unlike each other, the id "<name>-<number>", of organisation
 * ground->orgs[of]. *out is the caller's to free().
 */
void *kind_make(
    const struct kind *kind, const struct ground *ground, int of, int number);
/* The text of a column: "id", "org_id". */
char *kind_text(const struct kind *kind, void *row, const char *column);
/* Changes one column to another value that the schema allows. */
void kind_alter(const struct kind *kind, size_t field, void *row);
bool kind_may_change(const struct kind *kind, const char *column);

#endif
