/*
 * gates_test: does the server itself hold what the rules in force forbid: a
 * phone with two responsible persons, a shared one that nobody leads, work data
 * on a private phone, and an exception without a reason or an end?
 */
#include "tests/unit/server/two_towns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "server/service/judge/exception.h"
#include "server/service/judge/judge.h"
#include "server/store/store_evidence.h"
#include "server/store/store_imei.h"
#include "server/store/store_task.h"

static struct pack *pack;

static void take_pack(const char *name)
{
	char folder[512];
	struct err err = {0};

	pack_free(pack);
	pack = NULL;
	(void)snprintf(folder, sizeof(folder), "%s/policies/packs/%s",
	    WP_SOURCE_DIR, name);
	if (pack_load(folder, &pack, &err) < 0)
		fail_msg("%s", err.text);
	towns.tenants[0].pack = pack;
}

static int begin(void **state)
{
	if (towns_begin(state) < 0)
		return -1;
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Lena Ledare\", \"unit\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Maja Ny\", \"unit\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Anna Ek\", \"unit\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Bo Lind\", \"unit\": \"Skolan\"}}\n"
	    "{\"employment\": {\"person\": \"Lena Ledare\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"roles\": "
	    "[\"employee\", \"manager\"]}}\n"
	    "{\"employment\": {\"person\": \"Maja Ny\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\"}}\n"
	    "{\"employment\": {\"person\": \"Anna Ek\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\"}}\n"
	    "{\"employment\": {\"person\": \"Bo Lind\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\"}}\n");
	towns_phone(ada, "C39AAAAAAA1", false);
	return 0;
}

static int end(void **state)
{
	towns.tenants[0].pack = NULL;
	pack_free(pack);
	pack = NULL;
	return towns_end(state);
}

/* ---- verdicts ---- */

struct said {
	enum verdict verdict;
	char reason[1024];
	int count;
};

static int on_judgement(void *arg, const struct judgement_view *view)
{
	struct said *said = arg;

	said->verdict = view->judgement.verdict;
	(void)snprintf(
	    said->reason, sizeof(said->reason), "%s", view->judgement.reason);
	said->count++;
	return 0;
}

/* Of the only subject that the rule is judged about. */
static struct said judged(const char *rule, enum store_subject kind)
{
	const struct judgement_listing listing = {.subject_kind = (int)kind,
	    .rule = rule,
	    .verdict = -1,
	    .language = "en"};
	struct said said = {.verdict = VERDICT_COUNT};
	struct err err = {0};

