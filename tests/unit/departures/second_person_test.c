/*
 * second_person_test: does a town's erase take somebody else than those whose
 * doing it is, and is what is asked back by hand never taken for what the
 * register says by itself?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/service/guard/approval.h"
#include "server/store/store_token.h"

#define TOWN 6
#define A_DAY 2

/* Of Ada's town. */
static const struct actor eve = {.name = "Eve",
    .org_id = "01900000-0000-7000-8000-00000000000a",
    .key = "token:eve",
    .scopes = UINT64_MAX};

static const char *name_of(unsigned number)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "Person %c", 'A' + (char)number);
	return name;
}

static const char *serial_of(unsigned number)
{
	static char serial[16];

	(void)snprintf(serial, sizeof(serial), "S%u", number);
	return serial;
}

static void town(void)
{
	unsigned i;

	towns.guard.departures_per_day = A_DAY;
	towns.guard.departures_percent = 1;
	for (i = 0; i < TOWN; i++) {
		hire(name_of(i), NULL);
		phone(serial_of(i), name_of(i), true);
	}
}

static void ends(unsigned number, const struct actor *by, const char *to)
{
	char line[256];

	(void)snprintf(line, sizeof(line),
	    "{\"employment\": {\"person\": \"%s\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"%s\"}}",
	    name_of(number), to);
	towns_apply(by, line);
}

static unsigned erased(void)
{
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < TOWN; i++)
		count += erases_ordered(serial_of(i));
	return count;
}

static int note_open(void *arg, const struct approval_view *view)
{
	*(struct approval_view *)arg = *view;
	return 0;
}

/* The only open one; id "": none. */
static struct approval_view asked(void)
{
	struct approval_view view = {.row = {.id = ""}};

	assert_int_equal(service_approval_each(&towns, ada, true, NULL, 10,
	                     note_open, &view, NULL),
	    0);
	return view;
}

static int approves(const struct actor *actor)
{
	struct approval_view view = asked();
	const struct approval_decision decision = {.id = view.row.id,
	    .is_yes = true,
	    .params_sha256 = view.row.params_sha256};

	return service_approval_decide(
	    &towns, actor, &decision, &view, &leaver_err);
}

static void test_who_ended_them(void **state)
{
	unsigned i;

	(void)state;
	town();
	for (i = 0; i < TOWN; i++)
		ends(i, ada, "2026-11-28");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(erased(), A_DAY);
	assert_int_equal(asked().row.things, TOWN - A_DAY);
	assert_string_equal(asked().row.caused_by, "Ada");
	assert_int_equal(approves(ada), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "whose doing"));
	at("2026-11-30 08:30");
	assert_int_equal(erased(), A_DAY);
	assert_int_equal(approves(&eve), 0);
	at("2026-11-30 09:00");
	assert_int_equal(erased(), TOWN);
}

/* Some of those of a request are enough. */
static void test_who_ended_some(void **state)
{
	unsigned i;

	(void)state;
	town();
	for (i = 0; i < TOWN; i++)
		ends(i, i < TOWN / 2 ? &eve : ada, "2026-11-28");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_non_null(strstr(asked().row.caused_by, "Ada"));
	assert_non_null(strstr(asked().row.caused_by, "Eve"));
	assert_int_equal(approves(ada), -ERR_DENIED);
	assert_int_equal(approves(&eve), -ERR_DENIED);
	assert_int_equal(erased(), A_DAY);
}

/* Eve says yes, and then makes the end her own: it is none of hers any more,
 * and somebody is asked anew. */
static void test_it_becomes_theirs(void **state)
{
	unsigned i;

	(void)state;
	town();
	for (i = 0; i < TOWN; i++)
		ends(i, ada, "2026-11-28");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(approves(&eve), 0);
	for (i = 0; i < TOWN; i++) {
		if (erases_ordered(serial_of(i)) > 0)
			continue;
		ends(i, ada, "2027-06-01");
		ends(i, &eve, "2026-11-28");
	}
	at("2026-11-30 09:00"); /* the day on which it was said */
	assert_int_equal(erased(), A_DAY);
	at("2026-12-01 08:00"); /* another day, another few */
	assert_int_equal(erased(), 2 * A_DAY);
	assert_non_null(strstr(asked().row.caused_by, "Eve"));
	assert_int_equal(approves(&eve), -ERR_DENIED);
}

