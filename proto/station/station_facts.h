/*
 * station_facts: what a bench sees of one phone over USB, typed. Every fact is
 * optional: "" or STATION_UNKNOWN or -1 when the phone did not say. Facts that
 * mislead carry their source and their doubt; what follows from them is the
 * server's to judge.
 */
#ifndef PROTO_STATION_STATION_FACTS_H
#define PROTO_STATION_STATION_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/station/station.h"

/* How far a fact can be trusted. */
enum station_doubt {
	STATION_DOUBT_NONE = 0,
	/* YES is certain, NO says nothing (PasswordProtected seen true means a
	 * passcode is set; seen false means only "unlocked now"). */
	STATION_DOUBT_ONE_SIDED,
	/* Known to answer NO when it is YES, e.g. Find My after an erase. */
	STATION_DOUBT_FALSE_NO,
	/* The key is deprecated or its meaning varies by version. */
	STATION_DOUBT_UNSURE
};
const char *station_doubt_name(enum station_doubt doubt);

/* A fact with where it comes from: "lockdown PasswordProtected". */
struct station_fact {
	enum station_tri value;
	enum station_doubt doubt;
	char source[STATION_SHORT_MAX + 1];
};

enum station_activation {
	STATION_ACTIVATION_UNKNOWN = 0,
	STATION_ACTIVATED,
	STATION_UNACTIVATED,
	STATION_ACTIVATION_OTHER /* FactoryActivated, SoftActivation, … */
};

/* Which cloud configuration (supervision) lies on the phone. */
enum station_cloud {
	STATION_CLOUD_UNKNOWN = 0,
	STATION_CLOUD_NONE,
	STATION_CLOUD_OURS,   /* OrganizationMagic or certificate is ours */
	STATION_CLOUD_FOREIGN /* another organisation's: never erase by self */
};

const char *station_activation_name(enum station_activation activation);
const char *station_cloud_name(enum station_cloud cloud);

/* One SIM or eSIM, from CarrierBundleInfoArray and the keys beside it. */
struct station_sim {
	char slot[STATION_SHORT_MAX + 1];  /* "kOne", "kTwo" */
	char iccid[STATION_SHORT_MAX + 1]; /* digits, blanks taken out */
	char phone_number[STATION_SHORT_MAX + 1];
	char carrier[LIMIT_NAME + 1]; /* bundle or MCC-MNC: a hint only */
};

struct station_facts {
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	char ecid[STATION_SHORT_MAX + 1];         /* upper-case hex, no 0x */
	char product_type[STATION_SHORT_MAX + 1]; /* iPhone14,5 */
	char ios_version[STATION_SHORT_MAX + 1];
	char build[STATION_SHORT_MAX + 1];
	char name[LIMIT_NAME + 1];
	char imei[STATION_SHORT_MAX + 1];
	char imei2[STATION_SHORT_MAX + 1];
	char meid[STATION_SHORT_MAX + 1];

	struct station_sim sims[LIMIT_SUBSCRIPTIONS];
	size_t sim_count;
	/* NO: the list is not whole (SIM PIN not entered: the phone shows
	 * nothing). Only YES makes "no such SIM" mean anything. */
	enum station_tri is_sim_list_whole;
	char sim_status[STATION_SHORT_MAX + 1]; /* kCTSIMSupportSIMStatus… */

	enum station_activation activation;
	enum station_tri is_supervised;
	enum station_cloud cloud; /* the cloud configuration on the phone */
	char organisation[LIMIT_NAME + 1]; /* OrganizationName */

	/* PasswordProtected: locked at that moment. Says nothing of a PIN. */
	struct station_fact locked_now;
	/* SecurityInfo PasscodePresent after escalation, or one-sided. */
	struct station_fact passcode_set;
	struct station_fact passcode_compliant;

	enum station_tri is_setup_done; /* NO: in Setup Assistant */
	struct station_fact find_my;    /* com.apple.fmip IsAssociated */
	struct station_fact cloud_backup;
	enum station_tri is_backup_encrypted;
	int64_t last_cloud_backup_ms; /* Unix ms; -1 unknown */
	int64_t battery_percent;      /* 0–100; -1 unknown */
};

void station_facts_init(struct station_facts *facts);

/*
 * Takes out what must not be kept of a phone that is not ours (DESIGN invariant
 * 9): SIMs, numbers, IMEI, MEID, ECID, the user's name for it.
 */
void station_facts_make_private(struct station_facts *facts);

/*
 * JSON object, snake_case keys as the members, unknown ones left out. Parse
 * refuses text too long, wrong types, more SIMs than LIMIT_SUBSCRIPTIONS, and a
 * passcode_set of "no" that is one-sided (ERR_INVALID): that is not a fact.
 */
int station_facts_encode(
    const struct station_facts *facts, struct buf *json, struct err *err);
int station_facts_parse(
    const char *json, size_t len, struct station_facts *out, struct err *err);

#endif
