/*
 * judge_test: does what phones, exchanges, operators and people say come out as
 * the right verdict through the service, is it kept, and does one fact judge
 * what it touches and nothing else? Is evidence taken only from whom it is
 * believed, item by item, and is nothing foreign or private kept?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/pack.h"
#include "proto/apple/facts.h"
#include "proto/apple/status_facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/evidence/evidence.h"
#include "server/service/evidence/take_evidence.h"
#include "server/service/judge/judge.h"
#include "server/service/judge/judge_known.h"
#include "server/service/judge/judge_sighting.h"
#include "server/service/mdm/answer_facts.h"
#include "server/service/mdm/policy_profile.h"
#include "server/store/store_imei.h"
#include "server/store/store_judgement.h"
#include "tests/bench/judge/judge_fill.h"
#include "tests/unit/server/story_world.h"

#define H TIME_HOUR_MS
#define D TIME_DAY_MS
#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

static struct pack *pack;
static struct policy_profile profile;
static struct fill filled;
static EVP_PKEY *pair;
static char key_id[EVIDENCE_KEY_ID_MAX];
static char own_imei[] = "490154203237518";

/* The world ------------------------------------------------------------------- */

static const char *org(void)
{
	return story.tenants[0].organisation.id;
}

static const char *id_of(char kind, unsigned n)
{
	static char ids[512][STORE_ID];
	static unsigned next;
	char *id = ids[next++ % 512];

	fill_id(&filled, kind, n, id);
	return id;
}

typedef int unit_fn(struct txn *txn, void *arg, struct err *err);

static void in_write(unit_fn *fn, void *arg)
{
	struct err err = {0};

	if (store_write(story.store, fn, arg, &err) < 0)
		fail_msg("%s", err.text);
}

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
	story.tenants[0].pack = pack;
}

static int save_key(struct txn *txn, void *arg, struct err *err)
{
	return store_evidence_key_save(txn, arg, err);
}

static void make_key(const char *facts, const char *unit_id)
{
	struct evidence_key_row row = {
	    .public_key_len = EVIDENCE_KEY_SIZE, .created_at = story_now};
	struct err err = {0};

	EVP_PKEY_free(pair);
	pair = NULL;
	assert_int_equal(evidence_pair_make(&pair, &err), 0);
	assert_int_equal(evidence_key_public(pair, row.public_key, &err), 0);
	assert_int_equal(evidence_key_id(row.public_key, key_id, &err), 0);
	COPY(row.id, key_id);
	COPY(row.org_id, org());
	COPY(row.name, "operator-export");
	COPY(row.facts, facts);
	COPY(row.unit_id, unit_id);
	in_write(save_key, &row);
}

#define ALL_FACTS                                                              \
	"voicemail.greeting call.forward.unconditional sim.device "            \
	"directory.number"

