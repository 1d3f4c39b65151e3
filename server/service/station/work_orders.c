/*
 * Work orders for a station: what is to be done with the phones that hang there
 * now. First what wipes ask for is ordered (bench_wipe.c), then what waits is
 * handed out, then each is signed. A destructive order is with one station at a time; a poll that
 * finds nothing writes nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "proto/base/str.h"
#include "proto/station/work_order.h"
#include "server/keeper/keeper.h"
#include "server/service/departure/return_case.h"
#include "server/service/guard/erase_guard.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/ledger/ledger.h"
#include "server/service/station/bench.h"
#include "server/service/station/bench_wipe.h"

struct handed {
	struct work_order_row row;
	int64_t acknowledged_at; /* of the wipe that it is to verify; 0 */
};

struct hand_out {
	struct service *service;
	const struct station_row *station;
	const struct station_phone *phones;
	size_t count;
	int64_t now;
	bool is_dry;         /* only look whether there is anything to do */
	bool is_work;        /* there is */
	struct handed *rows; /* owned, room for STATION_ORDERS_MAX */
	size_t row_count;
};

/* ---- which of the waiting this station may have ---- */

/* Another station holds it, and may be at work without us. */
static bool is_held_elsewhere(struct txn *txn, const struct hand_out *hand,
    const struct work_order_row *row)
{
	struct station_row other;

	if (!row->station_id[0] ||
	    strcmp(row->station_id, hand->station->id) == 0 ||
	    !work_order_is_destructive((enum work_order_kind)row->kind) ||
	    row->lease_until <= hand->now)
		return false;
	return store_station_load(txn, row->station_id, &other, NULL) == 0 &&
	    other.state == STATION_ADMITTED;
}

static bool is_free_of_holds(
    struct txn *txn, const struct work_order_row *row, const char *person_id)
{
	struct legal_hold_row hold;

	return legal_hold_find(txn, row->org_id, row->device_id, person_id,
	           &hold, NULL) == -ERR_NOT_FOUND;
}

/* As for what MDM gives. */
static bool is_free_of_leaver(
    struct txn *txn, struct service *service, const struct wipe *wipe)
{
	char sentence[ERR_TEXT_MAX];

	return erase_guard_leaver(txn, service, wipe->org_id, wipe->case_id,
	           sentence, sizeof(sentence), NULL) == 0 &&
	    !sentence[0];
}

/*
 * DESIGN invariant 1, looked at again at the moment of handing out: the wipe is
 * still wanted, not acknowledged, somebody holds the phone by our records, it is
 * nobody's who goes on working here, and no legal hold stands.
 */
static bool is_justified(
    struct txn *txn, struct service *service, const struct work_order_row *row)
{
	struct assignment_row held;
	struct device device;
	struct wipe wipe;

	if (row->kind == WORK_ORDER_WIPE)
		return store_wipe_load(txn, row->wipe_id, &wipe, NULL) == 0 &&
		    wipe.state == WIPE_ORDERED &&
		    !clock_watch_doubts(service, NULL, 0) &&
		    store_device_load(txn, row->device_id, &device, NULL) ==
		    0 &&
		    holder_justifies(txn, &device, &held, NULL) == 0 &&
		    return_wipe_covered(txn, &wipe, &held, NULL) == 0 &&
		    is_free_of_leaver(txn, service, &wipe) &&
		    is_free_of_holds(txn, row, held.person_id);
	if (row->kind == WORK_ORDER_VERIFY_WIPED)
		return store_wipe_load(txn, row->wipe_id, &wipe, NULL) == 0 &&
		    wipe_is_open(wipe.state);
	return true;
}

struct candidates {
	struct txn *txn;
	struct hand_out *hand;
	const struct station_phone *phone;
};

/* A station may name a phone twice. */
static bool is_noted(const struct hand_out *hand, const char *id)
{
	for (size_t i = 0; i < hand->row_count; i++)
		if (strcmp(hand->rows[i].row.id, id) == 0)
			return true;
	return false;
}

