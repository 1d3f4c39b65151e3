/*
 * decide_test: a phone does not come back: can its manager decide at the page
 * behind the link what is to happen, only what the case allows, and is it done?
 */
#include "tests/unit/departures/leaver_world.h"

#include <stdlib.h>

#include "proto/base/str.h"
#include "server/service/departure/return_decide.h"
#include "server/service/page/page.h"
#include "server/service/page/page_link.h"
#include "server/store/store_equipment.h"

static char token[PAGE_LINK_TOKEN_MAX];

static const char *departure_id(void)
{
	static char id[STORE_ID];

	memcpy(id, the_departure("Ture Alm").departure.id, STORE_ID);
	return id;
}

static struct task_row asked(void)
{
	return task_of(departure_id(), TASK_DECIDE_RETURN);
}

static void link_to(const char *task_id)
{
	struct page_link_view view;
	struct err err = {0};
	char *url = NULL;

	(void)snprintf(
	    towns.office_url, sizeof(towns.office_url), "https://office.test");
	if (service_page_link_create(
	        &towns, ada, task_id, 0, &view, &url, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(
	    str_copy(token, sizeof(token), strrchr(url, '/') + 1), 0);
	free(url);
}

/* A fortnight after the last day; the manager has the link. */
static void missing(bool is_supervised)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", is_supervised);
	sim("+46701740601", "Ture Alm", "S1", NULL);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	at("2026-12-14 08:00");
	link_to(asked().id);
}

static unsigned may(void)
{
	struct page page;
	struct err err = {0};
	unsigned out = 0;

	if (service_page_open(&towns, token, NULL, NULL, &page, &err) < 0)
		fail_msg("%s", err.text);
	if (page.handover)
		out = page.handover->decisions;
	page_clear(&page);
	return out;
}

static int decides_of(
    unsigned picked, enum return_decision decision, const char *why)
{
	struct page_answer said = {.choice = PAGE_YES,
	    .decision = decision,
	    .why = why,
	    .picked = picked};
	char sha256[STORE_SHA256];
	struct page page;
	int rc;

	assert_int_equal(
	    service_page_open(&towns, token, NULL, NULL, &page, NULL), 0);
	memcpy(sha256, page.text_sha256, sizeof(sha256));
	page_clear(&page);
	said.text_sha256 = sha256;
	memset(&leaver_err, 0, sizeof(leaver_err));
	rc = service_page_answer(&towns, token, NULL, &said, &leaver_err);
	tick();
	return rc;
}

static int decides(enum return_decision decision, const char *why)
{
	return decides_of(1, decision, why);
}

#define BIT(name) RETURN_DECISION_BIT(RETURN_DECIDE_##name)

/* Rung by rung, at one page, to the end. */
static void test_to_the_end(void **state)
{
	(void)state;
	missing(true);
	assert_int_equal(may(), BIT(WAIT) | BIT(LOST_MODE) | BIT(BLOCK_SIM));
	assert_int_equal(decides(RETURN_DECIDE_NOTHING, NULL), -ERR_INVALID);
	assert_int_equal(
	    decides_of(0, RETURN_DECIDE_BLOCK_SIM, NULL), -ERR_INVALID);
	/* A number that works is left by nobody. */
	assert_int_equal(
	    decides(RETURN_DECIDE_WRITE_OFF, "it is gone"), -ERR_CONFLICT);
	assert_int_equal(decides(RETURN_DECIDE_LOST_MODE, NULL), 0);
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_int_equal(erases_standing("S1"), 0);
	assert_string_equal(takes("S1"), "EnableLostMode");
	assert_int_equal(may(), BIT(WAIT) | BIT(BLOCK_SIM));
	assert_int_equal(decides(RETURN_DECIDE_BLOCK_SIM, NULL), 0);
	assert_true(the_case("S1").row.marks & RETURN_MARK_SIM_DECIDED);
	assert_int_equal(may(), BIT(WAIT) | BIT(WRITE_OFF));
	/* Nothing of it was the last word. */
	assert_string_not_equal(asked().id, "");
	assert_int_equal(decides(RETURN_DECIDE_WRITE_OFF, NULL), -ERR_INVALID);
	assert_int_equal(decides(RETURN_DECIDE_WRITE_OFF, "moved abroad"), 0);
	assert_int_equal(state_of("S1"), RETURN_WRITTEN_OFF);
	assert_string_equal(the_case("S1").row.reason, "moved abroad");
	assert_string_equal(asked().id, "");
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CLOSED);
	assert_int_equal(decides(RETURN_DECIDE_WAIT, NULL), -ERR_CONFLICT);
}

/* Who waits is asked once more when all else has been done by itself. */
static void test_waits(void **state)
{
	char first[STORE_ID];

	(void)state;
	missing(false);
	assert_int_equal(may(), BIT(WAIT) | BIT(BLOCK_SIM));
	memcpy(first, asked().id, STORE_ID);
	assert_int_equal(decides(RETURN_DECIDE_WAIT, NULL), 0);
	assert_string_equal(asked().id, "");
	at("2026-12-21 08:00");
	assert_string_equal(asked().id, "");
	at("2026-12-28 08:00");
	assert_string_not_equal(asked().id, "");
	assert_string_not_equal(asked().id, first);
	link_to(asked().id);
	assert_int_equal(may(), BIT(WAIT) | BIT(WRITE_OFF));
}

/* It is handed in, or IT decides: nothing is asked any more. */
static void test_overtaken(void **state)
{
	(void)state;
	missing(true);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	tick();
	assert_string_equal(asked().id, "");
	assert_int_equal(decides(RETURN_DECIDE_LOST_MODE, NULL), -ERR_CONFLICT);
	assert_int_equal(state_of("S1"), RETURN_IN_CUSTODY);
}

/* Of two, one is decided on; the other one stays. */
static void test_one_of_two(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	at("2026-12-14 08:00");
	link_to(asked().id);
	assert_int_equal(
	    decides_of(1, RETURN_DECIDE_WRITE_OFF, "in the lake"), 0);
	assert_int_not_equal(state_of("S1") == RETURN_WRITTEN_OFF,
	    state_of("S2") == RETURN_WRITTEN_OFF);
	assert_string_not_equal(asked().id, "");
	assert_int_equal(decides_of(1, RETURN_DECIDE_WAIT, NULL), 0);
	assert_string_equal(asked().id, "");
}

static void test_names(void **state)
{
	enum return_decision parsed;

	(void)state;
	for (int i = RETURN_DECIDE_WAIT; i < RETURN_DECISION_COUNT; i++) {
		assert_int_equal(
		    return_decision_parse(
		        return_decision_name((enum return_decision)i), &parsed),
		    0);
		assert_int_equal(parsed, i);
	}
	assert_int_equal(
	    return_decision_parse("nothing", &parsed), -ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_to_the_end),
	    LEAVER_TEST(test_waits),
	    LEAVER_TEST(test_overtaken),
	    LEAVER_TEST(test_one_of_two),
	    LEAVER_TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
