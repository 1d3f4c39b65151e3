#include "server/service/evidence/take_evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/evidence/evidence_item_take.h"
#include "server/service/judge/judge_known.h"
#include "server/service/service.h"

struct intake {
	struct service *service;
	const uint8_t *body;
	size_t len;
	uint8_t signature[EVIDENCE_SIGNATURE_SIZE];
	struct evidence_key_row key;
	struct evidence_report report;
	char sha256[STORE_SHA256];
	int64_t now;
	char id[STORE_ID];                 /* of the report's row */
	struct evidence_outcome *outcomes; /* one an item */
	struct buf answer;
	bool was_taken; /* the same bytes, before */
};

const char *evidence_refusal_name(enum evidence_refusal refusal)
{
	static const char *const names[EVIDENCE_REFUSAL_COUNT] = {
	    [EVIDENCE_REFUSED_FACT] = "fact",
	    [EVIDENCE_REFUSED_SUBJECT] = "subject",
	    [EVIDENCE_REFUSED_SCOPE] = "scope",
	    [EVIDENCE_REFUSED_TIME] = "time",
	    [EVIDENCE_REFUSED_OLDER] = "older",
	    [EVIDENCE_REFUSED_PRIVATE] = "private",
	};

	return (unsigned)refusal < EVIDENCE_REFUSAL_COUNT ? names[refusal]
	                                                  : "unknown";
}

/* Before anything is taken ----------------------------------------------------- */

static int find_key(struct txn *txn, void *arg, struct err *err)
{
	struct intake *intake = arg;

	return store_evidence_key_find(txn, intake->key.id, &intake->key, err);
}

/* The sentence is one for all of it: who asks learns nothing about keys. */
static int check_signature(struct intake *intake, const char *key_id,
    const char *signature, struct err *err)
{
	int rc;

	if (!key_id || !signature ||
	    str_copy(intake->key.id, sizeof(intake->key.id), key_id) < 0 ||
	    evidence_signature_parse(
	        signature, strlen(signature), intake->signature, NULL) < 0)
		return err_set(
		    err, ERR_CRYPTO, "no key or no signature is named");
	rc = store_read(intake->service->store, find_key, intake, NULL);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(
		    err, (enum err_code) - rc, "keys cannot be looked up");
	if (rc < 0 || intake->key.revoked_at ||
	    intake->key.public_key_len != EVIDENCE_KEY_SIZE ||
	    evidence_verify(intake->key.public_key, intake->body, intake->len,
	        intake->signature, NULL) < 0)
		return err_set(err, ERR_CRYPTO,
		    "the key is not known here, or the signature is not its");
	return 0;
}

/* The answer to the same bytes is the same (a lost answer). */
static int find_taken(struct txn *txn, void *arg, struct err *err)
{
	struct intake *intake = arg;
	struct evidence_report_row row;
	char *answer = NULL;
	int rc = store_evidence_report_find_seq(txn, intake->key.org_id,
	    intake->key.id, intake->report.seq, &row, NULL);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(
		    err, (enum err_code) - rc, "reports cannot be looked up");
	if (strcmp(row.body_sha256, intake->sha256) != 0)
		return err_set(err, ERR_CONFLICT,
		    "report %lld was taken with other bytes",
		    (long long)intake->report.seq);
	rc = store_evidence_report_body(
	    txn, row.org_id, row.id, NULL, NULL, &answer, err);
	if (rc == 0) {
		buf_reset(&intake->answer);
		buf_append_str(&intake->answer, answer);
		intake->was_taken = true;
	}
	free(answer);
	return rc;
}

static int check_clock(const struct intake *intake, struct err *err)
{
	int64_t apart = intake->report.observed_at_ms - intake->now;

	if ((apart < 0 ? -apart : apart) <= EVIDENCE_SKEW_MS)
		return 0;
	return err_set(err, ERR_EXPIRED,
	    "the report is dated %s than five minutes from the server's time",
	    apart < 0 ? "earlier" : "later");
}

/* Taking ----------------------------------------------------------------------- */

static int take_items(struct txn *txn, struct intake *intake, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(intake->service, intake->key.org_id);
	struct evidence_taking taking = {
	    .report = &intake->report,
	    .key = &intake->key,
	    .now = intake->now,
	};
	enum calendar_zone zone = CALENDAR_STOCKHOLM;
	size_t i;
	int rc = 0;

	if (tenant)
		(void)calendar_zone_find(tenant->organisation.time_zone, &zone);
	taking.today = calendar_day_at(zone, intake->now);
	(void)str_copy(taking.report_id, sizeof(taking.report_id), intake->id);
	for (i = 0; rc == 0 && i < intake->report.item_count; i++)
		rc = evidence_item_take(txn, &taking, &intake->report.items[i],
		    &intake->outcomes[i], err);
	return rc;
}

