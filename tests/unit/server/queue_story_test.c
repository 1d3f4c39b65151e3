/*
 * queue_story_test: does what phones and IT do in any order, over the real
 * services, ever lose, double or resurrect a command (DESIGN invariants 1 to
 * 3)? 100,000 random steps against a model that knows nothing of tables, SQL or
 * certificates. The seed is printed; WORKPHONE_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/apple/answer.h"
#include "proto/apple/checkin.h"
#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/service.h"
#include "tests/unit/server/story_world.h"

#define STEPS 100000
#define PHONES 6
#define QUEUE_MAX 64

/* ---- the model ---- */

enum slot_state { SLOT_QUEUED, SLOT_SENT, SLOT_NOT_NOW };

struct slot {
	char id[STORE_ID];
	int priority;
	enum slot_state state;
	int64_t expires_at;
};

struct phone {
	char udid[32];
	char certificate[STORE_SHA256]; /* "" before the first life */
	char dead_certificate[STORE_SHA256];
	char life_id[STORE_ID];
	bool has_token;
	bool is_wiping;  /* an erase stands in this life */
	bool has_erased; /* it has acknowledged it */
	char erase_id[STORE_ID];
	struct slot queue[QUEUE_MAX]; /* in order of creation */
	size_t queued;
	char closed_id[STORE_ID]; /* some command that is closed */
	char last_sent[STORE_ID];
};

static struct phone phones[PHONES];

static size_t slot_find(const struct phone *phone, const char *id)
{
	size_t i;

	for (i = 0; i < phone->queued; i++)
		if (strcmp(phone->queue[i].id, id) == 0)
			break;
	return i;
}

static void slot_close(struct phone *phone, size_t at)
{
	memcpy(phone->closed_id, phone->queue[at].id, STORE_ID);
	memmove(&phone->queue[at], &phone->queue[at + 1],
	    (phone->queued - at - 1) * sizeof(phone->queue[0]));
	phone->queued--;
}

/* The index of what must come next; phone->queued: nothing. */
static size_t next_of(const struct phone *phone, bool skip_not_now)
{
	size_t best = phone->queued;
	size_t i;

	for (i = 0; i < phone->queued; i++) {
		const struct slot *slot = &phone->queue[i];

		if (skip_not_now && slot->state == SLOT_NOT_NOW)
			continue;
		if (slot->expires_at && slot->expires_at <= story_now)
			continue;
		if (best == phone->queued ||
		    slot->priority > phone->queue[best].priority)
			best = i;
	}
	return best;
}

/* ---- what the store says about the queue ---- */

struct open_rows {
	struct command rows[QUEUE_MAX];
	size_t count;
	const char *life_id;
};

static int note_row(void *arg, const struct command *row)
{
	struct open_rows *open = arg;

	assert_true(open->count < QUEUE_MAX);
	open->rows[open->count++] = *row;
	return 0;
}

static int load_open(struct txn *txn, void *arg, struct err *err)
{
	struct open_rows *open = arg;
	struct command_filter filter = {
	    .org_id = story.tenants[0].organisation.id,
	    .life_id = open->life_id,
	    .only_open = true};

	open->count = 0;
	return store_command_each(txn, &filter, note_row, open, err);
}

static void read_open(const struct phone *phone, struct open_rows *open)
{
	struct err err = {0};

	open->life_id = phone->life_id;
	if (store_read(story.store, load_open, open, &err) < 0)
		fail_msg("%s", err.text);
}

/* Takes over rows that are new since; oldest first. */
static void learn_new(struct phone *phone)
{
	struct open_rows open;
	size_t i;

	read_open(phone, &open);
	for (i = open.count; i-- > 0;) {
		struct slot *slot;

		if (slot_find(phone, open.rows[i].id) < phone->queued)
			continue;
		slot = &phone->queue[phone->queued++];
		*slot = (struct slot){.priority = open.rows[i].priority,
		    .expires_at = open.rows[i].expires_at};
		memcpy(slot->id, open.rows[i].id, STORE_ID);
	}
}

