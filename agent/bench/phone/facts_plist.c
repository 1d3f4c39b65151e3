#include "agent/bench/phone/facts_plist.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Seconds from 1970 to 2001, Apple's epoch. */
#define APPLE_EPOCH_S INT64_C(978307200)

/* ---- single values ---- */

/* Text that is fit to be kept and shown: UTF-8, no control characters. */
static void take_text(plist_t node, char *out, size_t size)
{
	size_t len = 0;
	const char *text = xplist_text(node, &len);
	size_t i;

	if (!text || len >= size || !str_is_utf8(text, len))
		return;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return;
	memcpy(out, text, len);
	out[len] = '\0';
}

static plist_t item(plist_t dict, const char *key)
{
	return xplist_is_dict(dict) ? plist_dict_get_item(dict, key) : NULL;
}

static enum station_tri tri_of_bool(plist_t node)
{
	uint8_t value = 0;

	if (!node || plist_get_node_type(node) != PLIST_BOOLEAN)
		return STATION_UNKNOWN;
	plist_get_bool_val(node, &value);
	return value ? STATION_YES : STATION_NO;
}

/* -1: no number. Integers and reals that are whole enough. */
static int64_t whole_number(plist_t node)
{
	uint64_t value = 0;
	double real = 0;

	if (node && plist_get_node_type(node) == PLIST_UINT) {
		plist_get_uint_val(node, &value);
		return value <= INT64_MAX ? (int64_t)value : -1;
	}
	if (node && plist_get_node_type(node) == PLIST_REAL) {
		plist_get_real_val(node, &real);
		return real >= 0 && real < 1e15 ? (int64_t)real : -1;
	}
	return -1;
}

static struct station_fact fact(
    enum station_tri value, enum station_doubt doubt, const char *source)
{
	struct station_fact made = {value, doubt, ""};

	(void)str_copy(made.source, sizeof(made.source), source);
	return made;
}

/* ---- the common domain ---- */

#define FIELD(key, member)                                                     \
	{                                                                      \
		key, offsetof(struct station_facts, member),                   \
		    sizeof(((struct station_facts *)0)->member)                \
	}

static const struct {
	const char *key;
	size_t at;
	size_t size;
} text_fields[] = {
    FIELD("UniqueDeviceID", udid),
    FIELD("SerialNumber", serial),
    FIELD("ProductType", product_type),
    FIELD("ProductVersion", ios_version),
    FIELD("BuildVersion", build),
    FIELD("DeviceName", name),
    FIELD("InternationalMobileEquipmentIdentity", imei),
    FIELD("InternationalMobileEquipmentIdentity2", imei2),
    FIELD("MobileEquipmentIdentifier", meid),
    FIELD("SIMStatus", sim_status),
};

static void add_ecid(struct station_facts *facts, plist_t values)
{
	plist_t node = item(values, "UniqueChipID");
	uint64_t value = 0;

	if (!node || plist_get_node_type(node) != PLIST_UINT)
		return;
	plist_get_uint_val(node, &value);
	if (value != 0)
		(void)snprintf(
		    facts->ecid, sizeof(facts->ecid), "%" PRIX64, value);
}

static void add_activation(struct station_facts *facts, plist_t values)
{
	char state[STATION_SHORT_MAX + 1] = "";

	take_text(item(values, "ActivationState"), state, sizeof(state));
	if (!state[0])
		return;
	if (strcmp(state, "Activated") == 0)
		facts->activation = STATION_ACTIVATED;
	else if (strcmp(state, "Unactivated") == 0)
		facts->activation = STATION_UNACTIVATED;
	else
		facts->activation = STATION_ACTIVATION_OTHER;
}

/*
 * True means a passcode is set and the phone is locked by it. False means
 * unlocked now, and nothing about a passcode (go-ios and Apple's tools agree;
 * limd issues 1073, 1191).
 */
static void add_lock(struct station_facts *facts, plist_t values)
{
	enum station_tri locked =
	    tri_of_bool(item(values, "PasswordProtected"));

	if (locked == STATION_UNKNOWN)
		return;
	facts->locked_now =
	    fact(locked, STATION_DOUBT_NONE, "lockdown PasswordProtected");
	if (locked == STATION_YES)
		facts->passcode_set = fact(STATION_YES, STATION_DOUBT_ONE_SIDED,
		    "lockdown PasswordProtected");
}

/* ---- SIMs ---- */

static void take_digits(plist_t node, char *out, size_t size)
{
	take_text(node, out, size);
	str_strip_blanks(out);
}

static void add_carrier(struct station_sim *sim, plist_t entry)
{
	char mcc[8] = "";
	char mnc[8] = "";

	take_text(item(entry, "MCC"), mcc, sizeof(mcc));
	take_text(item(entry, "MNC"), mnc, sizeof(mnc));
	if (mcc[0] && mnc[0])
		(void)snprintf(
		    sim->carrier, sizeof(sim->carrier), "%s-%s", mcc, mnc);
	else
		take_text(item(entry, "CFBundleIdentifier"), sim->carrier,
		    sizeof(sim->carrier));
}

