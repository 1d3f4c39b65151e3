/* Judgements: every rule about every person, phone, SIM, unit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/judge/judge.h"

static void evidence_encode(
    struct encoder *enc, const struct judgement *judgement)
{
	size_t i;

	encode_open(enc, "evidence", '[');
	for (i = 0; i < judgement->evidence_count; i++) {
		const struct judgement_evidence *one = &judgement->evidence[i];

		encode_open(enc, NULL, '{');
		encode_text(enc, "fact", pack_fact_name(one->fact));
		encode_text(enc, "says", verdict_name(one->says));
		encode_text(enc, "cause", verdict_cause_name(one->cause));
		encode_text(enc, "word",
		    one->word == PACK_WORD_NONE ? NULL
		                                : pack_word_name(one->word));
		encode_text(enc, "value", one->text);
		encode_text(enc, "source", one->source);
		encode_time(enc, "observed_at", one->observed_at_ms);
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
}

static void statement_encode(
    struct encoder *enc, const struct judgement_statement *statement)
{
	if (!statement->is_there) {
		encode_null(enc, "statement");
		return;
	}
	encode_open(enc, "statement", '{');
	encode_bool(enc, "yes", statement->is_yes);
	encode_time(enc, "made_at", statement->at_ms);
	encode_time(enc, "valid_until",
	    statement->valid_until_ms == INT64_MAX ? 0
	                                           : statement->valid_until_ms);
	encode_text(enc, "by", statement->by);
	encode_close(enc, '}');
}

static void judgement_encode(
    struct encoder *enc, const struct judgement_view *view)
{
	const struct judgement *judgement = &view->judgement;

	encode_open(enc, NULL, '{');
	encode_open(enc, "subject", '{');
	encode_text(enc, "kind", store_subject_name(view->subject_kind));
	encode_text(enc, "id", view->subject_id);
	encode_text(enc, "name", view->subject_name);
	encode_close(enc, '}');
	encode_text(enc, "rule", view->rule);
	encode_text(enc, "title", view->title);
	encode_text(enc, "level", view->level);
	encode_text(enc, "source", view->source);
	encode_text(enc, "verdict", verdict_name(judgement->verdict));
	encode_text(enc, "cause", verdict_cause_name(judgement->cause));
	encode_text(enc, "reason", judgement->reason);
	encode_text(enc, "note", judgement->note);
	encode_time(enc, "judged_at", judgement->judged_at_ms);
	encode_time(enc, "since", judgement->since_ms);
	encode_time(enc, "again_at",
	    judgement->again_at_ms == INT64_MAX ? 0 : judgement->again_at_ms);
	encode_time(enc, "broken_since", view->broken_since);
	encode_text(enc, "step", view->step);
	evidence_encode(enc, judgement);
	statement_encode(enc, &judgement->statement);
	encode_close(enc, '}');
}

static int on_judgement(void *arg, const struct judgement_view *view)
{
	struct pager *pager = arg;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	(void)snprintf(key, sizeof(key), "%u %s", (unsigned)view->subject_kind,
	    view->subject_id);
	turn = pager_turn(pager, key);
	if (turn == PAGER_SHOW)
		judgement_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

/* ---- what is asked for ---- */

struct judgements_query {
	char *kind; /* owned, as all here */
	char *id;
	char *rule;
	char *verdict;
	char *language;
};

static void query_clear(struct judgements_query *query)
{
	free(query->kind);
	free(query->id);
	free(query->rule);
	free(query->verdict);
	free(query->language);
}

static int query_load(const struct http_request *request,
    struct judgements_query *query, struct err *err)
{
	static const char *const names[] = {"subject_kind", "subject", "rule",
	    "verdict", "language", "limit", "cursor"};
	const struct {
		size_t max;
		char **out;
	} texts[] = {{16, &query->kind}, {STORE_ID - 1, &query->id},
	    {63, &query->rule}, {16, &query->verdict}, {8, &query->language}};
	size_t i;
	int rc = decode_query_names(request, names, 7, err);

	for (i = 0; rc == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		rc = decode_query_text(
		    request, names[i], texts[i].max, texts[i].out, err);
	return rc;
}

static int verdict_find(const char *word)
{
	int i;

	for (i = 0; i < VERDICT_COUNT; i++)
		if (strcmp(verdict_name((enum verdict)i), word) == 0)
			return i;
	return -1;
}

static int listing_fill(const struct judgements_query *query,
    struct judgement_listing *listing, struct err *err)
{
	enum store_subject kind;

	*listing = (struct judgement_listing){.subject_kind = -1,
	    .subject_id = query->id,
	    .rule = query->rule,
	    .verdict = -1,
	    .language = query->language};
	if (query->kind && store_subject_parse(query->kind, &kind) < 0)
		return err_set(err, ERR_INVALID,
		    "\"subject_kind\" must be person, phone, subscription, "
		    "unit or organisation");
	if (query->kind)
		listing->subject_kind = (int)kind;
	else if (query->id)
		return err_set(err, ERR_INVALID,
		    "\"subject\" is an id: say its \"subject_kind\", too");
	if (query->verdict) {
		listing->verdict = verdict_find(query->verdict);
		if (listing->verdict < 0)
			return err_set(err, ERR_INVALID,
			    "\"verdict\" must be met, broken, unknown, "
			    "disputed, waived or exempt");
	}
	return 0;
}

/* Kind by kind: what is behind a cursor is known within its kind. */
static int kinds_walk(struct office_call *call, struct pager *pager,
    const struct judgement_listing *wanted, struct err *err)
{
	struct judgement_listing one = *wanted;
	int first = pager->after[0] ? pager->after[0] - '0' : 0;
	int kind;
	int rc = 0;

	for (kind = first; rc == 0 && kind < STORE_SUBJECT_COUNT; kind++) {
		if (wanted->subject_kind >= 0 && wanted->subject_kind != kind)
			continue;
		one.subject_kind = kind;
		one.after_id =
		    kind == first && pager->after[0] ? pager->after + 2 : NULL;
		rc = service_judgement_each(call->service, &call->actor, &one,
		    on_judgement, pager, err);
	}
	return rc;
}

/* The form of our own keys; others would be read past their end. */
static int after_check(const struct pager *pager, struct err *err)
{
	const char *after = pager->after;

	if (!after[0] ||
	    (after[0] >= '0' && after[0] < '0' + STORE_SUBJECT_COUNT &&
	        after[1] == ' '))
		return 0;
	return err_set(err, ERR_INVALID, "\"cursor\" is none of this list");
}

int office_judgements_list(struct office_call *call, struct err *err)
{
	struct judgements_query query = {0};
	struct judgement_listing listing;
	struct pager pager;
	int rc = query_load(call->request, &query, err);

	if (rc == 0)
		rc = listing_fill(&query, &listing, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0)
		rc = after_check(&pager, err);
	if (rc == 0)
		rc = pager_end(&pager, kinds_walk(call, &pager, &listing, err));
	query_clear(&query);
	return rc;
}
