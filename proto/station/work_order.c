#include "proto/station/work_order.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/codec.h"
#include "proto/station/order_names.h"

#define WHAT "a work order"

const char *const work_order_kind_names[WORK_ORDER_KIND_COUNT] = {
    [WORK_ORDER_READ_FACTS] = "read_facts",
    [WORK_ORDER_PAIR] = "pair",
    [WORK_ORDER_ENROL] = "enrol",
    [WORK_ORDER_INSTALL_PROFILE] = "install_profile",
    [WORK_ORDER_WIPE] = "wipe",
    [WORK_ORDER_VERIFY_WIPED] = "verify_wiped",
    [WORK_ORDER_RESTART] = "restart",
};

const char *const work_order_refusal_names[WORK_ORDER_REFUSAL_COUNT] = {
    [WORK_ORDER_FINE] = "fine",
    [WORK_ORDER_BAD_SIGNATURE] = "bad_signature",
    [WORK_ORDER_MALFORMED] = "malformed",
    [WORK_ORDER_UNKNOWN_KIND] = "unknown_kind",
    [WORK_ORDER_OTHER_STATION] = "other_station",
    [WORK_ORDER_OTHER_PHONE] = "other_phone",
    [WORK_ORDER_TOO_EARLY] = "too_early",
    [WORK_ORDER_EXPIRED] = "expired",
    [WORK_ORDER_REPLAYED] = "replayed",
    [WORK_ORDER_FOREIGN] = "foreign_supervision",
    [WORK_ORDER_FIND_MY_ON] = "find_my_on",
    [WORK_ORDER_SERIAL_CHANGED] = "serial_changed",
};

#define BYTES_LIST(type, member, count)                                        \
	{                                                                      \
		CODEC_LIST_OF(type, member, count), .kind = CODEC_BYTES_LIST,  \
		                                    .max = LIMIT_CERTIFICATE   \
	}

static const struct codec_field cloud_fields[] = {
    {CODEC_AT(struct work_order_cloud, organisation)},
    {CODEC_AT(struct work_order_cloud, magic)},
    {CODEC_AT(struct work_order_cloud, configuration_url)},
    BYTES_LIST(struct work_order_cloud, supervisors, supervisor_count),
    BYTES_LIST(struct work_order_cloud, anchors, anchor_count),
    {CODEC_LIST_OF(struct work_order_cloud, skip_setup, skip_count),
        .kind = CODEC_TEXTS},
    {CODEC_AT(struct work_order_cloud, allow_pairing), .kind = CODEC_BOOL},
    {CODEC_AT(struct work_order_cloud, await_configured), .kind = CODEC_BOOL},
    CODEC_END,
};

static const struct codec_field param_fields[] = {
    {CODEC_AT(struct work_order, wipe_id), .kind = CODEC_UUID},
    {.name = "acknowledged_at",
        .offset = offsetof(struct work_order, acknowledged_at_ms),
        .kind = CODEC_TIME},
    {CODEC_AT(struct work_order, preserve_data_plan), .kind = CODEC_BOOL},
    {CODEC_AT(struct work_order, disallow_proximity_setup), .kind = CODEC_BOOL},
    {CODEC_AT(struct work_order, enrolment_url)},
    {CODEC_AT(struct work_order, profile), .kind = CODEC_BYTES,
        .max = WORK_ORDER_PROFILE_MAX},
    {CODEC_AT(struct work_order, has_cloud), .kind = CODEC_BOOL},
    {CODEC_AT(struct work_order, cloud), .kind = CODEC_OBJECT,
        .members = cloud_fields},
    BYTES_LIST(struct work_order, supervisors, supervisor_count),
    {CODEC_AT(struct work_order, our_magic)},
    CODEC_END,
};

static const struct codec_field order_fields[] = {
    {CODEC_AT(struct work_order, id), .kind = CODEC_UUID, .is_required = true},
    {CODEC_AT(struct work_order, station), .is_required = true},
    {CODEC_AT(struct work_order, udid), .is_required = true},
    {CODEC_AT(struct work_order, serial), .is_required = true},
    {CODEC_AT(struct work_order, kind), .kind = CODEC_ENUM, .is_required = true,
        .names = work_order_kind_names, .max = WORK_ORDER_KIND_COUNT},
    {.name = "issued_at",
        .offset = offsetof(struct work_order, issued_at_ms),
        .kind = CODEC_TIME,
        .is_required = true},
    {.name = "not_before",
        .offset = offsetof(struct work_order, not_before_ms),
        .kind = CODEC_TIME,
        .is_required = true},
    {.name = "expires_at",
        .offset = offsetof(struct work_order, expires_at_ms),
        .kind = CODEC_TIME,
        .is_required = true},
    {.name = "params",
        .offset = 0,
        .kind = CODEC_OBJECT,
        .is_required = true,
        .members = param_fields},
    CODEC_END,
};

