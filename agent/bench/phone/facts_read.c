#include "agent/bench/phone/facts_read.h"

#include "agent/bench/phone/mcinstall.h"
#include "proto/apple/xplist.h"
#include "proto/base/str.h"

/* The line is gone or the phone talks nonsense: no sense in asking on. */
static bool is_broken(enum failure failure)
{
	return failure == FAILURE_DISCONNECTED || failure == FAILURE_TLS ||
	    failure == FAILURE_MUX || failure == FAILURE_NO_ANSWER;
}

static enum failure add_common(struct phone *phone, struct station_facts *facts)
{
	CLEANUP(plist) plist_t values = NULL;
	enum failure failure = phone_get_value(phone, NULL, NULL, &values);

	if (failure == FAILURE_NONE && values && !xplist_is_dict(values))
		failure = FAILURE_ODD_ANSWER;
	if (failure == FAILURE_NONE)
		facts_add_common(facts, values);
	/* usbmuxd's word stands over what the phone's text says. */
	(void)str_copy(facts->udid, sizeof(facts->udid), phone->udid);
	return failure;
}

enum failure facts_read_plain(struct phone *phone, struct station_facts *facts)
{
	enum failure failure = add_common(phone, facts);

	if (failure == FAILURE_NONE && !facts->serial[0])
		failure = phone_get_text(phone, NULL, "SerialNumber",
		    facts->serial, sizeof(facts->serial));
	return failure;
}

static const struct {
	const char *domain;
	const char *key; /* NULL: the whole domain */
	void (*add)(struct station_facts *facts, plist_t value);
} domains[] = {
    {NULL, "PhoneNumber2", facts_add_second_number},
    {"com.apple.mobile.backup", NULL, facts_add_backup},
    {"com.apple.fmip", "IsAssociated", facts_add_find_my},
    {"com.apple.mobile.battery", "BatteryCurrentCapacity", facts_add_battery},
    {"com.apple.purplebuddy", "SetupDone", facts_add_setup},
};

static enum failure add_domains(
    struct phone *phone, struct station_facts *facts)
{
	size_t i;

	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		CLEANUP(plist) plist_t value = NULL;
		enum failure failure = phone_get_value(
		    phone, domains[i].domain, domains[i].key, &value);

		if (is_broken(failure))
			return failure;
		if (value)
			domains[i].add(facts, value);
	}
	return FAILURE_NONE;
}

static enum failure add_security(struct mcinstall *mc,
    const struct supervision *supervision, struct station_facts *facts)
{
	CLEANUP(plist) plist_t answer = NULL;
	enum failure failure = mcinstall_escalate(mc, supervision);

	if (failure == FAILURE_NONE)
		failure = mcinstall_ask(mc, mcinstall_request("SecurityInfo"),
		    MCINSTALL_ANSWER_MS, &answer);
	if (failure == FAILURE_NONE)
		facts_add_security(facts, answer);
	return failure;
}

static enum failure add_supervision(struct phone *phone,
    const struct facts_ours *ours, const struct supervision *supervision,
    struct station_facts *facts)
{
	struct mcinstall mc;
	CLEANUP(plist) plist_t answer = NULL;
	enum failure failure = mcinstall_open(&mc, phone);

	if (failure == FAILURE_NONE)
		failure = mcinstall_ask(&mc,
		    mcinstall_request("GetCloudConfiguration"),
		    MCINSTALL_ANSWER_MS, &answer);
	if (failure == FAILURE_NONE) {
		facts_add_cloud(facts, answer, ours);
		if (facts->cloud == STATION_CLOUD_OURS && supervision->sign)
			failure = add_security(&mc, supervision, facts);
	}
	mcinstall_close(&mc);
	return failure;
}

enum failure facts_read_full(struct phone *phone, const struct facts_ours *ours,
    const struct supervision *supervision, struct station_facts *facts,
    enum failure *unseen)
{
	enum failure failure = add_common(phone, facts);

	*unseen = FAILURE_NONE;
	if (failure == FAILURE_NONE)
		failure = add_domains(phone, facts);
	if (failure == FAILURE_NONE) {
		failure = add_supervision(phone, ours, supervision, facts);
		if (!is_broken(failure)) {
			*unseen = failure;
			failure = FAILURE_NONE;
		}
	}
	return failure;
}

enum failure facts_read_serial(struct phone *phone, char *out, size_t size)
{
	enum failure failure =
	    phone_get_text(phone, NULL, "SerialNumber", out, size);

	if (failure == FAILURE_NONE && !out[0])
		failure = FAILURE_ODD_ANSWER;
	return failure;
}
