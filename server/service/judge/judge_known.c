#include "server/service/judge/judge_known.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/apple/status_facts.h"

/* The world ---------------------------------------------------------------- */

enum store_subject judge_subject_of(const struct pack_rule *rule)
{
	static const enum store_subject kinds[] = {
	    [PACK_SUBJECT_PERSON] = STORE_SUBJECT_PERSON,
	    [PACK_SUBJECT_PHONE] = STORE_SUBJECT_PHONE,
	    [PACK_SUBJECT_SUBSCRIPTION] = STORE_SUBJECT_SUBSCRIPTION,
	    [PACK_SUBJECT_UNIT] = STORE_SUBJECT_UNIT,
	    [PACK_SUBJECT_ORGANISATION] = STORE_SUBJECT_ORGANISATION,
	};

	return kinds[rule->subject];
}

#define PASSCODES                                                              \
	(JUDGE_FACT(PACK_FACT_PASSCODE_PRESENT) |                              \
	    JUDGE_FACT(PACK_FACT_PASSCODE_COMPLIANT) |                         \
	    JUDGE_FACT(PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES))

judge_change judge_depends(const struct pack_rule *rule)
{
	judge_change on = JUDGE_EXCEPTION | JUDGE_EMPLOYMENT;
	unsigned i;

	for (i = 0; i < rule->proof_count; i++)
		on |= JUDGE_FACT(rule->proof[i].fact);
	/* Compliance counts from when our profile was there. */
	if (on & PASSCODES)
		on |= JUDGE_FACT(PACK_FACT_PROFILE_INSTALLED);
	if (rule->statement)
		on |= JUDGE_STATEMENT;
	if (rule->when == PACK_WHEN_ABSENCE ||
	    rule->when == PACK_WHEN_ABSENCE_LONGER || rule->statement)
		on |= JUDGE_ABSENCE;
	if (rule->subject == PACK_SUBJECT_PHONE ||
	    rule->subject == PACK_SUBJECT_SUBSCRIPTION)
		on |= JUDGE_EQUIPMENT;
	return on;
}

judge_change judge_change_of_answer(const char *kind)
{
	static const struct {
		const char *kind;
		judge_change change;
	} kinds[] = {
	    {"SecurityInfo", PASSCODES | JUDGE_FACT(PACK_FACT_ENROLMENT_USER)},
	    {"ProfileList", JUDGE_FACT(PACK_FACT_PROFILE_INSTALLED)},
	    {"DeviceInformation",
	        JUDGE_FACT(PACK_FACT_OS_VERSION) |
	            JUDGE_FACT(PACK_FACT_BACKUP_LAST) |
	            JUDGE_FACT(PACK_FACT_ACTIVATION_LOCK)},
	    {STATUS_FACTS_KIND, PASSCODES | JUDGE_FACT(PACK_FACT_OS_VERSION)},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].change;
	}
	return 0;
}

static int note_exception(void *arg, const struct exception_row *row)
{
	struct judge_world *world = arg;

	(void)row;
	world->has_exceptions = true;
	return 1;
}

int judge_world_now(struct txn *txn, struct judge_world *world, struct err *err)
{
	int rc;

	world->now = clock_now(world->service->clock);
	world->today = calendar_day_at(world->place.zone, world->now);
	world->has_exceptions = false;
	rc = store_exception_each(txn, world->tenant->organisation.id, "", 1,
	    note_exception, world, err);
	return rc < 0 ? rc : 0;
}

int judge_world_init(struct service *service, const char *org_id,
    struct judge_world *out, struct err *err)
{
	struct judge_world made = {.service = service};
	size_t i;

	made.tenant = service_tenant_find(service, org_id);
	if (!made.tenant || !made.tenant->pack)
		return err_set(err, ERR_NOT_FOUND,
		    "no policy is in force in this organisation");
	made.pack = made.tenant->pack;
	pack_hash_text(made.pack, made.pack_hash);
	(void)calendar_country_find(
	    pack_country_name(pack_country(made.pack)), &made.place.country);
	(void)calendar_zone_find(pack_time_zone(made.pack), &made.place.zone);
	for (i = 0; i < pack_rule_count(made.pack); i++) {
		const struct pack_rule *rule = pack_rule_at(made.pack, i);

		if (verdict_is_judged(rule))
			made.asked[judge_subject_of(rule)] |=
			    judge_depends(rule);
	}
	made.now = clock_now(service->clock);
	*out = made;
	return 0;
}

