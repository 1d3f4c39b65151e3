#include "tests/contract/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- chance ---- */

static uint64_t draw(struct model *model, uint64_t below)
{
	uint64_t x = model->seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (x ^ (x >> 31)) % below;
}

void model_init(struct model *model, uint64_t seed)
{
	int i;

	memset(model, 0, sizeof(*model));
	model->seed = seed;
	model->now = INT64_C(1790000000000);
	for (i = 0; i < MODEL_PHONES; i++) {
		model->phones[i].life = MODEL_NONE;
		model->phones[i].last = MODEL_NONE;
	}
}

void model_clear(struct model *model)
{
	int i;

	for (i = 0; i < MODEL_PHONES; i++)
		free(model->phones[i].open);
	free(model->commands);
	free(model->lives);
	memset(model, 0, sizeof(*model));
}

/* The list with room for one more; NULL and failed without it. */
static void *grow(
    struct model *model, void *items, size_t count, size_t *room, size_t size)
{
	void *larger;

	if (count < *room)
		return items;
	larger = realloc(items, (*room * 2 + 16) * size);
	if (larger)
		*room = *room * 2 + 16;
	else
		model->failed = true;
	return larger;
}

/* ---- names ---- */

const char *model_state_name(enum model_state state)
{
	static const char *const names[] = {"queued", "sent", "not_now",
	    "acknowledged", "failed", "cancelled", "superseded", "expired"};

	return names[state];
}

const char *model_wipe_name(enum model_wipe wipe)
{
	static const char *const names[] = {
	    "none", "ordered", "acknowledged", "proven", "cancelled", "failed"};

	return names[wipe];
}

const char *model_life_name(enum model_life_state state)
{
	static const char *const names[] = {
	    "authenticated", "enrolled", "checked_out", "replaced"};

	return names[state];
}

void model_step_text(const struct step *step, char *out, size_t size)
{
	static const char *const kinds[] = {"authenticate", "token update",
	    "check out", "enqueue", "connect", "rubbish", "cancel", "expire"};
	static const char *const statuses[] = {
	    "idle", "acknowledged", "error", "format error", "not now"};

	(void)snprintf(out, size,
	    "step %llu: phone %d %s %s%s id %s priority %d purpose %d",
	    (unsigned long long)step->number, step->phone, kinds[step->kind],
	    statuses[step->status], step->dead ? " (dead certificate)" : "",
	    step->id, step->priority, (int)step->purpose);
}

bool model_is_open(const struct model_command *command)
{
	return command->state == MODEL_QUEUED || command->state == MODEL_SENT ||
	    command->state == MODEL_NOT_NOW;
}

static bool life_is_open(const struct model_life *life)
{
	return life->state == MODEL_LIFE_AUTHENTICATED ||
	    life->state == MODEL_LIFE_ENROLLED;
}

/* ---- planning ---- */

static enum step_kind draw_kind(struct model *model)
{
	static const int weights[STEP_KIND_COUNT] = {
	    [STEP_AUTHENTICATE] = 15,
	    [STEP_TOKEN_UPDATE] = 50,
	    [STEP_CHECK_OUT] = 5,
	    [STEP_ENQUEUE] = 220,
	    [STEP_CONNECT] = 600,
	    [STEP_RUBBISH] = 30,
	    [STEP_CANCEL] = 50,
	    [STEP_EXPIRE] = 30,
	};
	int at = (int)draw(model, 1000);
	int kind = 0;

	while (at >= weights[kind])
		at -= weights[kind++];
	return (enum step_kind)kind;
}

/* A command for an answer or a cancellation: mostly sensible, often not. */
static int draw_command(struct model *model, const struct model_phone *phone)
{
	uint64_t dice = draw(model, 100);

	if (model->command_count == 0 || dice >= 97)
		return MODEL_NONE; /* a UUID nobody knows */
	if (dice < 55 && phone->last != MODEL_NONE)
		return phone->last; /* again and again: duplicates */
	if (dice < 85 && phone->open_count > 0)
		return phone->open[draw(model, phone->open_count)];
	return (int)draw(model, model->command_count); /* also of others */
}

static void plan_new_life(struct model *model, struct step *step)
{
	int i;

	(void)snprintf(step->id, sizeof(step->id),
	    "11fe0000-0000-7000-8000-%012zx", model->life_count);
	for (i = 0; i < MODEL_SHA256 - 1; i++)
		step->certificate[i] = "0123456789abcdef"[draw(model, 16)];
}

