/*
 * Question: does a map turn a source's own words into the fact that they mean,
 * and say where it cannot, without repeating what stood there?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/connector/fact_map.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW INT64_C(1795333105000) /* 2026-11-22T07:38:25Z */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* A row: names and texts; several of one name are a list. */
struct row {
	struct {
		const char *name;
		const char *text;
	} cells[6];
};

static int get(
    void *arg, const char *from, size_t index, char out[MAP_TEXT_MAX])
{
	const struct row *row = arg;

	for (size_t i = 0; i < COUNT(row->cells) && row->cells[i].name; i++)
		if (strcmp(row->cells[i].name, from) == 0 && index-- == 0)
			return str_copy(out, MAP_TEXT_MAX, row->cells[i].text) <
			        0
			    ? -1
			    : 1;
	return 0;
}

static const struct target_number numbers[] = {
    {TEXT("+46490000000"), TEXT("switchboard")},
    {TEXT("+46701*"), TEXT("colleague")},
};
static const char own[][EVIDENCE_IMEI_MAX] = {
    "350000000000001", "490154203237518"};

static struct map_world world_of(struct row *row)
{
	return (struct map_world){.get = get,
	    .arg = row,
	    .now_ms = NOW,
	    .country = "SE",
	    .method = EVIDENCE_METHOD_CSV,
	    .numbers = numbers,
	    .numbers_count = COUNT(numbers),
	    .equipment = own,
	    .equipment_count = COUNT(own)};
}

static void gives(const struct fact_map *map, struct row row, const char *json)
{
	struct map_world world = world_of(&row);
	struct evidence_item item = {
	    .subject = {EVIDENCE_SUBJECT_TEL, "+46701234567"}};
	struct map_fault fault = {"", ""};
	struct buf out = {0};

	assert_int_equal(fact_map_check(map, EVIDENCE_METHOD_CSV, NULL), 0);
	if (fact_map_apply(map, &world, &item, &fault) != 0)
		fail_msg("%s: %s: %s", json, fault.from, fault.reason);
	assert_int_equal(evidence_item_check(&item, NULL), 0);
	assert_int_equal(
	    evidence_value_encode(item.fact, &item.value, &out, NULL), 0);
	assert_string_equal((char *)out.data, json);
	buf_clear(&out);
}

static void faults(const struct fact_map *map, struct row row, const char *from)
{
	struct map_world world = world_of(&row);
	struct evidence_item item = {.detail = "kept"};
	struct map_fault fault = {"", ""};

	assert_int_equal(
	    fact_map_apply(map, &world, &item, &fault), -ERR_INVALID);
	assert_string_equal(fault.from, from);
	assert_true(fault.reason[0] != '\0');
	assert_string_equal(item.detail, "kept");
	for (size_t i = 0; i < COUNT(row.cells) && row.cells[i].name; i++)
		assert_true(strlen(row.cells[i].text) < 4 ||
		    !strstr(fault.reason, row.cells[i].text));
}

static struct value_rule greeting_values[] = {
    {NULL, TEXT("Personlig"), TEXT("personal")},
    {NULL, TEXT("Standard"), TEXT("default")},
    {TEXT("box"), TEXT("nej"), TEXT("off")},
};

static void words(void **state)
{
	struct fact_map map = {.fact = TEXT("voicemail.greeting"),
	    .from = TEXT("greeting"),
	    .values = greeting_values,
	    .values_count = COUNT(greeting_values)};

	(void)state;
	gives(&map, (struct row){{{"greeting", "Personlig"}}}, "\"personal\"");
	gives(
	    &map, (struct row){{{"greeting", " PERSONLIG\t"}}}, "\"personal\"");
	gives(
	    &map, (struct row){{{"greeting", "?"}, {"box", "Nej"}}}, "\"off\"");
	faults(&map, (struct row){{{"greeting", "Influensa"}}}, "greeting");
	faults(&map, (struct row){{{"greeting", ""}}}, "greeting");
	map.otherwise = TEXT("unknown");
	gives(&map, (struct row){{{"greeting", "Influensa"}}}, "\"unknown\"");
}

static struct value_rule forward_values[] = {
    {NULL, TEXT(""), TEXT("inactive")}, {NULL, TEXT("*"), TEXT("active")}};

