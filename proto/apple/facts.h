/*
 * facts: typed facts out of the answers DeviceInformation, SecurityInfo and
 * ProfileList. Every key is optional (quirk 7): what a phone did not say, or
 * said in another type than Apple documents, is unknown, never a default. The
 * time and the source of a fact are the caller's to keep beside it.
 * The JSON form is for storage; unknown facts are left out of it.
 */
#ifndef PROTO_APPLE_FACTS_H
#define PROTO_APPLE_FACTS_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/limits.h"

struct err;

enum fact_bool { FACT_UNKNOWN = 0, FACT_NO, FACT_YES };

#define FACT_NUMBER_UNKNOWN (-1) /* no number fact is negative */
#define FACT_SHORT_MAX 64

/* "unknown", "no", "yes" */
const char *fact_bool_name(enum fact_bool value);

/* One line (SIM or eSIM) of a phone. Texts are "" when unknown. */
struct service_subscription {
	char slot[FACT_SHORT_MAX + 1]; /* "CTSubscriptionSlotOne" */
	char label[LIMIT_NAME + 1];    /* the user's own name for the line */
	char label_id[FACT_SHORT_MAX + 1];
	char iccid[FACT_SHORT_MAX + 1]; /* this to meid: blanks taken out */
	char eid[FACT_SHORT_MAX + 1];
	char imei[FACT_SHORT_MAX + 1];
	char meid[FACT_SHORT_MAX + 1];
	char phone_number[FACT_SHORT_MAX + 1]; /* as sent, "" is common */
	char carrier[LIMIT_NAME + 1];          /* the network it is on now */
	char subscriber_carrier[LIMIT_NAME + 1];
	char carrier_settings[FACT_SHORT_MAX + 1];
	char current_mcc[FACT_SHORT_MAX + 1]; /* text: leading zeros count */
	char current_mnc[FACT_SHORT_MAX + 1];
	char subscriber_mcc[FACT_SHORT_MAX + 1];
	char subscriber_mnc[FACT_SHORT_MAX + 1];
	enum fact_bool is_data_preferred;
	enum fact_bool is_voice_preferred;
	enum fact_bool is_roaming;
};

/* DeviceInformation. Texts are "" and numbers -1 when unknown. */
struct device_facts {
	char udid[LIMIT_UDID + 1];
	char serial_number[LIMIT_SERIAL + 1]; /* case as sent */
	char device_name[LIMIT_NAME + 1];
	char model[LIMIT_NAME + 1];
	char model_name[LIMIT_NAME + 1];
	char model_number[LIMIT_NAME + 1];
	char product_name[FACT_SHORT_MAX + 1]; /* "iPhone12,1" */
	char os_version[FACT_SHORT_MAX + 1];
	char os_version_extra[FACT_SHORT_MAX + 1]; /* "(a)" */
	char build_version[FACT_SHORT_MAX + 1];
	char imei[FACT_SHORT_MAX + 1]; /* blanks taken out */
	char meid[FACT_SHORT_MAX + 1]; /* blanks taken out */
	char modem_firmware[FACT_SHORT_MAX + 1];
	char wifi_mac[FACT_SHORT_MAX + 1]; /* lower case, colons */
	char bluetooth_mac[FACT_SHORT_MAX + 1];
	char time_zone[FACT_SHORT_MAX + 1];
	char eas_identifier[FACT_SHORT_MAX + 1];

	double battery_level;         /* 0 to 1 */
	double device_capacity;       /* GB as the phone counts them */
	double available_capacity;    /* GB */
	int64_t cellular_technology;  /* 0 none, 1 GSM, 2 CDMA, 3 both */
	int64_t last_cloud_backup_ms; /* Unix milliseconds */

