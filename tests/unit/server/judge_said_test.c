/*
 * judge_said_test: does what phones, exchanges, operators and people say come
 * out as the right verdict through the service, and is nothing foreign or
 * private kept?
 */
#include "tests/unit/server/judge_world.h"

#include <stdlib.h>

#include "proto/apple/facts.h"
#include "proto/apple/status_facts.h"
#include "server/service/judge/judge_known.h"
#include "server/service/mdm/answer_facts.h"

static char own_imei[] = "490154203237518";

#define ONE_TAKEN "{\"accepted\":1,\"refused\":[]}"

/* ---- PIN: BOT-21 ---- */

struct phone_says {
	unsigned n;
	const char *kind;
	const char *json;
};

static int say(struct txn *txn, void *arg, struct err *err)
{
	const struct phone_says *says = arg;
	struct answer_facts facts = {.kind = says->kind};
	int rc;

	buf_append_str(&facts.json, says->json);
	rc = answer_facts_save(txn, &story, &facts, id_of('l', says->n),
	    id_of('d', says->n), story_now, err);
	buf_clear(&facts.json);
	return rc;
}

static void phone_says(unsigned n, const char *kind, const char *json)
{
	struct phone_says says = {n, kind, json};

	in_write(say, &says);
}

static int say_status(struct txn *txn, void *arg, struct err *err)
{
	const struct phone_says *says = arg;
	int rc = store_facts_save(txn, id_of('l', says->n), says->kind,
	    strcmp(says->kind, "BenchFacts") == 0 ? "bench" : "declarative",
	    story_now, says->json, strlen(says->json), err);

	return rc < 0 ? rc
	              : judge_changed(txn, &story, org(), STORE_SUBJECT_PHONE,
	                    id_of('d', says->n),
	                    judge_change_of_answer(STATUS_FACTS_KIND), err);
}

static void status_says(unsigned n, const char *kind, const char *json)
{
	struct phone_says says = {n, kind, json};

	in_write(say_status, &says);
}

static void test_pin(void **state)
{
	const char *phone = id_of('d', 1);
	int64_t broken;

	(void)state;
	phone_says(1, "SecurityInfo",
	    "{\"passcode_present\":true,"
	    "\"passcode_compliant_with_profiles\":true}");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_MET,
	    "a passcode is set");
	story_now += H;
	broken = story_now;
	phone_says(1, "SecurityInfo", "{\"passcode_present\":false}");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_BROKEN,
	    "The phone has no passcode: it said so 0 seconds ago.");
	story_now += 2 * H;
	phone_says(1, "SecurityInfo", "{\"passcode_present\":false}");
	assert_true(
	    look(STORE_SUBJECT_PHONE, phone, "BOT-21").view.broken_since ==
	    broken);
	/* Stale is unknown; that it was broken is not forgotten. */
	story_now += 2 * D;
	assert_verdict(STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_UNKNOWN,
	    "the limit is 24 hours");
	assert_true(
	    look(STORE_SUBJECT_PHONE, phone, "BOT-21").view.broken_since ==
	    broken);
	assert_string_equal(
	    look(STORE_SUBJECT_PHONE, phone, "BOT-21").view.step,
	    "remind_person");
	/* A status report comes by itself and is a source, too. */
	phone_says(1, "ProfileList",
	    "{\"profiles\":[{\"identifier\":\"workphone.story\",\"uuid\":"
	    "\"0a1b2c3d-0000-8000-8000-000000000001\"}]}");
	status_says(1, STATUS_FACTS_KIND, "{\"passcode_present\":false}");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_BROKEN,
	    "has no passcode");
	story_now += H / 2;
	phone_says(1, "SecurityInfo",
	    "{\"passcode_present\":true,"
	    "\"passcode_compliant_with_profiles\":true}");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_DISPUTED,
	    "contradict each other");
	story_now += 2 * H;
	phone_says(1, "SecurityInfo",
	    "{\"passcode_present\":true,"
	    "\"passcode_compliant_with_profiles\":true}");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_MET,
	    "a passcode is set");
	assert_true(
	    look(STORE_SUBJECT_PHONE, phone, "BOT-21").view.broken_since == 0);
	/* The bench: seen unlocked with no code it would say. */
	status_says(1, "BenchFacts",
	    "{\"passcode_set\":{\"value\":\"no\",\"doubt\":\"none\","
	    "\"source\":\"lockdown\"}}");
	assert_verdict(
	    STORE_SUBJECT_PHONE, phone, "BOT-21", VERDICT_DISPUTED, "bench");
}