/* Filling in ---------------------------------------------------------------- */

void known_again(struct judge_known *known, int64_t at_ms)
{
	if (at_ms > 0 && at_ms < known->again_at_ms)
		known->again_at_ms = at_ms;
}

struct fact_observation *known_observe(struct judge_known *known,
    enum pack_fact fact, const char *source, int64_t observed_at)
{
	size_t at = known->facts.observation_count;
	struct fact_observation *seen = &known->observations[at];

	if (at == KNOWN_OBSERVATIONS)
		return NULL;
	(void)snprintf(known->held[at].source, sizeof(known->held[at].source),
	    "%.36s", source);
	*seen = (struct fact_observation){
	    .fact = fact,
	    .source = known->held[at].source,
	    .observed_at_ms = observed_at,
	};
	known->facts.observation_count++;
	return seen;
}

void known_register(struct judge_known *known, const struct judge_world *world,
    enum pack_fact fact, enum pack_word word)
{
	struct fact_observation *seen =
	    known_observe(known, fact, "register", world->now);

	if (!seen)
		return;
	seen->word = word;
	seen->method = VERDICT_REGISTER;
}

/* Evidence --------------------------------------------------------------- */

struct taking {
	const struct judge_world *world;
	struct judge_known *known;
};

static int take_item(void *arg, const struct evidence_item_row *row)
{
	struct taking *taking = arg;
	enum pack_fact fact = pack_fact_find(row->fact);
	enum pack_word word = pack_word_find(row->word);
	struct fact_observation *seen;

	if (fact == PACK_FACT_COUNT ||
	    !(taking->world->asked[taking->known->kind] & JUDGE_FACT(fact)))
		return 0;
	/* The method says more to people than the number of a key. */
	seen = known_observe(taking->known, fact,
	    row->method[0] ? row->method : row->source, row->observed_at);
	if (!seen)
		return 0;
	seen->word = word == PACK_WORD_COUNT ? PACK_WORD_UNKNOWN : word;
	seen->valid_until_ms = row->valid_until;
	if (pack_fact_info(fact)->kind == PACK_KIND_AGE)
		seen->since_ms = row->observed_at - row->number * TIME_HOUR_MS;
	if (strcmp(row->source, "register") == 0)
		seen->method = VERDICT_REGISTER;
	/* A referral that has run out refers nobody. */
	if (row->until_at > 0 &&
	    (!seen->valid_until_ms || row->until_at < seen->valid_until_ms))
		seen->valid_until_ms = row->until_at;
	return 0;
}

int known_load_evidence(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct taking taking = {world, known};

	return store_evidence_item_each(txn, world->tenant->organisation.id,
	    known->kind, known->id, NULL, take_item, &taking, err);
}

/* Statements and exceptions ----------------------------------------------- */

struct stated {
	struct txn *txn;
	const struct judge_world *world;
	struct judge_known *known;
};

static int take_statement(void *arg, const struct statement_row *row)
{
	struct stated *stated = arg;
	struct judge_known *known = stated->known;
	size_t at = known->facts.statement_count;
	struct person_row person;

	if (at == KNOWN_STATEMENTS)
		return 0;
	(void)snprintf(known->stated[at].rule, sizeof(known->stated[at].rule),
	    "%s", row->rule);
	known->stated[at].by[0] = '\0';
	if (store_person_load(
	        stated->txn, row->org_id, row->person_id, &person, NULL) == 0)
		(void)snprintf(known->stated[at].by,
		    sizeof(known->stated[at].by), "%.60s", person.name);
	known->statements[at] = (struct subject_statement){
	    .rule_id = known->stated[at].rule,
	    .is_yes = row->is_yes,
	    .at_ms = row->at,
	    .valid_until_ms = row->valid_until,
	    .by = known->stated[at].by,
	};
	known->facts.statement_count++;
	return 0;
}

static int take_exception(void *arg, const struct exception_row *row)
{
	struct judge_known *known = arg;
	struct known_exception *exception =
	    &known->exceptions[known->exception_count];

	if (known->exception_count == KNOWN_EXCEPTIONS)
		return 0;
	(void)str_copy(exception->rule, sizeof(exception->rule), row->rule);
	(void)str_copy(
	    exception->reason, sizeof(exception->reason), row->reason);
	exception->until_ms = row->until_at;
	known->exception_count++;
	return 0;
}