static void plan_command(struct model *model, struct step *step)
{
	static const int priorities[] = {10, 10, 20, 30};

	(void)snprintf(step->id, sizeof(step->id),
	    "c0de0000-0000-7000-8000-%012zx", model->command_count);
	step->purpose = (enum model_purpose)draw(model, 4);
	step->priority = priorities[draw(model, 4)];
	if (step->purpose == MODEL_PURPOSE_ERASE)
		step->priority = 100;
	if (draw(model, 5) == 0)
		step->not_before = step->now + (int64_t)draw(model, 20000);
	if (draw(model, 5) == 0 && step->purpose != MODEL_PURPOSE_ERASE)
		step->expires_at = step->now + (int64_t)draw(model, 20000);
}

static void plan_certificate(
    struct model *model, const struct model_phone *phone, struct step *step)
{
	int life = phone->life;

	if (draw(model, 40) == 0 && model->life_count > 0)
		life = (int)draw(model, model->life_count);
	if (life == MODEL_NONE) {
		memset(step->certificate, 'f', MODEL_SHA256 - 1);
		step->dead = true;
		return;
	}
	memcpy(step->certificate, model->lives[life].certificate, MODEL_SHA256);
	step->phone = model->lives[life].phone;
	step->dead = life != model->phones[step->phone].life ||
	    !life_is_open(&model->lives[life]);
}

static void plan_answer(struct model *model, struct step *step)
{
	step->status = draw(model, 3) == 0
	    ? STATUS_IDLE
	    : (enum step_status)(1 + draw(model, STATUS_COUNT - 1));
	if (step->status != STATUS_IDLE)
		step->command =
		    draw_command(model, &model->phones[step->phone]);
}

static void name_command(struct model *model, struct step *step)
{
	if (step->command == MODEL_NONE)
		(void)snprintf(step->id, sizeof(step->id),
		    "deadc0de-0000-7000-8000-%012llx",
		    (unsigned long long)draw(model, 1000));
	else
		memcpy(step->id, model->commands[step->command].id, MODEL_ID);
}

void model_plan(struct model *model, struct step *out)
{
	struct model_phone *phone;

	memset(out, 0, sizeof(*out));
	out->number = model->steps + 1;
	out->kind = draw_kind(model);
	out->phone = (int)draw(model, MODEL_PHONES);
	out->command = MODEL_NONE;
	out->now = model->now + (int64_t)draw(model, 1000);
	phone = &model->phones[out->phone];
	if (phone->life == MODEL_NONE)
		out->kind = STEP_AUTHENTICATE;
	if (out->kind == STEP_AUTHENTICATE)
		plan_new_life(model, out);
	if (out->kind == STEP_ENQUEUE)
		plan_command(model, out);
	if (out->kind == STEP_CONNECT || out->kind == STEP_RUBBISH)
		plan_certificate(model, phone, out);
	if (out->kind == STEP_CONNECT)
		plan_answer(model, out);
	if (out->kind == STEP_CANCEL)
		out->command = draw_command(model, phone);
	if (out->kind == STEP_CANCEL ||
	    (out->kind == STEP_CONNECT && out->status != STATUS_IDLE))
		name_command(model, out);
}

/* ---- taking a step ---- */

static void close_command(
    struct model *model, int index, enum model_state state)
{
	struct model_command *command = &model->commands[index];
	struct model_phone *phone = &model->phones[command->phone];
	size_t i = 0;

	command->state = state;
	while (i < phone->open_count && phone->open[i] != index)
		i++;
	if (i == phone->open_count)
		return;
	memmove(&phone->open[i], &phone->open[i + 1],
	    (phone->open_count - i - 1) * sizeof(phone->open[0]));
	phone->open_count--;
}

/* Of the newest life of a phone; what it left open is cancelled. */
static void end_life(
    struct model *model, struct model_life *life, enum model_life_state state)
{
	struct model_phone *phone = &model->phones[life->phone];
	struct model_command *command;

	life->state = state;
	while (phone->open_count > 0) {
		command = &model->commands[phone->open[0]];
		if (command->wipe == MODEL_WIPE_ORDERED)
			command->wipe = MODEL_WIPE_CANCELLED;
		close_command(model, phone->open[0], MODEL_CANCELLED);
	}
}

