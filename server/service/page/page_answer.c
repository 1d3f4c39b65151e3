/*
 * An answer to a task: the text must be the one that was shown, the statement is
 * dated and kept with its exact words, the task is done. One transaction.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/evidence/statement.h"
#include "server/service/judge/judge.h"
#include "server/service/page/page_handover.h"
#include "server/service/page/page_missing.h"
#include "server/service/page/page_open.h"
#include "server/service/service.h"
#include "server/service/task/task_plan.h"

/* Of a statement that holds until an absence ends whose end nobody knows. */
#define OPEN_ENDED_MS (30 * TIME_DAY_MS)

/* ---- the exact text ---- */

static int text_in(struct txn *txn, const struct task_world *world,
    const struct task_row *task, const char *language, const char *sha256,
    struct page *out, struct err *err)
{
	int rc = page_text_task(txn, world, task, language, out, err);

	if (rc == 0 && str_equal_secret(out->text_sha256, sha256))
		return 0;
	if (rc == 0) {
		page_clear(out);
		rc = err_set(err, ERR_CONFLICT,
		    "the text has changed since it was shown: read it again");
	}
	return rc;
}

/* The page whose text has this hash; in any language when none is named. */
static int text_find(struct txn *txn, const struct task_world *world,
    const struct task_row *task, const char *language, const char *sha256,
    struct page *out, struct err *err)
{
	static const char *const all[] = {"sv", "da", "en"};
	size_t i;
	int rc = -ERR_CONFLICT;

	if (!sha256)
		return err_set(err, ERR_INVALID,
		    "say which text was shown: its hash is missing");
	if (language)
		return text_in(txn, world, task, language, sha256, out, err);
	for (i = 0; rc == -ERR_CONFLICT && i < sizeof(all) / sizeof(all[0]);
	     i++)
		rc = text_in(txn, world, task, all[i], sha256, out, err);
	return rc;
}

static int text_keep(struct txn *txn, const struct task_world *world,
    const struct page *page, struct err *err)
{
	return store_shown_text_save(txn, world->org_id, page->text_sha256,
	    page->language, (const char *)page->text.data, err);
}

/* ---- what an answer becomes ---- */

struct taking {
	struct txn *txn;
	const struct task_world *world;
	struct task_row *task;
	const struct task_answer *answer;
	const struct page *page;
	const char *result; /* the sentence the task closes with */
	bool stays_open;    /* done in part */
};

static int64_t valid_until(const struct taking *taking, struct err *err)
{
	const struct task_world *world = taking->world;
	const struct pack_rule *rule = world->pack
	    ? pack_rule_find(world->pack, taking->task->rule)
	    : NULL;
	struct absence_row absence;

	if (*taking->task->absence_id &&
	    store_absence_load(taking->txn, world->org_id,
	        taking->task->absence_id, &absence, err) == 0 &&
	    absence.until_day)
		return calendar_day_ends(
		    world->place.zone, (int32_t)absence.until_day);
	if (rule && rule->statement && rule->statement->valid_ms)
		return world->now + rule->statement->valid_ms;
	return world->now + OPEN_ENDED_MS;
}

static int take_statement(struct taking *taking, struct err *err)
{
	const struct task_world *world = taking->world;
	const struct task_row *task = taking->task;
	struct statement_row row = {.subject_kind = task->subject_kind,
	    .is_yes = taking->answer->answer->choice == PAGE_YES,
	    .at = world->now};
	int rc;

	uuid_make(world->now, world->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), world->org_id);
	(void)str_copy(row.person_id, sizeof(row.person_id), task->person_id);
	(void)str_copy(row.rule, sizeof(row.rule), task->rule);
	(void)str_copy(
	    row.subject_id, sizeof(row.subject_id), task->subject_id);
	row.valid_until = valid_until(taking, err);
	(void)str_copy(row.text_sha256, sizeof(row.text_sha256),
	    taking->page->text_sha256);
	(void)str_copy(row.pack_hash, sizeof(row.pack_hash), world->pack_hash);
	(void)str_copy(
	    row.language, sizeof(row.language), taking->page->language);
	(void)str_copy(row.task_id, sizeof(row.task_id), task->id);
	(void)str_copy(
	    row.stated_by, sizeof(row.stated_by), taking->answer->by);
	rc = store_statement_insert(taking->txn, &row, err);
	if (rc < 0)
		return rc;
	if (taking->answer->statement)
		*taking->answer->statement = row;
	taking->result = row.is_yes ? "stated: yes" : "stated: no";
	return judge_changed(taking->txn, world->service, world->org_id,
	    row.subject_kind, row.subject_id, JUDGE_STATEMENT, err);
}

static int take_acceptance(struct taking *taking, struct err *err)
{
	int rc = take_statement(taking, err);

	if (rc == 0)
		taking->result = taking->answer->answer->choice == PAGE_YES
		    ? "accepted"
		    : "declined";
	return rc;
}

static int take_reading(struct taking *taking, struct err *err)
{
	const struct task_world *world = taking->world;
	struct acknowledgement_row row = {.at = world->now};

	if (taking->answer->answer->choice != PAGE_YES)
		return err_set(
		    err, ERR_INVALID, "tick that you have read the rules");
	uuid_make(world->now, world->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), world->org_id);
	(void)str_copy(
	    row.person_id, sizeof(row.person_id), taking->task->person_id);
	(void)str_copy(row.pack, sizeof(row.pack), pack_name(world->pack));
	(void)str_copy(row.pack_hash, sizeof(row.pack_hash), world->pack_hash);
	(void)str_copy(
	    row.language, sizeof(row.language), taking->page->language);
	(void)str_copy(row.text_sha256, sizeof(row.text_sha256),
	    taking->page->text_sha256);
	(void)str_copy(row.task_id, sizeof(row.task_id), taking->task->id);
	taking->result = "read";
	return store_acknowledgement_insert(taking->txn, &row, err);
}