static size_t refused_count(const struct intake *intake, bool only_fact)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < intake->report.item_count; i++) {
		if (intake->outcomes[i].is_refused &&
		    (!only_fact ||
		        intake->outcomes[i].refusal == EVIDENCE_REFUSED_FACT))
			count++;
	}
	return count;
}

static int answer_make(struct intake *intake, struct err *err)
{
	struct buf *out = &intake->answer;
	size_t refused = refused_count(intake, false);
	const char *comma = "";
	size_t i;

	buf_reset(out);
	buf_printf(out, "{\"accepted\":%zu,\"refused\":[",
	    intake->report.item_count - refused);
	for (i = 0; i < intake->report.item_count; i++) {
		const struct evidence_outcome *outcome = &intake->outcomes[i];

		if (!outcome->is_refused)
			continue;
		buf_printf(out,
		    "%s{\"item\":%zu,\"reason\":\"%s\",\"detail\":", comma, i,
		    evidence_refusal_name(outcome->refusal));
		buf_append_json(out, outcome->why);
		buf_append_char(out, '}');
		comma = ",";
	}
	buf_append_str(out, "]}");
	return buf_check(out, err);
}

/* What must not be kept -------------------------------------------------------- */

/* Every place where text stands; false: it stands nowhere as it is. */
static bool blot(uint8_t *body, size_t len, const char *text)
{
	size_t text_len = strlen(text);
	uint8_t *at = body;
	bool found = false;

	while (text_len > 0 &&
	    (at = memmem(at, len - (size_t)(at - body), text, text_len))) {
		memset(at, 'x', text_len);
		found = true;
	}
	return found;
}

/*
 * The bytes as they came, but for numbers of SIMs, phones and people that are
 * not ours: those are made unreadable (DESIGN invariant 9). The hash and the
 * signature are of what came. Written in a way that they cannot be found by
 * (as \u escapes), nothing of the bytes is kept.
 */
static int body_keep(
    const struct intake *intake, uint8_t **out, size_t *len, struct err *err)
{
	uint8_t *copy = malloc(intake->len + 1);
	bool is_clean = true;
	size_t i;

	if (!copy)
		return err_memory(err);
	memcpy(copy, intake->body, intake->len);
	for (i = 0; i < intake->report.item_count; i++) {
		const struct evidence_item *item = &intake->report.items[i];

		if (intake->outcomes[i].is_foreign_subject)
			is_clean &=
			    blot(copy, intake->len, item->subject.value) ||
			    !memmem(intake->body, intake->len, "\\u", 2);
		if (intake->outcomes[i].is_foreign_imei)
			is_clean &= blot(copy, intake->len, item->value.imei) ||
			    !memmem(intake->body, intake->len, "\\u", 2);
	}
	*out = copy;
	*len = is_clean ? intake->len : 0;
	return 0;
}

static int keep_report(struct txn *txn, struct intake *intake, struct err *err)
{
	struct evidence_report_row row = {
	    .seq = intake->report.seq,
	    .observed_at = intake->report.observed_at_ms,
	    .received_at = intake->now,
	    .refused = (int64_t)refused_count(intake, false),
	    .signature_len = sizeof(intake->signature),
	};
	uint8_t *body = NULL;
	size_t len = 0;
	int rc = body_keep(intake, &body, &len, err);

	if (rc < 0)
		return rc;
	row.accepted = (int64_t)intake->report.item_count - row.refused;
	(void)str_copy(row.id, sizeof(row.id), intake->id);
	(void)str_copy(row.org_id, sizeof(row.org_id), intake->key.org_id);
	(void)str_copy(row.key_id, sizeof(row.key_id), intake->key.id);
	(void)str_copy(row.run, sizeof(row.run), intake->report.run);
	(void)str_copy(
	    row.body_sha256, sizeof(row.body_sha256), intake->sha256);
	memcpy(row.signature, intake->signature, sizeof(row.signature));
	rc = store_evidence_report_insert(
	    txn, &row, body, len, (const char *)intake->answer.data, err);
	free(body);
	if (rc < 0)
		return rc;
	intake->key.last_seq = intake->report.seq;
	intake->key.last_report_at = intake->now;
	return store_evidence_key_save(txn, &intake->key, err);
}

/* What follows ------------------------------------------------------------------ */

static int by_subject(const void *a, const void *b)
{
	const struct evidence_touch *left = a;
	const struct evidence_touch *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->id, right->id);
}

