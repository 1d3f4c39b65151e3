/*
 * Where a lost phone is: asked with a reason that is written down, known only
 * while the phone is missing. The answer's own bytes are not kept.
 */
#include <stdio.h>
#include <string.h>

#include "proto/apple/device_location.h"
#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/mdm/order_command.h"
#include "server/service/notify/notify.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_notice.h"
#include "server/service/service.h"

/* A phone that is off for longer has been moved since. */
#define LOCATE_VALID_MS (6 * TIME_HOUR_MS)

struct locate {
	struct service *service;
	const struct actor *actor;
	const struct device *found;
	const char *reason;
	int64_t now;
	struct order order;
	struct phone_place_row row;
};

static int check_lost(struct txn *txn, struct locate *locate,
    struct device *device, struct lost_mode_row *out, struct err *err)
{
	const struct device *found = locate->found;
	int rc =
	    store_device_load_of(txn, found->org_id, found->id, device, err);

	if (rc < 0)
		return rc;
	if (device->is_private || !phone_is_missing(device->state))
		return err_set(err, ERR_CONFLICT,
		    "only a phone that is reported lost or stolen is located");
	rc =
	    store_lost_mode_find_open(txn, found->org_id, found->id, out, NULL);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_CONFLICT,
		    "this phone is not in Lost Mode: it would not answer");
	if (rc == 0 && out->state == LOST_MODE_LIFTING)
		return err_set(
		    err, ERR_CONFLICT, "Lost Mode of this phone is lifted");
	return rc < 0 ? err_set(err, ERR_IO, "cannot read Lost Mode") : 0;
}

static void fill_row(struct locate *locate, const struct lost_mode_row *lost)
{
	struct phone_place_row *row = &locate->row;

	*row =
	    (struct phone_place_row){.asked_at = locate->now, .accuracy_m = -1};
	uuid_make(locate->now, locate->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), lost->org_id);
	(void)str_copy(row->device_id, sizeof(row->device_id), lost->device_id);
	(void)str_copy(row->lost_mode_id, sizeof(row->lost_mode_id), lost->id);
	(void)str_copy(
	    row->command_id, sizeof(row->command_id), locate->order.id);
	(void)str_copy(
	    row->asked_by, sizeof(row->asked_by), locate->actor->name);
	(void)str_copy(row->reason, sizeof(row->reason), locate->reason);
}

static int write_down(
    struct txn *txn, const struct locate *locate, struct err *err)
{
	const struct audit_note note = {
	    .action = AUDIT_PHONE_LOCATED,
	    .org_id = locate->row.org_id,
	    .by = locate->actor->name,
	    .subject_kind = "phone",
	    .subject_id = locate->row.device_id,
	    .device_id = locate->row.device_id,
	    .why = locate->reason,
	    .params = {{"command", locate->row.command_id}},
	};

	return audit_write(txn, locate->service, &note, err);
}

/* Whose phone it is knows when somebody looks where it is. */
static int tell_holder(struct txn *txn, const struct locate *locate,
    const struct device *device, struct err *err)
{
	char what[LIMIT_NAME + 1];
	const struct notice notice = {.org_id = locate->row.org_id,
	    .kind = NOTICE_LOCATION_ASKED,
	    .person_id = device->person_id,
	    .device_id = device->id,
	    .what = what};

	if (!device->person_id[0])
		return 0;
	phone_words(device, what, sizeof(what));
	return notify_person(txn, locate->service, &notice, err);
}

static int locate_phone(struct txn *txn, void *arg, struct err *err)
{
	struct locate *locate = arg;
	struct lost_mode_row lost;
	struct device device;
	int rc = check_lost(txn, locate, &device, &lost, err);

	if (rc < 0)
		return rc;
	fill_row(locate, &lost);
	rc = order_queue(txn, &locate->order, lost.org_id, lost.device_id,
	    lost.life_id, err);
	if (rc == 0 && !locate->order.was_queued)
		return err_set(err, ERR_CONFLICT,
		    "it was asked already and has not answered yet");
	if (rc == 0)
		rc = store_phone_place_save(txn, &locate->row, err);
	if (rc == 0)
		rc = write_down(txn, locate, err);
	return rc < 0 ? rc : tell_holder(txn, locate, &device, err);
}

int service_lost_mode_locate(struct service *service, const struct actor *actor,
    const char *device, const char *reason, struct phone_place_row *out,
    struct err *err)
{
	struct device found;
	struct locate locate = {.service = service,
	    .actor = actor,
	    .found = &found,
	    .reason = reason,
	    .now = clock_now(service->clock)};
	int rc;

	if (!reason || !*reason)
		return err_set(err, ERR_INVALID,
		    "say why the phone is to be located; it is written down");
	if (strlen(reason) >= sizeof(locate.row.reason))
		return err_set(err, ERR_LIMIT, "the reason is too long");
	if ((rc = service_device_find(service, actor, device, &found, err)) < 0)
		return rc;
	order_init(&locate.order, service, "DeviceLocation", "lost_mode:place",
	    locate.now);
	locate.order.rule = ORDER_KEEP;
	locate.order.priority = COMMAND_PRIORITY_PERSON;
	locate.order.ordered_by = actor->name;
	locate.order.reason = reason;
	locate.order.expires_at = locate.now + LOCATE_VALID_MS;
	rc = mdm_command_encode_plain(
	    locate.order.id, "DeviceLocation", &locate.order.payload, err);
	if (rc == 0)
		rc = store_write(service->store, locate_phone, &locate, err);
	order_clear(&locate.order);
	if (rc == 0)
		*out = locate.row;
	return rc;
}

int lost_place_answered(struct txn *txn, const struct command *command,
    plist_t body, int64_t now, struct err *err)
{
	struct device_location said;
	struct phone_place_row row;
	struct device device;
	int rc;

	if (strcmp(command->request_type, "DeviceLocation") != 0)
		return 0;
	rc = store_phone_place_find_command(
	    txn, command->org_id, command->id, &row, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = store_device_load(txn, command->device_id, &device, err);
	if (rc < 0)
		return rc;
	row.answered_at = now;
	/* Found meanwhile: it is not looked at. */
	if (body && !row.forgotten_at && phone_is_missing(device.state) &&
	    !device.is_private &&
	    device_location_parse(body, &said, NULL) == 0) {
		row.latitude = said.latitude;
		row.longitude = said.longitude;
		row.accuracy_m = said.accuracy_m;
		row.known_at = said.at ? said.at : now;
	}
	return store_phone_place_save(txn, &row, err);
}

/* ---- looking ---- */

struct view {
	const struct device *found;
	struct lost_mode_row row;
	store_phone_place_fn *fn;
	void *arg;
};

static int load_view(struct txn *txn, void *arg, struct err *err)
{
	struct view *view = arg;
	const struct device *found = view->found;
	int rc = store_lost_mode_find_device(
	    txn, found->org_id, found->id, &view->row, NULL);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "this phone was never put into Lost Mode");
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read Lost Mode");
	return view->fn ? store_phone_place_each(txn, found->org_id, found->id,
	                      view->fn, view->arg, err)
	                : 0;
}

int service_lost_mode_view(struct service *service, const struct actor *actor,
    const char *device, struct lost_mode_row *out, store_phone_place_fn *fn,
    void *arg, struct err *err)
{
	struct device found;
	struct view view = {.found = &found, .fn = fn, .arg = arg};
	int rc = service_device_find(service, actor, device, &found, err);

	if (rc == 0)
		rc = store_read(service->store, load_view, &view, err);
	if (rc == 0)
		*out = view.row;
	return rc;
}