static int note_candidate(void *arg, const struct work_order_row *row)
{
	struct candidates *all = arg;
	struct hand_out *hand = all->hand;

	if (!bench_order_is_waiting(row->state) ||
	    row->expires_at <= hand->now || is_noted(hand, row->id) ||
	    (row->udid[0] && strcmp(row->udid, all->phone->udid) != 0) ||
	    is_held_elsewhere(all->txn, hand, row) ||
	    !is_justified(all->txn, hand->service, row))
		return 0;
	hand->is_work = true;
	if (hand->is_dry)
		return 1;
	hand->rows[hand->row_count] = (struct handed){.row = *row};
	(void)str_copy(hand->rows[hand->row_count].row.udid, LIMIT_UDID + 1,
	    all->phone->udid);
	return ++hand->row_count == STATION_ORDERS_MAX;
}

/* The signed order ends with the lease: a station that was cut off for longer
 * than that asks again before it does anything. */
static int lease(struct txn *txn, struct hand_out *hand,
    struct work_order_row *row, struct err *err)
{
	bool is_same = row->state == BENCH_ORDER_HANDED &&
	    strcmp(row->station_id, hand->station->id) == 0 &&
	    row->lease_until > hand->now + WORK_ORDER_LEASE_MS / 2;

	if (is_same)
		return 0;
	(void)str_copy(
	    row->station_id, sizeof(row->station_id), hand->station->id);
	row->handed_at = hand->now;
	row->lease_until = hand->now + WORK_ORDER_LEASE_MS;
	if (row->lease_until > row->expires_at)
		row->lease_until = row->expires_at;
	return bench_order_apply(
	    txn, row, BENCH_ORDER_EVENT_HAND_OUT, NULL, hand->now, err);
}

/* What was paired at the bench since then is no pairing of before the wipe. */
static int note_wipe(struct txn *txn, struct handed *handed, struct err *err)
{
	struct wipe wipe;
	int rc;

	if (handed->row.kind != WORK_ORDER_VERIFY_WIPED)
		return 0;
	rc = store_wipe_load(txn, handed->row.wipe_id, &wipe, err);
	if (rc == 0)
		handed->acknowledged_at = wipe.acknowledged_at;
	return rc;
}

static int look_phone(struct txn *txn, struct hand_out *hand,
    const struct station_phone *phone, struct err *err)
{
	struct candidates all = {txn, hand, phone};
	const struct bench_wipe_look wipe = {.service = hand->service,
	    .org_id = hand->station->org_id,
	    .udid = phone->udid,
	    .serial = phone->serial,
	    .now = hand->now,
	    .is_dry = hand->is_dry};
	int rc = bench_wipe_ensure(txn, &wipe, &hand->is_work, err);

	if (rc < 0 || hand->row_count == STATION_ORDERS_MAX)
		return rc;
	rc = store_work_order_each_open(txn, hand->station->org_id,
	    phone->serial, note_candidate, &all, err);
	return rc < 0 ? rc : 0;
}

static int look(struct txn *txn, void *arg, struct err *err)
{
	struct hand_out *hand = arg;
	int rc = 0;

	hand->row_count = 0;
	hand->is_work = false;
	for (size_t i = 0; rc == 0 && i < hand->count; i++)
		rc = look_phone(txn, hand, &hand->phones[i], err);
	if (hand->is_dry)
		return rc;
	for (size_t i = 0; rc == 0 && i < hand->row_count; i++) {
		rc = lease(txn, hand, &hand->rows[i].row, err);
		if (rc == 0)
			rc = note_wipe(txn, &hand->rows[i], err);
	}
	return rc;
}

/* ---- signing ---- */

/* What to show a supervised phone, and how ours is known. */
static int fill_supervision(const struct service *service,
    const struct work_order_row *row, struct work_order *order, struct err *err)
{
	(void)str_copy(order->our_magic, sizeof(order->our_magic), row->org_id);
	if (!service->supervision)
		return 0;
	order->supervisor_count = 1;
	return station_bytes_set(&order->supervisors[0], service->supervision,
	    service->supervision_len, err);
}

/* Screens of Setup Assistant that are no business of a work phone's first day. */
static const char *const skipped[] = {"AppleID", "Siri", "Diagnostics",
    "ScreenTime", "Payment", "Restore", "Android", "Welcome",
    "iMessageAndFaceTime", "Zoom", "DeviceToDeviceMigration", "WatchMigration",
    "Appearance", "UpdateCompleted", "ActionButton"};

