/*
 * approval_test: does a yes come from a second person only, count for what was
 * shown to them only, once for each thing, and in time only?
 */
#include "tests/unit/guard/guard_world.h"

#include <stdio.h>
#include <string.h>

#include "server/store/store_token.h"

/* ---- the table ---- */

static void test_table(void **state)
{
	static const int next[APPROVAL_STATE_COUNT][APPROVAL_EVENT_COUNT] = {
	    /* approve, refuse, use up, expire, withdraw */
	    [APPROVAL_ASKED] = {APPROVAL_APPROVED, APPROVAL_REFUSED, -1,
	        APPROVAL_EXPIRED, APPROVAL_WITHDRAWN},
	    [APPROVAL_APPROVED] = {-1, -1, APPROVAL_USED, APPROVAL_EXPIRED,
	        APPROVAL_WITHDRAWN},
	    [APPROVAL_REFUSED] = {-1, -1, -1, -1, -1},
	    [APPROVAL_USED] = {-1, -1, -1, -1, -1},
	    [APPROVAL_EXPIRED] = {-1, -1, -1, -1, -1},
	    [APPROVAL_WITHDRAWN] = {-1, -1, -1, -1, -1},
	};
	enum approval_state to;
	int from;
	int event;

	(void)state;
	for (from = 0; from < APPROVAL_STATE_COUNT; from++)
		for (event = 0; event < APPROVAL_EVENT_COUNT; event++) {
			to = APPROVAL_STATE_COUNT;
			if (next[from][event] < 0) {
				assert_int_equal(
				    approval_next(from, event, &to),
				    -ERR_CONFLICT);
				assert_int_equal(to, APPROVAL_STATE_COUNT);
				continue;
			}
			assert_int_equal(approval_next(from, event, &to), 0);
			assert_int_equal(to, next[from][event]);
		}
	assert_int_equal(
	    approval_next(APPROVAL_STATE_COUNT, 0, &to), -ERR_CONFLICT);
	assert_int_equal(
	    approval_next(0, APPROVAL_EVENT_COUNT, &to), -ERR_CONFLICT);
}

/* ---- asking and using ---- */

struct use {
	const struct actor *actor;
	const char *thing;
	enum approval_what what;
	const char *reason;
	int rc;
	struct err err;
};

static int use(struct txn *txn, void *arg, struct err *err)
{
	struct use *u = arg;
	const struct approval_need need = {.service = &towns,
	    .org_id = u->actor->org_id,
	    .what = u->what,
	    .thing_id = u->thing,
	    .reason = u->reason,
	    .by = u->actor->name,
	    .by_key = u->actor->key,
	    .now = towns_now};
	struct approval_row row;

	(void)err;
	u->rc = approval_use(txn, &need, &row, &u->err);
	return 0;
}

static struct use use_as(
    const struct actor *actor, enum approval_what what, const char *thing)
{
	struct use u = {.actor = actor, .thing = thing, .what = what};

	towns_write(use, &u);
	return u;
}

static void ask_for(const struct actor *actor, const char *const *phones,
    size_t count, struct approval_view *view)
{
	struct err err = {0};

	if (service_approval_ask(&towns, actor, APPROVAL_WIPE, phones, count,
	        "test", view, &err) < 0)
		fail_msg("%s", err.text);
}

static const char *const one[] = {"SERIAL1"};
static const char *const two[] = {"SERIAL2", "SERIAL1"};
static const char *const two_turned[] = {"SERIAL1", "SERIAL2", "SERIAL1"};

