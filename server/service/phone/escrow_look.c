/* What is known of a phone's Activation Lock, and from what. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/station/station_facts.h"
#include "server/service/phone/escrow.h"
#include "server/service/phone/phone_kind.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

const char *activation_lock_name(enum activation_lock state)
{
	static const char *const names[ACTIVATION_LOCK_COUNT] = {
	    [ACTIVATION_LOCK_UNKNOWN] = "unknown",
	    [ACTIVATION_LOCK_PREVENTED] = "prevented",
	    [ACTIVATION_LOCK_ACCEPTED] = "unlock_accepted",
	    [ACTIVATION_LOCK_PROVED] = "proved",
	};

	return (unsigned)state < ACTIVATION_LOCK_COUNT ? names[state]
	                                               : "unknown";
}

struct look {
	struct txn *txn;
	const struct device *device;
	struct activation_view *view;
	int64_t since;       /* the newest life began; 0 */
	int64_t accepted_at; /* by Apple */
	int64_t prevented_at;
	struct err *err;
};

/* ---- what each source says ---- */

static int count_kept(void *arg, const struct escrow_row *row)
{
	struct activation_view *view = arg;

	if (row->kind == ESCROW_UNLOCK_TOKEN) {
		view->tokens++;
		return 0;
	}
	view->codes++;
	if (row->stored_at > view->code_at)
		view->code_at = row->stored_at;
	return 0;
}

static int note_use(void *arg, const struct escrow_use_row *row)
{
	struct look *look = arg;

	if (row->use == ESCROW_USE_APPLE && row->status >= 200 &&
	    row->status <= 299 && row->at > look->accepted_at)
		look->accepted_at = row->at;
	return 0;
}

static int note_settings(void *arg, const struct command *row)
{
	struct look *look = arg;

	if (row->state != COMMAND_ACKNOWLEDGED || row->result[0])
		return 0; /* refused, or taken with a but */
	look->prevented_at = row->closed_at;
	return 1;
}

static int look_at_life(struct look *look, int64_t now)
{
	const struct device *device = look->device;
	const struct command_filter filter = {.org_id = device->org_id,
	    .life_id = device->life_id,
	    .purpose = ESCROW_LOCK_PURPOSE};
	struct life life;
	bool supervised = false;
	int rc;

	if (!device->life_id[0])
		return 0;
	rc = store_life_load(look->txn, device->life_id, &life, look->err);
	if (rc == 0)
		rc = phone_kind_is_supervised(
		    look->txn, life.id, &supervised, look->err);
	if (rc < 0)
		return rc;
	look->since = life.started_at;
	if (supervised && life_is_open(life.state) &&
	    now - life.started_at < ESCROW_ASK_MS)
		look->view->ask_until = life.started_at + ESCROW_ASK_MS;
	/* Who left management is kept from nothing any more. */
	if (!supervised || life.state == LIFE_CHECKED_OUT)
		return 0;
	rc = store_command_each(
	    look->txn, &filter, note_settings, look, look->err);
	return rc < 0 ? rc : 0;
}

/*
 * Activated at a bench, after it was proven empty and before anybody enrolled
 * it again: it let itself be set up, so nothing locked it.
 */
static int is_proved(struct look *look, int64_t *at)
{
	const struct device *device = look->device;
	struct bench_phone seen;
	struct station_facts facts;
	struct wipe wipe;
	int rc = store_wipe_find_device(look->txn, device->id, &wipe, NULL);

	*at = 0;
	if (rc == 0 && device->udid[0])
		rc = store_bench_phone_load(
		    look->txn, device->org_id, device->udid, &seen, NULL);
	if (rc == -ERR_NOT_FOUND || (rc == 0 && !device->udid[0]))
		return 0;
	if (rc < 0)
		return err_set(look->err, ERR_IO, "cannot read the bench");
	if (wipe.state != WIPE_PROVEN || !seen.facts[0] ||
	    seen.facts_at <= wipe.proven_at || look->since > wipe.proven_at ||
	    station_facts_parse(seen.facts, strlen(seen.facts), &facts, NULL) <
	        0)
		return 0;
	if (facts.activation == STATION_ACTIVATED)
		*at = seen.facts_at;
	return 0;
}

static void say(struct activation_view *view, enum activation_lock state,
    const char *words, int64_t at)
{
	char when[TIME_TEXT_MAX] = "";

	if (at)
		time_rfc3339(at, when);
	view->state = state;
	(void)snprintf(view->sentence, sizeof(view->sentence), "%s%s%s", words,
	    at ? ", " : "", when);
}

int activation_lock_look(struct txn *txn, const struct device *device,
    int64_t now, struct activation_view *out, struct err *err)
{
	struct activation_view view = {.state = ACTIVATION_LOCK_UNKNOWN};
	struct look look = {
	    .txn = txn, .device = device, .view = &view, .err = err};
	int64_t proved_at;
	int rc;

	if ((rc = store_escrow_each(txn, device->org_id, device->serial,
	         count_kept, &view, err)) < 0 ||
	    (rc = store_escrow_use_each(txn, device->org_id, device->serial,
	         note_use, &look, err)) < 0 ||
	    (rc = look_at_life(&look, now)) < 0 ||
	    (rc = is_proved(&look, &proved_at)) < 0)
		return rc;
	if (proved_at)
		say(&view, ACTIVATION_LOCK_PROVED,
		    "it was activated at the bench after its erase", proved_at);
	else if (look.accepted_at && look.accepted_at > look.since)
		say(&view, ACTIVATION_LOCK_ACCEPTED,
		    "Apple took its bypass code; whether it is unlocked, "
		    "nobody can ask",
		    look.accepted_at);
	else if (look.prevented_at)
		say(&view, ACTIVATION_LOCK_PREVENTED,
		    "supervised, and it took the order not to allow "
		    "Activation Lock",
		    look.prevented_at);
	else
		say(&view, ACTIVATION_LOCK_UNKNOWN,
		    view.codes
		        ? "nothing says that it is not locked; a bypass code "
		          "is kept"
		        : "nothing says that it is not locked, and no bypass "
		          "code is kept",
		    0);
	*out = view;
	return 0;
}

/* ---- for handlers ---- */

struct load {
	struct device *device;
	int64_t now;
	struct activation_view *view;
};

static int load_view(struct txn *txn, void *arg, struct err *err)
{
	struct load *load = arg;

	return activation_lock_look(
	    txn, load->device, load->now, load->view, err);
}

int service_activation_lock_view(struct service *service,
    const struct actor *actor, const char *device, struct device *found,
    struct activation_view *out, struct err *err)
{
	struct load load = {found, clock_now(service->clock), out};
	int rc = service_device_find(service, actor, device, found, err);

	return rc < 0 ? rc : store_read(service->store, load_view, &load, err);
}
