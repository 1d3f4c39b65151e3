#include "proto/apple/facts.h"

#include <stdlib.h>
#include <string.h>

#include "proto/apple/facts_table.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

const char *fact_bool_name(enum fact_bool value)
{
	switch (value) {
	case FACT_YES:
		return "yes";
	case FACT_NO:
		return "no";
	default:
		return "unknown";
	}
}

static void set_unknown(const struct fact_field *field, void *facts)
{
	void *at = (char *)facts + field->offset;

	switch (field->kind) {
	case FACT_KIND_TEXT:
	case FACT_KIND_NUMBER_TEXT:
	case FACT_KIND_MAC:
		*(char *)at = '\0';
		break;
	case FACT_KIND_BOOL:
		*(enum fact_bool *)at = FACT_UNKNOWN;
		break;
	case FACT_KIND_INTEGER:
	case FACT_KIND_DATE:
		*(int64_t *)at = FACT_NUMBER_UNKNOWN;
		break;
	case FACT_KIND_REAL:
		*(double *)at = FACT_NUMBER_UNKNOWN;
		break;
	case FACT_KIND_COUNT:
		*(size_t *)at = 0;
		break;
	}
}

void facts_set_unknown(const struct fact_field *field, void *facts)
{
	for (; field->name; field++)
		set_unknown(field, facts);
}

void device_facts_init(struct device_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts_set_unknown(device_fact_fields, facts);
}

void security_facts_init(struct security_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts_set_unknown(security_fact_fields, facts);
}

/* Older phones write '-' where newer ones write ':' (quirk 5). */
static void normalise_mac(char *mac)
{
	for (; *mac; mac++) {
		if (*mac == '-')
			*mac = ':';
		else if (*mac >= 'A' && *mac <= 'F')
			*mac = (char)(*mac - 'A' + 'a');
	}
}

static int read_text(plist_t dict, const struct fact_field *field, char *out)
{
	int rc = xplist_get_string(dict, field->key, out, field->size, NULL);

	if (rc == 1 && field->kind == FACT_KIND_NUMBER_TEXT) {
		str_strip_blanks(out);
		/* Nothing of the longer text stays behind: structs compare. */
		memset(out + strlen(out), 0, field->size - strlen(out));
	}
	if (rc == 1 && field->kind == FACT_KIND_MAC)
		normalise_mac(out);
	return rc;
}

static int read_bool(plist_t dict, const char *key, enum fact_bool *out)
{
	bool value;
	int rc = xplist_get_bool(dict, key, &value, NULL);

	if (rc == 1)
		*out = value ? FACT_YES : FACT_NO;
	return rc;
}

/* No number fact can be negative: one that is stays unknown. */
static int read_integer(plist_t dict, const char *key, int64_t *out)
{
	int64_t value;
	int rc = xplist_get_integer(dict, key, &value, NULL);

	if (rc == 1 && value < 0)
		return -(int)ERR_INVALID;
	if (rc == 1)
		*out = value;
	return rc;
}

static int read_date(plist_t dict, const char *key, int64_t *out)
{
	int64_t value;
	int rc = xplist_get_date(dict, key, &value, NULL);

	if (rc == 1 && value < 0)
		return -(int)ERR_INVALID;
	if (rc == 1)
		*out = value;
	return rc;
}

static int read_real(plist_t dict, const char *key, double *out)
{
	double value;
	int rc = xplist_get_real(dict, key, &value, NULL);

	if (rc == 1 && !(value >= 0 && value <= 1e15))
		return -(int)ERR_INVALID;
	if (rc == 1)
		*out = value;
	return rc;
}