static int take_decision(struct taking *taking, struct err *err)
{
	const struct page_answer *answer = taking->answer->answer;

	taking->result = answer->choice == PAGE_YES ? "approved" : "refused";
	return equipment_order_decide(taking->txn, taking->world,
	    taking->task->order_id, taking->task->person_id, taking->answer->by,
	    answer->choice == PAGE_YES, answer->why, err);
}

static int take_handout(struct taking *taking, struct err *err)
{
	return page_answer_handout(taking->txn, taking->world, taking->task,
	    taking->answer, &taking->result, err);
}

static int take_return(struct taking *taking, struct err *err)
{
	return page_answer_return(taking->txn, taking->world, taking->task,
	    taking->page, taking->answer, &taking->stays_open, &taking->result,
	    err);
}

static int take_missing(struct taking *taking, struct err *err)
{
	return page_answer_missing(taking->txn, taking->world, taking->page,
	    taking->answer, &taking->stays_open, &taking->result, err);
}

static int take_nothing(struct taking *taking, struct err *err)
{
	(void)taking;
	return err_set(err, ERR_CONFLICT,
	    "this task closes by itself when the register is put right");
}

typedef int take_fn(struct taking *taking, struct err *err);

static take_fn *const takers[TASK_KIND_COUNT] = {
    [TASK_STATEMENT] = take_statement,
    [TASK_ACKNOWLEDGE] = take_reading,
    [TASK_ACCEPT_DEPUTY] = take_acceptance,
    [TASK_ACCEPT_COLLEAGUE] = take_acceptance,
    [TASK_APPROVE_ORDER] = take_decision,
    [TASK_REGISTER_FIX] = take_nothing,
    [TASK_RETURN_PHONE] = take_return,
    [TASK_CONFIRM_RETURN] = take_return,
    [TASK_ACCEPT_HANDOUT] = take_handout,
    [TASK_DECIDE_RETURN] = take_missing,
};

int task_answer_take(struct txn *txn, const struct task_world *world,
    struct task_row *task, const struct task_answer *answer, struct err *err)
{
	struct page page = {.rules = NULL};
	struct taking taking = {txn, world, task, answer, &page, NULL, false};
	int rc;

	if (!task_is_open(task->state))
		return err_set(err, ERR_CONFLICT, "this task is %s already",
		    task_state_name(task->state));
	rc = text_find(txn, world, task, answer->language,
	    answer->answer->text_sha256, &page, err);
	if (rc < 0)
		return rc;
	if (answer->answer->choice == PAGE_NO_CHOICE)
		rc = err_set(err, ERR_INVALID, "choose one of the answers");
	if (rc == 0)
		rc = takers[task->kind](&taking, err);
	if (rc == 0)
		rc = text_keep(txn, world, &page, err);
	if (answer->stays_open)
		*answer->stays_open = taking.stays_open;
	/* What the last signature closed is closed. */
	if (rc == 0 && !taking.stays_open && task_is_open(task->state))
		rc = task_apply(txn, world, task, TASK_EVENT_ANSWER, answer->by,
		    taking.result, err);
	page_clear(&page);
	return rc;
}

/* ---- at a page ---- */

struct answering {
	struct service *service;
	const char *token;
	const char *language;
	const struct page_answer *answer;
	struct task_row task;
	struct page_link_row link;
};

static int answer_page(struct txn *txn, void *arg, struct err *err)
{
	struct answering *answering = arg;
	struct page_link_row *link = &answering->link;
	bool stays_open = false;
	struct task_answer answer = {.language = answering->language,
	    .answer = answering->answer,
	    .stays_open = &stays_open};
	struct task_world world;
	char by[64];
	int rc = page_link_find(
	    answering->service, txn, answering->token, link, &world, err);

	if (rc < 0)
		return rc;
	if (link->used_at)
		return err_set(err, ERR_CONFLICT, "the link was used before");
	if (page_link_is_over(link, world.now))
		return err_set(err, ERR_EXPIRED, "the link is too old");
	rc = store_task_load(
	    txn, world.org_id, link->task_id, &answering->task, err);
	/* Put to somebody else meanwhile: this link's holder is not the one. */
	if (rc == 0 && strcmp(answering->task.person_id, link->person_id) != 0)
		return err_set(err, ERR_EXPIRED, "the link is too old");
	(void)snprintf(by, sizeof(by), "page:%s", link->id);
	answer.by = by;
	if (rc == 0)
		rc = task_answer_take(
		    txn, &world, &answering->task, &answer, err);
	if (rc < 0 || stays_open)
		return rc;
	link->used_at = world.now;
	return store_page_link_save(txn, link, err);
}

int service_page_answer(struct service *service, const char *token,
    const char *language, const struct page_answer *answer, struct err *err)
{
	struct answering answering = {.service = service,
	    .token = token,
	    .language = language,
	    .answer = answer};
	int rc = store_write(service->store, answer_page, &answering, err);

	if (rc == 0)
		log_info(service->log, "task_answered", LOG_TASK,
		    answering.task.id, LOG_RULE, answering.task.rule, LOG_LINK,
		    answering.link.id, LOG_ORGANISATION, answering.link.org_id,
		    NULL);
	return rc;
}
