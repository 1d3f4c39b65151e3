/* The policy in force and its rules, as the pack says them. */
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "policies/pack_text.h"
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

static const char *const equipment_words[] = {
    [PACK_EQUIPMENT_NONE] = "none",
    [PACK_EQUIPMENT_ORGANISATION] = "organisation",
    [PACK_EQUIPMENT_PRIVATE] = "private",
    [PACK_EQUIPMENT_ANY] = "any",
};

static const char *const calendar_words[] = {
    [PACK_CALENDAR_EVERY_DAY] = "every_day",
    [PACK_CALENDAR_WEEKDAYS] = "weekdays",
};

static const char *const cause_words[] = {
    [PACK_WAIVER_SECURITY] = "security",
    [PACK_WAIVER_LAW] = "law",
    [PACK_WAIVER_DECISION] = "decision",
};

typedef const char *bit_name_fn(unsigned bit);

/* A list of the names of the bits that are set. */
static void bits_encode(
    struct encoder *enc, const char *key, unsigned bits, bit_name_fn *name)
{
	unsigned bit;

	encode_open(enc, key, '[');
	for (bit = 1; bit && bit <= bits; bit <<= 1)
		if (bits & bit)
			encode_text(enc, NULL, name(bit));
	encode_close(enc, ']');
}

static const char *role_name(unsigned bit)
{
	return pack_role_name((enum pack_role)bit);
}

static const char *gate_name(unsigned bit)
{
	return pack_gate_name((enum pack_gate)bit);
}

static const char *occasion_name(unsigned bit)
{
	return pack_occasion_name((enum pack_occasion)bit);
}

static const char *way_name(unsigned bit)
{
	return pack_absence_way_name((enum pack_absence_way)bit);
}

/* ---- one rule ---- */

struct rule_out {
	struct encoder *enc;
	const struct pack *pack;
	const char *language;
};

/* Filled with what the pack knows; what is personal stays as its label. */
static void text_encode(struct rule_out *out, const char *key, const char *text)
{
	struct pack_fill fill;
	struct buf filled = {0};

	pack_fill_init(&fill, out->pack, out->language);
	if (text && pack_text_fill(text, &fill, &filled, NULL) == 0)
		encode_text(out->enc, key, (const char *)filled.data);
	else
		encode_text(out->enc, key, text);
	buf_clear(&filled);
}

static void texts_encode(struct rule_out *out, const struct pack_rule *rule)
{
	static const struct pack_text none;
	const struct pack_text *text =
	    pack_text_find(out->pack, out->language, rule->id);

	if (!text)
		text = &none;
	encode_open(out->enc, "texts", '{');
	encode_text(out->enc, "language", out->language);
	text_encode(out, "title", text->title);
	text_encode(out, "demand", text->demand);
	text_encode(out, "why", text->why);
	text_encode(out, "how", text->how);
	text_encode(out, "statement", text->statement);
	encode_close(out->enc, '}');
}

static void source_encode(struct encoder *enc, const struct pack_rule *rule)
{
	encode_open(enc, "source", '{');
	encode_text(enc, "document", rule->source.document);
	encode_text(enc, "title", rule->cited ? rule->cited->title : NULL);
	encode_text(enc, "section", rule->source.section);
	encode_number(enc, "line", rule->source.line);
	encode_text(enc, "superseded_by", rule->source.superseded_by);
	encode_close(enc, '}');
}

static void words_encode(struct encoder *enc, uint64_t accept)
{
	size_t i;

	encode_open(enc, "accept", '[');
	for (i = 0; i < PACK_WORD_COUNT; i++)
		if (accept & PACK_WORD_BIT(i))
			encode_text(
			    enc, NULL, pack_word_name((enum pack_word)i));
	encode_close(enc, ']');
}

