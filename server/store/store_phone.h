/*
 * store_phone: the register of phones beyond their record: the steps of each,
 * Lost Mode, places of lost phones, accessories and who had them, what is kept
 * sealed. The rules are those of store.h.
 */
#ifndef SERVER_STORE_STORE_PHONE_H
#define SERVER_STORE_STORE_PHONE_H

#include "server/lifecycle/lost_mode.h"
#include "server/lifecycle/phone.h"
#include "server/store/store.h"

/* ---- steps ---- */

struct phone_step_row {
	char org_id[STORE_ID];
	char device_id[STORE_ID];
	int64_t number; /* 1, 2, 3 … of this phone; given by the store */
	enum phone_event event;
	enum phone_state from_state;
	enum phone_state to_state;
	int64_t at;
	char made_by[LIMIT_NAME + 1];
	char reason[512];
};
/* Writes the step and makes to_state the phone's. */
int store_phone_step(
    struct txn *txn, const struct phone_step_row *row, struct err *err);
typedef int store_phone_step_fn(void *arg, const struct phone_step_row *row);
/* Oldest first. */
int store_phone_step_each(struct txn *txn, const char *org_id,
    const char *device_id, store_phone_step_fn *fn, void *arg, struct err *err);
/* Phones in a state, by serial number. */
int store_device_each_state(struct txn *txn, const char *org_id,
    enum phone_state state, store_device_fn *fn, void *arg, struct err *err);

/* ---- Lost Mode ---- */

struct lost_mode_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char device_id[STORE_ID];
	char life_id[STORE_ID];
	char case_id[STORE_ID]; /* that ordered it; "": a person did */
	enum lost_mode_state state;
	char enable_id[STORE_ID];  /* command */
	char disable_id[STORE_ID]; /* command, "" */
	char message[512];
	char number[64];
	char footnote[LIMIT_NAME + 1];
	char reason[512];
	char ordered_by[LIMIT_NAME + 1];
	char lifted_by[LIMIT_NAME + 1];
	char lift_reason[512];
	char warning[512]; /* what the phone answered, when it would not */
	int64_t ordered_at;
	int64_t on_at;
	int64_t lift_at;
	int64_t closed_at;
};
/* -ERR_CONFLICT: the phone is in Lost Mode or on its way there. */
int store_lost_mode_save(
    struct txn *txn, const struct lost_mode_row *row, struct err *err);
int store_lost_mode_find_open(struct txn *txn, const char *org_id,
    const char *device_id, struct lost_mode_row *out, struct err *err);
/* The newest. */
int store_lost_mode_find_device(struct txn *txn, const char *org_id,
    const char *device_id, struct lost_mode_row *out, struct err *err);

/* Where a lost phone was asked to be. */
struct phone_place_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char device_id[STORE_ID];
	char lost_mode_id[STORE_ID];
	char command_id[STORE_ID];
	char asked_by[LIMIT_NAME + 1];
	char reason[512];
	int64_t asked_at;
	int64_t answered_at;
	int64_t known_at;   /* when the phone was there; 0: not known */
	int64_t latitude;   /* millionths of a degree */
	int64_t longitude;  /* the same */
	int64_t accuracy_m; /* -1: not said */
	int64_t forgotten_at;
};
int store_phone_place_save(
    struct txn *txn, const struct phone_place_row *row, struct err *err);
int store_phone_place_find_command(struct txn *txn, const char *org_id,
    const char *command_id, struct phone_place_row *out, struct err *err);
typedef int store_phone_place_fn(void *arg, const struct phone_place_row *row);
/* Newest first. */
int store_phone_place_each(struct txn *txn, const char *org_id,
    const char *device_id, store_phone_place_fn *fn, void *arg,
    struct err *err);
/* Where it was goes; that it was asked, by whom and why, stays. */
int store_phone_place_forget(struct txn *txn, const char *org_id,
    const char *device_id, int64_t now, struct err *err);

/* ---- accessories ---- */

struct accessory_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char name[LIMIT_NAME + 1]; /* "Headset" */
	char label[64];            /* what is written on it; "" or unique */
	char order_id[STORE_ID];   /* the order it came by; "" */
	int64_t created_at;
	int64_t ended_at; /* thrown away or gone */
	int64_t changed_at;
	char changed_by[LIMIT_NAME + 1];
};
int store_accessory_save(
    struct txn *txn, const struct accessory_row *row, struct err *err);
