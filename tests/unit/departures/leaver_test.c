/*
 * leaver_test: who leaves, moves, comes back, has two posts, is away, leads:
 * is the right thing asked back and erased, at the right hour, and nothing
 * else?
 */
#include "tests/unit/departures/leaver_world.h"

#include "policies/pack.h"
#include "server/lifecycle/phone.h"
#include "server/service/mdm/look.h"
#include "server/service/notify/notify.h"

static void ready(void)
{
	hire("Ture Alm", LAST_DAY_OVER);
	phone("S1", "Ture Alm", true);
}

static struct device device_of(const char *serial)
{
	return the_case(serial).device;
}

static int enrolled(void)
{
	struct status_view view;

	assert_int_equal(service_status_load(&towns, ada, &view, NULL), 0);
	return (int)view.counts.lives_enrolled;
}

/* ---- the whole story ---- */

static void test_story(void **state)
{
	struct departure_view departure;

	(void)state;
	ready();
	sim("+46701740601", "Ture Alm", "S1", NULL);
	tick();
	departure = the_departure("Ture Alm");
	assert_int_equal(departure.departure.state, DEPARTURE_PLANNED);
	assert_int_equal(departure.cases, 1);
	assert_int_equal(departure.sims_undecided, 1);
	assert_int_equal(enrolled(), 1);
	assert_string_equal(departure.receiver.name, "Chef Ek");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	/* Known so late: asked at once. */
	assert_string_not_equal(
	    task_of(departure.departure.id, TASK_RETURN_PHONE).id, "");
	/* Still employed on the last day: nothing is erased. */
	at("2026-11-27 23:59");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	at("2026-11-28 00:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_string_not_equal(
	    task_of(departure.departure.id, TASK_CONFIRM_RETURN).id, "");
	assert_int_equal(device_of("S1").state, PHONE_RETURNING);
	/* Not at the weekend, not before the organisation's hour. */
	at("2026-11-30 07:59");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(state_of("S1"), RETURN_WIPED);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	bench_proves("S1");
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	all_signed("S1", "Ture Alm");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	assert_string_equal(
	    the_case("S1").waits_for, "the decision on its SIM");
	/* Seen empty: enrolled by nobody's count. */
	assert_int_equal(enrolled(), 0);
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_REUSE), 0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
	tick();
	departure = the_departure("Ture Alm");
	assert_int_equal(departure.departure.state, DEPARTURE_CLOSED);
	assert_int_equal(device_of("S1").state, PHONE_IN_STOCK);
	assert_string_equal(device_of("S1").person_id, "");
	assert_string_equal(
	    task_of(departure.departure.id, TASK_CONFIRM_RETURN).id, "");
	/* Nothing of it reaches the next: not a command more. */
	at("2026-12-20 09:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_equal(departures_of("Ture Alm"), 1);
	hire("Nya Sund", NULL);
	say("{\"assignment\": {\"person\": \"Nya Sund\", \"phone\": "
	    "\"S1\"}}");
	at("2026-12-21 09:00");
	assert_int_equal(erases_standing("S1"), 1); /* the proven one */
}

/* ---- plans change ---- */

static void test_rehired(void **state)
{
	(void)state;
	ready();
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	/* Back within a month: she has not left. */
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-12-14\"}}");
	assert_int_equal(erases_standing("S1"), 0);
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CANCELLED);
	assert_string_equal(connects("S1", true), "");
	at("2026-12-16 09:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

static void test_rehired_too_late(void **state)
{
	(void)state;
	ready();
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2027-02-01\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
}

static void test_moved_end(void **state)
{
	(void)state;
	ready();
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": \"2026-12-12\"}}");
	assert_int_equal(erases_standing("S1"), 0);
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	at("2026-12-11 09:00");
	assert_int_equal(erases_standing("S1"), 0);
	/* The new day comes: it is erased then, by a new order. */
	at("2026-12-12 00:00");
	at("2026-12-14 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	/* The end is taken back altogether. */
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": \"\"}}");
	assert_int_equal(erases_standing("S1"), 0);
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
}

/* Away at the hour itself, and back before the next one: not at night, and not a
 * day later than that. */
