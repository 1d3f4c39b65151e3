/* Tasks as people and programs see them: with names, a title, the manager. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/page/page.h"
#include "server/service/page/page_fill.h"
#include "server/service/service.h"
#include "server/service/task/task.h"
#include "server/service/task/task_world.h"

struct look {
	const struct task_world *world;
	const struct task_listing *listing;
	struct txn *txn;
	service_task_fn *fn;
	void *arg;
	int left; /* of the limit; -1: none */
	struct err *err;
};

/* ---- titles ---- */

enum { SV, DA, EN, LANGUAGES };

/* Where no rule names it; beside a rule, what is asked about it. */
static const char *const titles[TASK_KIND_COUNT][LANGUAGES] = {
    [TASK_STATEMENT] = {"Intyga", "Erklær", "State"},
    [TASK_ACKNOWLEDGE] = {"Läs telefonreglerna", "Læs telefonreglerne",
        "Read the telephone rules"},
    [TASK_ACCEPT_DEPUTY] = {"Ta emot samtal åt en frånvarande",
        "Tag imod opkald for en fraværende",
        "Take calls for somebody who is away"},
    [TASK_ACCEPT_COLLEAGUE] = {"Ta emot en kollegas samtal",
        "Tag imod en kollegas opkald", "Take a colleague's calls"},
    [TASK_APPROVE_ORDER] = {"Godkänn en beställning", "Godkend en bestilling",
        "Decide on an order"},
    [TASK_REGISTER_FIX] = {"Fyll en vakant roll", "Besæt en ledig rolle",
        "Fill a vacant post"},
    [TASK_RETURN_PHONE] = {"Lämna tillbaka telefonen", "Aflever telefonen",
        "Return the phone"},
    [TASK_CONFIRM_RETURN] = {"Bekräfta återlämning", "Bekræft aflevering",
        "Confirm a return"},
    [TASK_ACCEPT_HANDOUT] = {"Kvittera telefonen", "Kvitter for telefonen",
        "Sign for the phone"},
    [TASK_DECIDE_RETURN] = {"Bestäm om en telefon som inte kommit tillbaka",
        "Beslut om en telefon, der ikke er kommet tilbage",
        "Decide on a phone that did not come back"},
};

static int language_index(const char *language)
{
	if (language && strcmp(language, "sv") == 0)
		return SV;
	return language && strcmp(language, "da") == 0 ? DA : EN;
}

static void set_title(const struct task_world *world, const char *language,
    struct task_view *view)
{
	const struct pack_text *text = NULL;
	const char *known = page_language_find(
	    language && *language ? language : world->language);
	const char *kind = titles[view->task.kind][language_index(known)];

	if (world->pack && *view->task.rule)
		text = pack_text_find(world->pack,
		    task_pack_language(world->pack, known, world->language),
		    view->task.rule);
	if (text && view->task.kind == TASK_STATEMENT)
		(void)snprintf(
		    view->title, sizeof(view->title), "%s", text->title);
	else
		(void)snprintf(view->title, sizeof(view->title), "%s", kind);
}

/* ---- names ---- */

static int name_unit(struct txn *txn, const struct task_world *world,
    struct task_view *view, struct err *err)
{
	struct unit_row unit;
	int rc;

	if (!*view->task.unit_id)
		return 0;
	rc =
	    store_unit_load(txn, world->org_id, view->task.unit_id, &unit, err);
	if (rc == 0)
		(void)str_copy(
		    view->unit_name, sizeof(view->unit_name), unit.name);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int name_superior(struct txn *txn, const struct task_world *world,
    struct task_view *view, struct err *err)
{
	struct person_row person;
	int rc;

	if (!view->task.escalated_at)
		return 0;
	rc = superior_find(
	    txn, world, view->task.unit_id, view->task.person_id, &person, err);
	if (rc == 0) {
		(void)str_copy(
		    view->escalated_to, sizeof(view->escalated_to), person.id);
		(void)str_copy(view->escalated_to_name,
		    sizeof(view->escalated_to_name), person.name);
	}
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int view_fill(struct txn *txn, const struct task_world *world,
    const struct task_row *row, const char *language, struct task_view *view,
    struct err *err)
{
	struct task_person person = {.roles = 0};
	int rc = 0;

