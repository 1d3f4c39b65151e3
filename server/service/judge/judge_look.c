/*
 * Looking at judgements: read as they are kept, told in the reader's language.
 * One whose time has come, or that is of an older policy, is judged anew first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_one.h"
#include "server/service/judge/judge_stored.h"
#include "server/store/store_judgement.h"

#define PAGE 64 /* subjects read at a time */

struct looking {
	struct judge_work *work;
	const struct judgement_listing *filter;
	service_judgement_fn *fn;
	void *arg;
	struct err *err;
	enum store_subject kind;
	char after[STORE_ID];
	struct {
		char id[STORE_ID];
		char name[LIMIT_NAME + 1];
	} subjects[PAGE];
	size_t count;
	int left; /* subjects to go; -1: all */
};

/* Which subjects ------------------------------------------------------------- */

static void take(struct looking *look, const char *id, const char *name)
{
	(void)str_copy(look->subjects[look->count].id, STORE_ID, id);
	(void)snprintf(look->subjects[look->count].name,
	    sizeof(look->subjects[look->count].name), "%s", name);
	look->count++;
}

static int take_person(void *arg, const struct person_row *row)
{
	take(arg, row->id, row->name);
	return 0;
}

static int take_device(void *arg, const struct device *row)
{
	take(arg, row->id, row->serial[0] ? row->serial : row->name);
	return 0;
}

static int take_subscription(void *arg, const struct subscription_row *row)
{
	take(arg, row->id, row->number);
	return 0;
}

static int take_unit(void *arg, const struct unit_row *row)
{
	take(arg, row->id, row->name);
	return 0;
}

static int list_one(struct txn *txn, struct looking *look, struct err *err)
{
	const char *org_id = look->work->world.tenant->organisation.id;
	const char *id = look->filter->subject_id;
	struct person_row person;
	struct device device;
	struct subscription_row subscription;
	struct unit_row unit;
	int rc = 0;

	switch (look->kind) {
	case STORE_SUBJECT_PERSON:
		rc = store_person_load(txn, org_id, id, &person, err);
		return rc == 0 ? take_person(look, &person) : rc;
	case STORE_SUBJECT_PHONE:
		rc = store_device_load_of(txn, org_id, id, &device, err);
		return rc == 0 ? take_device(look, &device) : rc;
	case STORE_SUBJECT_SUBSCRIPTION:
		rc = store_subscription_load(
		    txn, org_id, id, &subscription, err);
		return rc == 0 ? take_subscription(look, &subscription) : rc;
	case STORE_SUBJECT_UNIT:
		rc = store_unit_load(txn, org_id, id, &unit, err);
		return rc == 0 ? take_unit(look, &unit) : rc;
	default:
		take(look, org_id, look->work->world.tenant->organisation.name);
		return 0;
	}
}

static int list(struct txn *txn, struct looking *look, struct err *err)
{
	const struct organisation *organisation =
	    &look->work->world.tenant->organisation;
	const char *org_id = organisation->id;

	if (look->filter->subject_id)
		return *look->after ? 0 : list_one(txn, look, err);
	switch (look->kind) {
	case STORE_SUBJECT_PERSON:
		return store_person_each(
		    txn, org_id, look->after, PAGE, take_person, look, err);
	case STORE_SUBJECT_PHONE:
		return store_device_each_id(
		    txn, org_id, look->after, PAGE, take_device, look, err);
	case STORE_SUBJECT_SUBSCRIPTION:
		return store_subscription_each(txn, org_id, look->after, PAGE,
		    take_subscription, look, err);
	case STORE_SUBJECT_UNIT:
		return store_unit_each(
		    txn, org_id, look->after, PAGE, take_unit, look, err);
	default:
		if (!*look->after)
			take(look, org_id, organisation->name);
		return 0;
	}
}

/* What is shown ------------------------------------------------------------- */

static const char *language_of(const struct looking *look)
{
	return look->filter->language
	    ? look->filter->language
	    : pack_language_at(look->work->world.pack, 0);
}

static void view_fill(struct looking *look, const struct pack_rule *rule,
    size_t subject, struct judgement_view *view)
{
	const struct pack *pack = look->work->world.pack;
	const char *language = language_of(look);
	const struct pack_text *text = pack_text_find(pack, language, rule->id);
	const struct pack_step *step = NULL;

	if (!text)
		text =
		    pack_text_find(pack, pack_language_at(pack, 0), rule->id);
	view->subject_kind = look->kind;
	(void)str_copy(view->subject_id, sizeof(view->subject_id),
	    look->subjects[subject].id);
	(void)snprintf(view->subject_name, sizeof(view->subject_name), "%s",
	    look->subjects[subject].name);
	(void)str_copy(view->rule, sizeof(view->rule), rule->id);
	(void)snprintf(
	    view->title, sizeof(view->title), "%s", text ? text->title : "");
	(void)snprintf(view->source, sizeof(view->source),
	    "%.120s, %.80s, line %u", rule->cited->title, rule->source.section,
	    rule->source.line);
	view->level = pack_level_name(rule->level);
	(void)snprintf(
	    view->language, sizeof(view->language), "%.7s", language);
	/* Ages are told as of now. */
	view->judgement.judged_at_ms = look->work->world.now;
	verdict_reason(
	    &view->judgement, rule, language, view->judgement.reason);
	if (view->broken_since > 0)
		step = verdict_step_due(
		    rule, view->broken_since, look->work->world.now);
	view->step = step ? pack_action_name(step->action) : NULL;
}