static enum outcome_code authenticate(
    struct model *model, const struct step *step)
{
	struct model_phone *phone = &model->phones[step->phone];
	struct model_life *old;
	struct model_life *life;

	life = grow(model, model->lives, model->life_count, &model->life_room,
	    sizeof(*life));
	if (!life)
		return OUTCOME_CONFLICT;
	model->lives = life;
	if (phone->life != MODEL_NONE) {
		old = &model->lives[phone->life];
		if (old->erase != MODEL_NONE &&
		    model->commands[old->erase].wipe == MODEL_WIPE_ACKNOWLEDGED)
			model->commands[old->erase].wipe = MODEL_WIPE_PROVEN;
		if (life_is_open(old))
			end_life(model, old, MODEL_LIFE_REPLACED);
	}
	phone->life = (int)model->life_count;
	life = &model->lives[model->life_count++];
	memset(life, 0, sizeof(*life));
	memcpy(life->id, step->id, MODEL_ID);
	memcpy(life->certificate, step->certificate, MODEL_SHA256);
	life->phone = step->phone;
	life->erase = MODEL_NONE;
	return OUTCOME_DONE;
}

static enum outcome_code token_update(
    struct model *model, const struct step *step)
{
	struct model_life *life =
	    &model->lives[model->phones[step->phone].life];

	if (!life_is_open(life))
		return OUTCOME_CONFLICT;
	life->state = MODEL_LIFE_ENROLLED;
	return OUTCOME_DONE;
}

static enum outcome_code check_out(struct model *model, const struct step *step)
{
	struct model_life *life =
	    &model->lives[model->phones[step->phone].life];

	if (!life_is_open(life))
		return OUTCOME_CONFLICT;
	end_life(model, life, MODEL_LIFE_CHECKED_OUT);
	return OUTCOME_DONE;
}

static bool erase_is_barred(
    const struct model *model, const struct model_life *life)
{
	enum model_wipe wipe;

	if (life->erase == MODEL_NONE)
		return false;
	wipe = model->commands[life->erase].wipe;
	return wipe != MODEL_WIPE_CANCELLED && wipe != MODEL_WIPE_FAILED;
}

static void supersede(
    struct model *model, struct model_phone *phone, enum model_purpose purpose)
{
	size_t i = 0;

	if (purpose != MODEL_PURPOSE_POLICY && purpose != MODEL_PURPOSE_QUERY)
		return;
	while (i < phone->open_count) {
		if (model->commands[phone->open[i]].purpose == purpose)
			close_command(model, phone->open[i], MODEL_SUPERSEDED);
		else
			i++;
	}
}

static enum outcome_code enqueue(struct model *model, const struct step *step)
{
	struct model_phone *phone = &model->phones[step->phone];
	struct model_life *life = &model->lives[phone->life];
	struct model_command *command;
	int *open;

	if (!life_is_open(life))
		return OUTCOME_CONFLICT;
	if (step->purpose == MODEL_PURPOSE_ERASE &&
	    erase_is_barred(model, life))
		return OUTCOME_CONFLICT;
	command = grow(model, model->commands, model->command_count,
	    &model->command_room, sizeof(*command));
	if (!command)
		return OUTCOME_CONFLICT;
	model->commands = command;
	open = grow(model, phone->open, phone->open_count, &phone->open_room,
	    sizeof(*open));
	if (!open)
		return OUTCOME_CONFLICT;
	phone->open = open;
	supersede(model, phone, step->purpose);
	phone->open[phone->open_count++] = (int)model->command_count;
	if (step->purpose == MODEL_PURPOSE_ERASE)
		life->erase = (int)model->command_count;
	command = &model->commands[model->command_count++];
	memset(command, 0, sizeof(*command));
	memcpy(command->id, step->id, MODEL_ID);
	command->phone = step->phone;
	command->life = phone->life;
	command->priority = step->priority;
	command->purpose = step->purpose;
	command->not_before = step->not_before;
	command->expires_at = step->expires_at;
	if (step->purpose == MODEL_PURPOSE_ERASE)
		command->wipe = MODEL_WIPE_ORDERED;
	return OUTCOME_DONE;
}

