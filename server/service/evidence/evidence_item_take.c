#include "server/service/evidence/evidence_item_take.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/evidence/evidence_subject_of.h"
#include "server/service/judge/judge_known.h"
#include "server/service/judge/judge_sighting.h"
#include "server/store/store_imei.h"

/* One item on its way. */
struct taken {
	struct txn *txn;
	const struct evidence_taking *taking;
	const struct evidence_item *item;
	struct evidence_whom whom;
	struct evidence_outcome *out;
	bool is_newer; /* anything that was saved was not older */
	struct err *err;
};

static int refuse(struct evidence_outcome *out, enum evidence_refusal refusal,
    const char *why)
{
	out->is_refused = true;
	out->refusal = refusal;
	out->why = why;
	return 0;
}

static void touch(struct taken *taken, enum store_subject kind, const char *id,
    enum pack_fact fact)
{
	struct evidence_touch *slots = taken->out->touched;
	size_t i = slots[0].id[0] && slots[0].kind != kind ? 1 : 0;

	slots[i].kind = kind;
	(void)str_copy(slots[i].id, sizeof(slots[i].id), id);
	slots[i].change |= JUDGE_FACT(fact);
}

/* Saving --------------------------------------------------------------------- */

static void row_begin(const struct taken *taken, enum store_subject kind,
    const char *id, const char *fact, struct evidence_item_row *out)
{
	const struct evidence_taking *taking = taken->taking;

	*out = (struct evidence_item_row){
	    .subject_kind = kind,
	    .observed_at =
	        evidence_item_observed_at(taking->report, taken->item),
	    .valid_until =
	        evidence_item_fresh_until(taking->report, taken->item),
	    .received_at = taking->now,
	};
	(void)str_copy(out->org_id, sizeof(out->org_id), taking->key->org_id);
	(void)str_copy(out->subject_id, sizeof(out->subject_id), id);
	(void)str_copy(out->fact, sizeof(out->fact), fact);
	(void)str_copy(out->source, sizeof(out->source), taking->key->id);
	(void)str_copy(out->method, sizeof(out->method),
	    evidence_method_name(taken->item->method));
	(void)str_copy(
	    out->report_id, sizeof(out->report_id), taking->report_id);
}

static int save(struct taken *taken, const struct evidence_item_row *row,
    enum pack_fact fact)
{
	bool newer = false;
	int rc = store_evidence_item_save(taken->txn, row, &newer, taken->err);

	if (rc == 0 && newer) {
		taken->is_newer = true;
		touch(taken, row->subject_kind, row->subject_id, fact);
	}
	return rc;
}

/* Of a person's mailbox and number --------------------------------------------- */

static int take_target(struct taken *taken, struct evidence_item_row *row)
{
	const struct evidence_value *value = &taken->item->value;
	const char *word = "unknown";

	/* Where calls go is known only while they are forwarded. */
	if (value->word == EVIDENCE_WORD_ACTIVE &&
	    value->target != EVIDENCE_TARGET_UNKNOWN)
		word = evidence_target_name(value->target);
	(void)str_copy(row->fact, sizeof(row->fact),
	    pack_fact_name(PACK_FACT_CALL_FORWARD_TARGET));
	(void)str_copy(row->word, sizeof(row->word), word);
	return save(taken, row, PACK_FACT_CALL_FORWARD_TARGET);
}

static int take_personal(struct taken *taken)
{
	const struct evidence_item *item = taken->item;
	const char *name = evidence_fact_name(item->fact);
	struct evidence_item_row row;
	int rc;

	if (!taken->whom.person_id[0])
		return refuse(taken->out, EVIDENCE_REFUSED_SUBJECT,
		    "nobody of ours holds it");
	row_begin(
	    taken, STORE_SUBJECT_PERSON, taken->whom.person_id, name, &row);
	(void)str_copy(
	    row.word, sizeof(row.word), evidence_word_name(item->value.word));
	row.until_at = item->value.until_ms;
	if (item->fact == EVIDENCE_FACT_UNREAD) {
		(void)str_copy(row.word, sizeof(row.word),
		    item->value.count > 0 ? "yes" : "no");
		row.number = item->value.oldest_age_h;
	}
	rc = save(taken, &row, pack_fact_find(name));
	if (rc == 0 && item->fact == EVIDENCE_FACT_FORWARD)
		rc = take_target(taken, &row);
	if (rc < 0 || item->fact != EVIDENCE_FACT_DIRECTORY ||
	    !taken->whom.subscription.id[0])
		return rc;
	/* What the directory says of a number is said of its SIM, too. */
	row.subject_kind = STORE_SUBJECT_SUBSCRIPTION;
	(void)str_copy(row.subject_id, sizeof(row.subject_id),
	    taken->whom.subscription.id);
	return save(taken, &row, PACK_FACT_DIRECTORY_NUMBER);
}

/* Of a SIM ------------------------------------------------------------------- */