static int begin(void **state)
{
	struct err err = {0};

	if (story_begin(state) < 0)
		return -1;
	COPY(profile.summary.identifier, "workphone.story");
	COPY(profile.summary.uuid, "0a1b2c3d-0000-8000-8000-000000000001");
	COPY(profile.purpose, "policy:story");
	story.tenants[0].profile = &profile;
	story.tenants[0].supervised = &profile;
	take_pack("botkyrka");
	filled = (struct fill){
	    .store = story.store,
	    .tenant = &story.tenants[0],
	    .profile = &profile,
	    .people = 60,
	    .now = story_now,
	};
	if (fill_organisation(&filled, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	make_key(ALL_FACTS, "");
	return 0;
}

static int end(void **state)
{
	EVP_PKEY_free(pair);
	pack_free(pack);
	return story_end(state);
}

/* Looking ------------------------------------------------------------------------ */

struct found {
	struct judgement_view view;
	unsigned count;
};

static int on_view(void *arg, const struct judgement_view *view)
{
	struct found *found = arg;

	found->view = *view;
	found->count++;
	return 0;
}

static struct found look(
    enum store_subject kind, const char *id, const char *rule)
{
	static struct found found;
	struct judgement_listing filter = {
	    .subject_kind = (int)kind,
	    .subject_id = id,
	    .rule = rule,
	    .verdict = -1,
	    .language = "en",
	};
	struct actor actor = story_actor();
	struct err err = {0};

	found = (struct found){.count = 0};
	if (service_judgement_each(
	        &story, &actor, &filter, on_view, &found, &err) < 0)
		fail_msg("%s", err.text);
	return found;
}

static void assert_verdict(enum store_subject kind, const char *id,
    const char *rule, enum verdict verdict, const char *reason)
{
	struct found found = look(kind, id, rule);

	if (found.count != 1 || found.view.judgement.verdict != verdict ||
	    !strstr(found.view.judgement.reason, reason))
		fail_msg("%s: %u judgements, %s: %s", rule, found.count,
		    verdict_name(found.view.judgement.verdict),
		    found.view.judgement.reason);
}

/* PIN: BOT-21 -------------------------------------------------------------------- */

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

/* Evidence --------------------------------------------------------------------------- */

static int64_t sequence = 1;

static struct evidence_item item_about(
    enum evidence_subject_kind kind, const char *subject)
{
	struct evidence_item item = {.method = EVIDENCE_METHOD_CSV};

	item.subject.kind = kind;
	COPY(item.subject.value, subject);
	return item;
}

static struct evidence_item greeting(unsigned n, enum evidence_word word)
{
	char number[20];
	struct evidence_item item;

	(void)snprintf(number, sizeof(number), "+4670%07u", n);
	item = item_about(EVIDENCE_SUBJECT_TEL, number);
	item.fact = EVIDENCE_FACT_GREETING;
	item.value.word = word;
	return item;
}

static struct evidence_item sim_seen(
    unsigned n, enum evidence_word word, const char *imei)
{
	char iccid[24];
	struct evidence_item item;

	(void)snprintf(iccid, sizeof(iccid), "89460712345%08u", n);
	item = item_about(EVIDENCE_SUBJECT_ICCID, iccid);
	item.fact = EVIDENCE_FACT_SIM_DEVICE;
	item.value.word = word;
	COPY(item.value.imei, imei);
	return item;
}

/* Encodes and signs; take() sends. */
static void report_make(struct evidence_item *items, size_t count, int64_t seq,
    int64_t at, struct buf *body, char **signature)
{
	uint8_t raw[EVIDENCE_SIGNATURE_SIZE];
	struct evidence_report report = {
	    .seq = seq,
	    .observed_at_ms = at,
	    .items = items,
	    .item_count = count,
	};
	struct err err = {0};

	COPY(report.connector, "operator-export");
	uuid_make(story_now, story.rng, report.run);
	if (evidence_report_encode(&report, body, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(
	    evidence_sign(pair, body->data, body->len, raw, &err), 0);
	*signature = str_base64(raw, sizeof(raw));
	assert_non_null(*signature);
}

static int send_bytes(const char *key, const char *signature, const void *body,
    size_t len, char *answer, size_t size, struct err *err)
{
	struct buf out = {0};
	int rc =
	    service_take_evidence(&story, key, signature, body, len, &out, err);

	if (answer)
		(void)snprintf(
		    answer, size, "%s", out.data ? (const char *)out.data : "");
	buf_clear(&out);
	return rc;
}

static void take(struct evidence_item *items, size_t count, const char *answer)
{
	struct buf body = {0};
	char *signature = NULL;
	char got[1024];
	struct err err = {0};

	report_make(items, count, sequence++, story_now, &body, &signature);
	if (send_bytes(key_id, signature, body.data, body.len, got, sizeof(got),
	        &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(got, answer);
	buf_clear(&body);
	free(signature);
}

#define ONE_TAKEN "{\"accepted\":1,\"refused\":[]}"

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

/* SIM: BOT-20 -------------------------------------------------------------------------- */

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

/* Wipe and return: VST-08, VST-29 --------------------------------------------------------- */

static int end_employment(struct txn *txn, void *arg, struct err *err)
{
	struct employment_row row;
	int rc = store_employment_load(
	    txn, org(), id_of('e', *(unsigned *)arg), &row, err);

	row.to_day = calendar_day_at(CALENDAR_STOCKHOLM, story_now) - 10;
	row.ended_at = story_now;
	if (rc == 0)
		rc = store_employment_save(txn, &row, err);
	return rc < 0 ? rc
	              : judge_changed(txn, &story, org(), STORE_SUBJECT_PERSON,
	                    row.person_id, JUDGE_EMPLOYMENT, err);
}

static int save_wipe(struct txn *txn, void *arg, struct err *err)
{
	const struct wipe *wipe = arg;

	return wipe->state == WIPE_ORDERED ? store_wipe_insert(txn, wipe, err)
	                                   : store_wipe_update(txn, wipe, err);
}

static void test_wipe(void **state)
{
	static const struct {
		enum wipe_state state;
		enum verdict verdict;
		const char *reason;
	} ladder[] = {
	    {WIPE_ORDERED, VERDICT_BROKEN, "the phone has not answered"},
	    {WIPE_ACKNOWLEDGED, VERDICT_BROKEN, "which is no proof"},
	    {WIPE_SILENT, VERDICT_BROKEN, "has been silent"},
	    {WIPE_PROVEN, VERDICT_MET, "is proven to be erased"},
	};
	const char *phone = id_of('d', 8);
	struct wipe wipe = {.ordered_at = story_now};
	unsigned n = 8;
	size_t i;

	(void)state;
	take_pack("vastervik");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-08", VERDICT_EXEMPT,
	    "about the end of an employment");
	in_write(end_employment, &n);
	assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-08", VERDICT_BROKEN,
	    "By the register: no erase has been ordered.");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-29", VERDICT_BROKEN,
	    "no erase has been ordered");
	uuid_make(story_now, story.rng, wipe.id);
	COPY(wipe.org_id, org());
	COPY(wipe.device_id, phone);
	COPY(wipe.life_id, id_of('l', 8));
	COPY(wipe.command_id, id_of('c', 8));
	for (i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		wipe.state = ladder[i].state;
		in_write(save_wipe, &wipe);
		assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-08",
		    ladder[i].verdict, ladder[i].reason);
	}
	/* What an erased phone told before is judged no more. */
	assert_int_equal(look(STORE_SUBJECT_PHONE, phone, "VST-33").count, 0);
	take_pack("botkyrka");
}

/* One fact judges what it touches ------------------------------------------------------------ */

static int only_state(struct txn *txn, void *arg, struct err *err)
{
	return store_statement_insert(txn, arg, err);
}

static int change(struct txn *txn, void *arg, struct err *err)
{
	return judge_changed(txn, &story, org(), STORE_SUBJECT_PERSON,
	    id_of('p', 12), *(judge_change *)arg, err);
}

static void test_one_fact_judges_what_depends_on_it(void **state)
{
	const char *person = id_of('p', 12);
	judge_change greeting_change = JUDGE_FACT(PACK_FACT_VOICEMAIL_GREETING);
	judge_change statement_change = JUDGE_STATEMENT;
	struct statement_row row = {
	    .at = story_now, .valid_until = story_now + 180 * D};

	(void)state;
	assert_int_equal(
	    look(STORE_SUBJECT_PERSON, person, "BOT-12").view.judgement.verdict,
	    VERDICT_MET);
	/* A no that nobody was told of. */
	uuid_make(story_now, story.rng, row.id);
	COPY(row.org_id, org());
	COPY(row.person_id, person);
	COPY(row.subject_id, person);
	COPY(row.rule, "BOT-12");
	in_write(only_state, &row);
	in_write(change, &greeting_change);
	assert_int_equal(
	    look(STORE_SUBJECT_PERSON, person, "BOT-12").view.judgement.verdict,
	    VERDICT_MET);
	in_write(change, &statement_change);
	assert_int_equal(
	    look(STORE_SUBJECT_PERSON, person, "BOT-12").view.judgement.verdict,
	    VERDICT_BROKEN);
}

/* Is the rule in what is kept of the first person or phone? */
static int load_kept(struct txn *txn, void *arg, struct err *err)
{
	const char *rule = arg;
	static const char kinds[] = "pd";
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct judgement_row row;
		int rc = store_judgement_load(txn, org(),
		    i ? STORE_SUBJECT_PHONE : STORE_SUBJECT_PERSON,
		    id_of(kinds[i], 1), &row, err);
		bool found = rc == 0 &&
		    memmem(row.packed, row.packed_len, rule, strlen(rule));

		if (rc == 0)
			free((void *)(uintptr_t)row.packed);
		if (found)
			return 1;
	}
	return 0;
}

static bool in_pack(const char *rule)
{
	char text[PACK_RULE_ID_MAX];
	struct err err = {0};

	COPY(text, rule);
	return store_read(story.store, load_kept, text, &err) == 1;
}

static void test_everything_is_judged(void **state)
{
	struct judge_report first;
	struct judge_report again;
	struct err err = {0};

	(void)state;
	assert_int_equal(service_judge_all(&story, org(), &first, &err), 0);
	/* 60 people with phone and SIM, 2 units, the organisation. */
	assert_int_equal(first.subjects, 60 * 3 + 2 + 1);
	assert_true(first.verdicts[VERDICT_MET] > 60);
	assert_int_equal(service_judge_all(&story, org(), &again, &err), 0);
	assert_memory_equal(&first, &again, sizeof(first));
	assert_int_equal(service_judge_due(&story, &err), 0);
	assert_true(in_pack("BOT-21"));
	/* Another policy: everything is judged by it in the next round. */
	take_pack("ronneby");
	assert_int_equal(service_judge_due(&story, &err), 0);
	assert_false(in_pack("BOT-21"));
	assert_true(in_pack("RON-14"));
	take_pack("botkyrka");
	assert_int_equal(service_judge_due(&story, &err), 0);
	/* Another organisation sees nothing (invariant 8). */
	assert_int_equal(
	    service_judge_all(
	        &story, "01900000-0000-7000-8000-00000000ffff", &again, &err),
	    -ERR_NOT_FOUND);
}

/* Whom evidence is believed ------------------------------------------------------------------- */

static void test_evidence_that_is_refused_whole(void **state)
{
	struct evidence_item item = greeting(20, EVIDENCE_WORD_DEFAULT);
	struct buf body = {0};
	char *signature = NULL;
	char other[] = "00112233445566ff";
	struct err err = {0};
	int64_t seq = sequence;

	(void)state;
	story_now += D;
	report_make(&item, 1, seq, story_now, &body, &signature);
	assert_int_equal(
	    send_bytes(other, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_CRYPTO);
	assert_int_equal(
	    send_bytes(key_id, "", body.data, body.len, NULL, 0, &err),
	    -ERR_CRYPTO);
	body.data[body.len - 2] ^= 1; /* one bit of what was signed */
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_CRYPTO);
	assert_int_equal(send_bytes(key_id, signature, body.data,
	                     EVIDENCE_BODY_MAX + 1, NULL, 0, &err),
	    -ERR_LIMIT);
	buf_reset(&body);
	free(signature);
	/* Six minutes off, either way. */
	report_make(
	    &item, 1, seq, story_now - 6 * TIME_MINUTE_MS, &body, &signature);
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_EXPIRED);
	buf_reset(&body);
	free(signature);
	report_make(
	    &item, 1, seq, story_now + 6 * TIME_MINUTE_MS, &body, &signature);
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_EXPIRED);
	buf_clear(&body);
	free(signature);
}