/* ---- greeting: BOT-16 ---- */

static int state_it(struct txn *txn, void *arg, struct err *err)
{
	struct statement_row *row = arg;
	int rc = store_statement_insert(txn, row, err);

	return rc < 0 ? rc
	              : judge_changed(txn, &story, org(), row->subject_kind,
	                    row->subject_id, JUDGE_STATEMENT, err);
}

static void person_states(unsigned n, const char *rule, bool yes)
{
	struct statement_row row = {
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .is_yes = yes,
	    .at = story_now,
	    .valid_until = story_now + 180 * D,
	};

	uuid_make(story_now, story.rng, row.id);
	COPY(row.org_id, org());
	COPY(row.person_id, id_of('p', n));
	COPY(row.subject_id, id_of('p', n));
	COPY(row.rule, rule);
	in_write(state_it, &row);
}

/* BOT-16: evidence, else a statement. */
static void test_greeting(void **state)
{
	const char *person = id_of('p', 2);
	struct evidence_item item;

	(void)state;
	story_now += D;
	item = greeting(2, EVIDENCE_WORD_DEFAULT);
	take(&item, 1, ONE_TAKEN);
	assert_verdict(STORE_SUBJECT_PERSON, person, "BOT-16", VERDICT_BROKEN,
	    "the voicemail greeting is the operator's own; csv-import said so "
	    "0 seconds ago.");
	story_now += 2 * H;
	item = greeting(2, EVIDENCE_WORD_PERSONAL);
	take(&item, 1, ONE_TAKEN);
	assert_verdict(STORE_SUBJECT_PERSON, person, "BOT-16", VERDICT_MET,
	    "Seen: the voicemail greeting is a personal one");
	/* It grows stale: a person may say it then, and it is called so. */
	story_now += 40 * D;
	assert_verdict(STORE_SUBJECT_PERSON, person, "BOT-16", VERDICT_UNKNOWN,
	    "is 40 days old, and the limit is 35 days");
	person_states(2, "BOT-16", true);
	assert_verdict(STORE_SUBJECT_PERSON, person, "BOT-16", VERDICT_MET,
	    "Stated by Person 2 on");
	/* And what is measured anew beats what was said. */
	story_now += D;
	item = greeting(2, EVIDENCE_WORD_NAME_ONLY);
	take(&item, 1, ONE_TAKEN);
	assert_verdict(STORE_SUBJECT_PERSON, person, "BOT-16", VERDICT_BROKEN,
	    "recorded name only");
}

/* ---- SIM: BOT-20 ---- */

static void lines_say(unsigned n, unsigned card, const char *imei)
{
	struct device_facts *facts = malloc(sizeof(*facts));
	struct buf json = {0};

	assert_non_null(facts);
	device_facts_init(facts);
	COPY(facts->imei, imei);
	facts->subscription_count = 2;
	(void)snprintf(facts->subscriptions[0].iccid,
	    sizeof(facts->subscriptions[0].iccid), "89460712345%08u", card);
	/* A travel eSIM, which is nobody's business. */
	COPY(facts->subscriptions[1].iccid, "8988228066612345678");
	assert_int_equal(device_facts_encode(facts, &json, NULL), 0);
	phone_says(n, "DeviceInformation", (const char *)json.data);
	buf_clear(&json);
	free(facts);
}

