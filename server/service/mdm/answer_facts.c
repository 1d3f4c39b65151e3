#include "server/service/mdm/answer_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/return_case.h"
#include "server/service/judge/judge.h"
#include "server/service/judge/judge_sighting.h"

static int take_security(
    struct answer_facts *out, plist_t body, struct err *err)
{
	struct security_facts facts;
	int rc = security_facts_parse(body, &facts, err);

	return rc < 0 ? rc : security_facts_encode(&facts, &out->json, err);
}

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

static void note_device(struct device *said, const struct device_facts *facts)
{
	COPY(said->name, facts->device_name);
	COPY(said->model, facts->model_name);
	COPY(said->product_name, facts->product_name);
	COPY(said->os_version, facts->os_version);
	COPY(said->build_version, facts->build_version);
	(void)str_copy(said->imei, sizeof(said->imei), facts->imei);
}

static int take_device(struct answer_facts *out, plist_t body, struct err *err)
{
	struct device_facts *facts = malloc(sizeof(*facts)); /* 40 kB */
	int rc;

	if (!facts)
		return err_memory(err);
	rc = device_facts_parse(body, facts, err);
	if (rc == 0)
		rc = device_facts_encode(facts, &out->json, err);
	if (rc == 0)
		note_device(&out->said, facts);
	free(facts);
	return rc;
}

static int take_profiles(
    struct answer_facts *out, plist_t body, struct err *err)
{
	struct profile_list_facts facts = {0};
	int rc = profile_list_facts_parse(body, &facts, err);

	if (rc == 0)
		rc = profile_list_facts_encode(&facts, &out->json, err);
	profile_list_facts_clear(&facts);
	return rc;
}

/* Which answers carry facts that the rules use, and under which key. */
static const struct {
	const char *request_type;
	const char *key;
	int (*take)(struct answer_facts *out, plist_t body, struct err *err);
} kinds[] = {
    {"SecurityInfo", "SecurityInfo", take_security},
    {"DeviceInformation", "QueryResponses", take_device},
    {"ProfileList", "ProfileList", take_profiles},
};

int answer_facts_take(
    struct answer_facts *out, plist_t answer_body, struct err *err)
{
	size_t i;
	int rc;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!plist_dict_get_item(answer_body, kinds[i].key))
			continue;
		rc = kinds[i].take(out, answer_body, err);
		if (rc == 0)
			out->kind = kinds[i].request_type;
		return rc;
	}
	return 0;
}

bool answer_facts_is_due(const char *request_type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].request_type, request_type) == 0)
			return true;
	return false;
}

void answer_facts_clear(struct answer_facts *facts)
{
	buf_clear(&facts->json);
	*facts = (struct answer_facts){0};
}

static void take_text(char *to, size_t size, const char *said, bool *changed)
{
	if (!*said || strcmp(to, said) == 0)
		return;
	(void)snprintf(to, size, "%s", said);
	*changed = true;
}

/* A phone is renamed and updated; its record follows what it says. */
static int update_device(struct txn *txn, const struct device *said,
    struct device *row, struct err *err)
{
	bool changed = false;

#define TAKE(member)                                                           \
	take_text(row->member, sizeof(row->member), said->member, &changed)
	TAKE(model);
	TAKE(product_name);
	TAKE(os_version);
	TAKE(build_version);
	if (!row->is_private) {
		TAKE(name);
		TAKE(imei);
	}
#undef TAKE
	return changed ? store_device_save(txn, row, err) : 0;
}

static int save_json(struct txn *txn, const char *life_id, const char *kind,
    int64_t now, const struct buf *json, struct err *err)
{
	return store_facts_save(txn, life_id, kind, "mdm", now,
	    (const char *)json->data, json->len, err);
}

/* DeviceInformation: what it says of SIMs is compared with our own; that it is
 * supervised counts for its return. */
static int save_device(struct txn *txn, struct service *service,
    const struct answer_facts *facts, const char *life_id,
    const struct device *device, int64_t now, struct err *err)
{
	struct device_facts *said = malloc(sizeof(*said)); /* 40 kB */
	struct buf json = {0};
	int rc = said ? device_facts_parse_json((const char *)facts->json.data,
	                    facts->json.len, said, err)
	              : err_memory(err);

	if (rc == 0 && device->is_private) {
		device_facts_make_private(said);
		rc = device_facts_encode(said, &json, err);
	}
	if (rc == 0)
		rc = save_json(txn, life_id, facts->kind, now,
		    device->is_private ? &json : &facts->json, err);
	if (rc == 0)
		rc = sighting_take_answer(txn, service, device, said, now, err);
	if (rc == 0)
		rc = return_phone_changed(
		    txn, service, device->org_id, device->id, now, err);
	buf_clear(&json);
	free(said);
	return rc;
}

int answer_facts_save(struct txn *txn, struct service *service,
    const struct answer_facts *facts, const char *life_id,
    const char *device_id, int64_t now, struct err *err)
{
	struct device device;
	int rc;

	if (!facts->kind)
		return 0;
	if ((rc = store_device_load(txn, device_id, &device, err)) < 0)
		return rc;
	if (strcmp(facts->kind, "DeviceInformation") == 0)
		rc = save_device(
		    txn, service, facts, life_id, &device, now, err);
	else
		rc = save_json(
		    txn, life_id, facts->kind, now, &facts->json, err);
	if (rc == 0 && facts->said.name[0])
		rc = update_device(txn, &facts->said, &device, err);
	if (rc == 0)
		rc = judge_changed(txn, service, device.org_id,
		    STORE_SUBJECT_PHONE, device_id,
		    judge_change_of_answer(facts->kind), err);
	return rc;
}