static void send_text(const char *text, int code, const char *sentence)
{
	uint8_t raw[EVIDENCE_SIGNATURE_SIZE];
	struct err err = {0};
	char *signature;

	assert_int_equal(evidence_sign(pair, text, strlen(text), raw, &err), 0);
	signature = str_base64(raw, sizeof(raw));
	assert_int_equal(
	    send_bytes(key_id, signature, text, strlen(text), NULL, 0, &err),
	    code);
	if (!strstr(err.text, sentence))
		fail_msg("%s", err.text);
	free(signature);
}

static void test_evidence_that_is_no_report(void **state)
{
	(void)state;
	send_text("", -ERR_INVALID, "");
	send_text("{}", -ERR_INVALID, "");
	send_text("{\"v\":1,\"connector\":\"x\",\"run\":"
	          "\"01900000-0000-7000-8000-000000000009\",\"seq\":900,"
	          "\"observed_at\":\"2027-01-15T08:00:00Z\",\"items\":[{"
	          "\"subject\":\"tel:+46701234567\",\"fact\":"
	          "\"voicemail.mood\",\"value\":\"glad\",\"method\":"
	          "\"csv-import\"}]}",
	    -ERR_INVALID, "voicemail.mood");
}

static void test_evidence_comes_once_and_in_order(void **state)
{
	struct evidence_item item = greeting(21, EVIDENCE_WORD_DEFAULT);
	struct buf body = {0};
	char *signature = NULL;
	char *second = NULL;
	char first_answer[256];
	char answer[256];
	struct err err = {0};

	(void)state;
	sequence += 10;
	report_make(&item, 1, sequence, story_now, &body, &signature);
	assert_int_equal(send_bytes(key_id, signature, body.data, body.len,
	                     first_answer, sizeof(first_answer), &err),
	    0);
	/* The answer was lost: the same bytes, an hour later. */
	story_now += H;
	assert_int_equal(send_bytes(key_id, signature, body.data, body.len,
	                     answer, sizeof(answer), &err),
	    0);
	assert_string_equal(answer, first_answer);
	/* The same number with other words, and a lower one. */
	buf_reset(&body);
	item = greeting(21, EVIDENCE_WORD_PERSONAL);
	report_make(&item, 1, sequence, story_now, &body, &second);
	assert_int_equal(
	    send_bytes(key_id, second, body.data, body.len, NULL, 0, &err),
	    -ERR_CONFLICT);
	free(second);
	buf_reset(&body);
	report_make(&item, 1, sequence - 5, story_now, &body, &second);
	assert_int_equal(
	    send_bytes(key_id, second, body.data, body.len, NULL, 0, &err),
	    -ERR_CONFLICT);
	assert_verdict(STORE_SUBJECT_PERSON, id_of('p', 21), "BOT-16",
	    VERDICT_BROKEN, "operator's own");
	sequence++;
	free(second);
	free(signature);
	buf_clear(&body);
}