/* ---- two accounts of one person ---- */

#define PERSON "01900000-0000-7000-8000-0000000000d1"

static int save_token(struct txn *txn, void *arg, struct err *err)
{
	return store_api_token_save(txn, arg, err);
}

static struct actor token_of(const char *name, const char *person)
{
	struct api_token_row row = {.created_at = 1};
	struct actor actor = {.scopes = UINT64_MAX};

	(void)snprintf(row.id, sizeof(row.id), "id-of-%.20s", name);
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	(void)snprintf(row.person_id, sizeof(row.person_id), "%s", person);
	(void)snprintf(row.token_sha256, sizeof(row.token_sha256), "%s", name);
	memcpy(row.org_id, ada->org_id, STORE_ID);
	towns_write(save_token, &row);
	(void)snprintf(actor.name, sizeof(actor.name), "token:%s", name);
	(void)snprintf(actor.key, sizeof(actor.key), "token:%s", row.id);
	memcpy(actor.person_id, row.person_id, STORE_ID);
	memcpy(actor.org_id, ada->org_id, STORE_ID);
	return actor;
}

/* Who ended them is known by the name of one account. */
static void test_who_ended_them_on_another_account(void **state)
{
	struct actor imports = token_of("hr-import", PERSON);
	struct actor laptop = token_of("laptop", PERSON);
	struct actor nobodys = token_of("it-desk", "");
	unsigned i;

	(void)state;
	town();
	for (i = 0; i < TOWN; i++)
		ends(i, &imports, "2026-11-28");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(approves(&laptop), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "whose doing"));
	assert_int_equal(approves(&nobodys), 0);
	at("2026-11-30 08:30");
	assert_int_equal(erased(), TOWN);
}

/* The yes of one account, and then the end of another: it is theirs. */
static void test_it_becomes_theirs_on_another_account(void **state)
{
	struct actor imports = token_of("hr-import", PERSON);
	struct actor laptop = token_of("laptop", PERSON);
	unsigned i;

	(void)state;
	town();
	for (i = 0; i < TOWN; i++)
		ends(i, ada, "2026-11-28");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(approves(&laptop), 0);
	for (i = 0; i < TOWN; i++) {
		if (erases_ordered(serial_of(i)) > 0)
			continue;
		ends(i, ada, "2027-06-01");
		ends(i, &imports, "2026-11-28");
	}
	at("2026-11-30 09:00");
	at("2026-12-01 08:00");
	assert_int_equal(erased(), 2 * A_DAY);
	assert_int_equal(approves(&laptop), -ERR_DENIED);
}

/* Who has no employment is no leaver of the register's. */
static void test_by_hand_is_by_hand(void **state)
{
	const struct departure_request request = {
	    .person = "Gun Gäst", .note = "Uppdraget är slut"};
	struct departure_view view;
	struct err err = {0};

	(void)state;
	towns.guard.destructive_per_hour = 1;
	say("{\"person\": {\"name\": \"Gun Gäst\"}}");
	phone("S1", "Gun Gäst", true);
	phone("S2", "Gun Gäst", true);
	at("2026-11-30 08:00");
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, &err),
	    0);
	at("2026-12-01 08:00");
	/* Counted among what hands order in an hour. */
	assert_int_equal(erases_ordered("S1") + erases_ordered("S2"), 1);
	assert_non_null(strstr(the_departure("Gun Gäst").departure.waits,
	    "by hand within an hour"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_who_ended_them),
	    LEAVER_TEST(test_who_ended_some),
	    LEAVER_TEST(test_it_becomes_theirs),
	    LEAVER_TEST(test_who_ended_them_on_another_account),
	    LEAVER_TEST(test_it_becomes_theirs_on_another_account),
	    LEAVER_TEST(test_by_hand_is_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
