#include "tests/contract/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define PUT(field, text) (void)str_copy(field, sizeof(field), text)

struct unit {
	const struct step *step;
	char next[MODEL_ID];
	struct txn *txn; /* for callbacks of a walk */
	enum command_event event;
};

void queue_phone_id(int phone, char out[STORE_ID])
{
	(void)snprintf(out, STORE_ID, "0d000000-0000-7000-8000-%012d", phone);
}

/* The organisation's topic serves as the mark. */
static int mark_step(struct txn *txn, uint64_t number, struct err *err)
{
	struct organisation org = {.id = QUEUE_ORG, .name = "Model"};

	(void)snprintf(
	    org.topic, sizeof(org.topic), "%llu", (unsigned long long)number);
	return store_organisation_save(txn, &org, err);
}

static int load_mark(struct txn *txn, void *arg, struct err *err)
{
	struct organisation org;
	int r = store_organisation_load(txn, QUEUE_ORG, &org, err);

	return r < 0 ? r : str_number_parse(org.topic, UINT64_MAX, arg);
}

int queue_last_step(struct store *store, uint64_t *out, struct err *err)
{
	return store_read(store, load_mark, out, err);
}

int queue_prepare(struct txn *txn, void *arg, struct err *err)
{
	struct link link = {.id = QUEUE_LINK, .org_id = QUEUE_ORG};
	int r = mark_step(txn, 0, err);

	(void)arg;
	PUT(link.token_sha256, "token");
	return r < 0 ? r : store_link_save(txn, &link, err);
}

/* ---- commands ---- */

static int move_wipe(struct txn *txn, const char *command_id,
    enum wipe_event event, struct err *err)
{
	struct wipe wipe;
	int r = store_wipe_find_command(txn, command_id, &wipe, err);

	if (r == -(int)ERR_NOT_FOUND)
		return 0;
	if (r == 0 && wipe_next(wipe.state, event, &wipe.state) == 0)
		r = store_wipe_update(txn, &wipe, err);
	return r;
}

static int close_with(struct txn *txn, struct command *command,
    enum command_event event, int64_t now, struct err *err)
{
	int r = command_next(command->state, event, &command->state);

	if (r < 0)
		return err_set(err, ERR_CONFLICT, "the command is closed");
	command->closed_at = now;
	r = store_command_update(txn, command, err);
	if (r == 0 && event != COMMAND_EVENT_SUPERSEDE)
		r = move_wipe(txn, command->id, WIPE_EVENT_CANCEL, err);
	return r;
}

static int close_each(void *arg, const struct command *row)
{
	struct unit *unit = arg;
	struct command copy = *row;

	return close_with(unit->txn, &copy, unit->event, unit->step->now, NULL);
}

static int close_queue(struct txn *txn, struct unit *unit, const char *life_id,
    const char *purpose, enum command_event event, struct err *err)
{
	struct command_filter filter = {.org_id = QUEUE_ORG,
	    .life_id = life_id,
	    .purpose = purpose,
	    .only_open = true};

	unit->txn = txn;
	unit->event = event;
	return store_command_each(txn, &filter, close_each, unit, err);
}

/* ---- lives ---- */

static int load_life(
    struct txn *txn, const struct step *step, struct life *out, struct err *err)
{
	char id[STORE_ID];
	struct device device;
	int r;

	queue_phone_id(step->phone, id);
	r = store_device_load(txn, id, &device, err);
	if (r == 0)
		r = store_life_load(txn, device.life_id, out, err);
	return r;
}

static int end_life(struct txn *txn, struct unit *unit, struct life *life,
    enum life_event event, struct err *err)
{
	int r = life_next(life->state, event, &life->state);

	if (r < 0)
		return err_set(err, ERR_CONFLICT, "the life has ended");
	life->ended_at = unit->step->now;
	r = store_life_save(txn, life, err);
	if (r == 0)
		r = store_certificate_retire(txn, life->id, NULL, err);
	if (r == 0)
		r = close_queue(
		    txn, unit, life->id, NULL, COMMAND_EVENT_LIFE_ENDED, err);
	return r;
}