static void test_server_was_away(void **state)
{
	(void)state;
	ready();
	at("2026-12-01 00:12");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-01 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

/* The phone had it already: there is no way back, only to the end. */
static void test_rehired_after_the_erase(void **state)
{
	(void)state;
	ready();
	at("2026-11-30 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": \"\"}}");
	assert_int_equal(state_of("S1"), RETURN_WIPED);
	tick();
	assert_int_equal(erases_ordered("S1"), 1);
}

/* Proven, released, handed on without enrolling anew; its next holder leaves:
 * the same enrolment is not given an erase a second time. */
static void test_erased_once_a_life(void **state)
{
	(void)state;
	ready();
	at("2026-11-30 08:00");
	assert_string_equal(takes("S1"), "EraseDevice");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	bench_proves("S1");
	all_signed("S1", "Ture Alm");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
	hire("Nya Sund", "2026-12-05");
	say("{\"assignment\": {\"person\": \"Nya Sund\", \"phone\": "
	    "\"S1\"}}");
	at("2026-12-07 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(erases_ordered("S1"), 1);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	assert_non_null(strstr(the_departure("Nya Sund").departure.waits,
	    "is proven already; it is not repeated"));
}

static void test_cancelled_by_hand(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	ready();
	tick();
	view = the_departure("Ture Alm");
	assert_int_equal(service_departure_cancel(
	                     &towns, ada, view.departure.id, "", &view, &err),
	    -ERR_INVALID);
	assert_int_equal(
	    service_departure_cancel(&towns, ada, view.departure.id,
	        "goes on as a consultant", &view, &err),
	    0);
	at("2026-11-30 08:00"); /* stays so, round after round */
	at("2026-12-01 08:00");
	assert_int_equal(departures_of("Ture Alm"), 1);
	assert_int_equal(erases_ordered("S1"), 0);
}

/* One is with us already and goes its way; nothing else is drawn into it. */
static void test_cancelled_takes_no_more(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	ready();
	phone("S2", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	view = the_departure("Ture Alm");
	assert_int_equal(
	    service_departure_cancel(&towns, ada, view.departure.id,
	        "goes on as a consultant", &view, &err),
	    0);
	assert_int_equal(view.departure.state, DEPARTURE_OPEN);
	assert_int_equal(state_of("S2"), RETURN_CANCELLED);
	phone("S3", "Ture Alm", true);
	sim("+46701740699", "Ture Alm", "S3", NULL);
	at("2026-11-30 08:00");
	at("2026-12-01 08:00");
	assert_false(has_case("S3"));
	assert_int_equal(the_departure("Ture Alm").sims_undecided, 0);
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_equal(erases_ordered("S2"), 0);
	assert_int_equal(erases_ordered("S3"), 0);
	/* A pause of what is left makes nothing of it undone. */
	assert_int_equal(service_departure_pause(&towns, ada, view.departure.id,
	                     "2026-12-03", "a matter of court", &view, &err),
	    0);
	at("2026-12-03 09:00");
	at("2026-12-04 09:00");
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_OPEN);
	assert_false(has_case("S3"));
}

/* ---- posts ---- */

static void test_second_employment(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-02-01\"}}");
	/* The other one ends: the phone is not of it. */
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-02-01\", \"to\": "
	    "\"2026-11-28\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(departures_of("Ture Alm"), 0);
	assert_int_equal(erases_ordered("S1"), 0);
}

/* A fortnight before, and three days before, at eight of a working day. */
static void test_reminded(void **state)
{
	const char *id;
	struct departure_view view;

	(void)state;
	hire("Ture Alm", "2027-01-16"); /* the last day: Friday the 15th */
	phone("S1", "Ture Alm", true);
	at("2026-12-31 08:00"); /* a day off, by custom */
	view = the_departure("Ture Alm");
	id = view.departure.id;
	assert_string_equal(task_of(id, TASK_RETURN_PHONE).id, "");
	at("2027-01-04 07:59"); /* the 1st is a holiday, a weekend follows */
	assert_string_equal(task_of(id, TASK_RETURN_PHONE).id, "");
	at("2027-01-04 08:00");
	assert_string_not_equal(task_of(id, TASK_RETURN_PHONE).id, "");
	view = the_departure("Ture Alm");
	assert_int_equal(view.departure.reminded_at, towns_now);
	at("2027-01-11 12:00");
	view = the_departure("Ture Alm");
	assert_int_not_equal(view.departure.reminded_at, towns_now);
	at("2027-01-12 08:00");
	view = the_departure("Ture Alm");
	assert_int_equal(view.departure.reminded_at, towns_now);
}

