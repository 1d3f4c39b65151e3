/*
 * model: a second, simple-minded account of the command queues of a few phones
 * (DESIGN invariants 2, 3 and 6), to hold the real one against. It plans
 * random steps from a seed and says what each must come to. It uses none of
 * the code it checks, stores nothing and knows only plain arrays: whoever
 * drives the store, the services or a whole server can be compared with it.
 *
 * The same seed gives the same steps: after a crash, replaying as many steps
 * as were answered gives what must be there.
 */
#ifndef TESTS_CONTRACT_MODEL_H
#define TESTS_CONTRACT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_PHONES 6
#define MODEL_ID 40
#define MODEL_SHA256 65
#define MODEL_NONE (-1)

enum model_state {
	MODEL_QUEUED,
	MODEL_SENT,
	MODEL_NOT_NOW,
	MODEL_ACKNOWLEDGED, /* from here on closed */
	MODEL_FAILED,
	MODEL_CANCELLED,
	MODEL_SUPERSEDED,
	MODEL_EXPIRED
};

enum model_purpose {
	MODEL_PURPOSE_ALONE, /* nothing supersedes it */
	MODEL_PURPOSE_POLICY,
	MODEL_PURPOSE_QUERY,
	MODEL_PURPOSE_ERASE /* once a life, unless cancelled or failed */
};

enum model_wipe {
	MODEL_WIPE_NONE,
	MODEL_WIPE_ORDERED,
	MODEL_WIPE_ACKNOWLEDGED,
	MODEL_WIPE_PROVEN,
	MODEL_WIPE_CANCELLED,
	MODEL_WIPE_FAILED
};

enum model_life_state {
	MODEL_LIFE_AUTHENTICATED,
	MODEL_LIFE_ENROLLED,
	MODEL_LIFE_CHECKED_OUT, /* from here on ended */
	MODEL_LIFE_REPLACED
};

struct model_command {
	char id[MODEL_ID];
	int phone;
	int life;
	int priority;
	enum model_purpose purpose;
	enum model_state state;
	enum model_wipe wipe;
	int64_t not_before;
	int64_t expires_at;
	int sent_count;
	int not_now_count;
	int answers; /* kept, however odd */
};

struct model_life {
	char id[MODEL_ID];
	char certificate[MODEL_SHA256];
	int phone;
	enum model_life_state state;
	int erase; /* its newest erase command, or MODEL_NONE */
};

struct model_phone {
	int life;  /* the newest, or MODEL_NONE */
	int last;  /* the command it was given last, or MODEL_NONE */
	int *open; /* commands, in the order they were ordered */
	size_t open_count;
	size_t open_room;
};

struct model {
	uint64_t seed;
	uint64_t steps; /* taken */
	int64_t now;
	struct model_phone phones[MODEL_PHONES];
	struct model_command *commands;
	size_t command_count;
	size_t command_room;
	struct model_life *lives;
	size_t life_count;
	size_t life_room;
	bool failed; /* out of memory */
};

enum step_kind {
	STEP_AUTHENTICATE, /* id, certificate: of the new life */
	STEP_TOKEN_UPDATE,
	STEP_CHECK_OUT,
	STEP_ENQUEUE, /* id: of the new command */
	STEP_CONNECT, /* certificate, status and, but for Idle, id */
	STEP_RUBBISH, /* a connect that cannot be decoded */
	STEP_CANCEL,  /* id */
	STEP_EXPIRE,  /* the sweep over all phones */
	STEP_KIND_COUNT
};

enum step_status {
	STATUS_IDLE,
	STATUS_ACKNOWLEDGED,
	STATUS_ERROR,
	STATUS_FORMAT_ERROR,
	STATUS_NOT_NOW,
	STATUS_COUNT
};

struct step {
	uint64_t number; /* 1, 2, 3 … */
	enum step_kind kind;
	int phone;
	int64_t now;
	char id[MODEL_ID];
	int command; /* its place in the model, or MODEL_NONE: unknown */
	char certificate[MODEL_SHA256]; /* may be a dead one */
	bool dead;
	enum step_status status;
	int priority;
	enum model_purpose purpose;
	int64_t not_before;
	int64_t expires_at;
};

enum outcome_code {
	OUTCOME_DONE,
	OUTCOME_CONFLICT,
	OUTCOME_NOT_FOUND,
	OUTCOME_DENIED
};

struct outcome {
	enum outcome_code code;
	char next[MODEL_ID]; /* the command handed out, "" for none */
};

void model_init(struct model *model, uint64_t seed);
void model_clear(struct model *model);

/* Chooses the next step; changes nothing but the seed. */
void model_plan(struct model *model, struct step *out);
/* Takes the step and says what it must come to. */
void model_apply(
    struct model *model, const struct step *step, struct outcome *out);

bool model_is_open(const struct model_command *command);
const char *model_state_name(enum model_state state);
const char *model_wipe_name(enum model_wipe wipe);
const char *model_life_name(enum model_life_state state);
/* One line, for the message of a failure. */
void model_step_text(const struct step *step, char *out, size_t size);

#endif