/* A new life of a phone that had acknowledged its erase proves it. */
static int prove_wipe(struct txn *txn, const char *life_id, struct err *err)
{
	struct wipe wipe;
	int r = store_wipe_find_open(txn, life_id, &wipe, err);

	if (r == -(int)ERR_NOT_FOUND)
		return 0;
	if (r == 0 && wipe.state != WIPE_ORDERED &&
	    wipe_next(wipe.state, WIPE_EVENT_PROOF, &wipe.state) == 0)
		r = store_wipe_update(txn, &wipe, err);
	return r;
}

static int end_former_life(
    struct txn *txn, struct unit *unit, struct device *device, struct err *err)
{
	struct life life;
	int r;

	if (!device->life_id[0])
		return 0;
	r = prove_wipe(txn, device->life_id, err);
	if (r == 0)
		r = store_life_load(txn, device->life_id, &life, err);
	if (r == 0 && life_is_open(life.state))
		r = end_life(txn, unit, &life, LIFE_EVENT_REPLACE, err);
	return r;
}

static int start_life(struct txn *txn, const struct step *step,
    const char *device_id, struct err *err)
{
	struct life life = {.started_at = step->now};
	struct certificate cert = {
	    .state = CERTIFICATE_CURRENT, .issued_at = step->now};
	int r;

	PUT(life.id, step->id);
	PUT(life.org_id, QUEUE_ORG);
	PUT(life.device_id, device_id);
	PUT(life.link_id, QUEUE_LINK);
	PUT(cert.sha256, step->certificate);
	PUT(cert.org_id, QUEUE_ORG);
	PUT(cert.link_id, QUEUE_LINK);
	PUT(cert.life_id, step->id);
	r = store_life_save(txn, &life, err);
	return r < 0 ? r : store_certificate_save(txn, &cert, err);
}

static int authenticate(struct txn *txn, struct unit *unit, struct err *err)
{
	const struct step *step = unit->step;
	struct device device = {0};
	char id[STORE_ID];
	int r;

	queue_phone_id(step->phone, id);
	r = store_device_find_udid(txn, QUEUE_ORG, id, &device, err);
	if (r == -(int)ERR_NOT_FOUND) {
		PUT(device.id, id);
		PUT(device.udid, id);
		PUT(device.org_id, QUEUE_ORG);
		r = store_device_save(txn, &device, err);
	}
	if (r == 0)
		r = end_former_life(txn, unit, &device, err);
	if (r == 0)
		r = start_life(txn, step, device.id, err);
	PUT(device.life_id, step->id);
	return r < 0 ? r : store_device_save(txn, &device, err);
}

static int token_update(struct txn *txn, struct unit *unit, struct err *err)
{
	struct life life;
	int r = load_life(txn, unit->step, &life, err);

	if (r < 0)
		return r;
	r = life_next(life.state, LIFE_EVENT_TOKEN_UPDATE, &life.state);
	if (r < 0)
		return err_set(err, ERR_CONFLICT, "the life has ended");
	life.enrolled_at = unit->step->now;
	return store_life_save(txn, &life, err);
}

static int check_out(struct txn *txn, struct unit *unit, struct err *err)
{
	struct life life;
	int r = load_life(txn, unit->step, &life, err);

	if (r < 0)
		return r;
	return end_life(txn, unit, &life, LIFE_EVENT_CHECK_OUT, err);
}

/* ---- ordering ---- */

static void make_command(
    const struct step *step, const struct life *life, struct command *out)
{
	static const char *const purposes[] = {
	    "", "policy:model", "query:model", "erase"};

	memset(out, 0, sizeof(*out));
	PUT(out->id, step->id);
	PUT(out->org_id, QUEUE_ORG);
	PUT(out->device_id, life->device_id);
	PUT(out->life_id, life->id);
	PUT(out->purpose, purposes[step->purpose]);
	out->priority = step->priority;
	out->created_at = step->now;
	out->not_before = step->not_before;
	out->expires_at = step->expires_at;
}

static int order_wipe(
    struct txn *txn, const struct command *command, struct err *err)
{
	struct wipe wipe = {.ordered_at = command->created_at};