static int fill_cloud(const struct service *service,
    const struct work_order_row *row, struct work_order *order, struct err *err)
{
	const struct tenant *tenant = service_tenant_find(service, row->org_id);
	struct work_order_cloud *cloud = &order->cloud;
	int rc;

	if (!tenant)
		return err_set(err, ERR_NOT_FOUND,
		    "the organisation of this order is not served here");
	order->has_cloud = true;
	(void)str_copy(cloud->organisation, sizeof(cloud->organisation),
	    tenant->organisation.name);
	(void)str_copy(cloud->magic, sizeof(cloud->magic), row->org_id);
	(void)str_copy(cloud->configuration_url,
	    sizeof(cloud->configuration_url), order->enrolment_url);
	cloud->allow_pairing = true;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		(void)str_copy(cloud->skip_setup[cloud->skip_count++],
		    STATION_SHORT_MAX + 1, skipped[i]);
	cloud->supervisor_count = 1;
	rc = station_bytes_set(&cloud->supervisors[0], service->supervision,
	    service->supervision_len, err);
	if (rc < 0)
		return rc;
	cloud->anchor_count = 1;
	return station_bytes_set(
	    &cloud->anchors[0], service->ca, service->ca_len, err);
}

static int fill_enrolment(struct service *service,
    const struct work_order_row *row, struct work_order *order, struct err *err)
{
	struct secret url = {0};
	char context[STORE_ID + 16];
	int rc;

	(void)snprintf(context, sizeof(context), "work_order:%s", row->id);
	rc = keeper_unseal(
	    service->keeper, context, row->sealed, row->sealed_len, &url, err);
	if (rc == 0 &&
	    str_copy(order->enrolment_url, sizeof(order->enrolment_url),
	        (const char *)url.data) < 0)
		rc = err_set(err, ERR_INTERNAL, "the address is too long");
	secret_clear(&url);
	if (rc == 0 && service->supervision)
		rc = fill_cloud(service, row, order, err);
	return rc;
}

static int fill_order(const struct hand_out *hand, const struct handed *handed,
    struct work_order *order, struct err *err)
{
	const struct work_order_row *row = &handed->row;
	int rc;

	(void)str_copy(order->id, sizeof(order->id), row->id);
	(void)str_copy(order->station, sizeof(order->station), row->station_id);
	(void)str_copy(order->udid, sizeof(order->udid), row->udid);
	(void)str_copy(order->serial, sizeof(order->serial), row->serial);
	order->kind = (enum work_order_kind)row->kind;
	order->issued_at_ms = hand->now;
	order->not_before_ms = row->handed_at;
	order->expires_at_ms = row->lease_until;
	(void)str_copy(order->wipe_id, sizeof(order->wipe_id), row->wipe_id);
	order->acknowledged_at_ms = handed->acknowledged_at;
	order->preserve_data_plan = row->preserve_data_plan;
	order->disallow_proximity_setup = row->disallow_proximity_setup;
	rc = fill_supervision(hand->service, row, order, err);
	if (rc == 0 && order->kind == WORK_ORDER_ENROL)
		rc = fill_enrolment(hand->service, row, order, err);
	return rc;
}

static int sign_one(const struct hand_out *hand, const struct handed *handed,
    struct station_signed *out, struct err *err)
{
	struct work_order *order = calloc(1, sizeof(*order));
	struct buf json = {0};
	struct buf signature = {0};
	int rc = order ? fill_order(hand, handed, order, err) : err_memory(err);

	if (rc == 0)
		rc = work_order_encode(order, &json, err);
	if (rc == 0)
		rc = keeper_sign_order(hand->service->keeper, json.data,
		    json.len, &signature, err);
	if (rc == 0)
		rc = station_bytes_set(&out->body, json.data, json.len, err);
	if (rc == 0)
		rc = station_bytes_set(
		    &out->signature, signature.data, signature.len, err);
	if (json.data) /* may hold the address to enrol by */
		explicit_bzero(json.data, json.len);
	buf_clear(&json);
	buf_clear(&signature);
	if (order) {
		work_order_clear(order);
		free(order);
	}
	return rc;
}

static int sign_all(const struct hand_out *hand,
    struct station_signed_list *out, struct err *err)
{
	struct station_signed_list list = {0};
	int rc = 0;

	list.items =
	    calloc(hand->row_count ? hand->row_count : 1, sizeof(*list.items));
	if (!list.items)
		return err_memory(err);
	for (size_t i = 0; rc == 0 && i < hand->row_count; i++) {
		list.count = i + 1;
		rc = sign_one(hand, &hand->rows[i], &list.items[i], err);
	}
	if (rc == 0)
		*out = list;
	else
		station_signed_list_clear(&list);
	return rc;
}