static void compare(const struct phone *phone)
{
	static const enum command_state states[] = {
	    COMMAND_QUEUED, COMMAND_SENT, COMMAND_NOT_NOW};
	struct open_rows open;
	size_t at;
	size_t i;

	if (!phone->life_id[0])
		return;
	read_open(phone, &open);
	assert_int_equal(open.count, phone->queued);
	for (i = 0; i < open.count; i++) {
		at = slot_find(phone, open.rows[i].id);
		assert_true(at < phone->queued);
		assert_int_equal(
		    open.rows[i].state, states[phone->queue[at].state]);
	}
}

/* ---- what phones do ---- */

static int check_in(const struct phone *phone, const char *certificate,
    const struct checkin *checkin)
{
	struct identity identity;
	struct buf reply = {0};
	int rc = service_identify(&story, certificate, &identity, NULL);

	(void)phone;
	if (rc == 0)
		rc = service_check_in(
		    &story, certificate, &identity, checkin, &reply, NULL);
	buf_clear(&reply);
	return rc;
}

static void fill_checkin(
    struct checkin *checkin, const struct phone *phone, enum checkin_type type)
{
	*checkin = (struct checkin){.type = type};
	(void)snprintf(checkin->udid, sizeof(checkin->udid), "%s", phone->udid);
	(void)snprintf(checkin->topic, sizeof(checkin->topic), "%s",
	    story.tenants[0].organisation.topic);
	(void)snprintf(checkin->authenticate.serial_number,
	    sizeof(checkin->authenticate.serial_number), "S-%s", phone->udid);
	checkin->token_update.push_token_len = 32;
	(void)snprintf(checkin->token_update.push_magic,
	    sizeof(checkin->token_update.push_magic), "magic");
}

static int load_life(struct txn *txn, void *arg, struct err *err)
{
	struct phone *phone = arg;
	struct certificate row;
	int rc = store_certificate_load(txn, phone->certificate, &row, err);

	if (rc == 0)
		memcpy(phone->life_id, row.life_id, STORE_ID);
	return rc;
}

static void do_enrol(struct phone *phone)
{
	struct checkin checkin;

	memcpy(phone->dead_certificate, phone->certificate, STORE_SHA256);
	story_issue(phone->udid, phone->certificate);
	fill_checkin(&checkin, phone, CHECKIN_AUTHENTICATE);
	assert_int_equal(check_in(phone, phone->certificate, &checkin), 0);
	if (phone->queued > 0) /* ended with the former life */
		memcpy(phone->closed_id, phone->queue[0].id, STORE_ID);
	phone->queued = 0;
	phone->is_wiping = phone->has_erased = phone->has_token = false;
	assert_int_equal(store_read(story.store, load_life, phone, NULL), 0);
}

static void do_repeat_authenticate(struct phone *phone)
{
	struct checkin checkin;
	char before[STORE_ID];

	if (!phone->certificate[0] || phone->has_token)
		return;
	memcpy(before, phone->life_id, STORE_ID);
	fill_checkin(&checkin, phone, CHECKIN_AUTHENTICATE);
	assert_int_equal(check_in(phone, phone->certificate, &checkin), 0);
	assert_int_equal(store_read(story.store, load_life, phone, NULL), 0);
	assert_string_equal(phone->life_id, before);
}

static void do_token(struct phone *phone)
{
	struct checkin checkin;
	size_t before = phone->queued;

	if (!phone->certificate[0])
		return;
	fill_checkin(&checkin, phone, CHECKIN_TOKEN_UPDATE);
	assert_int_equal(check_in(phone, phone->certificate, &checkin), 0);
	if (!phone->has_token) {
		phone->has_token = true;
		learn_new(phone);
		assert_int_equal(phone->queued, before + 3); /* no pack */
	}
}