static bool is_wanted(
    const struct looking *look, const struct stored_entry *entry)
{
	const struct judgement_listing *filter = look->filter;

	return (filter->verdict < 0 ||
	           entry->verdict == (enum verdict)filter->verdict) &&
	    (!filter->rule || strcmp(filter->rule, entry->rule_id) == 0);
}

static int tell(struct looking *look, size_t subject,
    const struct judgement_row *row, const struct stored *stored)
{
	struct judgement_view *view = calloc(1, sizeof(*view));
	struct stored_entry entry;
	size_t at = 0;
	int rc = view ? 0 : err_memory(look->err);

	while (rc == 0 && stored_next(stored, &at, &entry)) {
		const struct pack_rule *rule =
		    pack_rule_find(look->work->world.pack, entry.rule_id);

		if (!rule || !is_wanted(look, &entry) ||
		    stored_read(&entry, row->judged_at, &view->judgement) != 0)
			continue;
		view->broken_since = entry.broken_since_ms;
		view_fill(look, rule, subject, view);
		rc = look->fn(look->arg, view);
	}
	free(view);
	return rc;
}

/* Fresh enough, or judged anew ----------------------------------------------- */

struct loading {
	struct looking *look;
	size_t subject;
	struct judgement_row row; /* packed owned */
	struct stored stored;
};

static bool is_current(const struct loading *loading)
{
	const struct judge_world *world = &loading->look->work->world;

	return loading->stored.is_readable &&
	    strcmp(loading->row.pack_hash, world->pack_hash) == 0 &&
	    loading->row.again_at > world->now;
}

static void loading_clear(struct loading *loading)
{
	free((void *)(uintptr_t)loading->row.packed);
	loading->row = (struct judgement_row){0};
	loading->stored = (struct stored){0};
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct loading *loading = arg;
	struct looking *look = loading->look;
	int rc;

	(void)err;
	loading_clear(loading);
	rc = store_judgement_load(txn,
	    look->work->world.tenant->organisation.id, look->kind,
	    look->subjects[loading->subject].id, &loading->row, NULL);
	if (rc == 0)
		(void)stored_open(loading->row.packed, loading->row.packed_len,
		    &loading->stored);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int judge(struct txn *txn, void *arg, struct err *err)
{
	struct loading *loading = arg;
	struct looking *look = loading->look;
	int rc = judge_world_now(txn, &look->work->world, err);

	return rc < 0
	    ? rc
	    : judge_one(txn, look->work, look->kind,
	          look->subjects[loading->subject].id, JUDGE_ALL, err);
}

static int look_at(struct looking *look, size_t subject)
{
	struct loading loading = {.look = look, .subject = subject};
	struct store *store = look->work->world.service->store;
	int rc = store_read(store, load, &loading, look->err);

	if (rc == 0 && !is_current(&loading)) {
		rc = store_write(store, judge, &loading, look->err);
		if (rc == 0)
			rc = store_read(store, load, &loading, look->err);
	}
	if (rc == 0 && loading.stored.len > 0)
		rc = tell(look, subject, &loading.row, &loading.stored);
	loading_clear(&loading);
	return rc;
}

/* The walk ------------------------------------------------------------------- */

static int list_page(struct txn *txn, void *arg, struct err *err)
{
	struct looking *look = arg;

	look->count = 0;
	return list(txn, look, err);
}

static int look_at_kind(struct looking *look)
{
	struct store *store = look->work->world.service->store;
	size_t i;
	int rc;

	do {
		rc = store_read(store, list_page, look, look->err);
		for (i = 0; rc == 0 && i < look->count && look->left != 0;
		     i++) {
			rc = look_at(look, i);
			if (look->left > 0)
				look->left--;
		}
		if (look->count > 0)
			(void)str_copy(look->after, sizeof(look->after),
			    look->subjects[look->count - 1].id);
	} while (rc == 0 && look->count > 0 && look->left != 0);
	return rc;
}

int service_judgement_each(struct service *service, const struct actor *actor,
    const struct judgement_listing *filter, service_judgement_fn *fn, void *arg,
    struct err *err)
{
	struct looking *look = calloc(1, sizeof(*look));
	unsigned kind;
	int rc = look ? 0 : err_memory(err);

	if (rc == 0)
		rc = judge_work_new(service, actor->org_id, &look->work, err);
	if (rc == 0) {
		look->filter = filter;
		look->fn = fn;
		look->arg = arg;
		look->err = err;
		look->left = filter->limit > 0 ? filter->limit : -1;
		if (filter->after_id)
			(void)str_copy(
			    look->after, sizeof(look->after), filter->after_id);
	}
	for (kind = 0; rc == 0 && kind < STORE_SUBJECT_COUNT; kind++) {
		if (filter->subject_kind >= 0 &&
		    (unsigned)filter->subject_kind != kind)
			continue;
		look->kind = (enum store_subject)kind;
		rc = look_at_kind(look);
		look->after[0] = '\0';
	}
	if (look)
		judge_work_free(look->work);
	free(look);
	return rc == -ERR_NOT_FOUND && (!err || !err->code)
	    ? err_set(err, ERR_NOT_FOUND, "nothing of that name")
	    : rc;
}