static int load_words(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	const char *org_id = world->tenant->organisation.id;
	struct stated stated = {txn, world, known};
	int rc = world->has_exceptions
	    ? store_exception_each_subject(txn, org_id, known->kind, known->id,
	          world->now, take_exception, known, err)
	    : 0;

	if (rc < 0 || !(world->asked[known->kind] & JUDGE_STATEMENT))
		return rc;
	return store_statement_each_subject(
	    txn, org_id, known->kind, known->id, take_statement, &stated, err);
}

/* The subject ------------------------------------------------------------- */

static void known_reset(struct judge_known *known,
    const struct judge_world *world, enum store_subject kind, const char *id)
{
	profile_list_facts_clear(&known->profiles);
	known->kind = kind;
	(void)str_copy(known->id, sizeof(known->id), id);
	known->exists = false;
	known->is_live = true;
	known->is_shared = false;
	known->person = (struct known_person){0};
	known->exception_count = 0;
	known->again_at_ms = INT64_MAX;
	known->facts = (struct subject_facts){
	    .now_ms = world->now,
	    .place = world->place,
	    .parameters = pack_parameters(world->pack),
	    .observations = known->observations,
	    .statements = known->statements,
	    .security = known->answers,
	};
}

void known_clear(struct judge_known *known)
{
	profile_list_facts_clear(&known->profiles);
}

int known_load(struct txn *txn, const struct judge_world *world,
    enum store_subject kind, const char *id, struct judge_known *known,
    struct err *err)
{
	static int (*const loaders[STORE_SUBJECT_COUNT])(struct txn * txn,
	    const struct judge_world *world, struct judge_known *known,
	    struct err *err) = {
	    [STORE_SUBJECT_PERSON] = known_load_person,
	    [STORE_SUBJECT_PHONE] = known_load_phone,
	    [STORE_SUBJECT_SUBSCRIPTION] = known_load_subscription,
	    [STORE_SUBJECT_UNIT] = known_load_unit,
	    [STORE_SUBJECT_ORGANISATION] = known_load_organisation,
	};
	int rc;

	known_reset(known, world, kind, id);
	rc = loaders[kind](txn, world, known, err);
	if (rc < 0 || !known->exists)
		return rc;
	return load_words(txn, world, known, err);
}

/* Which rules ------------------------------------------------------------- */

static bool asks_only_registers(const struct pack_rule *rule)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++) {
		if (!pack_fact_info(rule->proof[i].fact)->is_register)
			return false;
	}
	return rule->proof_count > 0;
}

static bool asks(const struct pack_rule *rule, enum pack_fact fact)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++) {
		if (rule->proof[i].fact == fact)
			return true;
	}
	return false;
}

bool known_is_judged(
    const struct judge_known *known, const struct pack_rule *rule)
{
	if (judge_subject_of(rule) != known->kind || !verdict_is_judged(rule))
		return false;
	/* Who has left is bound by nothing but the leaving. */
	if (known->kind == STORE_SUBJECT_PERSON &&
	    known->person.has_employment && !known->person.is_employed &&
	    rule->when != PACK_WHEN_EMPLOYMENT_ENDED)
		return false;
	if (known->kind != STORE_SUBJECT_PHONE)
		return true;
	/* What an erased phone told before is no longer true. */
	if (!known->is_live && rule->class != PACK_WAIVED &&
	    !asks_only_registers(rule))
		return false;
	if (!known->is_shared && asks(rule, PACK_FACT_REGISTER_TEAM_LEADER))
		return false;
	return known->facts.expected ||
	    !asks(rule, PACK_FACT_PROFILE_INSTALLED);
}

void known_facts_for(const struct judge_known *known,
    const struct pack_rule *rule, struct subject_facts *out)
{
	const unsigned holders = PACK_ROLE_EMPLOYEE | PACK_ROLE_ELECTED;
	size_t i;

	*out = known->facts;
	/* A manager's duty about a phone is there whoever holds it. */
	if (known->kind != STORE_SUBJECT_PERSON && !(rule->binds & holders))
		out->roles = 0;
	for (i = 0; i < known->exception_count; i++) {
		if (strcmp(known->exceptions[i].rule, rule->id) != 0)
			continue;
		out->exception = known->exceptions[i].reason;
		out->exception_until_ms = known->exceptions[i].until_ms;
	}
}
