/*
 * Verdicts: every rule of the policy in force that facts can judge, over every
 * phone, worked out when asked: no verdict is older than its question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/verdict.h"
#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/policy_profile.h"
#include "server/service/service.h"

struct judge {
	struct service *service;
	const struct tenant *tenant;
	int64_t now;
	service_verdict_fn *fn;
	void *arg;
	struct err *err;
};

/* What is known about one phone, loaded for the length of its judgement. */
struct known {
	const char *life_id;
	const char *org_id;
	const char *purpose;
	struct facts_row security_row;
	struct facts_row profiles_row;
	struct security_facts security;
	struct profile_list_facts profiles;
	struct command install; /* the newest order of our profile */
};

static int take_install(void *arg, const struct command *row)
{
	*(struct command *)arg = *row;
	return 1; /* newest first: one is enough */
}

static int load_row(struct txn *txn, const char *life_id, const char *kind,
    struct facts_row *row, struct err *err)
{
	int rc;

	store_facts_clear(row);
	rc = store_facts_load(txn, life_id, kind, row, err);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int load_known(struct txn *txn, void *arg, struct err *err)
{
	struct known *known = arg;
	struct command_filter installs = {
	    .org_id = known->org_id,
	    .life_id = known->life_id,
	    .purpose = known->purpose,
	    .limit = 1,
	};
	int rc;

	if ((rc = load_row(txn, known->life_id, "SecurityInfo",
	         &known->security_row, err)) < 0 ||
	    (rc = load_row(txn, known->life_id, "ProfileList",
	         &known->profiles_row, err)) < 0 ||
	    !known->purpose)
		return rc;
	rc = store_command_each(
	    txn, &installs, take_install, &known->install, err);
	return rc < 0 ? rc : 0;
}

static void known_clear(struct known *known)
{
	store_facts_clear(&known->security_row);
	store_facts_clear(&known->profiles_row);
	profile_list_facts_clear(&known->profiles);
}

static int parse_known(struct known *known, struct err *err)
{
	int rc = 0;

	if (known->security_row.json)
		rc = security_facts_parse_json(known->security_row.json,
		    known->security_row.json_len, &known->security, err);
	if (rc == 0 && known->profiles_row.json)
		rc = profile_list_facts_parse_json(known->profiles_row.json,
		    known->profiles_row.json_len, &known->profiles, err);
	return rc;
}

/* The value as the judgement saw it, for people. */
static const char *value_of(const struct known *known, enum pack_fact fact,
    const struct judgement_evidence *evidence)
{
	if (!evidence->observed_at_ms)
		return "unknown";
	switch (fact) {
	case PACK_FACT_PASSCODE_PRESENT:
		return fact_bool_name(known->security.passcode_present);
	case PACK_FACT_PASSCODE_COMPLIANT:
		return fact_bool_name(known->security.passcode_compliant);
	case PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES:
		return fact_bool_name(
		    known->security.passcode_compliant_with_profiles);
	case PACK_FACT_PROFILE_INSTALLED:
		return evidence->says == VERDICT_MET ? "yes" : "no";
	default:
		break;
	}
	return "unknown";
}

static void fill_view(struct verdict_view *view, const struct pack *pack,
    const struct pack_rule *rule, const struct judgement *judgement,
    const struct known *known)
{
	const struct pack_text *text = pack_text_find(pack, "en", rule->id);
	size_t i;

	if (!text)
		text =
		    pack_text_find(pack, pack_language_at(pack, 0), rule->id);
	(void)snprintf(view->rule, sizeof(view->rule), "%s", rule->id);
	(void)snprintf(
	    view->title, sizeof(view->title), "%s", text ? text->title : "");
	(void)snprintf(view->verdict, sizeof(view->verdict), "%s",
	    verdict_name(judgement->verdict));
	(void)snprintf(
	    view->reason, sizeof(view->reason), "%s", judgement->reason);
	(void)snprintf(view->source, sizeof(view->source),
	    "%.120s, %.80s, line %u", rule->cited->title, rule->source.section,
	    rule->source.line);
	view->judged_at = judgement->judged_at_ms;
	for (i = 0; i < judgement->evidence_count && i < 8; i++) {
		const struct judgement_evidence *evidence =
		    &judgement->evidence[i];

		(void)snprintf(view->evidence[i].name,
		    sizeof(view->evidence[i].name), "%s",
		    pack_fact_name(evidence->fact));
		(void)snprintf(view->evidence[i].value,
		    sizeof(view->evidence[i].value), "%s",
		    value_of(known, evidence->fact, evidence));
		(void)snprintf(view->evidence[i].source,
		    sizeof(view->evidence[i].source), "%s", evidence->source);
		view->evidence[i].observed_at = evidence->observed_at_ms;
	}
	view->evidence_count = i;
}

static void fill_subject(struct subject_facts *subject,
    struct security_observation *security, const struct known *known,
    const struct judge *judge, const struct device_view *device)
{
	const struct policy_profile *profile = judge->tenant->profile;

	*security = (struct security_observation){
	    .facts = &known->security,
	    .observed_at_ms = known->security_row.observed_at,
	    .source = known->security_row.source,
	};
	*subject = (struct subject_facts){
	    .now_ms = judge->now,
	    .enrolled_at_ms = device->life.started_at,
	    .equipment = PACK_EQUIPMENT_ORGANISATION,
	    .security = security,
	    .security_count = known->security_row.json ? 1 : 0,
	    .expected = profile ? &profile->summary : NULL,
	    .install_ordered_at_ms = known->install.created_at,
	};
	if (known->profiles_row.json)
		subject->profiles = (struct profile_observation){
		    .facts = &known->profiles,
		    .observed_at_ms = known->profiles_row.observed_at,
		    .source = known->profiles_row.source,
		};
	if (known->install.state == COMMAND_ACKNOWLEDGED)
		subject->install_acknowledged_at_ms = known->install.closed_at;
}

static int judge_known(struct judge *judge, const struct device_view *device,
    const struct known *known)
{
	const struct pack *pack = judge->tenant->pack;
	struct security_observation security;
	struct subject_facts subject;
	struct judgement judgement;
	struct verdict_view view;
	size_t i;
	int rc = 0;

	fill_subject(&subject, &security, known, judge, device);
	for (i = 0; rc == 0 && i < pack_rule_count(pack); i++) {
		const struct pack_rule *rule = pack_rule_at(pack, i);

		if (!verdict_is_judged(rule))
			continue;
		rc = verdict_judge(rule, &subject, &judgement, judge->err);
		if (rc < 0)
			break;
		view = (struct verdict_view){.device = device->device};
		fill_view(&view, pack, rule, &judgement, known);
		rc = judge->fn(judge->arg, &view);
	}
	return rc;
}

/* It said that it erases itself: what it told before is no longer true. */
static bool is_erased(const struct device_view *device)
{
	return device->wipe.id[0] &&
	    strcmp(device->wipe.life_id, device->life.id) == 0 &&
	    wipe_is_erased(device->wipe.state);
}

static int judge_device(void *arg, const struct device_view *device)
{
	struct judge *judge = arg;
	const struct policy_profile *profile = judge->tenant->profile;
	struct known known = {
	    .life_id = device->life.id,
	    .org_id = device->device.org_id,
	    .purpose = profile ? profile->purpose : NULL,
	};
	int rc;

	if (!device->life.id[0] || !life_is_open(device->life.state) ||
	    is_erased(device))
		return 0; /* not ours to judge any more */
	rc = store_read(judge->service->store, load_known, &known, judge->err);
	if (rc == 0)
		rc = parse_known(&known, judge->err);
	if (rc == 0)
		rc = judge_known(judge, device, &known);
	known_clear(&known);
	return rc;
}

int service_verdict_each(struct service *service, const struct actor *actor,
    const char *text, service_verdict_fn *fn, void *arg, struct err *err)
{
	struct judge judge = {
	    .service = service,
	    .tenant = service_tenant_find(service, actor->org_id),
	    .now = clock_now(service->clock),
	    .fn = fn,
	    .arg = arg,
	    .err = err,
	};

	if (!judge.tenant || !judge.tenant->pack)
		return err_set(err, ERR_CONFLICT,
		    "no policy is in force: set `policy` in the configuration");
	return service_device_each(
	    service, actor, text, judge_device, &judge, err);
}