const char *work_order_kind_name(enum work_order_kind kind)
{
	return (unsigned)kind < WORK_ORDER_KIND_COUNT
	    ? work_order_kind_names[kind]
	    : "unknown";
}

int work_order_kind_parse(const char *name, enum work_order_kind *out)
{
	int index =
	    codec_name_find(work_order_kind_names, WORK_ORDER_KIND_COUNT, name);

	if (index < 0)
		return -(int)ERR_INVALID;
	*out = (enum work_order_kind)index;
	return 0;
}

bool work_order_is_destructive(enum work_order_kind kind)
{
	return kind == WORK_ORDER_WIPE;
}

const char *work_order_refusal_name(enum work_order_refusal refusal)
{
	return (unsigned)refusal < WORK_ORDER_REFUSAL_COUNT
	    ? work_order_refusal_names[refusal]
	    : "unknown";
}

void work_order_init(struct work_order *order)
{
	memset(order, 0, sizeof(*order));
}

static void list_clear(struct station_bytes *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		station_bytes_clear(&items[i]);
}

void work_order_clear(struct work_order *order)
{
	station_bytes_clear(&order->profile);
	list_clear(order->cloud.supervisors, order->cloud.supervisor_count);
	list_clear(order->cloud.anchors, order->cloud.anchor_count);
	list_clear(order->supervisors, order->supervisor_count);
	work_order_init(order);
}

/* What a kind cannot do without. */
static const char *missing(const struct work_order *order)
{
	switch (order->kind) {
	case WORK_ORDER_WIPE:
	case WORK_ORDER_VERIFY_WIPED:
		return order->wipe_id[0] ? NULL : "wipe_id";
	case WORK_ORDER_ENROL:
		return order->enrolment_url[0] || order->profile.len ||
		        order->has_cloud
		    ? NULL
		    : "enrolment_url";
	case WORK_ORDER_INSTALL_PROFILE:
		return order->profile.len ? NULL : "profile";
	case WORK_ORDER_READ_FACTS:
	case WORK_ORDER_PAIR:
	case WORK_ORDER_RESTART:
	case WORK_ORDER_KIND_COUNT:
		break;
	}
	return NULL;
}

static bool is_https(const char *url)
{
	return !*url || strncmp(url, "https://", 8) == 0;
}

/* Both ways: what we would not take we do not write. */
static int check(const struct work_order *order, struct err *err)
{
	const char *what = missing(order);

	if (what)
		return err_set(err, ERR_INVALID, WHAT ": %s needs \"%s\"",
		    work_order_kind_name(order->kind), what);
	if (!order->udid[0] || !order->serial[0])
		return err_set(err, ERR_INVALID,
		    WHAT " must be bound to a UDID and a serial number");
	if (strcmp(order->station, "*") != 0 && !uuid_is_valid(order->station))
		return err_set(err, ERR_INVALID, WHAT ": \"station\" is wrong");
	if (order->expires_at_ms <= order->not_before_ms)
		return err_set(err, ERR_INVALID, WHAT " ends before it begins");
	if (!is_https(order->enrolment_url) ||
	    !is_https(order->cloud.configuration_url))
		return err_set(
		    err, ERR_INVALID, WHAT ": an address is no https");
	return 0;
}

int work_order_encode(
    const struct work_order *order, struct buf *json, struct err *err)
{
	struct err why = {0};
	int rc = check(order, &why);

	if (rc == 0)
		rc = codec_dump(
		    codec_object(order_fields, order, &why), json, &why);
	if (rc != 0 && err)
		*err = why;
	return rc;
}

int work_order_parse(
    const char *json, size_t len, struct work_order *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct work_order *order = calloc(1, sizeof(*order));
	int rc;

	if (!order)
		return err_memory(err);
	rc = codec_parse(json, len, STATION_ORDER_MAX, WHAT, &root, err);
	if (rc == 0)
		rc = codec_load(order_fields, root, WHAT, order, err);
	if (rc == 0)
		rc = check(order, err);
	if (rc == 0)
		*out = *order;
	else
		work_order_clear(order);
	free(order);
	return rc;
}

enum work_order_refusal work_order_judge(const struct work_order *order,
    const char *station, const char *udid, const char *serial, bool used,
    int64_t now_ms)
{
	if (strcmp(order->station, "*") != 0 &&
	    strcmp(order->station, station) != 0)
		return WORK_ORDER_OTHER_STATION;
	if (!order->udid[0] || !order->serial[0] ||
	    strcmp(order->udid, udid) != 0 ||
	    strcmp(order->serial, serial) != 0)
		return WORK_ORDER_OTHER_PHONE;
	if (used)
		return WORK_ORDER_REPLAYED;
	if (now_ms >= order->expires_at_ms)
		return WORK_ORDER_EXPIRED;
	if (now_ms + WORK_ORDER_SKEW_MS < order->not_before_ms)
		return WORK_ORDER_TOO_EARLY;
	return WORK_ORDER_FINE;
}