static int read_field(plist_t dict, const struct fact_field *field, void *facts)
{
	void *at = (char *)facts + field->offset;

	switch (field->kind) {
	case FACT_KIND_TEXT:
	case FACT_KIND_NUMBER_TEXT:
	case FACT_KIND_MAC:
		return read_text(dict, field, at);
	case FACT_KIND_BOOL:
		return read_bool(dict, field->key, at);
	case FACT_KIND_INTEGER:
		return read_integer(dict, field->key, at);
	case FACT_KIND_DATE:
		return read_date(dict, field->key, at);
	case FACT_KIND_REAL:
		return read_real(dict, field->key, at);
	case FACT_KIND_COUNT:
		return 0;
	}
	return 0;
}

/* Reads all fields that have a key; counts the values that were no use. */
static void read_fields(plist_t dict, const struct fact_field *field,
    void *facts, unsigned *ignored)
{
	for (; field->name; field++)
		if (field->key && read_field(dict, field, facts) < 0)
			(*ignored)++;
}

static int find_result(
    plist_t body, const char *key, plist_t *out, struct err *err)
{
	if (xplist_get_dict(body, key, out, NULL) != 1)
		return err_set(
		    err, ERR_NOT_FOUND, "the answer holds no %s", key);
	return 0;
}

/* --- DeviceInformation --------------------------------------------------- */

static int read_subscriptions(
    plist_t array, struct device_facts *out, struct err *err)
{
	uint32_t count = plist_array_get_size(array);
	uint32_t i;

	if (count > LIMIT_SUBSCRIPTIONS)
		return err_set(err, ERR_LIMIT,
		    "key ServiceSubscriptions: %u lines, %d are allowed", count,
		    LIMIT_SUBSCRIPTIONS);
	for (i = 0; i < count; i++) {
		plist_t item = plist_array_get_item(array, i);

		if (!xplist_is_dict(item)) {
			out->ignored++;
			continue;
		}
		read_fields(item, subscription_fact_fields,
		    &out->subscriptions[out->subscription_count++],
		    &out->ignored);
	}
	return 0;
}

/* Before iOS 12 the facts of the one SIM stand at top level. */
static void read_old_sim(plist_t responses, struct device_facts *out)
{
	struct service_subscription sim = {0};
	unsigned ignored = 0;
	int64_t technology = out->cellular_technology;

	read_fields(responses, old_sim_fact_fields, &sim, &ignored);
	out->ignored += ignored;
	if (sim.subscriber_carrier[0] == '\0')
		(void)xplist_get_string(responses, "SIMCarrierNetwork",
		    sim.subscriber_carrier, sizeof(sim.subscriber_carrier),
		    NULL);
	/* A Wi-Fi model has no line; an empty slot has no ICCID. */
	if (technology == 0 ||
	    (sim.iccid[0] == '\0' && sim.phone_number[0] == '\0'))
		return;
	memcpy(sim.imei, out->imei, sizeof(sim.imei));
	memcpy(sim.meid, out->meid, sizeof(sim.meid));
	sim.is_roaming = out->is_roaming;
	out->subscriptions[0] = sim;
	out->subscription_count = 1;
}

int device_facts_parse(
    plist_t answer_body, struct device_facts *out, struct err *err)
{
	struct device_facts facts;
	plist_t responses;
	plist_t lines;
	int rc = find_result(answer_body, "QueryResponses", &responses, err);

	if (rc)
		return rc;
	device_facts_init(&facts);
	read_fields(responses, device_fact_fields, &facts, &facts.ignored);
	rc = xplist_get_array(responses, "ServiceSubscriptions", &lines, NULL);
	if (rc < 0)
		facts.ignored++;
	if (rc != 1)
		read_old_sim(responses, &facts);
	else if ((rc = read_subscriptions(lines, &facts, err)) != 0)
		return rc;
	*out = facts;
	return 0;
}

#define FORGET(array) memset(array, 0, sizeof(array))

