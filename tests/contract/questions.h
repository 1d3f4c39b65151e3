/*
 * questions: what the tests of the ledger's questions share: bodies that run
 * inside one transaction, and what a walk has seen, in its order.
 */
#ifndef TESTS_CONTRACT_QUESTIONS_H
#define TESTS_CONTRACT_QUESTIONS_H

#include <stdio.h>
#include <string.h>

#include "tests/contract/kinds.h"

/* Bodies run on the writer's thread: they answer instead of asserting. */
#define EXPECT(what)                                                           \
	do {                                                                   \
		if (!(what))                                                   \
			return err_set(err, ERR_INTERNAL, "line %d: %s",       \
			    __LINE__, #what);                                  \
	} while (0)
#define PUT(field, ...) (void)snprintf(field, sizeof(field), __VA_ARGS__)

#define A "org-0"
#define B "org-1"
#define PERSON "~ground-0"
#define STRANGER "~ground-1"

struct seen {
	char ids[16][STORE_ID];
	int count;
};

#define DEFINE_NOTE(note, row_type, member)                                    \
	static int note(void *arg, const struct row_type *row)                 \
	{                                                                      \
		struct seen *seen = arg;                                       \
                                                                               \
		if (seen->count < 16)                                          \
			PUT(seen->ids[seen->count], "%.36s", row->member);     \
		seen->count++;                                                 \
		return 0;                                                      \
	}

static inline bool is_seen(const struct seen *seen, const char *ids)
{
	char text[16 * STORE_ID] = "";
	size_t used = 0;
	int i;

	for (i = 0; i < seen->count && i < 16; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", i ? " " : "", seen->ids[i]);
	if (strcmp(text, ids) != 0)
		(void)fprintf(stderr, "seen: \"%s\"\n", text);
	return strcmp(text, ids) == 0;
}
#define SEEN(call, ids)                                                        \
	do {                                                                   \
		struct seen seen = {.count = 0};                               \
                                                                               \
		EXPECT((call) == 0);                                           \
		EXPECT(is_seen(&seen, ids));                                   \
	} while (0)

static inline void run(void **state, store_fn *body)
{
	struct fixture *f = *state;
	struct ground ground;

	ground_make(f, &ground);
	fixture_write(f, body, f);
}

#define DEFINE_TEST(body)                                                      \
	static void test_##body(void **given)                                  \
	{                                                                      \
		run(given, body);                                              \
	}
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    test_##name, fixture_setup, fixture_teardown)

#endif
