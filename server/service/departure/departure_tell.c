/*
 * What a departure tells by mail: that it comes, what goes from which phone and
 * when; who leaves, who stays, and who receives.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure_going.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"

/* ---- which phones, in which words ---- */

static bool is_out(const struct return_case_row *row)
{
	return return_case_is_open(row->state) && return_is_handed_in(row) &&
	    !(row->marks & RETURN_MARK_CUSTODY);
}

/* While who is told still has it. */
static bool is_to_be_wiped(const struct return_case_row *row)
{
	return is_out(row) &&
	    return_case_wants_wipe(row->kind, row->state, (unsigned)row->marks);
}

/* A phone of their own, which work is to go from. */
static bool has_work(const struct return_case_row *row)
{
	return return_case_is_open(row->state) &&
	    row->kind == RETURN_KIND_PRIVATE &&
	    !(row->marks & RETURN_MARK_DATA_REMOVED);
}

typedef bool is_one_fn(const struct return_case_row *row);

static is_one_fn *phones_of(enum notice_kind kind)
{
	switch (kind) {
	case NOTICE_WORK_GOES:
		return has_work;
	case NOTICE_WIPE_PLANNED:
		return is_to_be_wiped;
	default:
		return is_out;
	}
}

static bool any_case(const struct going *g, is_one_fn *is_one)
{
	size_t i;

	for (i = 0; i < g->cases.count; i++)
		if (is_one(&g->cases.rows[i]))
			return true;
	return false;
}

/* The phones that a notice is about. */
static int words_of(struct going *g, enum notice_kind kind, char *out,
    size_t size, struct err *err)
{
	is_one_fn *is_one = phones_of(kind);
	struct device device;
	char words[200];
	size_t used = 0;
	size_t i;
	int rc = 0;

	out[0] = '\0';
	for (i = 0; rc == 0 && i < g->cases.count; i++) {
		const struct return_case_row *row = &g->cases.rows[i];

		if (!is_one(row))
			continue;
		rc = store_device_load_of(
		    g->txn, row->org_id, row->device_id, &device, err);
		if (rc < 0)
			return rc;
		departure_phone_words(&device, words, sizeof(words));
		if (used + strlen(words) + 3 >= size)
			break;
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s", used ? "; " : "", words);
	}
	return rc;
}

/* ---- telling ---- */

/* Who stays is not told that their employment ends. */
static enum notice_kind kind_for(
    const struct departure_row *departure, enum notice_kind kind)
{
	static const enum notice_kind stays[NOTICE_KIND_COUNT] = {
	    [NOTICE_LEAVING_SOON] = NOTICE_HAND_BACK_SOON,
	    [NOTICE_LEAVING_MANAGER] = NOTICE_HAND_BACK_MANAGER,
	    [NOTICE_LEAVING_TODAY] = NOTICE_HAND_BACK_TODAY,
	};

	return departure->reason != DEPARTURE_EMPLOYMENT_END && stays[kind]
	    ? stays[kind]
	    : kind;
}

/*
 * Links grow old before phones come back, so each reminder brings another one
 * to the page on which the leaver signs. It says all that the bare question
 * would: what waits of that is not mailed beside it. "": it is signed.
 */
static int find_page(
    const struct going *g, char task_id[STORE_ID], struct err *err)
{
	struct task_row wanted;
	struct task_row found;
	int rc;

	task_id[0] = '\0';
	going_task_of(g, TASK_RETURN_PHONE, g->departure->person_id,
	    GOING_RETURN_CAUSE, &wanted);
	rc = store_task_find_open(g->txn, &wanted, &found, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "tasks cannot be read");
	(void)str_copy(task_id, STORE_ID, found.id);
	return notify_forget_task(g->txn, g->world->ledger.service,
	    g->departure->org_id, found.id, err);
}

static int tell_on(struct going *g, enum notice_kind kind, const char *reader,
    int64_t day, struct err *err)
{
	bool is_leaver = strcmp(reader, g->departure->person_id) == 0;
	char what[256];
	char task_id[STORE_ID] = "";
	const struct notice notice = {.org_id = g->departure->org_id,
	    .kind = kind_for(g->departure, kind),
	    .person_id = reader,
	    .about_id = is_leaver ? NULL : g->departure->person_id,
	    .task_id = task_id,
	    .case_id = g->departure->id,
	    .day = (int32_t)day,
	    .what = what};
	int rc = words_of(g, kind, what, sizeof(what), err);

	if (rc == 0 && is_leaver && notice_kind_find(kind)->has_link)
		rc = find_page(g, task_id, err);
	return rc < 0
	    ? rc
	    : notify_person(g->txn, g->world->ledger.service, &notice, err);
}

bool going_is_any_out(const struct going *g)
{
	return any_case(g, is_out);
}

int going_tell(
    struct going *g, enum notice_kind kind, const char *reader, struct err *err)
{
	return tell_on(g, kind, reader, g->departure->last_day, err);
}

int going_tell_work_goes(struct going *g, struct err *err)
{
	int64_t at = g->departure->wipe_at ? g->departure->wipe_at
	                                   : going_first_wipe_at(g);

	if (!any_case(g, has_work))
		return 0;
	g->departure->reminded_at = g->world->ledger.now;
	return tell_on(g, NOTICE_WORK_GOES, g->departure->person_id,
	    calendar_day_at(g->world->tasks.place.zone, at), err);
}

int going_tell_wipe(struct going *g, struct err *err)
{
	enum calendar_zone zone = g->world->tasks.place.zone;
	int rc = 0;

	if (any_case(g, is_to_be_wiped))
		rc = tell_on(g, NOTICE_WIPE_PLANNED, g->departure->person_id,
		    calendar_day_at(zone, g->departure->wipe_at), err);
	/* Learnt too late for a reminder. */
	return rc < 0 || g->departure->reminded_at
	    ? rc
	    : going_tell_work_goes(g, err);
}

int going_tell_wiped_today(struct going *g, struct err *err)
{
	return g->departure->reason == DEPARTURE_EMPLOYMENT_END ||
	        !any_case(g, is_to_be_wiped)
	    ? 0
	    : tell_on(g, NOTICE_WIPE_PLANNED, g->departure->person_id,
	          g->world->ledger.today, err);
}