void device_facts_make_private(struct device_facts *facts)
{
	FORGET(facts->subscriptions);
	facts->subscription_count = 0;
	FORGET(facts->udid);
	FORGET(facts->serial_number);
	FORGET(facts->device_name);
	FORGET(facts->imei);
	FORGET(facts->meid);
	FORGET(facts->modem_firmware);
	FORGET(facts->wifi_mac);
	FORGET(facts->bluetooth_mac);
	FORGET(facts->time_zone);
	FORGET(facts->eas_identifier);
	facts->cellular_technology = FACT_NUMBER_UNKNOWN;
	facts->last_cloud_backup_ms = FACT_NUMBER_UNKNOWN;
	facts->is_cloud_backup_on = FACT_UNKNOWN;
	facts->is_device_locator_on = FACT_UNKNOWN;
	facts->is_do_not_disturb_on = FACT_UNKNOWN;
	facts->is_data_roaming_on = FACT_UNKNOWN;
	facts->is_voice_roaming_on = FACT_UNKNOWN;
	facts->is_roaming = FACT_UNKNOWN;
	facts->is_personal_hotspot_on = FACT_UNKNOWN;
	facts->is_network_tethered = FACT_UNKNOWN;
	facts->is_itunes_account_active = FACT_UNKNOWN;
}

/* --- SecurityInfo -------------------------------------------------------- */

int security_facts_parse(
    plist_t answer_body, struct security_facts *out, struct err *err)
{
	struct security_facts facts;
	plist_t info;
	plist_t management;
	int rc = find_result(answer_body, "SecurityInfo", &info, err);

	if (rc)
		return rc;
	security_facts_init(&facts);
	read_fields(info, security_fact_fields, &facts, &facts.ignored);
	rc = xplist_get_dict(info, "ManagementStatus", &management, NULL);
	if (rc == 1)
		rc = read_bool(
		    management, "IsUserEnrollment", &facts.is_user_enrolment);
	if (rc < 0)
		facts.ignored++;
	*out = facts;
	return 0;
}

/* --- ProfileList --------------------------------------------------------- */

static size_t count_items(plist_t dict, const char *key)
{
	plist_t array;

	if (xplist_get_array(dict, key, &array, NULL) != 1)
		return 0;
	return plist_array_get_size(array);
}

static bool read_profile(
    plist_t item, struct profile_fact *out, unsigned *ignored)
{
	if (!xplist_is_dict(item))
		return false;
	facts_set_unknown(profile_fact_fields, out);
	read_fields(item, profile_fact_fields, out, ignored);
	out->payload_count = count_items(item, "PayloadContent");
	out->signer_count = count_items(item, "SignerCertificates");
	return out->identifier[0] != '\0';
}

int profile_list_facts_parse(
    plist_t answer_body, struct profile_list_facts *out, struct err *err)
{
	struct profile_list_facts facts = {0};
	plist_t list;
	uint32_t count;
	uint32_t i;

	if (xplist_get_array(answer_body, "ProfileList", &list, NULL) != 1)
		return err_set(
		    err, ERR_NOT_FOUND, "the answer holds no ProfileList");
	count = plist_array_get_size(list);
	if (count > LIMIT_PROFILES)
		return err_set(err, ERR_LIMIT,
		    "key ProfileList: %u profiles, %d are allowed", count,
		    LIMIT_PROFILES);
	facts.entries = calloc(count ? count : 1, sizeof(facts.entries[0]));
	if (!facts.entries)
		return err_memory(err);
	for (i = 0; i < count; i++) {
		if (read_profile(plist_array_get_item(list, i),
		        &facts.entries[facts.count], &facts.ignored))
			facts.count++;
		else
			facts.ignored++;
	}
	*out = facts;
	return 0;
}

void profile_list_facts_clear(struct profile_list_facts *facts)
{
	if (!facts)
		return;
	free(facts->entries);
	*facts = (struct profile_list_facts){0};
}

const struct profile_fact *profile_list_facts_find(
    const struct profile_list_facts *facts, const char *identifier)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (!strcmp(facts->entries[i].identifier, identifier))
			return &facts->entries[i];
	return NULL;
}
