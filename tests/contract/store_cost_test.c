/*
 * store_cost_test: is the next command found at the same cost, however long the
 * history of a phone is? By the engine's own plan, and by the clock.
 */
#include "tests/contract/rows.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/buf.h"
#include "server/store/plan.h"

/* ---- cost ---- */

static int plan(struct txn *txn, void *arg, struct err *err)
{
	return store_command_next_plan(txn, arg, err);
}

static void test_next_uses_its_index(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

	fixture_read(f, plan, &text);
	if (!strstr((char *)text.data,
	        "SEARCH commands USING INDEX commands_queue (life_id=?)") ||
	    strstr((char *)text.data, "SCAN") ||
	    strstr((char *)text.data, "TEMP B-TREE"))
		fail_msg("%s", (char *)text.data);
	buf_clear(&text);
}

struct history_unit {
	struct fixture *fixture;
	const struct phone *phone;
	int count;
};

static int insert_history(struct txn *txn, void *arg, struct err *err)
{
	struct history_unit *unit = arg;
	struct command row;
	int r = 0;
	int i;

	for (i = 0; i < unit->count && r == 0; i++) {
		command_make(unit->fixture, unit->phone, 10, &row);
		row.state = COMMAND_ACKNOWLEDGED;
		r = store_command_insert(
		    txn, &row, (const uint8_t *)"<plist/>", 8, err);
	}
	return r;
}

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int many_next(struct txn *txn, void *arg, struct err *err)
{
	struct command_unit *unit = arg;
	int i;
	int r;

	for (i = 0; i < 200; i++) {
		r = command_unit_next(txn, unit, err);
		if (r < 0)
			return r;
		free(unit->got);
	}
	return 0;
}

static int pass_by(void *arg, const struct command *row)
{
	(void)arg;
	(void)row;
	return 0;
}

/* What a newer command of its purpose must look through. */
static int many_walks(struct txn *txn, void *arg, struct err *err)
{
	const struct command_filter *filter = arg;
	int i;
	int r = 0;

	for (i = 0; i < 200 && r == 0; i++)
		r = store_command_each(txn, filter, pass_by, NULL, err);
	return r;
}

static double cost_of(struct fixture *f, store_fn *fn, void *arg)
{
	double start = now_us();

	fixture_read(f, fn, arg);
	return (now_us() - start) / 200;
}

/*
 * Turn and turn about, the quietest round of each: the machine may be busy
 * with other things.
 */
static void check_cost(
    struct fixture *f, const char *what, store_fn *fn, void *fresh, void *old)
{
	double few = 1e9;
	double many = 1e9;
	double cost;
	int i;

	for (i = 0; i < 40; i++) {
		cost = cost_of(f, fn, fresh);
		few = cost < few ? cost : few;
		cost = cost_of(f, fn, old);
		many = cost < many ? cost : many;
	}
	print_message("%s: %.1f us without history, %.1f us after 1,000 "
	              "commands\n",
	    what, few, many);
	if (many > few * 1.5)
		fail_msg("history costs: %s %.1f us against %.1f us", what,
		    many, few);
}

static void make_filter(const struct phone *phone, struct command_filter *out)
{
	memset(out, 0, sizeof(*out));
	out->org_id = phone->org.id;
	out->life_id = phone->life.id;
	out->purpose = "query:SecurityInfo";
	out->only_open = true;
}

static void test_history_costs_nothing(void **state)
{
	struct fixture *f = *state;
	struct history_unit unit = {.fixture = f, .count = 1000};
	struct command_unit next[2] = {{.now = 0}, {.now = 0}};
	struct command_filter filters[2];
	struct phone phones[2]; /* a fresh one, an old one */
	int i;

	phone_make(f, &phones[0]);
	phone_make_beside(f, &phones[0], &phones[1]);
	for (i = 0; i < 2; i++) {
		fixture_write(f, phone_save, &phones[i]);
		make_filter(&phones[i], &filters[i]);
		COPY(next[i].row.life_id, phones[i].life.id);
	}
	unit.phone = &phones[1];
	fixture_write(f, insert_history, &unit);
	command_add(f, &phones[0], "fresh", 10, 0, 0);
	command_add(f, &phones[1], "old", 10, 0, 0);
	check_cost(f, "next command", many_next, &next[0], &next[1]);
	check_cost(
	    f, "walk of open ones", many_walks, &filters[0], &filters[1]);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_next_uses_its_index),
	    TEST(test_history_costs_nothing),
	};

	return FIXTURE_RUN("store cost", tests);
}
