/* A policy pack sent to be planned or applied; the switchboard's card. */
#include <jansson.h>
#include <string.h>

#include "policies/contact_card.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"
#include "server/office/handlers.h"
#include "server/service/policy/apply_policy.h"

static void change_encode(
    struct encoder *enc, const struct policy_plan_change *change)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "rule", change->rule);
	encode_text(enc, "sentence", change->sentence);
	encode_bool(enc, "is_text", change->is_text);
	encode_close(enc, '}');
}

static void plan_encode(
    struct encoder *enc, const struct policy_change_plan *plan)
{
	size_t i;

	encode_open(enc, NULL, '{');
	encode_text(enc, "pack", plan->pack);
	encode_text(enc, "hash", plan->hash);
	encode_text(enc, "replaces", plan->replaces);
	encode_bool(enc, "is_in_force", plan->is_in_force);
	encode_number(enc, "rules", plan->rules);
	encode_number(enc, "phones", plan->phones);
	encode_number(enc, "queued", plan->profile);
	encode_text(enc, "summary", plan->summary);
	encode_text(enc, "effect", plan->effect);
	encode_open(enc, "changes", '[');
	for (i = 0; i < plan->change_count; i++)
		change_encode(enc, &plan->changes[i]);
	encode_close(enc, ']');
	encode_close(enc, '}');
}

int office_policy_plan(struct office_call *call, struct err *err)
{
	struct policy_change_plan plan = {.pack = ""};
	int rc = service_policy_plan(call->service, &call->actor,
	    (const char *)call->request->body, call->request->body_len, &plan,
	    err);

	if (rc == 0)
		plan_encode(&call->enc, &plan);
	policy_change_plan_clear(&plan);
	return rc;
}

/* "replaces": what the plan named; "" when no policy was in force. */
static int replaces_find(const struct http_request *request,
    char out[PACK_HASH_TEXT_MAX], struct err *err)
{
	json_t *body = json_loadb((const char *)request->body,
	    request->body_len, JSON_REJECT_DUPLICATES, NULL);
	const char *replaces =
	    json_string_value(json_object_get(body, "replaces"));
	int rc = 0;

	if (!replaces || str_copy(out, PACK_HASH_TEXT_MAX, replaces))
		rc = err_set(err, ERR_INVALID,
		    "\"replaces\" is missing: send the value that "
		    "policy/plan gave");
	json_decref(body);
	return rc;
}

int office_policy_apply(struct office_call *call, struct err *err)
{
	struct policy_change_plan plan = {.pack = ""};
	char replaces[PACK_HASH_TEXT_MAX];
	int rc = replaces_find(call->request, replaces, err);

	if (rc == 0)
		rc = service_policy_apply(call->service, &call->actor,
		    (const char *)call->request->body, call->request->body_len,
		    replaces, &plan, err);
	if (rc == 0)
		plan_encode(&call->enc, &plan);
	call->status = 202;
	policy_change_plan_clear(&plan);
	return rc;
}

/* The web clip of the profile leads here: whoever has the phone may know. */
int office_contact_card(struct office_call *call, struct err *err)
{
	static const char ending[] = ".vcf";
	const char *name = call->request->params[0];
	size_t len = strlen(name);
	const struct tenant *tenant;
	char id[sizeof(((struct organisation *)0)->slug)]; /* or the slug */

	if (len < sizeof(ending) || len - 4 >= sizeof(id) ||
	    strcmp(name + len - 4, ending) != 0)
		return err_set(err, ERR_NOT_FOUND, "no such card");
	memcpy(id, name, len - 4);
	id[len - 4] = '\0';
	tenant = service_tenant_named(call->service, id);
	if (!tenant || !tenant->pack)
		return err_set(err, ERR_NOT_FOUND, "no such card");
	call->response->status = 200;
	call->response->content_type = CONTACT_CARD_CONTENT_TYPE;
	return contact_card_encode(tenant->pack, tenant->organisation.name,
	    *tenant->organisation.language ? tenant->organisation.language
	                                   : NULL,
	    &call->response->body, err);
}
