/*
 * signer_test: whose name, whose account: can one person, or one account, give
 * both signatures of a return, or confirm their own?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/service/ledger/person_name.h"
#include "server/store/store_token.h"

static struct actor counter = {.name = "token:counter", .key = "token:1"};
static struct actor office = {.name = "token:office", .key = "token:2"};

static void ready(void)
{
	memcpy(counter.org_id, ada->org_id, STORE_ID);
	memcpy(office.org_id, ada->org_id, STORE_ID);
	hire("Åsa  Öberg Ek", "2026-11-28");
	phone("S1", "Åsa  Öberg Ek", true);
	at("2026-11-30 08:00");
}

static int by(const struct actor *actor, enum return_signer who,
    const char *person, const char *name)
{
	return sign_by(actor, "S1", who, person, name, RETURN_CODES_UNSAID,
	    who == RETURN_SIGNER_WITNESS ? "left it on the desk" : NULL);
}

static int save_link(struct txn *txn, void *arg, struct err *err)
{
	return store_page_link_save(txn, arg, err);
}

static struct actor of_person(const char *name)
{
	struct actor actor = {.name = "token:own", .key = "token:3"};
	struct person_view view;

	assert_int_equal(service_person_view(&towns, ada, name, &view,
	                     &(const struct person_parts){.arg = NULL}, NULL),
	    0);
	memcpy(actor.org_id, ada->org_id, STORE_ID);
	memcpy(actor.person_id, view.person.id, STORE_ID);
	return actor;
}

static void test_names(void **state)
{
	static const struct {
		const char *typed;
		const char *name;
		bool fits;
	} rows[] = {
	    {"Ture Alm", "Ture Alm", true},
	    {" ture   ALM ", "Ture Alm", true},
	    {"Ture\xc2\xa0"
	     "Alm",
	        "Ture Alm", true},                      /* no-break space */
	    {"Tu\xe2\x80\x8bre Alm", "Ture Alm", true}, /* not seen */
	    {"Alm, Ture", "Ture Alm", true},
	    {"ÅSA ÖBERG", "Åsa Öberg", true},
	    {"A\xcc\x8asa O\xcc\x88"
	     "berg",
	        "Åsa Öberg", true}, /* letter and mark */
	    {"Asa Oberg", "Åsa Öberg", true},
	    {"STRASSE Bo", "Straße Bo", true},
	    {"Ｔｕｒｅ Alm", "Ture Alm", true}, /* full width */
	    {"Anna Karin Lind", "Anna-Karin Lind", true},
	    {"Bo Lind", "Bo Gustaf Lind", true}, /* a middle name left out */
	    {"Bo Gustaf Lind", "Bo Lind", false},
	    {"Bo", "Bo Lind", false},
	    {"Bo Bo", "Bo Lind", false},
	    {"Kungen", "Kungen", true}, /* who has one name */
	    {"Musse Pigg", "Ture Alm", false},
	    {"Ture Alma", "Ture Alm", false},
	    {"TureAlm", "Ture Alm", false},
	    {"", "Ture Alm", false},
	    {" . - ", "Ture Alm", false},
	    {"", "", false},
	    {"Ture \xff"
	     "Alm",
	        "Ture Alm", false},
	    {NULL, "Ture Alm", false},
	    {"Ture Alm", NULL, false},
	};
	char many[512] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (person_name_fits(rows[i].typed, rows[i].name) !=
		    rows[i].fits)
			fail_msg(
			    "\"%s\" and \"%s\"", rows[i].typed, rows[i].name);
	for (size_t i = 0; i < 100; i++)
		strncat(many, "Bo ", sizeof(many) - strlen(many) - 1);
	assert_false(person_name_fits(many, "Bo Lind"));
}

static void test_holder_types_their_own(void **state)
{
	(void)state;
	ready();
	assert_int_equal(by(&counter, RETURN_SIGNER_HOLDER, NULL, "Musse Pigg"),
	    -ERR_INVALID);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_HOLDER, NULL, "Chef Ek"), -ERR_INVALID);
	assert_false(the_case("S1").row.marks & RETURN_MARK_SIGNED_HOLDER);
	/* Anybody else is a witness, and is said to be one. */
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_WITNESS, NULL, "Musse Pigg"), 0);
	assert_true(the_case("S1").row.marks & RETURN_MARK_SIGNED_HOLDER);
}