static void add_sim(struct station_facts *facts, plist_t entry)
{
	struct station_sim sim = {.slot = ""};

	if (!xplist_is_dict(entry))
		return;
	take_digits(item(entry, "IntegratedCircuitCardIdentity"), sim.iccid,
	    sizeof(sim.iccid));
	take_text(item(entry, "Slot"), sim.slot, sizeof(sim.slot));
	add_carrier(&sim, entry);
	/* A bundle without a card is the carrier file alone. */
	if (!sim.iccid[0])
		return;
	if (facts->sim_count == LIMIT_SUBSCRIPTIONS)
		facts->is_sim_list_whole = STATION_NO;
	else
		facts->sims[facts->sim_count++] = sim;
}

static struct station_sim *sim_of_slot(
    struct station_facts *facts, const char *slot)
{
	size_t i;

	for (i = 0; i < facts->sim_count; i++)
		if (strcmp(facts->sims[i].slot, slot) == 0)
			return &facts->sims[i];
	return NULL;
}

/* The keys beside the list speak of the first line. */
static void add_first_line(struct station_facts *facts, plist_t values)
{
	struct station_sim *sim;
	char iccid[STATION_SHORT_MAX + 1] = "";

	take_digits(item(values, "IntegratedCircuitCardIdentity"), iccid,
	    sizeof(iccid));
	if (facts->sim_count == 0 && iccid[0]) {
		sim = &facts->sims[facts->sim_count++];
		(void)str_copy(sim->iccid, sizeof(sim->iccid), iccid);
	}
	sim = sim_of_slot(facts, "kOne");
	if (!sim && facts->sim_count == 1)
		sim = &facts->sims[0];
	if (sim)
		take_text(item(values, "PhoneNumber"), sim->phone_number,
		    sizeof(sim->phone_number));
}

/* While a SIM's PIN is not entered the phone lists nothing (limd 746, 752). */
static enum station_tri list_is_whole(
    const struct station_facts *facts, bool has_list)
{
	static const char ready[] = "kCTSIMSupportSIMStatusReady";
	static const char none[] = "kCTSIMSupportSIMStatusNotInserted";

	if (strcmp(facts->sim_status, ready) == 0)
		return has_list && facts->sim_count > 0 ? STATION_YES
		                                        : STATION_UNKNOWN;
	if (strcmp(facts->sim_status, none) == 0)
		return has_list ? STATION_YES : STATION_UNKNOWN;
	return facts->sim_status[0] ? STATION_NO : STATION_UNKNOWN;
}

static void add_sims(struct station_facts *facts, plist_t values)
{
	plist_t list = item(values, "CarrierBundleInfoArray");
	bool has_list = list && plist_get_node_type(list) == PLIST_ARRAY;
	uint32_t count = has_list ? plist_array_get_size(list) : 0;
	uint32_t i;

	facts->sim_count = 0;
	facts->is_sim_list_whole = STATION_UNKNOWN;
	for (i = 0; i < count && i < 64; i++)
		add_sim(facts, plist_array_get_item(list, i));
	add_first_line(facts, values);
	if (facts->is_sim_list_whole != STATION_NO)
		facts->is_sim_list_whole = list_is_whole(facts, has_list);
}

void facts_add_common(struct station_facts *facts, plist_t values)
{
	size_t i;

	for (i = 0; i < COUNT(text_fields); i++)
		take_text(item(values, text_fields[i].key),
		    (char *)facts + text_fields[i].at, text_fields[i].size);
	str_strip_blanks(facts->imei);
	str_strip_blanks(facts->imei2);
	add_ecid(facts, values);
	add_activation(facts, values);
	add_lock(facts, values);
	if (item(values, "CarrierBundleInfoArray") ||
	    item(values, "IntegratedCircuitCardIdentity"))
		add_sims(facts, values);
	else if (facts->sim_count == 0)
		facts->is_sim_list_whole = list_is_whole(facts, false);
}

void facts_add_second_number(struct station_facts *facts, plist_t value)
{
	struct station_sim *sim = sim_of_slot(facts, "kTwo");

	if (sim)
		take_text(value, sim->phone_number, sizeof(sim->phone_number));
}

/* ---- other domains ---- */

void facts_add_backup(struct station_facts *facts, plist_t values)
{
	enum station_tri cloud =
	    tri_of_bool(item(values, "CloudBackupEnabled"));
	int64_t seconds = whole_number(item(values, "LastCloudBackupDate"));

	if (cloud != STATION_UNKNOWN)
		facts->cloud_backup = fact(cloud, STATION_DOUBT_NONE,
		    "com.apple.mobile.backup CloudBackupEnabled");
	facts->is_backup_encrypted = tri_of_bool(item(values, "WillEncrypt"));
	if (seconds >= 0 && seconds < INT64_C(10000000000))
		facts->last_cloud_backup_ms =
		    (seconds + APPLE_EPOCH_S) * TIME_SECOND_MS;
}