/* Each subject once, however many items were about it. */
static int judge_touched(
    struct txn *txn, struct intake *intake, struct err *err)
{
	size_t max = intake->report.item_count * EVIDENCE_TOUCHES;
	struct evidence_touch *all = calloc(max, sizeof(*all));
	judge_change change;
	size_t count = 0;
	size_t i;
	int rc = 0;

	if (!all)
		return err_memory(err);
	for (i = 0; i < max; i++) {
		const struct evidence_touch *touch =
		    &intake->outcomes[i / EVIDENCE_TOUCHES]
		         .touched[i % EVIDENCE_TOUCHES];

		if (touch->id[0])
			all[count++] = *touch;
	}
	qsort(all, count, sizeof(*all), by_subject);
	for (i = 0; rc == 0 && i < count; i++) {
		change = all[i].change;
		while (i + 1 < count && by_subject(&all[i], &all[i + 1]) == 0)
			change |= all[++i].change;
		rc = judge_changed(txn, intake->service, intake->key.org_id,
		    all[i].kind, all[i].id, change, err);
	}
	free(all);
	return rc;
}

/* One entry a report: its items are kept, each with whom it is about. */
static int note_report(
    struct txn *txn, const struct intake *intake, struct err *err)
{
	char by[sizeof(intake->key.id) + 8];
	char items[24];
	const struct audit_note note = {
	    .action = AUDIT_EVIDENCE_TAKEN,
	    .org_id = intake->key.org_id,
	    .by = by,
	    .subject_kind = "evidence_report",
	    .subject_id = intake->id,
	    .params = {{"source", intake->key.name}, {"items", items}},
	};

	(void)snprintf(by, sizeof(by), "key:%s", intake->key.id);
	(void)snprintf(items, sizeof(items), "%zu", intake->report.item_count);
	return audit_write(txn, intake->service, &note, err);
}

static int take_report(struct txn *txn, void *arg, struct err *err)
{
	struct intake *intake = arg;
	int rc =
	    store_evidence_key_find(txn, intake->key.id, &intake->key, err);

	if (rc < 0)
		return rc;
	if (intake->key.revoked_at)
		return err_set(err, ERR_CRYPTO, "the key is no longer known");
	if (intake->report.seq <= intake->key.last_seq)
		return err_set(err, ERR_CONFLICT,
		    "report %lld comes after %lld, which was taken before",
		    (long long)intake->report.seq,
		    (long long)intake->key.last_seq);
	if ((rc = take_items(txn, intake, err)) < 0)
		return rc;
	if (refused_count(intake, true) == intake->report.item_count)
		return err_set(err, ERR_DENIED,
		    "this key may not bring any fact of this report");
	if ((rc = answer_make(intake, err)) < 0 ||
	    (rc = keep_report(txn, intake, err)) < 0 ||
	    (rc = note_report(txn, intake, err)) < 0)
		return rc;
	return judge_touched(txn, intake, err);
}

static int take_checked(struct intake *intake, struct err *err)
{
	struct store *store = intake->service->store;
	int rc = store_read(store, find_taken, intake, err);

	if (rc < 0 || intake->was_taken)
		return rc;
	if ((rc = check_clock(intake, err)) < 0)
		return rc;
	intake->outcomes =
	    calloc(intake->report.item_count, sizeof(*intake->outcomes));
	if (!intake->outcomes)
		return err_memory(err);
	uuid_make(intake->now, intake->service->rng, intake->id);
	return store_write(store, take_report, intake, err);
}

int service_take_evidence(struct service *service, const char *key_id,
    const char *signature, const void *body, size_t len, struct buf *answer,
    struct err *err)
{
	struct intake intake = {
	    .service = service,
	    .body = body,
	    .len = len,
	    .now = clock_now(service->clock),
	};
	int rc;

	if (len > EVIDENCE_BODY_MAX)
		return err_set(err, ERR_LIMIT, "a report has at most %d bytes",
		    EVIDENCE_BODY_MAX);
	rc = check_signature(&intake, key_id, signature, err);
	if (rc == 0)
		rc = evidence_report_parse(body, len, &intake.report, err);
	if (rc == 0) {
		digest_sha256(body, len, intake.sha256);
		rc = take_checked(&intake, err);
	}
	if (rc == 0) {
		buf_append(answer, intake.answer.data, intake.answer.len);
		rc = buf_check(answer, err);
	}
	if (rc == 0 && !intake.was_taken)
		log_info(service->log, "evidence_taken", LOG_REPORT, intake.id,
		    NULL);
	evidence_report_clear(&intake.report);
	buf_clear(&intake.answer);
	free(intake.outcomes);
	return rc;
}