	enum fact_bool is_supervised;
	enum fact_bool is_device_locator_on;
	enum fact_bool is_activation_lock_on;
	enum fact_bool is_mdm_lost_mode_on;
	enum fact_bool is_cloud_backup_on;
	enum fact_bool is_do_not_disturb_on;
	enum fact_bool is_data_roaming_on;
	enum fact_bool is_voice_roaming_on;
	enum fact_bool is_roaming;
	enum fact_bool is_personal_hotspot_on;
	enum fact_bool is_network_tethered;
	enum fact_bool is_itunes_account_active;
	enum fact_bool is_awaiting_configuration;
	enum fact_bool is_multi_user;
	enum fact_bool is_diagnostics_on;
	enum fact_bool is_app_analytics_on;

	/* From ServiceSubscriptions (iOS 12+), else from the old SIM keys. */
	struct service_subscription subscriptions[LIMIT_SUBSCRIPTIONS];
	size_t subscription_count;

	/* Values of another type or too long, counted and left unknown. */
	unsigned ignored;
};

/* SecurityInfo. A PIN is judged by passcode_present first (quirk 6). */
struct security_facts {
	enum fact_bool passcode_present;
	enum fact_bool passcode_compliant;
	enum fact_bool passcode_compliant_with_profiles;
	enum fact_bool is_user_enrolment;
	int64_t hardware_encryption_caps;  /* bits: 1 block, 2 file level */
	int64_t passcode_grace_s;          /* seconds the user chose */
	int64_t passcode_grace_enforced_s; /* seconds that apply */
	int64_t auto_lock_s;               /* Shared iPad only */
	unsigned ignored;
};

struct profile_fact {
	char identifier[LIMIT_NAME + 1];
	char uuid[LIMIT_COMMAND_UUID + 1];
	char display_name[LIMIT_NAME + 1];
	char organisation[LIMIT_NAME + 1];
	char source[FACT_SHORT_MAX + 1]; /* iOS 18: "MDM", … */
	enum fact_bool is_managed;
	enum fact_bool is_removal_disallowed;
	enum fact_bool is_encrypted;
	size_t payload_count;
	size_t signer_count;
};

struct profile_list_facts {
	struct profile_fact *entries; /* owned; at most LIMIT_PROFILES */
	size_t count;
	unsigned ignored; /* entries without an identifier, odd values */
};

/* A value with everything unknown. */
void device_facts_init(struct device_facts *facts);
void security_facts_init(struct security_facts *facts);

/*
 * answer_body: the root dictionary (struct answer.body). ERR_NOT_FOUND when
 * the answer holds no such result; ERR_LIMIT for more profiles or lines than
 * limits.h allows. profile_list_facts_clear() what that one filled.
 */
int device_facts_parse(
    plist_t answer_body, struct device_facts *out, struct err *err);
int security_facts_parse(
    plist_t answer_body, struct security_facts *out, struct err *err);
int profile_list_facts_parse(
    plist_t answer_body, struct profile_list_facts *out, struct err *err);
void profile_list_facts_clear(struct profile_list_facts *facts);

/* The entry with that identifier (borrowed), or NULL. */
const struct profile_fact *profile_list_facts_find(
    const struct profile_list_facts *facts, const char *identifier);

/*
 * Takes out what must not be kept of a private phone (DESIGN invariant 9):
 * lines, numbers, IMEI, MEID, serial, radio addresses, the user's name for it.
 */
void device_facts_make_private(struct device_facts *facts);

/* JSON for storage: snake_case keys as the members, sorted, one object. */
int device_facts_encode(
    const struct device_facts *facts, struct buf *json, struct err *err);
int security_facts_encode(
    const struct security_facts *facts, struct buf *json, struct err *err);
int profile_list_facts_encode(
    const struct profile_list_facts *facts, struct buf *json, struct err *err);

/* Takes what the encoders wrote, of this or an older version. */
int device_facts_parse_json(
    const char *json, size_t len, struct device_facts *out, struct err *err);
int security_facts_parse_json(
    const char *json, size_t len, struct security_facts *out, struct err *err);
int profile_list_facts_parse_json(const char *json, size_t len,
    struct profile_list_facts *out, struct err *err);

#endif