static void do_use_dead_certificate(struct phone *phone)
{
	struct identity identity;
	struct checkin checkin;

	if (!phone->dead_certificate[0])
		return;
	/* Also when it was known as a living one a moment ago. */
	assert_int_equal(
	    service_identify(&story, phone->dead_certificate, &identity, NULL),
	    0);
	assert_int_equal(identity.certificate_state, CERTIFICATE_DEAD);
	fill_checkin(&checkin, phone,
	    story_random(2) ? CHECKIN_TOKEN_UPDATE : CHECKIN_AUTHENTICATE);
	assert_int_equal(
	    check_in(phone, phone->dead_certificate, &checkin), -ERR_DENIED);
}

/* Speaks for another phone with its own certificate. */
static void do_pretend(struct phone *phone)
{
	const struct phone *other = &phones[story_random(PHONES)];
	struct checkin checkin;

	if (other == phone || !phone->certificate[0])
		return;
	fill_checkin(&checkin, other, CHECKIN_TOKEN_UPDATE);
	assert_int_equal(
	    check_in(phone, phone->certificate, &checkin), -ERR_DENIED);
}

/* One connect; checks that what comes is what the model says. */
static void say(
    struct phone *phone, enum answer_status status, const char *command_id)
{
	struct answer answer = {.status = status};
	struct identity identity;
	struct buf command = {0};
	struct err err = {0};
	size_t next;

	(void)snprintf(answer.udid, sizeof(answer.udid), "%s", phone->udid);
	if (command_id)
		(void)snprintf(answer.command_uuid, sizeof(answer.command_uuid),
		    "%s", command_id);
	assert_int_equal(
	    service_identify(&story, phone->certificate, &identity, &err), 0);
	if (service_connect(&story, &identity, &answer, (const uint8_t *)"raw",
	        3, &command, &err) < 0)
		fail_msg("%s", err.text);
	next = next_of(phone, status == ANSWER_NOT_NOW);
	if (next == phone->queued) {
		assert_int_equal(command.len, 0);
	} else {
		assert_true(command.len > 0);
		assert_non_null(
		    strstr((char *)command.data, phone->queue[next].id));
		phone->queue[next].state = SLOT_SENT;
		memcpy(phone->last_sent, phone->queue[next].id, STORE_ID);
	}
	buf_clear(&command);
}

static void do_idle(struct phone *phone)
{
	if (phone->certificate[0])
		say(phone, ANSWER_IDLE, NULL);
}

static void close_by_answer(
    struct phone *phone, size_t at, enum answer_status status)
{
	bool is_erase = strcmp(phone->queue[at].id, phone->erase_id) == 0;

	slot_close(phone, at);
	if (!is_erase || !phone->is_wiping)
		return;
	if (status == ANSWER_ACKNOWLEDGED) {
		phone->has_erased = true;
		while (phone->queued > 0) /* cancelled: it erases itself */
			slot_close(phone, 0);
	} else {
		phone->is_wiping = false;
	}
}

static void do_answer(struct phone *phone)
{
	static const enum answer_status statuses[] = {ANSWER_ACKNOWLEDGED,
	    ANSWER_ACKNOWLEDGED, ANSWER_ERROR, ANSWER_COMMAND_FORMAT_ERROR,
	    ANSWER_NOT_NOW};
	enum answer_status status = statuses[story_random(5)];
	char id[STORE_ID];
	size_t at;

	if (!phone->certificate[0] || phone->queued == 0)
		return;
	at = story_random((unsigned)phone->queued);
	memcpy(id, phone->queue[at].id, STORE_ID);
	if (status == ANSWER_NOT_NOW)
		phone->queue[at].state = SLOT_NOT_NOW;
	else
		close_by_answer(phone, at, status);
	say(phone, status, id);
}

/* Doubled, late, unknown and foreign answers change nothing. */
static void do_noise(struct phone *phone)
{
	const struct phone *other = &phones[story_random(PHONES)];
	const char *id = "00000000-0000-7000-8000-000000000000";

	if (!phone->certificate[0])
		return;
	if (story_random(2) && phone->closed_id[0])
		id = phone->closed_id;
	else if (other != phone && other->queued > 0)
		id = other->queue[0].id;
	/* A late answer to a cancelled erase may still count for the wipe. */
	if (strcmp(id, phone->erase_id) == 0)
		return;
	say(phone, story_random(2) ? ANSWER_ACKNOWLEDGED : ANSWER_NOT_NOW, id);
}