static void log_handed(const struct hand_out *hand)
{
	for (size_t i = 0; i < hand->row_count; i++) {
		const struct work_order_row *row = &hand->rows[i].row;

		if (row->handed_at == hand->now)
			log_info(hand->service->log, "work_order_handed_out",
			    LOG_STATION, hand->station->id, LOG_SERIAL,
			    row->serial, LOG_KIND,
			    work_order_kind_name(
			        (enum work_order_kind)row->kind),
			    NULL);
	}
}

int service_work_orders(struct service *service,
    const struct station_row *station, const struct station_phone *phones,
    size_t count, struct station_signed_list *out, struct err *err)
{
	struct hand_out hand = {.service = service,
	    .station = station,
	    .phones = phones,
	    .count = count,
	    .now = clock_now(service->clock),
	    .is_dry = true};
	int rc = store_read(service->store, look, &hand, err);

	if (rc == 0 && hand.is_work) {
		hand.is_dry = false;
		hand.rows = calloc(STATION_ORDERS_MAX, sizeof(*hand.rows));
		rc = hand.rows ? store_write(service->store, look, &hand, err)
		               : err_memory(err);
	}
	if (rc == 0)
		rc = sign_all(&hand, out, err);
	if (rc == 0)
		log_handed(&hand);
	if (hand.rows)
		explicit_bzero(
		    hand.rows, STATION_ORDERS_MAX * sizeof(*hand.rows));
	free(hand.rows);
	return rc;
}

/* ---- the supervised challenge ---- */

struct challenge_check {
	struct service *service;
	const struct station_row *station;
	const struct station_challenge *challenge;
	int64_t now;
	struct work_order_row row;
};

static int check_challenge(struct txn *txn, void *arg, struct err *err)
{
	struct challenge_check *check = arg;
	const struct work_order_row *row = &check->row;
	int rc = store_work_order_load(
	    txn, check->challenge->order_id, &check->row, err);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc < 0 || strcmp(row->org_id, check->station->org_id) != 0 ||
	    strcmp(row->station_id, check->station->id) != 0 ||
	    strcmp(row->udid, check->challenge->udid) != 0 ||
	    strcmp(row->serial, check->challenge->serial) != 0)
		return err_set(err, ERR_DENIED,
		    "this station has no such order for this phone");
	if ((row->state != BENCH_ORDER_HANDED &&
	        row->state != BENCH_ORDER_STARTED) ||
	    row->expires_at <= check->now)
		return err_set(err, ERR_DENIED, "the order is %s",
		    row->expires_at <= check->now
		        ? "expired"
		        : bench_order_state_name(row->state));
	if (row->kind == WORK_ORDER_RESTART)
		return err_set(
		    err, ERR_DENIED, "this order needs no supervised access");
	/* A hold may have come after it was handed out. */
	if (row->kind == WORK_ORDER_WIPE &&
	    !is_justified(txn, check->service, row))
		return err_set(err, ERR_DENIED,
		    "this phone is not to be erased any more, or not now");
	return 0;
}

int service_station_challenge(struct service *service,
    const struct station_row *station,
    const struct station_challenge *challenge, struct buf *cms, struct err *err)
{
	struct challenge_check check = {.service = service,
	    .station = station,
	    .challenge = challenge,
	    .now = clock_now(service->clock)};
	const struct station_bytes *shown = &challenge->certificate;
	int rc;

	if (!service->supervision)
		return err_set(
		    err, ERR_UNSUPPORTED, "there is no supervision identity");
	if (shown->len &&
	    (shown->len != service->supervision_len ||
	        memcmp(shown->data, service->supervision, shown->len) != 0))
		return err_set(err, ERR_DENIED,
		    "the certificate that was shown is none of ours");
	rc = store_read(service->store, check_challenge, &check, err);
	if (rc == 0)
		rc = keeper_sign_challenge(service->keeper,
		    challenge->challenge.data, challenge->challenge.len, cms,
		    err);
	if (rc == 0)
		log_info(service->log, "challenge_signed", LOG_STATION,
		    station->id, LOG_SERIAL, challenge->serial, LOG_KIND,
		    work_order_kind_name((enum work_order_kind)check.row.kind),
		    NULL);
	return rc;
}