static void take_answer(
    struct model *model, const struct step *step, struct model_command *command)
{
	command->answers++;
	if (command->life != model->phones[step->phone].life ||
	    !model_is_open(command))
		return;
	if (step->status == STATUS_NOT_NOW) {
		command->state = MODEL_NOT_NOW;
		command->not_now_count++;
	} else if (step->status == STATUS_ACKNOWLEDGED) {
		close_command(model, step->command, MODEL_ACKNOWLEDGED);
		if (command->wipe == MODEL_WIPE_ORDERED)
			command->wipe = MODEL_WIPE_ACKNOWLEDGED;
	} else {
		close_command(model, step->command, MODEL_FAILED);
		if (command->wipe == MODEL_WIPE_ORDERED)
			command->wipe = MODEL_WIPE_FAILED;
	}
}

static bool is_due(const struct model_command *command, int64_t now)
{
	if (command->not_before > now)
		return false;
	return command->expires_at == 0 || command->expires_at > now;
}

/* Highest priority; among equals the one ordered first. */
static int choose_next(const struct model *model, const struct step *step)
{
	const struct model_phone *phone = &model->phones[step->phone];
	const struct model_command *command;
	int best = MODEL_NONE;
	size_t i;

	for (i = 0; i < phone->open_count; i++) {
		command = &model->commands[phone->open[i]];
		if (!is_due(command, step->now))
			continue;
		if (step->status == STATUS_NOT_NOW &&
		    command->state == MODEL_NOT_NOW)
			continue;
		if (best == MODEL_NONE ||
		    command->priority > model->commands[best].priority)
			best = phone->open[i];
	}
	return best;
}

static enum outcome_code connect_phone(
    struct model *model, const struct step *step, char next[MODEL_ID])
{
	struct model_phone *phone = &model->phones[step->phone];
	int index;

	if (step->dead ||
	    model->lives[phone->life].state != MODEL_LIFE_ENROLLED)
		return OUTCOME_DENIED;
	if (step->status != STATUS_IDLE && step->command != MODEL_NONE)
		take_answer(model, step, &model->commands[step->command]);
	index = choose_next(model, step);
	if (index == MODEL_NONE)
		return OUTCOME_DONE;
	phone->last = index;
	model->commands[index].state = MODEL_SENT;
	model->commands[index].sent_count++;
	memcpy(next, model->commands[index].id, MODEL_ID);
	return OUTCOME_DONE;
}

static enum outcome_code cancel(struct model *model, const struct step *step)
{
	struct model_command *command;

	if (step->command == MODEL_NONE)
		return OUTCOME_NOT_FOUND;
	command = &model->commands[step->command];
	if (!model_is_open(command))
		return OUTCOME_CONFLICT;
	close_command(model, step->command, MODEL_CANCELLED);
	if (command->wipe == MODEL_WIPE_ORDERED)
		command->wipe = MODEL_WIPE_CANCELLED;
	return OUTCOME_DONE;
}

static enum outcome_code expire(struct model *model, const struct step *step)
{
	struct model_phone *phone;
	int64_t at;
	size_t i;
	int p;

	for (p = 0; p < MODEL_PHONES; p++) {
		phone = &model->phones[p];
		for (i = 0; i < phone->open_count;) {
			at = model->commands[phone->open[i]].expires_at;
			if (at > 0 && at <= step->now)
				close_command(
				    model, phone->open[i], MODEL_EXPIRED);
			else
				i++;
		}
	}
	return OUTCOME_DONE;
}

void model_apply(
    struct model *model, const struct step *step, struct outcome *out)
{
	static enum outcome_code (*const plain[STEP_KIND_COUNT])(
	    struct model * model, const struct step *step) = {
	    [STEP_AUTHENTICATE] = authenticate,
	    [STEP_TOKEN_UPDATE] = token_update,
	    [STEP_CHECK_OUT] = check_out,
	    [STEP_ENQUEUE] = enqueue,
	    [STEP_CANCEL] = cancel,
	    [STEP_EXPIRE] = expire,
	};

	memset(out, 0, sizeof(*out));
	model->now = step->now;
	model->steps = step->number;
	if (step->kind == STEP_CONNECT)
		out->code = connect_phone(model, step, out->next);
	else if (plain[step->kind])
		out->code = plain[step->kind](model, step);
	/* Rubbish: whoever sent it, nothing follows. */
}