/* The words that stay: our own phone's id, or that it is none of ours. */
static int place_find(struct taken *taken, struct evidence_item_row *row)
{
	const struct evidence_value *value = &taken->item->value;
	char device_id[STORE_ID] = "";
	int rc = 0;

	if (value->imei[0])
		rc = store_imei_find(
		    taken->txn, row->org_id, value->imei, device_id, NULL);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(taken->err, (enum err_code) - rc,
		    "a phone could not be looked up");
	if (value->word == EVIDENCE_WORD_NOMATCH && !*device_id) {
		taken->out->is_foreign_imei = true;
		return refuse(taken->out, EVIDENCE_REFUSED_SUBJECT,
		    "the phone that was asked about is none of ours");
	}
	if (*device_id)
		(void)snprintf(row->word, sizeof(row->word), "%s%s",
		    value->word == EVIDENCE_WORD_NOMATCH ? SIGHTING_NOT
		                                         : SIGHTING_AT,
		    device_id);
	else if (value->imei[0] &&
	    strstr(taken->whom.subscription.expected_imeis, value->imei))
		(void)str_copy(row->word, sizeof(row->word), SIGHTING_EXPECTED);
	else
		(void)str_copy(row->word, sizeof(row->word), SIGHTING_FOREIGN);
	taken->out->is_foreign_imei = value->imei[0] && !*device_id &&
	    strcmp(row->word, SIGHTING_FOREIGN) == 0;
	return 0;
}

static int take_place(struct taken *taken)
{
	const struct evidence_value *value = &taken->item->value;
	struct evidence_item_row row;
	bool newer = false;
	int rc;

	row_begin(taken, STORE_SUBJECT_SUBSCRIPTION,
	    taken->whom.subscription.id, SIGHTING_FACT, &row);
	/* When the network saw it, not when somebody asked. */
	if (value->checked_at_ms > 0 &&
	    value->checked_at_ms < row.observed_at) {
		row.valid_until -= row.observed_at - value->checked_at_ms;
		row.observed_at = value->checked_at_ms;
	}
	rc = place_find(taken, &row);
	if (rc < 0 || taken->out->is_refused)
		return rc;
	rc = sighting_save(taken->txn, &row, &newer, taken->err);
	if (rc == 0 && newer) {
		taken->is_newer = true;
		touch(taken, STORE_SUBJECT_SUBSCRIPTION, row.subject_id,
		    PACK_FACT_SIM_LOCATION);
	}
	return rc;
}

static int take_sim(struct taken *taken)
{
	struct evidence_item_row row;

	if (!taken->whom.subscription.id[0])
		return refuse(taken->out, EVIDENCE_REFUSED_SUBJECT,
		    "it is no subscription of ours");
	if (taken->item->fact == EVIDENCE_FACT_SIM_DEVICE)
		return take_place(taken);
	row_begin(taken, STORE_SUBJECT_SUBSCRIPTION,
	    taken->whom.subscription.id, evidence_fact_name(taken->item->fact),
	    &row);
	(void)str_copy(row.word, sizeof(row.word),
	    evidence_word_name(taken->item->value.word));
	return save(taken, &row, PACK_FACT_SIM_LOCATION);
}

/* Whether it may be taken ------------------------------------------------------ */

/* allowed: names with a blank between. */
static bool is_allowed(const char *allowed, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = allowed; (at = strstr(at, name)); at += len) {
		if ((at == allowed || at[-1] == ' ') &&
		    (at[len] == '\0' || at[len] == ' '))
			return true;
	}
	return false;
}

static int check_subject(struct taken *taken)
{
	const struct evidence_key_row *key = taken->taking->key;
	bool within = true;
	int rc = evidence_whom_find(taken->txn, key->org_id,
	    taken->taking->today, taken->item, &taken->whom, NULL);

	if (rc == -ERR_NOT_FOUND || rc == -ERR_CONFLICT) {
		taken->out->is_foreign_subject = true;
		return refuse(taken->out, EVIDENCE_REFUSED_SUBJECT,
		    "it is nobody's and nothing of ours");
	}
	if (rc < 0)
		return err_set(taken->err, (enum err_code) - rc,
		    "a subject could not be looked up");
	if (taken->whom.is_private)
		return refuse(taken->out, EVIDENCE_REFUSED_PRIVATE,
		    "nothing is taken about a private phone");
	if (key->unit_id[0])
		rc = evidence_unit_is_below(taken->txn, key->org_id,
		    taken->whom.unit_id, key->unit_id, &within, taken->err);
	if (rc == 0 && !within)
		return refuse(taken->out, EVIDENCE_REFUSED_SCOPE,
		    "it is outside the unit of this key");
	return rc;
}

static int check(struct taken *taken)
{
	const struct evidence_taking *taking = taken->taking;

	if (!is_allowed(
	        taking->key->facts, evidence_fact_name(taken->item->fact)))
		return refuse(taken->out, EVIDENCE_REFUSED_FACT,
		    "this key may not bring this fact");
	if (evidence_item_observed_at(taking->report, taken->item) >
	    taking->now + EVIDENCE_SKEW_MS)
		return refuse(taken->out, EVIDENCE_REFUSED_TIME,
		    "it is dated later than now");
	return check_subject(taken);
}

int evidence_item_take(struct txn *txn, const struct evidence_taking *taking,
    const struct evidence_item *item, struct evidence_outcome *out,
    struct err *err)
{
	struct taken taken = {
	    .txn = txn,
	    .taking = taking,
	    .item = item,
	    .out = out,
	    .err = err,
	};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = check(&taken);
	if (rc < 0 || out->is_refused)
		return rc;
	if (item->fact == EVIDENCE_FACT_SIM_DEVICE ||
	    item->fact == EVIDENCE_FACT_SIM_SUBSCRIPTION)
		rc = take_sim(&taken);
	else
		rc = take_personal(&taken);
	if (rc == 0 && !out->is_refused && !taken.is_newer)
		return refuse(
		    out, EVIDENCE_REFUSED_OLDER, "something newer is known");
	return rc;
}