static void test_sim(void **state)
{
	const char *sim = id_of('s', 3);
	struct evidence_item item;

	(void)state;
	story_now += D;
	lines_say(3, 3, own_imei);
	assert_verdict(STORE_SUBJECT_SUBSCRIPTION, sim, "BOT-20", VERDICT_MET,
	    "the SIM is in the phone it belongs to");
	/* Into a colleague's phone. */
	story_now += 3 * H;
	lines_say(4, 3, "");
	assert_verdict(STORE_SUBJECT_SUBSCRIPTION, sim, "BOT-20",
	    VERDICT_BROKEN, "in another phone of ours than the one");
	/* And out of both: the operator saw it in a foreign phone, twice. */
	story_now += 3 * H;
	lines_say(4, 4, "");
	lines_say(3, 999, own_imei);
	item = sim_seen(3, EVIDENCE_WORD_IMEI, "356938035643809");
	take(&item, 1, ONE_TAKEN);
	assert_verdict(STORE_SUBJECT_SUBSCRIPTION, sim, "BOT-20",
	    VERDICT_UNKNOWN, "Not known where the SIM is");
	story_now += 26 * H;
	item = sim_seen(3, EVIDENCE_WORD_FOREIGN, "");
	take(&item, 1, ONE_TAKEN);
	assert_verdict(STORE_SUBJECT_SUBSCRIPTION, sim, "BOT-20",
	    VERDICT_BROKEN, "in equipment that is not ours");
	/* Home again, by the operator's word on the phone's own IMEI. */
	story_now += 3 * H;
	item = sim_seen(3, EVIDENCE_WORD_MATCH, own_imei);
	take(&item, 1, ONE_TAKEN);
	assert_verdict(STORE_SUBJECT_SUBSCRIPTION, sim, "BOT-20", VERDICT_MET,
	    "the SIM is in the phone it belongs to");
	/* Nobody says anything more. */
	story_now += 9 * D;
	assert_int_equal(look(STORE_SUBJECT_SUBSCRIPTION, sim, "BOT-20")
	                     .view.judgement.verdict,
	    VERDICT_UNKNOWN);
}

/* ---- what is kept ---- */

/* Is text anywhere in the database's files? */
static bool is_kept(const char *text)
{
	static const char *const ends[] = {"", "-wal"};
	char path[256];
	bool found = false;
	uint8_t *bytes;
	size_t len;
	FILE *file;
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", story_path, ends[i]);
		file = fopen(path, "re");
		if (!file)
			continue;
		(void)fseek(file, 0, SEEK_END);
		len = (size_t)ftell(file);
		rewind(file);
		bytes = malloc(len + 1);
		assert_non_null(bytes);
		len = fread(bytes, 1, len, file);
		found |= memmem(bytes, len, text, strlen(text)) != NULL;
		free(bytes);
		(void)fclose(file);
	}
	return found;
}

static int make_private(struct txn *txn, void *arg, struct err *err)
{
	struct device device;
	int rc = store_device_load(txn, arg, &device, err);

	device.is_private = true;
	return rc < 0 ? rc : store_device_save(txn, &device, err);
}

/* DESIGN invariant 9. */
static void test_nothing_of_a_private_phone_or_foreign_number_is_kept(
    void **state)
{
	struct evidence_item items[3];
	char phone[STORE_ID];

	(void)state;
	story_now += D;
	COPY(phone, id_of('d', 5));
	in_write(make_private, phone);
	lines_say(5, 6, "353880080000018");
	assert_false(is_kept("353880080000018"));
	assert_true(is_kept(own_imei));
	items[0] = sim_seen(7, EVIDENCE_WORD_IMEI, "352099001761481");
	items[1] = item_about(EVIDENCE_SUBJECT_ICCID, "8945020000000000013");
	items[1].fact = EVIDENCE_FACT_SIM_DEVICE;
	items[1].value.word = EVIDENCE_WORD_FOREIGN;
	items[2] = item_about(EVIDENCE_SUBJECT_TEL, "+46709999999");
	items[2].fact = EVIDENCE_FACT_GREETING;
	items[2].value.word = EVIDENCE_WORD_DEFAULT;
	take(items, 3,
	    "{\"accepted\":1,\"refused\":[{\"item\":1,\"reason\":\"subject\","
	    "\"detail\":\"it is nobody's and nothing of ours\"},{\"item\":2,"
	    "\"reason\":\"subject\",\"detail\":\"it is nobody's and nothing of "
	    "ours\"}]}");
	assert_false(is_kept("352099001761481"));
	assert_false(is_kept("8945020000000000013"));
	assert_false(is_kept("+46709999999"));
	assert_true(is_kept("8946071234500000007"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pin),
	    cmocka_unit_test(test_greeting),
	    cmocka_unit_test(test_sim),
	    cmocka_unit_test(
	        test_nothing_of_a_private_phone_or_foreign_number_is_kept),
	};

	return cmocka_run_group_tests(tests, judge_begin, judge_end);
}