static void targets(void **state)
{
	struct fact_map map = {.fact = TEXT("call.forward.unconditional"),
	    .from = TEXT("to"),
	    .values = forward_values,
	    .values_count = COUNT(forward_values),
	    .target_from = TEXT("to")};

	(void)state;
	gives(&map, (struct row){{{"to", ""}}}, "{\"state\":\"inactive\"}");
	gives(&map, (struct row){{{NULL, NULL}}}, "{\"state\":\"inactive\"}");
	gives(&map, (struct row){{{"to", "0490-00 00 00"}}},
	    "{\"state\":\"active\",\"target_class\":\"switchboard\"}");
	gives(&map, (struct row){{{"to", "070-11 22 333"}}},
	    "{\"state\":\"active\",\"target_class\":\"colleague\"}");
	gives(&map, (struct row){{{"to", "070-21 22 333"}}},
	    "{\"state\":\"active\",\"target_class\":\"other\"}");
	/* A longer number that begins as the switchboard's is not it. */
	gives(&map, (struct row){{{"to", "0490-00 00 00 1"}}},
	    "{\"state\":\"active\",\"target_class\":\"other\"}");
	gives(&map, (struct row){{{"to", "svarsgrupp"}}},
	    "{\"state\":\"active\"}");
}

static struct value_rule when_rules[] = {
    {NULL, TEXT("conditional_busy"), TEXT("busy")},
    {NULL, TEXT("conditional_no_answer"), TEXT("no_answer")},
};

static void conditions(void **state)
{
	struct fact_map map = {.fact = TEXT("call.forward.conditional"),
	    .from = TEXT("list"),
	    .when = when_rules,
	    .when_count = COUNT(when_rules)};

	(void)state;
	gives(&map,
	    (struct row){
	        {{"list", "unconditional"}, {"list", "conditional_no_answer"},
	            {"list", "conditional_busy"}}},
	    "{\"state\":\"active\",\"when\":[\"busy\",\"no_answer\"]}");
	gives(&map, (struct row){{{"list", "inactive"}}},
	    "{\"state\":\"inactive\"}");
	faults(&map, (struct row){{{NULL, NULL}}}, "list");
}

static void numbers_and_ages(void **state)
{
	struct fact_map map = {.fact = TEXT("voicemail.unread"),
	    .count_from = TEXT("n"),
	    .age_from = TEXT("age")};

	(void)state;
	gives(&map, (struct row){{{"n", "3"}, {"age", "30"}}},
	    "{\"count\":3,\"oldest_age_h\":30}");
	gives(&map, (struct row){{{"n", "3"}, {"age", "2026-11-21 07:00"}}},
	    "{\"count\":3,\"oldest_age_h\":24}");
	gives(&map, (struct row){{{"n", "0"}, {"age", "12"}}},
	    "{\"count\":0,\"oldest_age_h\":0}");
	faults(&map, (struct row){{{"n", "-1"}}}, "n");
	faults(&map, (struct row){{{"n", ""}}}, "n");
	faults(&map, (struct row){{{"n", "99999999"}}}, "n");
	faults(&map, (struct row){{{"n", "1"}, {"age", "2027-01-01"}}}, "age");
	faults(&map, (struct row){{{"n", "1"}, {"age", "old"}}}, "age");
}

static void phones(void **state)
{
	struct fact_map map = {
	    .fact = TEXT("sim.device"), .imei_from = TEXT("imei")};

	(void)state;
	gives(&map, (struct row){{{"imei", "49-015420-323751-8"}}},
	    "{\"state\":\"imei\",\"imei\":\"490154203237518\"}");
	/* The network's form, with 0 where the check digit stands. */
	gives(&map, (struct row){{{"imei", "490154203237510"}}},
	    "{\"state\":\"imei\",\"imei\":\"490154203237510\"}");
	gives(&map, (struct row){{{"imei", "356938035643809"}}},
	    "{\"state\":\"foreign\"}");
	faults(&map, (struct row){{{"imei", "iPhone 14"}}}, "imei");
}