	PUT(wipe.id, command->id);
	PUT(wipe.org_id, command->org_id);
	PUT(wipe.device_id, command->device_id);
	PUT(wipe.life_id, command->life_id);
	PUT(wipe.command_id, command->id);
	return store_wipe_insert(txn, &wipe, err);
}

/*
 * The command first, the wipe after it: a refused wipe must take its command
 * with it when the unit is undone.
 */
static int enqueue(struct txn *txn, struct unit *unit, struct err *err)
{
	const struct step *step = unit->step;
	struct command command;
	struct life life;
	int r = load_life(txn, step, &life, err);

	if (r < 0)
		return r;
	if (!life_is_open(life.state))
		return err_set(err, ERR_CONFLICT, "the life has ended");
	make_command(step, &life, &command);
	if (step->purpose == MODEL_PURPOSE_POLICY ||
	    step->purpose == MODEL_PURPOSE_QUERY)
		r = close_queue(txn, unit, life.id, command.purpose,
		    COMMAND_EVENT_SUPERSEDE, err);
	if (r == 0)
		r = store_command_insert(txn, &command,
		    (const uint8_t *)command.id, strlen(command.id), err);
	if (r == 0 && step->purpose == MODEL_PURPOSE_ERASE)
		r = order_wipe(txn, &command, err);
	return r;
}

static int cancel(struct txn *txn, struct unit *unit, struct err *err)
{
	struct command command;
	int r = store_command_load(txn, unit->step->id, &command, err);

	if (r < 0)
		return r;
	return close_with(
	    txn, &command, COMMAND_EVENT_CANCEL, unit->step->now, err);
}

static int expire(struct txn *txn, struct unit *unit, struct err *err)
{
	unit->txn = txn;
	unit->event = COMMAND_EVENT_EXPIRE;
	return store_command_each_expired(
	    txn, unit->step->now, 0, close_each, unit, err);
}

/* ---- connecting ---- */

static int check_identity(struct txn *txn, const struct step *step,
    struct identity *out, struct err *err)
{
	int r = store_identity_find(txn, step->certificate, out, err);

	if (r == -(int)ERR_NOT_FOUND)
		return err_set(err, ERR_DENIED, "no such certificate");
	if (r == 0 &&
	    (out->certificate_state != CERTIFICATE_CURRENT ||
	        out->life_state != LIFE_ENROLLED))
		return err_set(err, ERR_DENIED, "not enrolled");
	return r;
}

static const struct {
	const char *name;
	enum command_event event;
	enum wipe_event wipe;
} statuses[STATUS_COUNT] = {
    [STATUS_IDLE] = {"Idle", COMMAND_EVENT_COUNT, WIPE_EVENT_COUNT},
    [STATUS_ACKNOWLEDGED] = {"Acknowledged", COMMAND_EVENT_ACKNOWLEDGE,
        WIPE_EVENT_ACKNOWLEDGE},
    [STATUS_ERROR] = {"Error", COMMAND_EVENT_ERROR, WIPE_EVENT_ERROR},
    [STATUS_FORMAT_ERROR] = {"CommandFormatError", COMMAND_EVENT_FORMAT_ERROR,
        WIPE_EVENT_ERROR},
    [STATUS_NOT_NOW] = {"NotNow", COMMAND_EVENT_NOT_NOW, WIPE_EVENT_COUNT},
};

static int keep_answer(struct txn *txn, const struct step *step,
    const char *life_id, struct err *err)
{
	return store_answer_insert(txn, life_id, step->id,
	    statuses[step->status].name, step->now, NULL, 0, err);
}

/* Unknown, late, repeated, another phone's: kept, and nothing follows. */
static int take_answer(struct txn *txn, const struct step *step,
    const struct identity *identity, struct err *err)
{
	struct command command;
	int r = keep_answer(txn, step, identity->life_id, err);

	if (r == 0)
		r = store_command_load(txn, step->id, &command, err);
	if (r == -(int)ERR_NOT_FOUND)
		return 0;
	if (r < 0 || strcmp(command.life_id, identity->life_id) != 0)
		return r;
	if (command_next(command.state, statuses[step->status].event,
	        &command.state) < 0)
		return 0;
	if (command_is_open(command.state)) {
		command.not_now_at = step->now;
		command.not_now_count++;
	} else {
		command.closed_at = step->now;
	}
	r = store_command_update(txn, &command, err);
	if (r == 0 && statuses[step->status].wipe != WIPE_EVENT_COUNT)
		r = move_wipe(
		    txn, command.id, statuses[step->status].wipe, err);
	return r;
}

