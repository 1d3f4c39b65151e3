/*
 * kinds_test: a private phone, one that is not supervised or not managed, a
 * shared one, an eSIM: is each given back as what it is?
 */
#include "tests/unit/departures/leaver_world.h"

#include "policies/pack.h"
#include "server/lifecycle/phone.h"
#include "server/service/notify/notify.h"

/* ---- kinds of phones ---- */

/* And no other; employed until the day before. */
static void has_a_private_phone(const char *to)
{
	hire("Ture Alm", to);
	phone("S1", "Ture Alm", true);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
}

static void test_private(void **state)
{
	(void)state;
	hire("Ture Alm", LAST_DAY_OVER);
	phone("S1", "Ture Alm", false);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	at("2026-11-28 00:00");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_PRIVATE);
	assert_int_equal(custody("S1", "Chef Ek"), -ERR_CONFLICT);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	assert_string_equal(connects("S1", true), "RemoveProfile");
	at("2026-11-30 12:00");
	assert_string_equal(connects("S1", true), ""); /* once */
	assert_int_equal(
	    act("S1", RETURN_ACT_STATE_PROOF, "wiped it"), -ERR_DENIED);
	assert_int_equal(
	    act("S1", RETURN_ACT_DATA_REMOVED, "shown without the profile"),
	    -ERR_DENIED); /* it was heard from under it since */
	checks_out("S1");
	tick();
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
	assert_int_equal(erases_ordered("S1"), 0);
}

/* Nothing is asked of them; what goes from their phone they know before. */
static void test_private_is_told(void **state)
{
	(void)state;
	towns.tell.by_mail = true;
	at("2026-10-26 08:00");
	has_a_private_phone("2026-11-28");
	tick();
	assert_int_equal(notices_of("Ture Alm", NOTICE_WORK_GOES), 0);
	at("2026-11-16 09:00");
	assert_int_equal(notices_of("Ture Alm", NOTICE_WORK_GOES), 1);
	at("2026-11-27 09:00");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(notices_of("Ture Alm", NOTICE_WORK_GOES), 1);
	assert_int_equal(notices_of("Ture Alm", NOTICE_LEAVING_SOON), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_MANAGER), 0);
	assert_string_equal(connects("S1", true), "RemoveProfile");
}

static void test_private_is_told_late(void **state)
{
	(void)state;
	towns.tell.by_mail = true;
	at("2026-11-30 12:00");
	has_a_private_phone("2026-11-28");
	tick();
	assert_int_equal(notices_of("Ture Alm", NOTICE_WORK_GOES), 1);
	assert_string_equal(connects("S1", true), "");
	at("2026-12-01 08:00");
	assert_string_equal(connects("S1", true), "RemoveProfile");
	assert_int_equal(notices_of("Ture Alm", NOTICE_WORK_GOES), 1);
}

/* Nobody is told to save what is theirs on a phone that they have handed in. */
static void test_erase_is_told(void **state)
{
	(void)state;
	towns.tell.by_mail = true;
	hire("Ture Alm", "2026-11-28");
	hire("Bo Lind", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Bo Lind", true);
	tick();
	assert_int_equal(custody("S2", "Chef Ek"), 0);
	at("2026-11-28 00:00");
	assert_int_equal(notices_of("Ture Alm", NOTICE_WIPE_PLANNED), 1);
	assert_int_equal(notices_of("Bo Lind", NOTICE_WIPE_PLANNED), 0);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S2"), 1);
}

/* Becomes the person's own while its erase waits. */
static void test_becomes_private(void **state)
{
	(void)state;
	hire("Ture Alm", LAST_DAY_OVER);
	phone("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	assert_string_not_equal(takes("S1"), "EraseDevice");
	at("2026-12-01 08:00");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_PRIVATE);
	assert_int_equal(erases_standing("S1"), 0);
}

static void test_unsupervised(void **state)
{
	(void)state;
	hire("Ture Alm", LAST_DAY_OVER);
	phone("S1", "Ture Alm", false);
	at("2026-11-30 08:00");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_UNSUPERVISED);
	assert_non_null(
	    strstr(the_case("S1").waits_for, "its Activation Lock"));
	assert_string_equal(connects("S1", true), "EraseDevice");
	bench_proves("S1");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	all_signed("S1", "Ture Alm");
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	assert_string_equal(the_case("S1").waits_for, "its Activation Lock");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, "at the desk"), 0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* It never speaks to us: proven by who has it, not by who says so from afar. */
static void test_unmanaged(void **state)
{
	(void)state;
	hire("Ture Alm", LAST_DAY_OVER);
	say("{\"phone\": {\"phone\": \"A1\", \"kind\": \"android\"}}\n"
	    "{\"assignment\": {\"person\": \"Ture Alm\", \"phone\": "
	    "\"A1\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(the_case("A1").row.kind, RETURN_KIND_UNMANAGED);
	assert_int_equal(
	    act("A1", RETURN_ACT_STATE_PROOF, "reset by menu"), -ERR_CONFLICT);
	assert_int_equal(custody("A1", NULL), 0);
	assert_int_equal(act("A1", RETURN_ACT_STATE_PROOF, ""), -ERR_INVALID);
	assert_int_equal(act("A1", RETURN_ACT_STATE_PROOF, "reset by menu"), 0);
	all_signed("A1", "Ture Alm");
	assert_int_equal(state_of("A1"), RETURN_RELEASED);
}

static void test_shared(void **state)
{
	(void)state;
	hire("Ture Alm", LAST_DAY_OVER);
	hire("Ny Ledare", NULL);
	phone("S1", NULL, true);
	say("{\"unit\": {\"name\": \"Natten\", \"parent\": \"Skolan\", "
	    "\"manager\": \"Ture Alm\"}}\n"
	    "{\"assignment\": {\"person\": \"Ture Alm\", \"phone\": \"S1\", "
	    "\"is_shared\": true}}");
	at("2026-11-30 08:00");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_SHARED);
	assert_int_equal(erases_ordered("S1"), 0);
	/* Handed over, both sign: no erase, no custody. */
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, "Ture Alm",
	                     "Ture Alm", RETURN_CODES_UNSAID, NULL),
	    0);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Ny Ledare",
	                     "Ny Ledare", RETURN_CODES_UNSAID, NULL),
	    0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
	at("2026-12-07 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
}