	memset(view, 0, sizeof(*view));
	view->task = *row;
	if (*row->person_id)
		rc = store_person_load(
		    txn, world->org_id, row->person_id, &person.row, err);
	if (rc == -ERR_NOT_FOUND)
		rc = 0;
	(void)str_copy(
	    view->person_name, sizeof(view->person_name), person.row.name);
	if (rc == 0)
		rc = name_unit(txn, world, view, err);
	if (rc == 0)
		rc = name_superior(txn, world, view, err);
	if (rc == 0)
		rc = page_subject_name(
		    txn, world, &person, row, view->subject_name, err);
	if (rc == 0)
		set_title(world, language, view);
	return rc;
}

/* ---- use cases ---- */

static int show(void *arg, const struct task_row *row)
{
	struct look *look = arg;
	struct task_view view;
	int rc;

	if (look->listing->only_overdue &&
	    (!task_is_open(row->state) || row->due_at > look->world->now))
		return 0;
	if (look->left == 0)
		return 1;
	if (look->left > 0)
		look->left--;
	rc = view_fill(look->txn, look->world, row, look->listing->language,
	    &view, look->err);
	return rc < 0 ? rc : look->fn(look->arg, &view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	const struct task_listing *listing = look->listing;
	struct task_filter filter = {.org_id = look->world->org_id,
	    .person_id = listing->person_id,
	    .unit_id = listing->unit_id,
	    .rule = listing->rule,
	    .only_open = listing->only_open || listing->only_overdue,
	    .after_id = listing->after_id};

	look->txn = txn;
	look->err = err;
	look->left = listing->limit > 0 ? listing->limit : -1;
	return store_task_each(txn, &filter, show, look, err);
}

int service_task_each(struct service *service, const struct actor *actor,
    const struct task_listing *listing, service_task_fn *fn, void *arg,
    struct err *err)
{
	struct task_world world;
	struct look look = {
	    .world = &world, .listing = listing, .fn = fn, .arg = arg};
	int rc = task_world_init(service, actor->org_id, &world, err);

	if (rc == 0)
		rc = store_read(service->store, each, &look, err);
	return rc < 0 ? rc : 0;
}

struct one {
	const struct task_world *world;
	const struct actor *actor;
	const char *id;
	const char *language;
	const char *reason; /* of a withdrawal */
	struct task_view *out;
};

static int load_one(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;
	struct task_row row;
	int rc = store_task_load(txn, one->world->org_id, one->id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such task");
	if (rc < 0)
		return rc;
	return view_fill(txn, one->world, &row, one->language, one->out, err);
}

int service_task_load(struct service *service, const struct actor *actor,
    const char *task_id, const char *language, struct task_view *out,
    struct err *err)
{
	struct task_world world;
	struct one one = {
	    .world = &world, .id = task_id, .language = language, .out = out};
	int rc = task_world_init(service, actor->org_id, &world, err);

	return rc < 0 ? rc : store_read(service->store, load_one, &one, err);
}

static int cancel_one(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;
	struct task_row row;
	int rc = store_task_load(txn, one->world->org_id, one->id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such task");
	if (rc == 0)
		rc = task_apply(txn, one->world, &row, TASK_EVENT_CANCEL,
		    one->actor->name, one->reason, err);
	if (rc < 0)
		return rc;
	return view_fill(txn, one->world, &row, NULL, one->out, err);
}

int service_task_cancel(struct service *service, const struct actor *actor,
    const char *task_id, const char *reason, struct task_view *out,
    struct err *err)
{
	struct task_world world;
	struct one one = {.world = &world,
	    .actor = actor,
	    .id = task_id,
	    .reason = reason,
	    .out = out};
	int rc;

	if (!reason || !*reason || strlen(reason) > 400 ||
	    !str_is_utf8(reason, strlen(reason)))
		return err_set(err, ERR_INVALID,
		    "say in one sentence (at most 400 bytes) why the task is "
		    "withdrawn");
	rc = task_world_init(service, actor->org_id, &world, err);
	if (rc == 0)
		rc = store_write(service->store, cancel_one, &one, err);
	if (rc == 0)
		log_info(service->log, "task_cancelled", LOG_TASK, task_id,
		    LOG_USER, actor->name, NULL);
	return rc;
}