/* What an idle phone is told by must be what it then gets. */
static int check_waits(struct txn *txn, const struct unit *unit,
    const char *life_id, bool is_found, struct err *err)
{
	bool waits = false;
	int r = store_command_waits(txn, life_id, unit->step->now, &waits, err);

	/* Those that said NotNow wait as well, though they are not next. */
	if (r == 0 && waits != is_found &&
	    (is_found || unit->step->status != STATUS_NOT_NOW))
		r = err_set(err, ERR_INTERNAL,
		    is_found ? "a command is next and none waits"
		             : "a command waits and none is next");
	return r;
}

static int hand_out(
    struct txn *txn, struct unit *unit, const char *life_id, struct err *err)
{
	struct command command;
	uint8_t *payload = NULL;
	size_t len = 0;
	int r = store_command_next(txn, life_id, unit->step->now,
	    unit->step->status == STATUS_NOT_NOW, &command, &payload, &len,
	    err);

	if (r == -(int)ERR_NOT_FOUND)
		return check_waits(txn, unit, life_id, false, err);
	if (r == 0)
		r = check_waits(txn, unit, life_id, true, err);
	if (r == 0 &&
	    (len != strlen(command.id) ||
	        memcmp(payload, command.id, len) != 0))
		r = err_set(err, ERR_INTERNAL, "the payload is another's");
	free(payload);
	if (r == 0)
		r = command_next(
		    command.state, COMMAND_EVENT_SEND, &command.state);
	if (r < 0)
		return r;
	command.sent_at = unit->step->now;
	command.sent_count++;
	PUT(unit->next, command.id);
	return store_command_update(txn, &command, err);
}

static int connect_phone(struct txn *txn, struct unit *unit, struct err *err)
{
	struct identity identity;
	int r = check_identity(txn, unit->step, &identity, err);

	if (r == 0 && unit->step->status != STATUS_IDLE)
		r = take_answer(txn, unit->step, &identity, err);
	if (r == 0)
		r = hand_out(txn, unit, identity.life_id, err);
	return r;
}

/* Cannot be decoded: not even whose it is matters. */
static int rubbish(struct txn *txn, struct unit *unit, struct err *err)
{
	(void)txn;
	(void)unit;
	(void)err;
	return 0;
}

/* ---- one step ---- */

static int run(struct txn *txn, void *arg, struct err *err)
{
	static int (*const kinds[STEP_KIND_COUNT])(
	    struct txn * txn, struct unit * unit, struct err * err) = {
	    [STEP_AUTHENTICATE] = authenticate,
	    [STEP_TOKEN_UPDATE] = token_update,
	    [STEP_CHECK_OUT] = check_out,
	    [STEP_ENQUEUE] = enqueue,
	    [STEP_CONNECT] = connect_phone,
	    [STEP_RUBBISH] = rubbish,
	    [STEP_CANCEL] = cancel,
	    [STEP_EXPIRE] = expire,
	};
	struct unit *unit = arg;

	int r;

	unit->next[0] = '\0';
	r = kinds[unit->step->kind](txn, unit, err);
	return r < 0 ? r : mark_step(txn, unit->step->number, err);
}

int queue_apply(struct store *store, const struct step *step,
    struct outcome *out, struct err *err)
{
	static const struct {
		enum err_code code;
		enum outcome_code outcome;
	} codes[] = {
	    {ERR_NONE, OUTCOME_DONE},
	    {ERR_CONFLICT, OUTCOME_CONFLICT},
	    {ERR_NOT_FOUND, OUTCOME_NOT_FOUND},
	    {ERR_DENIED, OUTCOME_DENIED},
	};
	struct unit unit = {.step = step};
	int r = store_write(store, run, &unit, err);
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (r != -(int)codes[i].code)
			continue;
		memset(out, 0, sizeof(*out));
		out->code = codes[i].outcome;
		if (r == 0)
			PUT(out->next, unit.next);
		return 0;
	}
	return r;
}