/* The first mail says it once, with the page behind its link. */
static void test_first_mail(void **state)
{
	(void)state;
	towns.tell.by_mail = true;
	hire("Ture Alm", "2027-01-16");
	phone("S1", "Ture Alm", true);
	at("2027-01-04 08:00");
	assert_string_not_equal(
	    task_of(the_departure("Ture Alm").departure.id, TASK_RETURN_PHONE)
	        .id,
	    "");
	assert_int_equal(notices_of("Ture Alm", NOTICE_LEAVING_SOON), 1);
	assert_int_equal(notices_of("Ture Alm", NOTICE_TASK_ASKED), 0);
}

/* On the last working day the manager learns it, while something is out. */
static void test_last_day(void **state)
{
	(void)state;
	towns.tell.by_mail = true;
	hire("Ture Alm", "2027-01-18"); /* the last day: Sunday the 17th */
	hire("Vera Ask", "2027-01-18");
	phone("S1", "Ture Alm", true);
	phone("S2", "Vera Ask", true);
	at("2027-01-04 08:00");
	assert_int_equal(custody("S2", "Chef Ek"), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_MANAGER), 2);
	at("2027-01-15 07:59"); /* Friday */
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 0);
	at("2027-01-15 08:00");
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 1);
	at("2027-01-17 12:00");
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 1);
	/* Moved: it is another day. */
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": "
	    "\"2027-01-30\"}}");
	at("2027-01-29 08:00");
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 2);
}

/* Known on the very day: told of that, once. */
static void test_known_on_the_last_day(void **state)
{
	(void)state;
	towns.tell.by_mail = true;
	phone("S1", NULL, true);
	at("2026-11-27 10:00");
	hire("Ture Alm", "2026-11-28");
	say("{\"assignment\": {\"person\": \"Ture Alm\", \"phone\": "
	    "\"S1\"}}");
	tick();
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 1);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_MANAGER), 0);
}

/* A phone of a post that ends comes back; while the person goes on in another
 * one that has long run beside it, it is erased in hand only. */
static void test_own_post_ends(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-01-02\", \"to\": \"\"}}");
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": "
	    "\"2026-11-28\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(erases_ordered("S1"), 0);
	assert_non_null(strstr(
	    the_departure("Ture Alm").departure.waits, "still employed"));
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	at("2026-11-30 09:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

static void test_transfer(void **state)
{
	(void)state;
	ready();
	/* Another unit from the Monday on: nobody leaves. */
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-11-30\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CANCELLED);
	assert_int_equal(erases_ordered("S1"), 0);
}

static void test_leave_is_no_end(void **state)
{
	struct departure_request request = {.person = "Ture Alm",
	    .phone = "S1",
	    .note = "the unit needs it meanwhile"};
	struct departure_view view;
	struct err err = {0};

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	say("{\"absence\": {\"person\": \"Ture Alm\", \"from\": "
	    "\"2026-11-01\", \"until\": \"2027-08-31\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(departures_of("Ture Alm"), 0);
	/* Asked for by hand, it waits until they are back. */
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, &err),
	    0);
	assert_int_equal(view.departure.state, DEPARTURE_PAUSED);
	at("2027-08-31 09:00");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_int_equal(erases_ordered("S1"), 0);
	at("2027-09-01 09:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(erases_ordered("S1"), 0); /* in hand only */
}

static void test_paused_by_hand(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	ready();
	tick();
	view = the_departure("Ture Alm");
	assert_int_equal(service_departure_pause(&towns, ada, view.departure.id,
	                     "2026-12-15", "negotiating", &view, &err),
	    0);
	at("2026-12-14 09:00");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-15 09:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
}

/* ---- who confirms ---- */

static void test_manager_leaves(void **state)
{
	(void)state;
	phone("S1", "Chef Ek", true);
	say("{\"employment\": {\"person\": \"Chef Ek\", \"unit\": \"Skolan\", "
	    "\"from\": \"2020-01-01\", \"to\": \"2026-11-28\"}}");
	at("2026-11-28 00:00");
	assert_string_equal(
	    the_departure("Chef Ek").receiver.name, "Topp Lund");
	assert_string_equal(
	    task_of(the_departure("Chef Ek").departure.id, TASK_CONFIRM_RETURN)
	        .person_id,
	    the_departure("Chef Ek").receiver.id);
	/* Nobody confirms their own return, by id or by name. */
	assert_int_equal(custody("S1", "Chef Ek"), -ERR_DENIED);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_UNSAID, NULL),
	    -ERR_DENIED);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, NULL, "chef ek",
	                     RETURN_CODES_UNSAID, NULL),
	    -ERR_DENIED);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Topp Lund",
	                     "Topp Lund", RETURN_CODES_UNSAID, NULL),
	    0);
	assert_true(
	    the_case("S1").row.marks & RETURN_MARK_CUSTODY); /* has it */
}