static void dates(void **state)
{
	static const struct {
		const char *text;
		bool is_end;
		const char *out; /* NULL: refused */
	} samples[] = {
	    {"2026-11-25", false, "2026-11-25T00:00:00Z"},
	    {"2026-11-25", true, "2026-11-25T23:59:59Z"},
	    {"2026-11-25 08:30", true, "2026-11-25T08:30:00Z"},
	    {"2026-11-25T08:30:15", true, "2026-11-25T08:30:15Z"},
	    {"2026-11-25T08:30:15+01:00", true, "2026-11-25T07:30:15Z"},
	    {"25.11.2026", false, "2026-11-25T00:00:00Z"},
	    {"25-11-2026 08:30", false, "2026-11-25T08:30:00Z"},
	    {"25/11/2026", true, "2026-11-25T23:59:59Z"},
	    {"20261125", false, "2026-11-25T00:00:00Z"},
	    {"2026-02-30", false, NULL},
	    {"31.02.2026", false, NULL},
	    {"11/25/2026", false, NULL},
	    {"2026-11-25 25:00", false, NULL},
	    {"2026-11-25 kl 8", false, NULL},
	    {"2026-11-25 08:30:00:00", false, NULL},
	    {"1.1.26", false, NULL},
	    {"", false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		char text[TIME_TEXT_MAX];
		int64_t time = -1;
		int rc =
		    map_time_parse(samples[i].text, samples[i].is_end, &time);

		if ((rc == 0) != (samples[i].out != NULL))
			fail_msg("%s: %d", samples[i].text, rc);
		if (rc != 0)
			continue;
		time_rfc3339(time, text);
		assert_string_equal(text, samples[i].out);
	}
}

static void seen_and_valid(void **state)
{
	struct fact_map map = {.fact = TEXT("voicemail.greeting"),
	    .from = TEXT("greeting"),
	    .values = greeting_values,
	    .values_count = COUNT(greeting_values),
	    .seen_from = TEXT("seen"),
	    .valid_for = TEXT("7d")};
	struct row row = {
	    {{"greeting", "Standard"}, {"seen", "2026-11-20T00:00:00Z"}}};
	struct map_world world = world_of(&row);
	struct evidence_item item = {.detail = ""};
	struct map_fault fault;

	(void)state;
	assert_int_equal(fact_map_apply(&map, &world, &item, &fault), 0);
	assert_int_equal(
	    item.valid_until_ms - item.observed_at_ms, 7 * TIME_DAY_MS);
	row.cells[1].text = "2026-11-10";
	faults(&map, row, "seen"); /* over before it is told */
	row.cells[1].text = "2026-11-23";
	faults(&map, row, "seen");   /* in the future */
	map.valid_for = TEXT("90d"); /* never longer than the fact's */
	row.cells[1].text = "2026-11-20";
	assert_int_equal(fact_map_apply(&map, &world, &item, &fault), 0);
	assert_int_equal(
	    item.valid_until_ms - item.observed_at_ms, 35 * TIME_DAY_MS);
}

static void maps_that_are_none(void **state)
{
	static struct value_rule wrong[] = {{NULL, TEXT("x"), TEXT("active")}};
	const struct fact_map maps[] = {
	    {.fact = TEXT("voicemail.mood")},
	    {.fact = TEXT("attest.RON-27"),
	        .from = TEXT("a"),
	        .values = greeting_values,
	        .values_count = 1},
	    {.fact = TEXT("device.wipe"), .from = TEXT("a")},
	    {.fact = TEXT("voicemail.greeting"), .from = TEXT("a")},
	    {.fact = TEXT("voicemail.greeting"),
	        .from = TEXT("a"),
	        .values = wrong,
	        .values_count = 1},
	    {.fact = TEXT("voicemail.greeting"),
	        .values = greeting_values,
	        .values_count = 1},
	    {.fact = TEXT("voicemail.unread")},
	    {.fact = TEXT("sim.device")},
	    {.fact = TEXT("voicemail.unread"),
	        .count_from = TEXT("a"),
	        .valid_for = TEXT("soon")},
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(maps); i++) {
		err = (struct err){0};
		if (fact_map_check(&maps[i], EVIDENCE_METHOD_CSV, &err) == 0)
			fail_msg("map %zu was taken", i);
		assert_true(err.text[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(targets),
	    cmocka_unit_test(conditions),
	    cmocka_unit_test(numbers_and_ages),
	    cmocka_unit_test(phones),
	    cmocka_unit_test(dates),
	    cmocka_unit_test(seen_and_valid),
	    cmocka_unit_test(maps_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