static void test_second_person(void **state)
{
	struct approval_view view;
	struct err err = {0};

	(void)state;
	world_phone(1);
	ask_for(&eve, one, 1, &view);
	assert_string_equal(view.state, "asked");
	assert_int_equal(
	    use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
	/* Who asked does not decide, under whatever name the key goes. */
	assert_int_equal(world_approve(&eve, view.row.id, &err), -ERR_DENIED);
	assert_non_null(strstr(err.text, "second person"));
	struct actor disguised = eve;
	(void)snprintf(
	    disguised.name, sizeof(disguised.name), "token:somebody else");
	assert_int_equal(
	    world_approve(&disguised, view.row.id, NULL), -ERR_DENIED);
	/* Nor does anybody of another town, who does not even see it. */
	assert_int_equal(world_approve(bob, view.row.id, NULL), -ERR_NOT_FOUND);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	/* What was approved for her is not approved for others. */
	assert_int_equal(
	    use_as(ada, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
	assert_int_equal(
	    use_as(&finn, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
	assert_int_equal(use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, 0);
}

static void test_once(void **state)
{
	struct approval_view view;
	struct use u;

	(void)state;
	world_phone(1);
	world_phone(2);
	ask_for(&eve, two, 2, &view);
	assert_int_equal(view.row.things, 2);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	assert_int_equal(use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, 0);
	u = use_as(&eve, APPROVAL_WIPE, world_device(1));
	assert_int_equal(u.rc, -ERR_DENIED);
	assert_non_null(strstr(u.err.text, "nobody has approved"));
	assert_int_equal(service_approval_view(
	                     &towns, ada, view.row.id, &view, NULL, NULL, NULL),
	    0);
	assert_string_equal(view.state, "approved");
	assert_int_equal(use_as(&eve, APPROVAL_WIPE, world_device(2)).rc, 0);
	assert_int_equal(service_approval_view(
	                     &towns, ada, view.row.id, &view, NULL, NULL, NULL),
	    0);
	assert_string_equal(view.state, "used");
	assert_int_equal(
	    use_as(&eve, APPROVAL_WIPE, world_device(2)).rc, -ERR_DENIED);
}

static void test_other_things(void **state)
{
	struct approval_view view;

	(void)state;
	world_phone(1);
	world_phone(2);
	ask_for(&eve, one, 1, &view);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	/* Another phone; the same phone for something else. */
	assert_int_equal(
	    use_as(&eve, APPROVAL_WIPE, world_device(2)).rc, -ERR_DENIED);
	assert_int_equal(use_as(&eve, APPROVAL_BYPASS_CODE, world_device(1)).rc,
	    -ERR_DENIED);
	assert_int_equal(use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, 0);
}

/* Of one kind, for one reason: and who asks for it is no second person. */
static void test_one_secret(void **state)
{
	struct approval_view view;
	struct approval_view other;
	struct use u = {
	    .actor = &eve, .thing = "", .reason = "came back locked"};

	(void)state;
	world_phone(1);
	u.thing = world_device(1);
	assert_int_equal(
	    service_approval_ask(&towns, &eve, APPROVAL_BYPASS_CODE, one, 1,
	        "came back locked", &view, NULL),
	    0);
	assert_int_equal(world_approve(&eve, view.row.id, NULL), -ERR_DENIED);
	/* Another reason is another question. */
	assert_int_equal(
	    service_approval_ask(&towns, &eve, APPROVAL_BYPASS_CODE, one, 1,
	        "curious", &other, NULL),
	    0);
	assert_string_not_equal(other.row.id, view.row.id);
	assert_string_not_equal(
	    other.row.params_sha256, view.row.params_sha256);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	u.what = APPROVAL_UNLOCK_TOKEN;
	towns_write(use, &u);
	assert_int_equal(u.rc, -ERR_DENIED);
	u.what = APPROVAL_BYPASS_CODE;
	u.reason = "curious";
	towns_write(use, &u);
	assert_int_equal(u.rc, -ERR_DENIED);
	u.reason = "came back locked";
	towns_write(use, &u);
	assert_int_equal(u.rc, 0);
	towns_write(use, &u);
	assert_int_equal(u.rc, -ERR_DENIED);
}

static void test_same_question(void **state)
{
	struct approval_view first;
	struct approval_view again;

	(void)state;
	world_phone(1);
	world_phone(2);
	ask_for(&eve, two, 2, &first);
	ask_for(&eve, two_turned, 3, &again);
	assert_string_equal(first.row.id, again.row.id);
	ask_for(&eve, one, 1, &again);
	assert_string_not_equal(first.row.id, again.row.id);
	assert_string_not_equal(
	    first.row.params_sha256, again.row.params_sha256);
	/* Another person's question is another one. */
	ask_for(&finn, two, 2, &again);
	assert_string_not_equal(first.row.id, again.row.id);
	assert_string_equal(first.row.params_sha256, again.row.params_sha256);
}

static void test_time(void **state)
{
	struct approval_view view;
	struct err err = {0};
	struct use u;

	(void)state;
	world_phone(1);
	ask_for(&eve, one, 1, &view);
	towns_now += GUARD_APPROVAL_VALID_MS;
	assert_int_equal(
	    world_approve(&finn, view.row.id, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "expired"));
	/* One that has run out is not in the way of a new one. */
	ask_for(&eve, one, 1, &view);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	towns_now += GUARD_APPROVAL_USE_MS;
	u = use_as(&eve, APPROVAL_WIPE, world_device(1));
	assert_int_equal(u.rc, -ERR_DENIED);
	assert_non_null(strstr(u.err.text, "too old"));
	/* It is written down so. */
	assert_int_equal(service_guard_keep_going(&towns, NULL), 0);
	assert_int_equal(service_approval_view(
	                     &towns, ada, view.row.id, &view, NULL, NULL, NULL),
	    0);
	assert_int_equal(view.row.state, APPROVAL_EXPIRED);
	assert_true(view.row.closed_at == towns_now);
}

/* The clock is set back: what was not too late stays usable, nothing breaks. */
static void test_clock_back(void **state)
{
	struct approval_view view;

	(void)state;
	world_phone(1);
	ask_for(&eve, one, 1, &view);
	towns_now -= 3 * TIME_DAY_MS;
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	assert_int_equal(service_guard_keep_going(&towns, NULL), 0);
	assert_int_equal(use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, 0);
}

static void test_decisions(void **state)
{
	struct approval_view view;
	struct err err = {0};
	struct approval_decision no = {.id = view.row.id};
	struct approval_decision unseen = {.id = view.row.id, .is_yes = true};

	(void)state;
	world_phone(1);
	ask_for(&eve, one, 1, &view);
	assert_int_equal(
	    service_approval_decide(&towns, &finn, &unseen, &view, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "look at it again"));
	assert_int_equal(
	    service_approval_decide(&towns, &finn, &no, &view, &err),
	    -ERR_INVALID);
	no.note = "she is on leave only";
	assert_int_equal(
	    service_approval_decide(&towns, &eve, &no, &view, NULL),
	    -ERR_DENIED);
	assert_int_equal(
	    service_approval_decide(&towns, &finn, &no, &view, NULL), 0);
	assert_string_equal(view.state, "refused");
	/* No is no: not by a later yes, not by the same. */
	assert_int_equal(world_approve(ada, view.row.id, NULL), -ERR_CONFLICT);
	assert_int_equal(
	    use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
	/* Taken back by who approved, not by a third. */
	ask_for(&eve, one, 1, &view);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	assert_int_equal(
	    service_approval_withdraw(&towns, ada, view.row.id, &view, NULL),
	    -ERR_DENIED);
	assert_int_equal(
	    service_approval_withdraw(&towns, &finn, view.row.id, &view, NULL),
	    0);
	assert_int_equal(
	    use_as(&eve, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
}

/* ---- a token that was made to answer ---- */

static int save_token(struct txn *txn, void *arg, struct err *err)
{
	return store_api_token_save(txn, arg, err);
}

static struct actor token_made_now(const char *id)
{
	struct api_token_row row = {.name = "second", .created_at = towns_now};
	struct actor actor = {.name = "token:second"};

	(void)snprintf(row.id, sizeof(row.id), "%s", id);
	(void)snprintf(row.org_id, sizeof(row.org_id), "%s", ada->org_id);
	(void)snprintf(row.token_sha256, sizeof(row.token_sha256), "%s", id);
	(void)snprintf(row.scopes, sizeof(row.scopes), "approvals:write");
	(void)snprintf(actor.org_id, sizeof(actor.org_id), "%s", ada->org_id);
	(void)snprintf(actor.key, sizeof(actor.key), "token:%s", id);
	towns_write(save_token, &row);
	return actor;
}

static void test_made_to_answer(void **state)
{
	struct actor before =
	    token_made_now("01900000-0000-7000-8000-0000000000c1");
	struct approval_view view;
	struct actor after;
	struct err err = {0};

	(void)state;
	world_phone(1);
	towns_now += 1000;
	ask_for(&eve, one, 1, &view);
	towns_now += 1000;
	after = token_made_now("01900000-0000-7000-8000-0000000000c2");
	assert_int_equal(world_approve(&after, view.row.id, &err), -ERR_DENIED);
	assert_non_null(strstr(err.text, "made after"));
	assert_int_equal(world_approve(&before, view.row.id, NULL), 0);
}

/* ---- two accounts of one person ---- */

#define PERSON "01900000-0000-7000-8000-0000000000d1"
#define OTHER "01900000-0000-7000-8000-0000000000d2"

static struct actor account_of(const struct actor *actor, const char *person)
{
	struct actor own = *actor;

	(void)snprintf(own.person_id, sizeof(own.person_id), "%s", person);
	return own;
}

static void test_one_person(void **state)
{
	const struct actor laptop = account_of(&eve, PERSON);
	const struct actor script = account_of(&finn, PERSON);
	const struct actor colleague = account_of(&finn, OTHER);
	struct approval_view view;
	struct err err = {0};

	(void)state;
	world_phone(1);
	ask_for(&laptop, one, 1, &view);
	assert_int_equal(
	    world_approve(&script, view.row.id, &err), -ERR_DENIED);
	assert_non_null(strstr(err.text, "second person"));
	assert_int_equal(
	    use_as(&laptop, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
	assert_int_equal(world_approve(&colleague, view.row.id, NULL), 0);
	assert_int_equal(use_as(&laptop, APPROVAL_WIPE, world_device(1)).rc, 0);
}

/* The secrets of a phone want two people, not two tokens. */
static void test_one_person_and_a_secret(void **state)
{
	const struct actor laptop = account_of(&eve, PERSON);
	const struct actor script = account_of(&finn, PERSON);
	struct approval_view view;

	(void)state;
	world_phone(1);
	assert_int_equal(
	    service_approval_ask(&towns, &laptop, APPROVAL_BYPASS_CODE, one, 1,
	        "came back locked", &view, NULL),
	    0);
	assert_int_equal(
	    world_approve(&script, view.row.id, NULL), -ERR_DENIED);
}

/* Whose they are is not known: each is told apart as before. */
static void test_nobodys_accounts(void **state)
{
	const struct actor known = account_of(&finn, PERSON);
	struct approval_view view;

	(void)state;
	world_phone(1);
	world_phone(2);
	ask_for(&eve, one, 1, &view);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	ask_for(&eve, two, 2, &view);
	assert_int_equal(world_approve(&known, view.row.id, NULL), 0);
}

struct saying {
	const char *id;
	const char *person;
};

/* As if it had been said before whose accounts they are was looked at. */
static int say_yes(struct txn *txn, void *arg, struct err *err)
{
	const struct saying *saying = arg;
	struct approval_row row;
	int rc = store_approval_load(txn, ada->org_id, saying->id, &row, err);

	row.state = APPROVAL_APPROVED;
	(void)snprintf(row.decided_by, sizeof(row.decided_by), "%s", finn.name);
	(void)snprintf(
	    row.decided_key, sizeof(row.decided_key), "%s", finn.key);
	(void)snprintf(row.decided_person_id, sizeof(row.decided_person_id),
	    "%s", saying->person);
	return rc < 0 ? rc : store_approval_save(txn, &row, err);
}

static void test_one_person_at_use(void **state)
{
	const struct actor laptop = account_of(&eve, PERSON);
	struct approval_view view;
	struct saying saying = {.person = PERSON};

	(void)state;
	world_phone(1);
	ask_for(&laptop, one, 1, &view);
	saying.id = view.row.id;
	towns_write(say_yes, &saying);
	assert_int_equal(
	    use_as(&laptop, APPROVAL_WIPE, world_device(1)).rc, -ERR_DENIED);
	saying.person = OTHER;
	towns_write(say_yes, &saying);
	assert_int_equal(use_as(&laptop, APPROVAL_WIPE, world_device(1)).rc, 0);
}

/* ---- wrong questions ---- */

static void test_wrong_questions(void **state)
{
	static const char *const unknown[] = {"SERIAL1", "SERIAL99"};
	char text[600];
	struct approval_view view;

	(void)state;
	world_phone(1);
	assert_int_equal(service_approval_ask(&towns, &eve, APPROVAL_WIPE,
	                     unknown, 2, "test", &view, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(service_approval_ask(&towns, &eve, APPROVAL_WIPE, one,
	                     0, "test", &view, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_approval_ask(&towns, &eve, APPROVAL_WIPE, one,
	                     1, "", &view, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_approval_ask(&towns, &eve, APPROVAL_DEPARTURES,
	                     one, 1, "test", &view, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_approval_ask(&towns, &eve,
	                     APPROVAL_REMOVE_DATA, one, 1, "test", &view, NULL),
	    -ERR_INVALID);
	/* Bob's town does not have this phone. */
	assert_int_equal(service_approval_ask(&towns, bob, APPROVAL_WIPE, one,
	                     1, "test", &view, NULL),
	    -ERR_NOT_FOUND);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(service_approval_ask(&towns, &eve, APPROVAL_WIPE, one,
	                     1, text, &view, NULL),
	    -ERR_LIMIT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    TEST(test_second_person),
	    TEST(test_once),
	    TEST(test_other_things),
	    TEST(test_one_secret),
	    TEST(test_same_question),
	    TEST(test_time),
	    TEST(test_clock_back),
	    TEST(test_decisions),
	    TEST(test_made_to_answer),
	    TEST(test_one_person),
	    TEST(test_one_person_and_a_secret),
	    TEST(test_nobodys_accounts),
	    TEST(test_one_person_at_use),
	    TEST(test_wrong_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