/* Nobody is asked to receive it: said, with what to do; IT can. */
static void test_no_receiver(void **state)
{
	(void)state;
	say("{\"unit\": {\"name\": \"Ensliga\"}}");
	say("{\"person\": {\"name\": \"Ture Alm\"}}\n"
	    "{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Ensliga\", \"from\": \"2026-01-01\", \"to\": \"" LAST_DAY_OVER
	    "\"}}");
	phone("S1", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_string_equal(the_departure("Ture Alm").receiver.id, "");
	assert_string_equal(the_departure("Ture Alm").waits_for,
	    "somebody who receives: no manager is known up to the top. Name "
	    "one of the unit, or take it in at IT (workphone return custody, "
	    "return sign-receiver)");
	/* A manager is named: asked from then on. */
	say("{\"unit\": {\"name\": \"Ensliga\", \"manager\": \"Chef Ek\"}}");
	at("2026-11-30 08:00");
	assert_string_equal(the_departure("Ture Alm").receiver.name, "Chef Ek");
	assert_string_equal(the_departure("Ture Alm").waits_for, "");
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, NULL, "Ada at IT",
	                     RETURN_CODES_UNSAID, NULL),
	    0);
	assert_true(the_case("S1").row.marks & RETURN_MARK_CUSTODY);
}

/* VST-09: who has the phone in hand is believed, or IT (docs/departures.md). */
static void test_codes_contradict(void **state)
{
	static const struct {
		enum return_codes receiver, holder;
		bool is_holder_first, is_stated;
	} pairs[] = {
	    {RETURN_CODES_NOT_HANDED_OVER, RETURN_CODES_HANDED_OVER, false,
	        false},
	    {RETURN_CODES_NOT_HANDED_OVER, RETURN_CODES_HANDED_OVER, true,
	        false},
	    {RETURN_CODES_HANDED_OVER, RETURN_CODES_NOT_HANDED_OVER, false,
	        true},
	    {RETURN_CODES_HANDED_OVER, RETURN_CODES_NOT_HANDED_OVER, true,
	        true},
	    {RETURN_CODES_UNSAID, RETURN_CODES_HANDED_OVER, false, true},
	    {RETURN_CODES_UNSAID, RETURN_CODES_NOT_HANDED_OVER, true, false},
	};
	char serial[4];
	size_t i;

	(void)state;
	hire("Ture Alm", LAST_DAY_OVER);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		(void)snprintf(serial, sizeof(serial), "S%zu", i);
		phone(serial, "Ture Alm", true);
		tick();
		for (int turn = 0; turn < 2; turn++) {
			bool is_holder = pairs[i].is_holder_first == !turn;
			const char *name = is_holder ? "Ture Alm" : "Chef Ek";

			assert_int_equal(
			    sign(serial,
			        is_holder ? RETURN_SIGNER_HOLDER
			                  : RETURN_SIGNER_RECEIVER,
			        name, name,
			        is_holder ? pairs[i].holder : pairs[i].receiver,
			        NULL),
			    0);
		}
		assert_int_equal(
		    !!(the_case(serial).row.marks & RETURN_MARK_CODES_STATED),
		    pairs[i].is_stated);
	}
	/* IT settles it, and takes that back. */
	assert_int_equal(state_codes("S0", RETURN_CODES_HANDED_OVER), 0);
	assert_true(the_case("S0").row.marks & RETURN_MARK_CODES_STATED);
	assert_int_equal(state_codes("S0", RETURN_CODES_NOT_HANDED_OVER), 0);
	assert_false(the_case("S0").row.marks & RETURN_MARK_CODES_STATED);
}