/* ---- eSIM ---- */

/* As the phone reads it: the key and, behind it, true. */
static bool says_true(const char *xml, const char *key)
{
	char text[64];
	const char *at;

	(void)snprintf(text, sizeof(text), "<key>%s</key>", key);
	at = strstr(xml, text);
	if (!at)
		return false;
	at += strlen(text);
	at += strspn(at, " \t\r\n");
	return strncmp(at, "<true/>", strlen("<true/>")) == 0;
}

static void esim_ready(const char *eid)
{
	hire("Ture Alm", LAST_DAY_OVER);
	phone("S1", "Ture Alm", true);
	sim("+46701740601", "Ture Alm", "S1", eid);
}

static void esim_erased(enum sim_decision decision, bool stays)
{
	at("2026-11-28 09:00");
	if (decision != SIM_UNDECIDED)
		assert_int_equal(decide_sim("S1", "+46701740601", decision), 0);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_equal(the_case("S1").row.preserve_data_plan, stays);
	assert_string_equal(takes("S1"), "EraseDevice");
	assert_non_null(strstr(given_xml(), "<string>EraseDevice</string>"));
	assert_int_equal(says_true(given_xml(), "PreserveDataPlan"), stays);
}

#define AN_EID "89049032004008882600000000000001"

static void test_esim_stays_with_the_post(void **state)
{
	(void)state;
	esim_ready(AN_EID);
	esim_erased(SIM_REUSE, true);
}

static void test_esim_goes(void **state)
{
	(void)state;
	esim_ready(AN_EID);
	esim_erased(SIM_BLOCK, false);
	/* A request to the operator, for whoever places those (BOT-28). */
	assert_int_equal(
	    decide_sim("S1", "+46701740601", SIM_REUSE), -ERR_CONFLICT);
}

/* Deleting cannot be undone, so what nobody decided stays. */
static void test_esim_undecided(void **state)
{
	(void)state;
	esim_ready(AN_EID);
	esim_erased(SIM_UNDECIDED, true);
}

/* A plastic SIM is no matter to the phone. */
static void test_no_esim(void **state)
{
	(void)state;
	esim_ready(NULL);
	esim_erased(SIM_REUSE, false);
}

/* A pack of ours, with one value of the municipality's own. */
static struct pack *pack_that_keeps_none(void)
{
	static const char yaml[] = "format: 2\n"
	                           "name: town\n"
	                           "extends: vastervik\n"
	                           "parameters:\n"
	                           "  leaving:\n"
	                           "    keep_esim: never\n";
	struct pack *base = NULL;
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_load(WP_SOURCE_DIR "/policies/packs/vastervik", &base, &err) <
	        0 ||
	    pack_parse("town", (const uint8_t *)yaml, sizeof(yaml) - 1, &pack,
	        &err) < 0 ||
	    pack_lay_over(pack, base, &err) < 0 || pack_check(pack, &err) < 0)
		fail_msg("%s", err.text);
	return pack;
}

/* Whatever becomes of the number. */
static void test_esim_never_stays(void **state)
{
	struct pack *pack = pack_that_keeps_none();

	(void)state;
	esim_ready(AN_EID);
	towns.tenants[0].pack = pack;
	esim_erased(SIM_REUSE, false);
	towns.tenants[0].pack = NULL;
	pack_free(pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_private),
	    LEAVER_TEST(test_private_is_told),
	    LEAVER_TEST(test_private_is_told_late),
	    LEAVER_TEST(test_erase_is_told),
	    LEAVER_TEST(test_becomes_private),
	    LEAVER_TEST(test_unsupervised),
	    LEAVER_TEST(test_unmanaged),
	    LEAVER_TEST(test_shared),
	    LEAVER_TEST(test_esim_stays_with_the_post),
	    LEAVER_TEST(test_esim_goes),
	    LEAVER_TEST(test_esim_undecided),
	    LEAVER_TEST(test_no_esim),
	    LEAVER_TEST(test_esim_never_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