int store_accessory_load(struct txn *txn, const char *org_id, const char *id,
    struct accessory_row *out, struct err *err);
/* One that is still there. */
int store_accessory_find_label(struct txn *txn, const char *org_id,
    const char *label, struct accessory_row *out, struct err *err);
typedef int store_accessory_fn(void *arg, const struct accessory_row *row);
/* Ended ones as well. */
int store_accessory_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_accessory_fn *fn, void *arg,
    struct err *err);

/* Who has an accessory: [from_at, to_at). */
struct accessory_holding_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char accessory_id[STORE_ID];
	char person_id[STORE_ID];
	char device_id[STORE_ID]; /* the phone it goes with; "" */
	int64_t from_at;
	int64_t to_at; /* 0: holds */
	char opened_by[LIMIT_NAME + 1];
	char closed_by[LIMIT_NAME + 1];
	char close_reason[LIMIT_NAME + 1];
};
/* What may change: to_at with closed_by and close_reason. */
int store_accessory_holding_save(
    struct txn *txn, const struct accessory_holding_row *row, struct err *err);
/* at 0: who holds it now. */
int store_accessory_holding_find(struct txn *txn, const char *org_id,
    const char *accessory_id, int64_t at, struct accessory_holding_row *out,
    struct err *err);
typedef int store_accessory_holding_fn(
    void *arg, const struct accessory_holding_row *row);
/* Oldest first. only_open: those that hold now. */
int store_accessory_holding_each_person(struct txn *txn, const char *org_id,
    const char *person_id, bool only_open, store_accessory_holding_fn *fn,
    void *arg, struct err *err);
int store_accessory_holding_each(struct txn *txn, const char *org_id,
    const char *accessory_id, store_accessory_holding_fn *fn, void *arg,
    struct err *err);

/* ---- escrow ---- */

/* Stored as numbers: never renumber. */
enum escrow_kind {
	ESCROW_BYPASS_CODE = 0,  /* Activation Lock, made by the phone */
	ESCROW_UNLOCK_TOKEN = 1, /* clears the passcode */
	ESCROW_KIND_COUNT
};

struct escrow_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char serial[LIMIT_SERIAL + 1];
	char udid[LIMIT_UDID + 1];
	enum escrow_kind kind;
	char life_id[STORE_ID]; /* it was sent in */
	uint8_t *sealed;        /* by the keeper */
	size_t sealed_len;
	char
	    mark[STORE_SHA256]; /* tells two secrets apart, not what they are */
	int64_t stored_at;
	int64_t seen_at; /* sent again unchanged */
};
/* One that is there already (same mark) is only seen again: *is_new false. The
 * bytes are copied. */
int store_escrow_keep(struct txn *txn, const struct escrow_row *row,
    bool *is_new, struct err *err);
typedef int store_escrow_fn(void *arg, const struct escrow_row *row);
/* Of a serial number, newest first; sealed is borrowed until fn returns. */
int store_escrow_each(struct txn *txn, const char *org_id, const char *serial,
    store_escrow_fn *fn, void *arg, struct err *err);

/* Stored as numbers: never renumber. */
enum escrow_use {
	ESCROW_USE_SHOWN = 0, /* to a person */
	ESCROW_USE_APPLE = 1, /* sent to Apple to lift Activation Lock */
	ESCROW_USE_COUNT
};
struct escrow_use_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char escrow_id[STORE_ID];
	char serial[LIMIT_SERIAL + 1];
	enum escrow_use use;
	char asked_by[LIMIT_NAME + 1];
	char approved_by[LIMIT_NAME + 1];
	char approval_id[STORE_ID];
	char reason[512];
	int64_t status; /* HTTP status of Apple's answer; 0 */
	int64_t at;
};
int store_escrow_use_save(
    struct txn *txn, const struct escrow_use_row *row, struct err *err);
typedef int store_escrow_use_fn(void *arg, const struct escrow_use_row *row);
/* Newest first. */
int store_escrow_use_each(struct txn *txn, const char *org_id,
    const char *serial, store_escrow_use_fn *fn, void *arg, struct err *err);

#endif
