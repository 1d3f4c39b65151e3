/*
 * work_order: what a station is told to do with one phone. An order is signed
 * by the keeper, bound to a station, a UDID and a serial, and good for a short
 * time. Reading it is one thing; work_order_judge() says whether it may be
 * carried out.
 */
#ifndef PROTO_STATION_WORK_ORDER_H
#define PROTO_STATION_WORK_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/station/station.h"

enum work_order_kind {
	WORK_ORDER_READ_FACTS = 0,
	WORK_ORDER_PAIR,
	WORK_ORDER_ENROL,
	WORK_ORDER_INSTALL_PROFILE,
	WORK_ORDER_WIPE,
	WORK_ORDER_VERIFY_WIPED,
	WORK_ORDER_RESTART,
	WORK_ORDER_KIND_COUNT
};
const char *work_order_kind_name(enum work_order_kind kind);
/* -ERR_INVALID for any other name. */
int work_order_kind_parse(const char *name, enum work_order_kind *out);
/* Erases, or cannot be taken back. */
bool work_order_is_destructive(enum work_order_kind kind);

#define WORK_ORDER_SKIP_MAX 64
#define WORK_ORDER_URL_MAX 1024
#define WORK_ORDER_PROFILE_MAX (256 * 1024) /* fits an order as base64 */

/* For MCInstall SetCloudConfiguration; the key names are Apple's there. */
struct work_order_cloud {
	char organisation[LIMIT_NAME + 1];          /* OrganizationName */
	char magic[STATION_MAGIC_MAX + 1];          /* OrganizationMagic */
	char configuration_url[WORK_ORDER_URL_MAX]; /* ConfigurationURL */
	/* SupervisorHostCertificates, DER, newest first. */
	struct station_bytes supervisors[STATION_CERTIFICATES_MAX];
	size_t supervisor_count;
	/* AnchorCertificates, DER: what ConfigurationURL's TLS stands on. */
	struct station_bytes anchors[STATION_CERTIFICATES_MAX];
	size_t anchor_count;
	char skip_setup[WORK_ORDER_SKIP_MAX][STATION_SHORT_MAX + 1];
	size_t skip_count;
	bool allow_pairing;
	bool await_configured; /* AwaitDeviceConfigured */
};

struct work_order {
	char id[UUID_TEXT_MAX];
	char station[UUID_TEXT_MAX]; /* a station's id, or "*" */
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	enum work_order_kind kind;
	int64_t issued_at_ms;
	int64_t not_before_ms;
	int64_t expires_at_ms;

	/* params, by kind; the others stay empty. */
	char wipe_id[UUID_TEXT_MAX]; /* wipe, verify_wiped */
	/* verify_wiped: when the phone said that it erases itself, by the same
	 * clock as issued_at; 0 not told, as older servers do. */
	int64_t acknowledged_at_ms;
	bool preserve_data_plan;                /* wipe */
	bool disallow_proximity_setup;          /* wipe */
	char enrolment_url[WORK_ORDER_URL_MAX]; /* enrol: to be fetched once */
	struct station_bytes profile;           /* install_profile; or enrol */
	bool has_cloud;                         /* enrol */
	struct work_order_cloud cloud;
	/* All kinds: what to show a supervised phone (Escalate, pairing),
	 * DER, newest first; and the magic by which ours is known. */
	struct station_bytes supervisors[STATION_CERTIFICATES_MAX];
	size_t supervisor_count;
	char our_magic[STATION_MAGIC_MAX + 1];
};

void work_order_init(struct work_order *order);
void work_order_clear(struct work_order *order);

/* {"id","station","udid","serial","kind","issued_at","not_before",
 * "expires_at","params":{…}}; times RFC 3339, bytes base64. Parse refuses an
 * order without udid and serial: bound to no phone is bound to any. */
int work_order_encode(
    const struct work_order *order, struct buf *json, struct err *err);
/* work_order_clear() what it filled. */
int work_order_parse(
    const char *json, size_t len, struct work_order *out, struct err *err);

/* Why a station does not carry an order out. */
enum work_order_refusal {
	WORK_ORDER_FINE = 0,
	WORK_ORDER_BAD_SIGNATURE,
	WORK_ORDER_MALFORMED,
	WORK_ORDER_UNKNOWN_KIND,
	WORK_ORDER_OTHER_STATION,
	WORK_ORDER_OTHER_PHONE, /* UDID or serial is not this phone's */
	WORK_ORDER_TOO_EARLY,
	WORK_ORDER_EXPIRED,
	WORK_ORDER_REPLAYED,       /* carried out, or begun, before */
	WORK_ORDER_FOREIGN,        /* another organisation supervises it */
	WORK_ORDER_FIND_MY_ON,     /* erasing now would lock it for good */
	WORK_ORDER_SERIAL_CHANGED, /* looked again right before: another */
	WORK_ORDER_REFUSAL_COUNT
};
const char *work_order_refusal_name(enum work_order_refusal refusal);

/* Clock difference that is forgiven in not_before; never in expires_at. */
#define WORK_ORDER_SKEW_MS (2 * 60 * 1000)

/*
 * Whether station may carry order out on the phone udid/serial at now_ms. The
 * order's signature was checked before (station_verify); used: whether the
 * journal knows its id. UDID and serial are compared exactly, both must fit.
 */
enum work_order_refusal work_order_judge(const struct work_order *order,
    const char *station, const char *udid, const char *serial, bool used,
    int64_t now_ms);

#endif