static void proof_encode(struct encoder *enc, const struct pack_rule *rule)
{
	size_t i;

	encode_open(enc, "proof", '[');
	for (i = 0; i < rule->proof_count; i++) {
		const struct pack_proof *proof = &rule->proof[i];

		encode_open(enc, NULL, '{');
		encode_text(enc, "fact", pack_fact_name(proof->fact));
		words_encode(enc, proof->accept);
		encode_text(enc, "at_most", proof->at_most);
		encode_text(enc, "at_least", proof->at_least);
		encode_text(enc, "fresh", proof->fresh);
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
	encode_text(enc, "proof_needs",
	    rule->proof_needs == PACK_NEEDS_ANY ? "any" : "all");
}

static void statement_encode(
    struct encoder *enc, const struct pack_statement *statement)
{
	if (!statement) {
		encode_null(enc, "statement");
		return;
	}
	encode_open(enc, "statement", '{');
	bits_encode(enc, "by", statement->by, role_name);
	bits_encode(enc, "on", statement->on, occasion_name);
	encode_text(enc, "valid", statement->valid);
	encode_text(enc, "due", statement->due);
	encode_text(enc, "remind", statement->remind);
	encode_text(enc, "escalate", statement->escalate);
	encode_bool(enc, "fallback", statement->fallback);
	encode_close(enc, '}');
}

static void grace_encode(struct encoder *enc, const struct pack_grace *grace)
{
	size_t i;

	encode_text(enc, "settle", grace ? grace->settle : NULL);
	encode_open(enc, "steps", '[');
	for (i = 0; grace && i < grace->steps_count; i++) {
		encode_open(enc, NULL, '{');
		encode_text(enc, "after", grace->steps[i].after);
		encode_text(
		    enc, "action", pack_action_name(grace->steps[i].action));
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
}

static void waiver_encode(struct encoder *enc, const struct pack_waiver *waiver)
{
	if (!waiver) {
		encode_null(enc, "waiver");
		return;
	}
	encode_open(enc, "waiver", '{');
	encode_text(enc, "because", cause_words[waiver->because]);
	encode_text(enc, "reason", waiver->reason);
	encode_text(enc, "replaced_by", waiver->replaced_by);
	encode_close(enc, '}');
}

static void rule_encode(struct rule_out *out, const struct pack_rule *rule)
{
	struct encoder *enc = out->enc;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", rule->id);
	encode_text(enc, "class", pack_class_name(rule->class));
	encode_text(enc, "level", pack_level_name(rule->level));
	encode_text(enc, "subject", pack_subject_name(rule->subject));
	encode_text(enc, "equipment", equipment_words[rule->equipment]);
	bits_encode(enc, "binds", rule->binds, role_name);
	encode_text(enc, "when", rule->when_text);
	texts_encode(out, rule);
	source_encode(enc, rule);
	proof_encode(enc, rule);
	statement_encode(enc, rule->statement);
	bits_encode(enc, "gates", rule->gate, gate_name);
	grace_encode(enc, rule->grace);
	waiver_encode(enc, rule->waiver);
	encode_text(enc, "not_measured", rule->not_measured);
	encode_text(enc, "note", rule->note);
	encode_text(enc, "changed_by", rule->changed_by);
	encode_close(enc, '}');
}

/* ---- the handlers ---- */

static int pack_find(
    struct office_call *call, const struct pack **out, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(call->service, call->actor.org_id);

	if (!tenant || !tenant->pack)
		return err_set(err, ERR_CONFLICT,
		    "no policy is in force: set `policy` in the configuration");
	*out = tenant->pack;
	return 0;
}

static bool has_language(const struct pack *pack, const char *language)
{
	size_t i;

	for (i = 0; i < pack_language_count(pack); i++)
		if (strcmp(pack_language_at(pack, i), language) == 0)
			return true;
	return false;
}

/* Left out: that of the document. *out is the caller's to free(). */
static int language_decode(struct office_call *call, const struct pack *pack,
    char **out, struct err *err)
{
	int rc = decode_query_text(call->request, "language", 8, out, err);

	if (rc < 0)
		return rc;
	if (!*out && !(*out = strdup(pack_language_at(pack, 0))))
		return err_memory(err);
	if (!has_language(pack, *out))
		return err_set(err, ERR_INVALID,
		    "the policy has no texts in the language \"%s\"", *out);
	return 0;
}

struct rules_filter {
	char *class; /* owned, as the other two; NULL: any */
	char *subject;
	char *language;
};

static int filter_decode(struct office_call *call, const struct pack *pack,
    struct rules_filter *filter, struct err *err)
{
	static const char *const names[] = {
	    "class", "subject", "language", "limit", "cursor"};
	int rc = decode_query_names(call->request, names, 5, err);

	if (rc == 0)
		rc = decode_query_text(
		    call->request, "class", 32, &filter->class, err);
	if (rc == 0)
		rc = decode_query_text(
		    call->request, "subject", 32, &filter->subject, err);
	if (rc == 0)
		rc = language_decode(call, pack, &filter->language, err);
	return rc;
}

static bool is_wanted(
    const struct rules_filter *filter, const struct pack_rule *rule)
{
	return (!filter->class ||
	           strcmp(filter->class, pack_class_name(rule->class)) == 0) &&
	    (!filter->subject ||
	        strcmp(filter->subject, pack_subject_name(rule->subject)) == 0);
}

/* In the order of the pack. */
static void rules_walk(struct pager *pager, struct rule_out *out,
    const struct rules_filter *filter)
{
	const struct pack_rule *rule;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn = PAGER_SHOW;
	size_t i;

	for (i = 0; turn != PAGER_STOP && i < pack_rule_count(out->pack); i++) {
		rule = pack_rule_at(out->pack, i);
		if (!is_wanted(filter, rule))
			continue;
		pager_key_time(key, (int64_t)i + 1, rule->id);
		turn = pager_turn(pager, key);
		if (turn == PAGER_SHOW)
			rule_encode(out, rule);
	}
}

int office_rules_list(struct office_call *call, struct err *err)
{
	struct rule_out out = {.enc = &call->enc};
	struct rules_filter filter = {0};
	struct pager pager;
	int rc = pack_find(call, &out.pack, err);

	if (rc == 0)
		rc = filter_decode(call, out.pack, &filter, err);
	out.language = filter.language;
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0) {
		rules_walk(&pager, &out, &filter);
		rc = pager_end(&pager, 0);
	}
	free(filter.class);
	free(filter.subject);
	free(filter.language);
	return rc;
}

int office_rule_get(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"language"};
	const struct pack_rule *rule = NULL;
	struct rule_out out = {.enc = &call->enc};
	char *language = NULL;
	int rc = decode_query_names(call->request, names, 1, err);

	if (rc == 0)
		rc = pack_find(call, &out.pack, err);
	if (rc == 0)
		rc = language_decode(call, out.pack, &language, err);
	if (rc == 0) {
		rule = pack_rule_find(out.pack, call->request->params[0]);
		out.language = language;
		if (rule)
			rule_encode(&out, rule);
		else
			rc = err_set(err, ERR_NOT_FOUND,
			    "the policy has no rule \"%.32s\"",
			    call->request->params[0]);
	}
	free(language);
	return rc;
}

