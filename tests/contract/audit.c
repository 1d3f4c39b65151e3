#include "tests/contract/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/contract/queue.h"

struct audit {
	const struct model *model;
	int phone;
	size_t seen;
	char *why;
	struct txn *txn;
};

static int differ(struct audit *audit, const char *what, const char *id,
    const char *got, const char *want)
{
	(void)snprintf(audit->why, AUDIT_WHY,
	    "%s of %s: the store has %s, the model %s", what, id, got, want);
	return -(int)ERR_CONFLICT;
}

static int differ_number(
    struct audit *audit, const char *what, const char *id, long got, long want)
{
	char a[24];
	char b[24];

	(void)snprintf(a, sizeof(a), "%ld", got);
	(void)snprintf(b, sizeof(b), "%ld", want);
	return differ(audit, what, id, a, b);
}

/* The id ends with the command's place in the model. */
static const struct model_command *find(
    const struct model *model, const char *id)
{
	unsigned long at = strtoul(id + 24, NULL, 16);

	if (at >= model->command_count ||
	    strcmp(model->commands[at].id, id) != 0)
		return NULL;
	return &model->commands[at];
}

/* ---- commands ---- */

static int check_command(struct audit *audit, const struct command *row)
{
	const struct model_command *want = find(audit->model, row->id);

	audit->seen++;
	if (!want)
		return differ(audit, "command", row->id, "it", "no such one");
	if (strcmp(command_state_name(row->state),
	        model_state_name(want->state)) != 0)
		return differ(audit, "state", row->id,
		    command_state_name(row->state),
		    model_state_name(want->state));
	if (row->sent_count != want->sent_count)
		return differ_number(audit, "times sent", row->id,
		    row->sent_count, want->sent_count);
	if (row->not_now_count != want->not_now_count)
		return differ_number(audit, "times not now", row->id,
		    row->not_now_count, want->not_now_count);
	if ((row->closed_at != 0) == model_is_open(want))
		return differ(
		    audit, "closing time", row->id, "none or one", "the other");
	if (strcmp(row->life_id, audit->model->lives[want->life].id) != 0)
		return differ(audit, "life", row->id, row->life_id,
		    audit->model->lives[want->life].id);
	return 0;
}

static int check_open(void *arg, const struct command *row)
{
	struct audit *audit = arg;
	const struct model_command *want = find(audit->model, row->id);

	if (want && !model_is_open(want))
		return differ(audit, "queue", row->id, "it open",
		    model_state_name(want->state));
	return check_command(audit, row);
}

static int walk_phone(struct txn *txn, void *arg, struct err *err)
{
	struct audit *audit = arg;
	const struct model_phone *phone = &audit->model->phones[audit->phone];
	struct command_filter filter = {.org_id = QUEUE_ORG, .only_open = true};
	int r;

	if (phone->life == MODEL_NONE)
		return 0;
	filter.life_id = audit->model->lives[phone->life].id;
	r = store_command_each(txn, &filter, check_open, audit, err);
	if (r == 0 && audit->seen != phone->open_count)
		r = differ_number(audit, "open commands", filter.life_id,
		    (long)audit->seen, (long)phone->open_count);
	return r;
}

static bool run(struct store *store, store_fn *fn, struct audit *audit)
{
	struct err err = {0};
	int r;

	audit->why[0] = '\0';
	r = store_read(store, fn, audit, &err);
	if (r < 0 && !audit->why[0])
		(void)snprintf(audit->why, AUDIT_WHY, "%.*s", 300, err.text);
	return r == 0;
}

bool audit_phone(struct store *store, const struct model *model, int phone,
    char why[AUDIT_WHY])
{
	struct audit audit = {.model = model, .phone = phone, .why = why};

	return run(store, walk_phone, &audit);
}

/* ---- everything ---- */

static int count_answer(void *arg, int64_t at, const char *status,
    const uint8_t *body, size_t body_len)
{
	(void)at;
	(void)status;
	(void)body;
	(void)body_len;
	(*(long *)arg)++;
	return 0;
}

static int check_answers(
    struct audit *audit, const struct model_command *command, struct err *err)
{
	long count = 0;
	int r = store_answer_each(
	    audit->txn, command->id, count_answer, &count, err);

	if (r == 0 && count != command->answers)
		r = differ_number(audit, "answers kept", command->id, count,
		    command->answers);
	return r;
}

static int check_wipe(
    struct audit *audit, const struct model_command *command, struct err *err)
{
	struct wipe wipe;
	int r = store_wipe_find_command(audit->txn, command->id, &wipe, err);

	if (r == 0 &&
	    strcmp(wipe_state_name(wipe.state),
	        model_wipe_name(command->wipe)) != 0)
		r = differ(audit, "wipe", command->id,
		    wipe_state_name(wipe.state),
		    model_wipe_name(command->wipe));
	return r;
}

static int check_life(
    struct audit *audit, const struct model_life *life, struct err *err)
{
	struct identity identity;
	bool ended = life->state == MODEL_LIFE_CHECKED_OUT ||
	    life->state == MODEL_LIFE_REPLACED;
	bool dead;
	int r =
	    store_identity_find(audit->txn, life->certificate, &identity, err);

	if (r < 0)
		return r;
	if (strcmp(life_state_name(identity.life_state),
	        model_life_name(life->state)) != 0)
		return differ(audit, "life", life->id,
		    life_state_name(identity.life_state),
		    model_life_name(life->state));
	dead = identity.certificate_state == CERTIFICATE_DEAD;
	if (dead != ended)
		return differ_number(
		    audit, "dead certificate", life->id, dead, ended);
	return 0;
}

static int check_each(void *arg, const struct command *row)
{
	return check_command(arg, row);
}

static int check_all(struct txn *txn, void *arg, struct err *err)
{
	struct command_filter filter = {.org_id = QUEUE_ORG};
	struct audit *audit = arg;
	const struct model *model = audit->model;
	size_t i;
	int r;

	audit->txn = txn;
	r = store_command_each(txn, &filter, check_each, audit, err);
	if (r == 0 && audit->seen != model->command_count)
		r = differ_number(audit, "commands", "all", (long)audit->seen,
		    (long)model->command_count);
	for (i = 0; i < model->life_count && r == 0; i++)
		r = check_life(audit, &model->lives[i], err);
	for (i = 0; i < model->command_count && r == 0; i++) {
		if (model->commands[i].purpose == MODEL_PURPOSE_ERASE)
			r = check_wipe(audit, &model->commands[i], err);
		if (r == 0 && i % 4 == 0)
			r = check_answers(audit, &model->commands[i], err);
	}
	return r;
}

bool audit_all(
    struct store *store, const struct model *model, char why[AUDIT_WHY])
{
	struct audit audit = {.model = model, .why = why};

	return run(store, check_all, &audit);
}
