#include "tests/unit/server/judge_world.h"

#include <stdlib.h>

#include "policies/pack.h"
#include "server/service/evidence/take_evidence.h"
#include "server/service/mdm/policy_profile.h"
#include "tests/bench/judge/judge_fill.h"

EVP_PKEY *pair;
char key_id[EVIDENCE_KEY_ID_MAX];
int64_t sequence = 1;

static struct pack *pack;
static struct policy_profile profile;
static struct fill filled;

/* ---- the world ---- */

const char *org(void)
{
	return story.tenants[0].organisation.id;
}

const char *id_of(char kind, unsigned n)
{
	static char ids[512][STORE_ID];
	static unsigned next;
	char *id = ids[next++ % 512];

	fill_id(&filled, kind, n, id);
	return id;
}

void in_write(unit_fn *fn, void *arg)
{
	struct err err = {0};

	if (store_write(story.store, fn, arg, &err) < 0)
		fail_msg("%s", err.text);
}

void take_pack(const char *name)
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

void make_key(const char *facts, const char *unit_id)
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

int judge_begin(void **state)
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

int judge_end(void **state)
{
	EVP_PKEY_free(pair);
	pack_free(pack);
	return story_end(state);
}

/* ---- looking ---- */

static int on_view(void *arg, const struct judgement_view *view)
{
	struct found *found = arg;

	found->view = *view;
	found->count++;
	return 0;
}

struct found look(enum store_subject kind, const char *id, const char *rule)
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

void assert_verdict(enum store_subject kind, const char *id, const char *rule,
    enum verdict verdict, const char *reason)
{
	struct found found = look(kind, id, rule);

	if (found.count != 1 || found.view.judgement.verdict != verdict ||
	    !strstr(found.view.judgement.reason, reason))
		fail_msg("%s: %u judgements, %s: %s", rule, found.count,
		    verdict_name(found.view.judgement.verdict),
		    found.view.judgement.reason);
}

/* ---- evidence ---- */

struct evidence_item item_about(
    enum evidence_subject_kind kind, const char *subject)
{
	struct evidence_item item = {.method = EVIDENCE_METHOD_CSV};

	item.subject.kind = kind;
	COPY(item.subject.value, subject);
	return item;
}

struct evidence_item greeting(unsigned n, enum evidence_word word)
{
	char number[20];
	struct evidence_item item;

	(void)snprintf(number, sizeof(number), "+4670%07u", n);
	item = item_about(EVIDENCE_SUBJECT_TEL, number);
	item.fact = EVIDENCE_FACT_GREETING;
	item.value.word = word;
	return item;
}

struct evidence_item sim_seen(
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

void report_make(struct evidence_item *items, size_t count, int64_t seq,
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

int send_bytes(const char *key, const char *signature, const void *body,
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

void take(struct evidence_item *items, size_t count, const char *answer)
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