static void do_check_out(struct phone *phone)
{
	struct checkin checkin;

	if (!phone->certificate[0] || story_random(20) != 0)
		return;
	fill_checkin(&checkin, phone, CHECKIN_CHECK_OUT);
	assert_int_equal(check_in(phone, phone->certificate, &checkin), 0);
	phone->queued = 0;
	memcpy(phone->dead_certificate, phone->certificate, STORE_SHA256);
	do_enrol(phone);
}

/* ---- what people and time do ---- */

static void do_wipe(struct phone *phone)
{
	struct actor actor = story_actor();
	struct wipe_request request = {.device = phone->udid, .reason = "test"};
	struct wipe wipe;
	int rc = service_wipe_order(&story, &actor, &request, &wipe, NULL);

	if (!phone->certificate[0]) {
		assert_int_equal(rc, -ERR_NOT_FOUND);
	} else if (phone->is_wiping) {
		assert_int_equal(rc, -ERR_CONFLICT);
	} else {
		assert_int_equal(rc, 0);
		phone->is_wiping = true;
		memcpy(phone->erase_id, wipe.command_id, STORE_ID);
		learn_new(phone);
	}
}

static void do_cancel(struct phone *phone)
{
	struct actor actor = story_actor();
	struct command command;
	size_t at;
	bool is_erase;

	if (phone->closed_id[0] && story_random(4) == 0) {
		assert_int_equal(service_command_cancel(&story, &actor,
		                     phone->closed_id, &command, NULL),
		    -ERR_CONFLICT);
		return;
	}
	if (phone->queued == 0)
		return;
	at = story_random((unsigned)phone->queued);
	is_erase = strcmp(phone->queue[at].id, phone->erase_id) == 0;
	assert_int_equal(service_command_cancel(&story, &actor,
	                     phone->queue[at].id, &command, NULL),
	    0);
	slot_close(phone, at);
	if (is_erase)
		phone->is_wiping = false;
}

/* Time passes; keep_going expires and asks again. */
static void do_wait(struct phone *phone)
{
	size_t i;
	size_t p;

	(void)phone;
	story_now += story_random(3) == 0 ? 8 * TIME_DAY_MS : TIME_MINUTE_MS;
	assert_int_equal(service_keep_going(&story, NULL), 0);
	for (p = 0; p < PHONES; p++) {
		for (i = phones[p].queued; i-- > 0;)
			if (phones[p].queue[i].expires_at &&
			    phones[p].queue[i].expires_at <= story_now)
				slot_close(&phones[p], i);
		if (phones[p].life_id[0])
			learn_new(&phones[p]);
	}
}

static void (*const acts[])(struct phone *) = {do_enrol, do_repeat_authenticate,
    do_token, do_token, do_use_dead_certificate, do_pretend, do_idle, do_idle,
    do_idle, do_idle, do_idle, do_idle, do_answer, do_answer, do_answer,
    do_answer, do_answer, do_answer, do_noise, do_noise, do_noise, do_check_out,
    do_wipe, do_cancel, do_wait};

static void test_story(void **state)
{
	size_t count = sizeof(acts) / sizeof(acts[0]);
	struct phone *phone;
	size_t act;
	int i;

	(void)state;
	for (i = 0; i < PHONES; i++)
		(void)snprintf(
		    phones[i].udid, sizeof(phones[i].udid), "UDID-%d", i);
	for (i = 0; i < STEPS;) {
		phone = &phones[story_random(PHONES)];
		act = story_random((unsigned)count);
		/* Re-enrolment is rare, or no queue ever grows. */
		if (acts[act] == do_enrol && phone->life_id[0] &&
		    story_random(10) != 0)
			continue;
		acts[act](phone);
		compare(phone);
		i++;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_story)};

	return cmocka_run_group_tests(tests, story_begin, story_end);
}
