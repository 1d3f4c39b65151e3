/*
 * policy_rows: what each rule of the five packs is expected to do, row by row.
 * rules_test runs them; policy_map says them. A rule without a row for its
 * class fails both.
 */
#ifndef TESTS_POLICY_POLICY_ROWS_H
#define TESTS_POLICY_POLICY_ROWS_H

#include "policies/policy_demand.h"
#include "policies/verdict.h"

#define SEEN_MAX 3

/* One observation; `text` or `hours` for versions and ages. The list ends at
 * the first without word, text and hours. */
struct seen {
	enum pack_fact fact;
	enum pack_word word;
	unsigned hours; /* age of the backup, of the oldest message */
	const char *text;
};

/* enforce and verify: what is seen when the rule is kept, and when not. */
struct judged_row {
	const char *id;
	struct seen kept[SEEN_MAX];
	struct seen broken[SEEN_MAX];
};

/* enforce: what the server holds back, and who may let it through. */
struct gate_row {
	const char *id;
	unsigned gate;
	unsigned approved_by;
};

/* What is set on the phone. */
struct setting_row {
	const char *id;
	enum policy_part part;
	int which; /* enum restriction, for POLICY_RESTRICTIONS */
	int value;
};

/* attest, and the waived one: who states it, how long it holds (days; 0: until
 * the return), when it is asked for. */
struct stated_row {
	const char *id;
	unsigned by;
	unsigned days;
	unsigned on;
};

/* inform: words of the filled text that its readers see, in the document's
 * language. */
struct shown_row {
	const char *id;
	const char *words;
};

extern const struct judged_row judged_rows[];
extern const size_t judged_rows_count;
extern const struct gate_row gate_rows[];
extern const size_t gate_rows_count;
extern const struct setting_row setting_rows[];
extern const size_t setting_rows_count;
extern const struct stated_row stated_rows[];
extern const size_t stated_rows_count;
extern const struct shown_row shown_rows[];
extern const size_t shown_rows_count;

#endif
