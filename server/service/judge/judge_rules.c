/*
 * Verdicts of phones, as the phone pages and listings show them: the kept
 * judgements (judge.h) of every phone that text finds.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/judge/judge.h"
#include "server/service/service.h"

struct showing {
	struct service *service;
	const struct actor *actor;
	service_verdict_fn *fn;
	void *arg;
	const struct device *device;
	struct err *err;
};

/* The value as the judgement saw it, for people. */
static void value_fill(
    const struct judgement_evidence *evidence, char *out, size_t size)
{
	const char *value = pack_word_name(evidence->word);

	if (!evidence->observed_at_ms)
		value = "unknown";
	else if (evidence->text[0])
		value = evidence->text;
	(void)snprintf(out, size, "%s", value);
}

static int show(void *arg, const struct judgement_view *from)
{
	struct showing *showing = arg;
	struct verdict_view view = {.device = *showing->device};
	const struct judgement *judgement = &from->judgement;
	size_t i;

	(void)snprintf(view.rule, sizeof(view.rule), "%s", from->rule);
	(void)snprintf(view.title, sizeof(view.title), "%s", from->title);
	(void)snprintf(view.verdict, sizeof(view.verdict), "%s",
	    verdict_name(judgement->verdict));
	(void)snprintf(
	    view.reason, sizeof(view.reason), "%s", judgement->reason);
	(void)snprintf(view.source, sizeof(view.source), "%s", from->source);
	view.judged_at = judgement->judged_at_ms;
	for (i = 0; i < judgement->evidence_count && i < 8; i++) {
		const struct judgement_evidence *evidence =
		    &judgement->evidence[i];

		(void)snprintf(view.evidence[i].name,
		    sizeof(view.evidence[i].name), "%s",
		    pack_fact_name(evidence->fact));
		value_fill(evidence, view.evidence[i].value,
		    sizeof(view.evidence[i].value));
		(void)snprintf(view.evidence[i].source,
		    sizeof(view.evidence[i].source), "%s", evidence->source);
		view.evidence[i].observed_at = evidence->observed_at_ms;
	}
	view.evidence_count = i;
	return showing->fn(showing->arg, &view);
}

static int show_device(void *arg, const struct device_view *device)
{
	struct showing *showing = arg;
	struct judgement_listing filter = {
	    .subject_kind = STORE_SUBJECT_PHONE,
	    .subject_id = device->device.id,
	    .verdict = -1,
	    .language = "en",
	};

	if (!device->life.id[0])
		return 0; /* never ours to judge */
	showing->device = &device->device;
	return service_judgement_each(showing->service, showing->actor, &filter,
	    show, showing, showing->err);
}

int service_verdict_each(struct service *service, const struct actor *actor,
    const char *text, service_verdict_fn *fn, void *arg, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(service, actor->org_id);
	struct showing showing = {
	    .service = service,
	    .actor = actor,
	    .fn = fn,
	    .arg = arg,
	    .err = err,
	};

	if (!tenant || !tenant->pack)
		return err_set(err, ERR_CONFLICT,
		    "no policy is in force: set `policy` in the configuration");
	return service_device_each(
	    service, actor, text, show_device, &showing, err);
}