void facts_add_find_my(struct station_facts *facts, plist_t value)
{
	enum station_tri on = tri_of_bool(value);

	/* Answers "no" after an erase although the lock is on. */
	if (on != STATION_UNKNOWN)
		facts->find_my = fact(on,
		    on == STATION_NO ? STATION_DOUBT_FALSE_NO
		                     : STATION_DOUBT_NONE,
		    "com.apple.fmip IsAssociated");
}

void facts_add_battery(struct station_facts *facts, plist_t value)
{
	int64_t percent = whole_number(value);

	if (percent >= 0 && percent <= 100)
		facts->battery_percent = percent;
}

void facts_add_setup(struct station_facts *facts, plist_t value)
{
	facts->is_setup_done = tri_of_bool(value);
}

/* ---- supervision ---- */

static bool is_our_certificate(
    const struct facts_ours *ours, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < ours->count; i++)
		if (ours->certificates[i].len == len && len > 0 &&
		    memcmp(ours->certificates[i].data, data, len) == 0)
			return true;
	return false;
}

static bool has_our_certificate(plist_t cloud, const struct facts_ours *ours)
{
	plist_t list = item(cloud, "SupervisorHostCertificates");
	uint32_t i;

	if (!list || plist_get_node_type(list) != PLIST_ARRAY)
		return false;
	for (i = 0; i < plist_array_get_size(list) && i < 64; i++) {
		plist_t node = plist_array_get_item(list, i);
		uint64_t len = 0;
		const char *data;

		if (plist_get_node_type(node) != PLIST_DATA)
			continue;
		data = plist_get_data_ptr(node, &len);
		if (data &&
		    is_our_certificate(
		        ours, (const uint8_t *)data, (size_t)len))
			return true;
	}
	return false;
}

/* Setup Assistant leaves a configuration of nobody's on every phone that was
 * set up by hand (ConfigurationSource 5): no supervision, no organisation. */
static bool is_of_nobody(const struct station_facts *facts, plist_t cloud)
{
	return facts->is_supervised == STATION_NO &&
	    !item(cloud, "OrganizationMagic") &&
	    !item(cloud, "OrganizationName") &&
	    !item(cloud, "SupervisorHostCertificates") &&
	    !item(cloud, "ConfigurationURL");
}

static enum station_cloud whose(plist_t cloud, const struct facts_ours *ours)
{
	char magic[STATION_MAGIC_MAX + 1] = "";

	take_text(item(cloud, "OrganizationMagic"), magic, sizeof(magic));
	if (ours->magic[0] && strcmp(magic, ours->magic) == 0)
		return STATION_CLOUD_OURS;
	if (has_our_certificate(cloud, ours))
		return STATION_CLOUD_OURS;
	if (!ours->magic[0] && ours->count == 0)
		return STATION_CLOUD_UNKNOWN;
	return STATION_CLOUD_FOREIGN;
}

void facts_add_cloud(
    struct station_facts *facts, plist_t answer, const struct facts_ours *ours)
{
	plist_t cloud = item(answer, "CloudConfiguration");

	if (!xplist_is_dict(answer))
		return;
	if (!cloud) {
		facts->cloud = STATION_CLOUD_NONE;
		facts->is_supervised = STATION_NO;
		return;
	}
	/* There is one, and it cannot be read: nobody may call it ours. */
	if (!xplist_is_dict(cloud)) {
		facts->cloud = STATION_CLOUD_UNKNOWN;
		return;
	}
	facts->is_supervised = tri_of_bool(item(cloud, "IsSupervised"));
	take_text(item(cloud, "OrganizationName"), facts->organisation,
	    sizeof(facts->organisation));
	facts->cloud = is_of_nobody(facts, cloud) ? STATION_CLOUD_NONE
	                                          : whose(cloud, ours);
}

void facts_add_security(struct station_facts *facts, plist_t answer)
{
	plist_t info = item(answer, "SecurityInfo");
	enum station_tri set = tri_of_bool(item(info, "PasscodePresent"));
	enum station_tri compliant =
	    tri_of_bool(item(info, "PasscodeCompliant"));

	if (set != STATION_UNKNOWN)
		facts->passcode_set = fact(set, STATION_DOUBT_NONE,
		    "MCInstall SecurityInfo PasscodePresent");
	/* True also where no rule is installed. */
	if (compliant != STATION_UNKNOWN)
		facts->passcode_compliant = fact(compliant,
		    compliant == STATION_YES ? STATION_DOUBT_UNSURE
		                             : STATION_DOUBT_NONE,
		    "MCInstall SecurityInfo PasscodeCompliant");
}