static void test_witness(void **state)
{
	(void)state;
	ready();
	at("2026-11-30 08:00");
	/* Nobody signs for who is gone, but a witness with a reason. */
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, "Chef Ek", "Chef Ek",
	                     RETURN_CODES_UNSAID, NULL),
	    -ERR_DENIED);
	assert_int_equal(sign("S1", RETURN_SIGNER_WITNESS, "Chef Ek", "Chef Ek",
	                     RETURN_CODES_UNSAID, NULL),
	    -ERR_INVALID);
	assert_int_equal(
	    sign("S1", RETURN_SIGNER_WITNESS, "Ture Alm", "Ture Alm",
	        RETURN_CODES_UNSAID, "left it on the desk"),
	    -ERR_DENIED);
	assert_int_equal(sign("S1", RETURN_SIGNER_WITNESS, "Chef Ek", "Chef Ek",
	                     RETURN_CODES_UNSAID, "left it on the desk"),
	    0);
	/* Two different people. */
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_UNSAID, NULL),
	    -ERR_DENIED);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Topp Lund",
	                     "Topp Lund", RETURN_CODES_UNSAID, NULL),
	    0);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Topp Lund",
	                     "Topp Lund", RETURN_CODES_UNSAID, NULL),
	    -ERR_CONFLICT);
}

/* ---- hours ---- */

/* A Friday's erase that the server missed waits until Monday. */
static void test_not_on_friday_afternoon(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-27"); /* its first working day: a Friday */
	phone("S1", "Ture Alm", true);
	tick();
	at("2026-11-27 15:00");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-11-28 12:00");
	at("2026-11-29 12:00");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-11-30 07:59");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

/* Over Christmas, and at the hour of the clock on the wall in summer too. */
static void test_holidays_and_summer_time(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-12-24");
	phone("S1", "Ture Alm", true);
	tick();
	at("2026-12-24 09:00"); /* Christmas Eve, Thursday */
	at("2026-12-26 09:00");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-28 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	/* 2027-03-28: the clocks go forward. */
	hire("Lill Berg", "2027-03-27");
	phone("S2", "Lill Berg", true);
	at("2027-03-28 09:00");
	at("2027-03-29 09:00"); /* Easter Monday */
	assert_int_equal(erases_ordered("S2"), 0);
	at("2027-03-30 07:59");
	assert_int_equal(erases_ordered("S2"), 0);
	at("2027-03-30 08:00");
	assert_int_equal(towns_now % TIME_DAY_MS, 6 * TIME_HOUR_MS); /* UTC */
	assert_int_equal(erases_ordered("S2"), 1);
}

/* HR tells it a week late: not at once, on the next working day. */
static void test_told_late(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	at("2026-12-07 10:00"); /* Monday */
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": "
	    "\"2026-11-28\"}}");
	tick();
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-08 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

/* The clock goes back: what was done is not undone, nor done twice. */
static void test_clock_jumps(void **state)
{
	(void)state;
	ready();
	at("2026-11-30 08:00");
	at("2026-11-01 08:00");
	at("2026-11-30 08:01");
	at("2030-01-01 08:00");
	at("2026-12-01 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_equal(departures_of("Ture Alm"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_story),
	    LEAVER_TEST(test_reminded),
	    LEAVER_TEST(test_first_mail),
	    LEAVER_TEST(test_last_day),
	    LEAVER_TEST(test_known_on_the_last_day),
	    LEAVER_TEST(test_rehired),
	    LEAVER_TEST(test_rehired_too_late),
	    LEAVER_TEST(test_moved_end),
	    LEAVER_TEST(test_server_was_away),
	    LEAVER_TEST(test_rehired_after_the_erase),
	    LEAVER_TEST(test_erased_once_a_life),
	    LEAVER_TEST(test_cancelled_by_hand),
	    LEAVER_TEST(test_cancelled_takes_no_more),
	    LEAVER_TEST(test_second_employment),
	    LEAVER_TEST(test_own_post_ends),
	    LEAVER_TEST(test_transfer),
	    LEAVER_TEST(test_leave_is_no_end),
	    LEAVER_TEST(test_paused_by_hand),
	    LEAVER_TEST(test_manager_leaves),
	    LEAVER_TEST(test_no_receiver),
	    LEAVER_TEST(test_codes_contradict),
	    LEAVER_TEST(test_witness),
	    LEAVER_TEST(test_not_on_friday_afternoon),
	    LEAVER_TEST(test_holidays_and_summer_time),
	    LEAVER_TEST(test_told_late),
	    LEAVER_TEST(test_clock_jumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