/* ---- the pack itself ---- */

static void callback_encode(
    struct encoder *enc, const char *key, const struct pack_callback *callback)
{
	if (!callback) {
		encode_null(enc, key);
		return;
	}
	encode_open(enc, key, '{');
	encode_number(enc, "n", callback->n);
	encode_text(enc, "unit",
	    callback->unit == PACK_UNIT_HOURS ? "hours" : "working_days");
	encode_text(enc, "calendar", calendar_words[callback->calendar]);
	encode_close(enc, '}');
}

static void absence_encode(
    struct encoder *enc, const struct pack_absence *absence)
{
	if (!absence) {
		encode_null(enc, "absence");
		return;
	}
	encode_open(enc, "absence", '{');
	bits_encode(enc, "accept", absence->accept, way_name);
	encode_number(enc, "voicemail_max_days", absence->voicemail_max_days);
	encode_close(enc, '}');
}

static void parameters_encode(
    struct encoder *enc, const struct pack_parameters *parameters)
{
	encode_open(enc, "parameters", '{');
	callback_encode(enc, "callback", parameters->callback);
	callback_encode(enc, "callback_simple", parameters->callback_simple);
	absence_encode(enc, parameters->absence);
	encode_text(enc, "exit_digits", parameters->exit_digits);
	encode_text(enc, "switchboard_number", parameters->switchboard_number);
	encode_text(enc, "phrase_in", parameters->phrase_in);
	encode_text(enc, "phrase_out", parameters->phrase_out);
	encode_close(enc, '}');
}

static void documents_encode(struct encoder *enc, const struct pack *pack)
{
	size_t i;

	encode_open(enc, "documents", '[');
	for (i = 0; i < pack_document_count(pack); i++) {
		const struct pack_document *document =
		    pack_document_at(pack, i);

		encode_open(enc, NULL, '{');
		encode_text(enc, "id", document->id);
		encode_text(enc, "title", document->title);
		encode_text(enc, "decision", document->decision);
		encode_text(enc, "decided", document->decided);
		encode_text(enc, "valid_from", document->valid_from);
		encode_text(enc, "valid_until", document->valid_until);
		encode_text(enc, "review_by", document->review_by);
		encode_text(enc, "note", document->note);
		encode_close(enc, '}');
	}
	encode_close(enc, ']');
}

static void languages_encode(struct encoder *enc, const struct pack *pack)
{
	size_t i;

	encode_open(enc, "languages", '[');
	for (i = 0; i < pack_language_count(pack); i++)
		encode_text(enc, NULL, pack_language_at(pack, i));
	encode_close(enc, ']');
}

int office_policy_get(struct office_call *call, struct err *err)
{
	const struct pack_acknowledgement *acknowledgement;
	struct encoder *enc = &call->enc;
	const struct pack *pack;
	char hash[PACK_HASH_TEXT_MAX];
	int rc = pack_find(call, &pack, err);

	if (rc < 0)
		return rc;
	acknowledgement = pack_acknowledgement(pack);
	pack_hash_text(pack, hash);
	encode_open(enc, NULL, '{');
	encode_text(enc, "pack", pack_name(pack));
	encode_text(enc, "extends", pack_extends(pack));
	encode_text(enc, "hash", hash);
	encode_text(enc, "organisation", pack_organisation(pack));
	encode_text(enc, "owner", pack_owner(pack));
	encode_text(enc, "country", pack_country_name(pack_country(pack)));
	encode_text(enc, "time_zone", pack_time_zone(pack));
	languages_encode(enc, pack);
	encode_number(enc, "rules", (int64_t)pack_rule_count(pack));
	documents_encode(enc, pack);
	parameters_encode(enc, pack_parameters(pack));
	encode_open(enc, "acknowledgement", '{');
	encode_text(enc, "due", acknowledgement->due);
	encode_text(enc, "remind", acknowledgement->remind);
	encode_text(enc, "escalate", acknowledgement->escalate);
	encode_close(enc, '}');
	encode_close(enc, '}');
	return 0;
}