static void test_holder_as_people_write(void **state)
{
	(void)state;
	ready();
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_HOLDER, NULL, "ek, åsa öberg"), 0);
}

/* No spelling of their own name makes the leaver somebody else. */
static void test_own_by_any_spelling(void **state)
{
	static const char *const spellings[] = {"Åsa Öberg Ek", "åsa öberg ek",
	    "Åsa   Öberg Ek", "ÅSA ÖBERG EK", "Asa Oberg Ek",
	    "A\xcc\x8asa Öberg Ek", "Åsa\xc2\xa0Öberg Ek", "Ek, Åsa Öberg",
	    "Åsa Ek", "Åsa Maria Öberg Ek", "Å\xc2\xadsa Ek"};

	(void)state;
	ready();
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		assert_int_equal(
		    by(&counter, RETURN_SIGNER_RECEIVER, NULL, spellings[i]),
		    -ERR_DENIED);
		assert_int_equal(
		    by(&counter, RETURN_SIGNER_WITNESS, NULL, spellings[i]),
		    -ERR_DENIED);
	}
	assert_int_equal(the_case("S1").row.marks &
	        (RETURN_MARK_SIGNED_HOLDER | RETURN_MARK_SIGNED_RECEIVER),
	    0);
}

/* Whoever is named signs with that name. */
static void test_named_types_their_own(void **state)
{
	(void)state;
	ready();
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_RECEIVER, "Chef Ek", "Musse Pigg"),
	    -ERR_INVALID);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_WITNESS, "Topp Lund", "Chef Ek"),
	    -ERR_INVALID);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_RECEIVER, "Chef Ek", "CHEF EK"), 0);
}