	if (service_judge_all(&towns, ada->org_id, NULL, &err) < 0 ||
	    service_judgement_each(
	        &towns, ada, &listing, on_judgement, &said, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(said.count, 1);
	return said;
}

/* ---- exceptions ---- */

static struct exception_view grant(
    const char *rule, const char *subject, int64_t valid_ms)
{
	const struct exception_request request = {
	    rule, subject, "One person serves alone", valid_ms};
	struct exception_view view;
	struct err err = {0};

	if (service_exception_grant(&towns, ada, &request, &view, &err) < 0)
		fail_msg("%s", err.text);
	return view;
}

static void grant_refused(const struct exception_request *request,
    enum err_code code, const char *sentence)
{
	struct exception_view view;
	struct err err = {0};
	int rc = service_exception_grant(&towns, ada, request, &view, &err);

	if (rc != -(int)code || !strstr(err.text, sentence))
		fail_msg("answer %d \"%s\", expected %s \"%s\"", rc, err.text,
		    err_code_name(code), sentence);
}

static int count_exception(void *arg, const struct exception_view *view)
{
	(void)view;
	++*(int *)arg;
	return 0;
}

/* ALB-21: with a reason and an end; told in the verdict. */
static void test_alb_21_exception(void **state)
{
	struct exception_view view;
	struct said said;
	int count = 0;

	(void)state;
	take_pack("albertslund");
	assert_int_not_equal(
	    judged("ALB-21", STORE_SUBJECT_UNIT).verdict, VERDICT_EXEMPT);
	view = grant("ALB-21", "Skolan", 90 * TIME_DAY_MS);
	assert_string_equal(view.row.approved_by, "Ada");
	assert_string_equal(view.subject_name, "Skolan");
	assert_string_equal(view.state, "in_force");
	said = judged("ALB-21", STORE_SUBJECT_UNIT);
	assert_int_equal(said.verdict, VERDICT_EXEMPT);
	assert_non_null(strstr(said.reason, "One person serves alone"));
	/* It ends by itself. */
	towns_now += 90 * TIME_DAY_MS + 1;
	assert_int_not_equal(
	    judged("ALB-21", STORE_SUBJECT_UNIT).verdict, VERDICT_EXEMPT);
	assert_int_equal(
	    service_exception_load(&towns, ada, view.row.id, &view, NULL), 0);
	assert_string_equal(view.state, "ended");
	assert_int_equal(
	    service_exception_revoke(&towns, ada, view.row.id, &view, NULL),
	    -ERR_CONFLICT);
	assert_int_equal(service_exception_each(
	                     &towns, ada, "", 0, count_exception, &count, NULL),
	    0);
	assert_int_equal(count, 1);
}

static void test_alb_21_exception_revoked(void **state)
{
	struct exception_view view;
	int count = 0;

	(void)state;
	take_pack("albertslund");
	view = grant("ALB-21", "Skolan", 30 * TIME_DAY_MS);
	/* Nobody of another municipality sees or ends it (invariant 8). */
	assert_int_equal(
	    service_exception_revoke(&towns, bob, view.row.id, &view, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(service_exception_each(
	                     &towns, bob, "", 0, count_exception, &count, NULL),
	    0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    service_exception_revoke(&towns, ada, view.row.id, &view, NULL), 0);
	assert_string_equal(view.state, "revoked");
	assert_string_equal(view.row.revoked_by, "Ada");
	assert_int_not_equal(
	    judged("ALB-21", STORE_SUBJECT_UNIT).verdict, VERDICT_EXEMPT);
}

static void test_exceptions_refused(void **state)
{
	const int64_t day = TIME_DAY_MS;
	char reason[600];
	const struct {
		struct exception_request request;
		enum err_code code;
		const char *sentence;
	} cases[] = {
	    {{"VST-33", "Skolan", "x", day}, ERR_NOT_FOUND,
	        "has no rule \"VST-33\""},
	    {{"ALB-22", "Anna Ek", "x", day}, ERR_CONFLICT, "is not judged"},
	    {{"ALB-21", "Ingen", "x", day}, ERR_NOT_FOUND, ""},
	    {{"ALB-21", "Skolan", "", day}, ERR_INVALID, "needs a reason"},
	    {{"ALB-21", "Skolan", NULL, day}, ERR_INVALID, "needs a reason"},
	    {{"ALB-21", "Skolan", "x", 91 * day}, ERR_INVALID,
	        "at most 90 days"},
	    {{"ALB-21", "Skolan", "x", 0}, ERR_INVALID, "at least 1 hour"},
	    {{"ALB-21", "Skolan", "x", -day}, ERR_INVALID, "at least 1 hour"},
	    {{"ALB-21", "Skolan", reason, day}, ERR_LIMIT, "longer than"},
	};
	const struct exception_request again = {
	    "ALB-21", "Skolan", "igen", 2 * day};
	size_t i;

	(void)state;
	take_pack("albertslund");
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		grant_refused(
		    &cases[i].request, cases[i].code, cases[i].sentence);
	(void)grant("ALB-21", "Skolan", day);
	grant_refused(&again, ERR_CONFLICT, "revoke that one first");
}

/* A rule that is measured: a year, and no longer. */
static void test_exception_of_a_phone(void **state)
{
	const struct exception_request long_one = {
	    "AHL-18", "C39AAAAAAA1", "x", 366 * TIME_DAY_MS};

	(void)state;
	take_pack("askersund-hallsberg-laxa");
	assert_int_equal(
	    judged("AHL-18", STORE_SUBJECT_PHONE).verdict, VERDICT_BROKEN);
	grant_refused(&long_one, ERR_INVALID, "at most 365 days");
	(void)grant("AHL-18", "C39AAAAAAA1", 365 * TIME_DAY_MS);
	assert_int_equal(
	    judged("AHL-18", STORE_SUBJECT_PHONE).verdict, VERDICT_EXEMPT);
}

/* ---- who answers for a phone ---- */

#define GIVE(person)                                                           \
	"{\"assignment\": {\"phone\": \"C39AAAAAAA1\", \"person\": \"" person  \
	"\"}}\n"
#define SHARE(person)                                                          \
	"{\"assignment\": {\"phone\": \"C39AAAAAAA1\", \"person\": \"" person  \
	"\", \"is_shared\": true}}\n"
#define RETURN "{\"return\": {\"phone\": \"C39AAAAAAA1\"}}\n"

static void test_ahl_18_one_responsible(void **state)
{
	(void)state;
	take_pack("askersund-hallsberg-laxa");
	towns_apply(ada, GIVE("Anna Ek"));
	assert_int_equal(
	    judged("AHL-18", STORE_SUBJECT_PHONE).verdict, VERDICT_MET);
	towns_refused(ada, GIVE("Bo Lind"), ERR_CONFLICT,
	    "AHL-18: Anna Ek is responsible for this phone");
	towns_refused(ada, SHARE("Lena Ledare"), ERR_CONFLICT, "AHL-18");
	/* Saying the same again is no second one. */
	assert_int_equal(towns_effect(ada, GIVE("Anna Ek")), LEDGER_UNCHANGED);
	towns_apply(ada, RETURN GIVE("Bo Lind"));
	towns_refused(ada, GIVE("Anna Ek"), ERR_CONFLICT, "AHL-18: Bo Lind");
}

/* Where no rule says so, the next person takes it over. */
static void test_no_gate_no_refusal(void **state)
{
	(void)state;
	take_pack("albertslund");
	towns_apply(ada, GIVE("Anna Ek") GIVE("Bo Lind") SHARE("Anna Ek"));
}

static int count_fix(void *arg, const struct task_row *row)
{
	if (row->kind == TASK_REGISTER_FIX)
		++*(int *)arg;
	return 0;
}

static int read_fixes(struct txn *txn, void *arg, struct err *err)
{
	return store_task_each_subject(txn, ada->org_id, STORE_SUBJECT_PHONE,
	    "device-C39AAAAAAA1", "AHL-19", true, count_fix, arg, err);
}

static int open_fixes(void)
{
	int count = 0;

	towns_read(read_fixes, &count);
	return count;
}

static void test_ahl_19_leader_required(void **state)
{
	(void)state;
	take_pack("askersund-hallsberg-laxa");
	towns_refused(
	    ada, SHARE("Anna Ek"), ERR_DENIED, "AHL-19: whoever leads");
	towns_apply(ada, SHARE("Lena Ledare"));
	assert_int_equal(
	    judged("AHL-19", STORE_SUBJECT_PHONE).verdict, VERDICT_MET);
	/* From leader to leader, never by way of nobody. */
	towns_refused(ada, SHARE("Maja Ny"), ERR_DENIED, "AHL-19");
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\", \"manager\": \"Maja "
	    "Ny\"}}\n" SHARE("Maja Ny"));
}

/* A vacancy is a task and a broken rule; the field is not emptied. */
static void test_ahl_19_vacancy(void **state)
{
	(void)state;
	take_pack("askersund-hallsberg-laxa");
	towns_apply(ada, SHARE("Lena Ledare"));
	assert_int_equal(open_fixes(), 0);
	towns_apply(ada,
	    "{\"employment\": {\"person\": \"Lena Ledare\", \"unit\": "
	    "\"Skolan\", \"from\": \"2026-01-01\", \"to\": "
	    "\"2026-11-20\"}}\n");
	assert_int_equal(open_fixes(), 1);
	assert_int_equal(
	    judged("AHL-19", STORE_SUBJECT_PHONE).verdict, VERDICT_BROKEN);
	towns_refused(ada, SHARE("Anna Ek"), ERR_DENIED, "AHL-19");
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\", \"manager\": \"Maja "
	    "Ny\"}}\n" SHARE("Maja Ny"));
	assert_int_equal(open_fixes(), 0);
	assert_int_equal(
	    judged("AHL-19", STORE_SUBJECT_PHONE).verdict, VERDICT_MET);
}

/* ---- private phones ---- */

#define PRIVATE(word)                                                          \
	"{\"phone\": {\"phone\": \"C39AAAAAAA1\", \"is_private\": " word "}}"  \
	"\n"
#define PHONE_ID "device-C39AAAAAAA1"
#define LIFE_ID "life-C39AAAAAAA1"
#define IMEI "490154203237518"

static int fill_phone(struct txn *txn, void *arg, struct err *err)
{
	static const char json[] = "{\"imei\":\"" IMEI "\"}";
	struct evidence_item_row item = {.subject_kind = STORE_SUBJECT_PHONE,
	    .observed_at = 1,
	    .received_at = 1};
	struct device device;
	int rc = store_device_load(txn, PHONE_ID, &device, err);

	(void)arg;
	(void)snprintf(device.imei, sizeof(device.imei), IMEI);
	(void)snprintf(device.name, sizeof(device.name), "Annas iPhone");
	(void)snprintf(item.org_id, sizeof(item.org_id), "%s", ada->org_id);
	(void)snprintf(item.subject_id, sizeof(item.subject_id), PHONE_ID);
	(void)snprintf(item.fact, sizeof(item.fact), "sim.inventory");
	(void)snprintf(item.source, sizeof(item.source), "mdm");
	(void)snprintf(item.word, sizeof(item.word), "listed");
	if (rc == 0)
		rc = store_device_save(txn, &device, err);
	if (rc == 0)
		rc = store_imei_save(txn, ada->org_id, PHONE_ID, IMEI, err);
	if (rc == 0)
		rc = store_facts_save(txn, LIFE_ID, "BenchFacts", "bench", 1,
		    json, strlen(json), err);
	if (rc == 0)
		rc = store_evidence_item_save(txn, &item, NULL, err);
	if (rc < 0)
		return rc;
	item.subject_kind = STORE_SUBJECT_SUBSCRIPTION;
	(void)snprintf(item.subject_id, sizeof(item.subject_id), "sim-1");
	(void)snprintf(item.fact, sizeof(item.fact), "sim.device");
	(void)snprintf(item.word, sizeof(item.word), "at:" PHONE_ID);
	return store_evidence_item_save(txn, &item, NULL, err);
}

static int count_item(void *arg, const struct evidence_item_row *row)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

/* Counts what is known of its numbers. */
static int look(struct txn *txn, void *arg, struct err *err)
{
	struct facts_row facts = {.kind = ""};
	char found[STORE_ID];
	struct device device;
	int *count = arg;
	int rc = store_device_load(txn, PHONE_ID, &device, err);

	*count += device.imei[0] != '\0';
	*count += device.name[0] != '\0';
	*count += store_imei_find(txn, ada->org_id, IMEI, found, NULL) == 0;
	*count +=
	    store_facts_load(txn, LIFE_ID, "BenchFacts", &facts, NULL) == 0;
	store_facts_clear(&facts);
	if (rc == 0)
		rc = store_evidence_item_each(txn, ada->org_id,
		    STORE_SUBJECT_PHONE, PHONE_ID, NULL, count_item, count,
		    err);
	return rc < 0 ? rc
	              : store_evidence_item_each(txn, ada->org_id,
	                    STORE_SUBJECT_SUBSCRIPTION, "sim-1", NULL,
	                    count_item, count, err);
}

static int known(void)
{
	int count = 0;

	towns_read(look, &count);
	return count;
}

/* DESIGN invariants 1 and 9. */
static void test_private_phone_is_stripped(void **state)
{
	const struct wipe_request request = {
	    .device = PHONE_ID, .reason = "lost"};
	struct err err = {0};
	struct wipe wipe;

	(void)state;
	towns_apply(ada, GIVE("Anna Ek"));
	towns_write(fill_phone, NULL);
	assert_int_equal(known(), 6);
	/* Another municipality cannot say so of it. */
	towns_refused(bob, PRIVATE("true"), ERR_NOT_FOUND, "");
	assert_int_equal(towns_effect(ada, PRIVATE("true")), LEDGER_CHANGED);
	assert_int_equal(known(), 0);
	assert_int_equal(towns_effect(ada, PRIVATE("true")), LEDGER_UNCHANGED);
	assert_int_equal(service_wipe_order(&towns, ada, &request, &wipe, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "private phone"));
	/* Never back, and surely not by saying nothing about it. */
	towns_refused(ada, PRIVATE("false"), ERR_CONFLICT, "stays one");
	assert_int_equal(
	    towns_effect(ada, "{\"phone\": {\"phone\": \"C39AAAAAAA1\"}}"),
	    LEDGER_UNCHANGED);
}

static int ask_link(struct err *err)
{
	const struct link_request request = {
	    .person = "Anna Ek", .serial = "C39AAAAAAA1"};
	struct link link;
	char *url = NULL;
	int rc = service_link_create(&towns, ada, &request, &link, &url, err);

	free(url);
	return rc;
}

static void test_bot_22_no_link_for_a_private_phone(void **state)
{
	struct err err = {0};

	(void)state;
	take_pack("botkyrka");
	assert_int_equal(ask_link(&err), 0);
	towns_apply(ada, PRIVATE("true"));
	assert_int_equal(ask_link(&err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "BOT-22: a private phone"));
	assert_non_null(strstr(err.text, "keep work data off it"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_alb_21_exception),
	    TEST(test_alb_21_exception_revoked),
	    TEST(test_exceptions_refused),
	    TEST(test_exception_of_a_phone),
	    TEST(test_ahl_18_one_responsible),
	    TEST(test_no_gate_no_refusal),
	    TEST(test_ahl_19_leader_required),
	    TEST(test_ahl_19_vacancy),
	    TEST(test_private_phone_is_stripped),
	    TEST(test_bot_22_no_link_for_a_private_phone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
