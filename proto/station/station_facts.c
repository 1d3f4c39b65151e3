#include "proto/station/station_facts.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/station/codec.h"
#include "proto/station/facts_table.h"

#define NAMES(array) .names = array, .max = sizeof(array) / sizeof(array[0])
#define F struct station_facts

const char *const station_tri_names[] = {
    [STATION_UNKNOWN] = "unknown",
    [STATION_NO] = "no",
    [STATION_YES] = "yes",
};

static const char *const doubt_names[] = {
    [STATION_DOUBT_NONE] = "none",
    [STATION_DOUBT_ONE_SIDED] = "one_sided",
    [STATION_DOUBT_FALSE_NO] = "false_no",
    [STATION_DOUBT_UNSURE] = "unsure",
};

const char *const station_activation_names[] = {
    [STATION_ACTIVATION_UNKNOWN] = "unknown",
    [STATION_ACTIVATED] = "activated",
    [STATION_UNACTIVATED] = "unactivated",
    [STATION_ACTIVATION_OTHER] = "other",
};

const char *const station_cloud_names[] = {
    [STATION_CLOUD_UNKNOWN] = "unknown",
    [STATION_CLOUD_NONE] = "none",
    [STATION_CLOUD_OURS] = "ours",
    [STATION_CLOUD_FOREIGN] = "foreign",
};

static const struct codec_field fact_fields[] = {
    {CODEC_AT(struct station_fact, value), .kind = CODEC_ENUM,
        NAMES(station_tri_names)},
    {CODEC_AT(struct station_fact, doubt), .kind = CODEC_ENUM,
        NAMES(doubt_names)},
    {CODEC_AT(struct station_fact, source)},
    CODEC_END,
};

static const struct codec_field sim_fields[] = {
    {CODEC_AT(struct station_sim, slot)},
    {CODEC_AT(struct station_sim, iccid)},
    {CODEC_AT(struct station_sim, phone_number)},
    {CODEC_AT(struct station_sim, carrier)},
    CODEC_END,
};

#define TEXT(member)                                                           \
	{                                                                      \
		CODEC_AT(F, member), .kind = CODEC_TEXT                        \
	}
#define TRI(member)                                                            \
	{                                                                      \
		CODEC_AT(F, member), .kind = CODEC_ENUM,                       \
		                     NAMES(station_tri_names)                  \
	}
#define FACT(member)                                                           \
	{                                                                      \
		CODEC_AT(F, member), .kind = CODEC_OBJECT,                     \
		                     .members = fact_fields                    \
	}

const struct codec_field station_fact_fields[] = {
    TEXT(udid),
    TEXT(serial),
    TEXT(ecid),
    TEXT(product_type),
    TEXT(ios_version),
    TEXT(build),
    TEXT(name),
    TEXT(imei),
    TEXT(imei2),
    TEXT(meid),
    {CODEC_LIST_OF(F, sims, sim_count), .kind = CODEC_OBJECTS,
        .members = sim_fields},
    TRI(is_sim_list_whole),
    TEXT(sim_status),
    {CODEC_AT(F, activation), .kind = CODEC_ENUM,
        NAMES(station_activation_names)},
    TRI(is_supervised),
    {CODEC_AT(F, cloud), .kind = CODEC_ENUM, NAMES(station_cloud_names)},
    TEXT(organisation),
    FACT(locked_now),
    FACT(passcode_set),
    FACT(passcode_compliant),
    TRI(is_setup_done),
    FACT(find_my),
    FACT(cloud_backup),
    TRI(is_backup_encrypted),
    {CODEC_AT(F, last_cloud_backup_ms), .kind = CODEC_NUMBER},
    {CODEC_AT(F, battery_percent), .kind = CODEC_NUMBER},
    CODEC_END,
};

const char *station_tri_name(enum station_tri value)
{
	return station_tri_names[(unsigned)value <= STATION_YES ? value : 0];
}

const char *station_doubt_name(enum station_doubt doubt)
{
	return doubt_names[(unsigned)doubt <= STATION_DOUBT_UNSURE
	        ? doubt
	        : STATION_DOUBT_UNSURE];
}

const char *station_activation_name(enum station_activation activation)
{
	return station_activation_names
	    [(unsigned)activation <= STATION_ACTIVATION_OTHER ? activation : 0];
}

const char *station_cloud_name(enum station_cloud cloud)
{
	return station_cloud_names[(unsigned)cloud <= STATION_CLOUD_FOREIGN
	        ? cloud
	        : 0];
}

void station_facts_init(struct station_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts->last_cloud_backup_ms = -1;
	facts->battery_percent = -1;
}

/* DESIGN invariant 9. */
void station_facts_make_private(struct station_facts *facts)
{
	memset(facts->sims, 0, sizeof(facts->sims));
	facts->sim_count = 0;
	facts->is_sim_list_whole = STATION_UNKNOWN;
	facts->sim_status[0] = '\0';
	facts->imei[0] = '\0';
	facts->imei2[0] = '\0';
	facts->meid[0] = '\0';
	facts->ecid[0] = '\0';
	facts->name[0] = '\0';
}

/* What no phone can have told. */
int station_facts_check(const struct station_facts *facts, struct err *err)
{
	if (facts->passcode_set.value == STATION_NO &&
	    facts->passcode_set.doubt == STATION_DOUBT_ONE_SIDED)
		return err_set(err, ERR_INVALID,
		    "facts: \"not locked now\" does not say that no passcode "
		    "is set");
	if (facts->battery_percent > 100)
		return err_set(
		    err, ERR_INVALID, "facts: battery_percent is wrong");
	return 0;
}

int station_facts_encode(
    const struct station_facts *facts, struct buf *json, struct err *err)
{
	struct err why = {0};
	int rc = codec_dump(
	    codec_object(station_fact_fields, facts, &why), json, &why);

	if (rc != 0 && err)
		*err = why;
	return rc;
}

int station_facts_parse(
    const char *json, size_t len, struct station_facts *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct station_facts facts;
	int rc =
	    codec_parse(json, len, STATION_REPORT_MAX, "facts", &root, err);

	station_facts_init(&facts);
	if (rc == 0)
		rc =
		    codec_load(station_fact_fields, root, "facts", &facts, err);
	if (rc == 0)
		rc = station_facts_check(&facts, err);
	if (rc == 0)
		*out = facts;
	return rc;
}