static void test_evidence_within_its_scope(void **state)
{
	struct evidence_item items[3];
	struct buf body = {0};
	char *signature = NULL;
	struct err err = {0};

	(void)state;
	story_now += H;
	/* Unit 0 holds persons 0 to 39; only greetings. */
	make_key("voicemail.greeting", id_of('u', 0));
	items[0] = greeting(22, EVIDENCE_WORD_PERSONAL);
	items[1] = greeting(50, EVIDENCE_WORD_PERSONAL);
	items[2] = sim_seen(22, EVIDENCE_WORD_FOREIGN, "");
	take(items, 3,
	    "{\"accepted\":1,\"refused\":[{\"item\":1,\"reason\":\"scope\","
	    "\"detail\":\"it is outside the unit of this key\"},{\"item\":2,"
	    "\"reason\":\"fact\",\"detail\":\"this key may not bring this "
	    "fact\"}]}");
	assert_verdict(STORE_SUBJECT_PERSON, id_of('p', 22), "BOT-16",
	    VERDICT_MET, "a personal one");
	report_make(&items[2], 1, sequence, story_now, &body, &signature);
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_DENIED);
	free(signature);
	buf_reset(&body);
	/* What is older than known is refused, and changes nothing. */
	items[0] = greeting(22, EVIDENCE_WORD_DEFAULT);
	items[0].observed_at_ms = story_now - H;
	take(items, 1,
	    "{\"accepted\":0,\"refused\":[{\"item\":0,\"reason\":\"older\","
	    "\"detail\":\"something newer is known\"}]}");
	assert_verdict(STORE_SUBJECT_PERSON, id_of('p', 22), "BOT-16",
	    VERDICT_MET, "a personal one");
	buf_clear(&body);
	make_key(ALL_FACTS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_everything_is_judged),
	    cmocka_unit_test(test_one_fact_judges_what_depends_on_it),
	    cmocka_unit_test(test_pin),
	    cmocka_unit_test(test_greeting),
	    cmocka_unit_test(test_sim),
	    cmocka_unit_test(
	        test_nothing_of_a_private_phone_or_foreign_number_is_kept),
	    cmocka_unit_test(test_evidence_that_is_refused_whole),
	    cmocka_unit_test(test_evidence_that_is_no_report),
	    cmocka_unit_test(test_evidence_comes_once_and_in_order),
	    cmocka_unit_test(test_evidence_within_its_scope),
	    cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
