/*
 * facts_plist: lockdown's and MCInstall's dictionaries → typed facts. Pure.
 * What has the wrong type, is too long or is no UTF-8 counts as not said; a
 * phone cannot make this fail.
 */
#ifndef AGENT_BENCH_PHONE_FACTS_PLIST_H
#define AGENT_BENCH_PHONE_FACTS_PLIST_H

#include <plist/plist.h>

#include "proto/station/station.h"
#include "proto/station/station_facts.h"

/* The common domain, in clear or within a session: identity, SIMs, lock. */
void facts_add_common(struct station_facts *facts, plist_t values);
/* PhoneNumber2 is in no full dump: asked by key, given here. */
void facts_add_second_number(struct station_facts *facts, plist_t value);
/* Domain com.apple.mobile.backup. */
void facts_add_backup(struct station_facts *facts, plist_t values);
/* com.apple.fmip IsAssociated, asked by key. */
void facts_add_find_my(struct station_facts *facts, plist_t value);
/* com.apple.mobile.battery BatteryCurrentCapacity. */
void facts_add_battery(struct station_facts *facts, plist_t value);
/* com.apple.purplebuddy SetupDone. */
void facts_add_setup(struct station_facts *facts, plist_t value);

/* By what a supervision is known to be ours. */
struct facts_ours {
	const char *magic; /* OrganizationMagic; "" unknown */
	const struct station_bytes *certificates; /* DER */
	size_t count;
};

/*
 * MCInstall GetCloudConfiguration's answer. Without a CloudConfiguration key
 * there is none. Neither magic nor certificates given: CLOUD_UNKNOWN when there
 * is one (a stranger's and ours look alike), never OURS.
 */
void facts_add_cloud(
    struct station_facts *facts, plist_t answer, const struct facts_ours *ours);

/* The SecurityInfo of an escalated phone. */
void facts_add_security(struct station_facts *facts, plist_t answer);

#endif