static void test_one_account(void **state)
{
	(void)state;
	ready();
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"), 0);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_RECEIVER, NULL, "Ivar IT"), -ERR_DENIED);
	assert_int_equal(
	    by(&office, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"), 0);
}

/* A page opened by whoever had its link shown is that account's; a mailed one
 * is its reader's. */
static struct actor page_of(const char *made_by)
{
	struct actor actor = {.name = ""};
	struct page_link_row row = {.id = "link", .page = "task"};

	memcpy(row.org_id, ada->org_id, STORE_ID);
	memcpy(actor.org_id, ada->org_id, STORE_ID);
	(void)snprintf(row.id, sizeof(row.id), "link-%.20s", made_by);
	(void)snprintf(row.token_sha256, STORE_SHA256, "%.30s", made_by);
	(void)snprintf(row.created_by, sizeof(row.created_by), "%s", made_by);
	(void)snprintf(actor.name, sizeof(actor.name), "page:%s", row.id);
	assert_int_equal(store_write(towns.store, save_link, &row, NULL), 0);
	return actor;
}

static void test_page_is_whose(void **state)
{
	struct actor shown;
	struct actor mailed;

	(void)state;
	ready();
	shown = page_of("token:counter");
	mailed = page_of("mail:1");
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"), 0);
	assert_int_equal(
	    by(&shown, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&mailed, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"), 0);
}

static void test_two_shown_pages(void **state)
{
	struct actor shown;

	(void)state;
	ready();
	shown = page_of("token:counter");
	assert_int_equal(
	    by(&shown, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"), 0);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&office, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"), 0);
}

/* Two accounts of one person, who may sign as the receiver on either. */
static void test_two_accounts_of_one(void **state)
{
	struct actor laptop;
	struct actor desk;

	(void)state;
	ready();
	laptop = of_person("Chef Ek");
	desk = of_person("Chef Ek");
	(void)snprintf(desk.name, sizeof(desk.name), "token:desk");
	assert_int_equal(
	    by(&desk, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"), 0);
	assert_int_equal(
	    by(&laptop, RETURN_SIGNER_RECEIVER, NULL, "Chef Ek"), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "two of one person"));
	assert_int_equal(
	    by(&office, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"), 0);
}

static int save_token(struct txn *txn, void *arg, struct err *err)
{
	return store_api_token_save(txn, arg, err);
}

/* Whoever had the page shown is known by their account's name. */
static void test_page_of_ones_other_account(void **state)
{
	struct api_token_row token = {.id = "t", .name = "counter"};
	struct actor own;
	struct actor shown;

	(void)state;
	ready();
	own = of_person("Topp Lund");
	memcpy(token.org_id, ada->org_id, STORE_ID);
	memcpy(token.person_id, own.person_id, STORE_ID);
	towns_write(save_token, &token);
	shown = page_of("token:counter");
	assert_int_equal(
	    by(&own, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"), 0);
	assert_int_equal(
	    by(&shown, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&office, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"), 0);
}

/* The other way round, and with a witness. */
static void test_one_account_witnesses(void **state)
{
	(void)state;
	ready();
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"), 0);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&counter, RETURN_SIGNER_WITNESS, "Topp Lund", "Topp Lund"),
	    -ERR_DENIED);
	/* Another account, the same person; by name alone, too. */
	assert_int_equal(
	    by(&office, RETURN_SIGNER_WITNESS, "Chef Ek", "Chef Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&office, RETURN_SIGNER_WITNESS, NULL, "chef  EK"), -ERR_DENIED);
	assert_int_equal(
	    by(&office, RETURN_SIGNER_WITNESS, "Topp Lund", "Topp Lund"), 0);
}

/* An account that is the leaver's own confirms nothing of theirs. */
static void test_own_account(void **state)
{
	static const enum return_act refused[] = {RETURN_ACT_CUSTODY,
	    RETURN_ACT_LOCK_CLEARED, RETURN_ACT_STATE_PROOF,
	    RETURN_ACT_DATA_REMOVED, RETURN_ACT_SIM, RETURN_ACT_FOUND,
	    RETURN_ACT_WRITE_OFF};
	struct actor own;
	int64_t before;

	(void)state;
	ready();
	own = of_person("Åsa  Öberg Ek");
	before = the_case("S1").row.marks;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct return_request request = {.act = refused[i],
		    .what = "S1",
		    .how = "signed_out",
		    .note = "so it is"};

		assert_int_equal(perform_by(&own, &request), -ERR_DENIED);
		assert_string_equal(leaver_err.text,
		    "nobody confirms their own return: somebody else has to");
	}
	assert_int_equal(by(&own, RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&own, RETURN_SIGNER_WITNESS, NULL, "Musse Pigg"), -ERR_DENIED);
	assert_int_equal(the_case("S1").row.marks, before);
	/* What is theirs to sign, they sign. */
	assert_int_equal(
	    by(&own, RETURN_SIGNER_HOLDER, NULL, "Åsa Öberg Ek"), 0);
}

/* An account that is somebody's signs for them, named or not, and for nobody
 * else. */
static void test_account_of_another(void **state)
{
	struct actor own;

	(void)state;
	ready();
	own = of_person("Chef Ek");
	assert_int_equal(
	    by(&own, RETURN_SIGNER_RECEIVER, "Topp Lund", "Topp Lund"),
	    -ERR_DENIED);
	assert_int_equal(
	    by(&own, RETURN_SIGNER_RECEIVER, NULL, "Topp Lund"), -ERR_INVALID);
	assert_int_equal(by(&own, RETURN_SIGNER_RECEIVER, NULL, "Chef Ek"), 0);
	assert_string_equal(the_case("S1").row.receiver_id, own.person_id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    LEAVER_TEST(test_holder_types_their_own),
	    LEAVER_TEST(test_holder_as_people_write),
	    LEAVER_TEST(test_own_by_any_spelling),
	    LEAVER_TEST(test_named_types_their_own),
	    LEAVER_TEST(test_one_account),
	    LEAVER_TEST(test_page_is_whose),
	    LEAVER_TEST(test_two_shown_pages),
	    LEAVER_TEST(test_two_accounts_of_one),
	    LEAVER_TEST(test_page_of_ones_other_account),
	    LEAVER_TEST(test_one_account_witnesses),
	    LEAVER_TEST(test_own_account),
	    LEAVER_TEST(test_account_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
