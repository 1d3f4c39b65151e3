/*
 * return_case: the steps of one phone's way back, each checked, written down
 * and never done twice. They run inside the caller's transaction (pages, the
 * bench, lives call them); service_… are for handlers. Nobody confirms their
 * own return.
 */
#ifndef SERVER_SERVICE_DEPARTURE_RETURN_CASE_H
#define SERVER_SERVICE_DEPARTURE_RETURN_CASE_H

#include "server/service/departure/departure.h"

struct lost_mode_row;

/* ---- steps by people ---- */

struct return_custody_said {
	const char *receiver_id; /* the person who took it; "" or NULL: IT,
	                            known by the account alone */
	const char *note;        /* condition, damage; may be NULL */
};
/* -ERR_DENIED: the receiver is who returns it. Twice: nothing more. */
int return_custody(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const struct return_custody_said *said,
    struct return_case_row *out, struct err *err);

enum return_signer {
	RETURN_SIGNER_HOLDER,
	RETURN_SIGNER_RECEIVER,
	/* In the holder's stead, who is gone: by another person than the
	 * receiver, with a reason. It is kept and said as that. */
	RETURN_SIGNER_WITNESS,
};
struct return_signature {
	enum return_signer who;
	const char *person_id;  /* of the ledger; "" for an account of IT, never
	                           for the holder */
	const char *typed_name; /* required */
	const char *note;       /* damage; a witness's reason (required) */
	enum return_codes codes; /* unsaid: not said with this signature */
};
/*
 * -ERR_DENIED: not theirs to sign, or their own return; -ERR_CONFLICT: signed
 * already, a private phone, or the case has ended.
 */
int return_sign(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const struct return_signature *signature,
    struct return_case_row *out, struct err *err);

/*
 * Whose answer about the codes counts, when they contradict each other
 * (VST-09): the last of who receives it, or that IT states without signing;
 * the holder's or a witness's only until there is one of those. That none is
 * needed, as it is proven erased, holds whoever says it.
 */
struct return_codes_heard {
	enum return_codes codes;
	bool is_settled; /* the holder's counts no more */
};
void return_codes_hear(
    struct return_codes_heard *heard, const struct return_step_row *step);

/* The codes alone, without a signature. Not needed: only once it is proven
 * erased. */
int return_state_codes(struct txn *txn, const struct ledger *ledger,
    const char *case_id, enum return_codes codes, const char *note,
    struct return_case_row *out, struct err *err);

/* how: "prevented", "signed_out", "unlock_accepted", "proved"; one sentence
 * more in note. */
int return_lock_cleared(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *how, const char *note,
    struct return_case_row *out, struct err *err);
/* A dated statement that an unmanaged phone is emptied. -ERR_DENIED: a managed
 * phone proves it itself. */
int return_state_proof(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *statement, struct return_case_row *out,
    struct err *err);
/* Is it one to sign for? A private phone is not. */
bool return_is_handed_in(const struct return_case_row *row);
/* Of work, from a private phone: seen (it checked out), or stated. -ERR_DENIED:
 * it is enrolled, and has not taken the order that ends that. */
int return_data_removed(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *statement, struct return_case_row *out,
    struct err *err);
/* One decision for one subscription of the case's departure; block makes the
 * request to the operator. */
int return_sim_decide(struct txn *txn, const struct ledger *ledger,
    const char *departure_id, const char *subscription_id,
    enum sim_decision decision, const char *note, struct sim_decision_row *out,
    struct err *err);
int return_lost(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *why, struct return_case_row *out,
    struct err *err);
int return_found(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *why, struct return_case_row *out,
    struct err *err);
/* Never comes back; why is required. The SIM must be decided first. */
int return_write_off(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *why, struct return_case_row *out,
    struct err *err);

/* ---- what the world does, in the transaction in which it is learnt ---- */

/*
 * Something happened to a wipe, as it is stored now: acknowledged, heard from
 * after that, caught at a bench, proven. Nothing when no case is about it.
 */
int return_wipe_changed(struct txn *txn, struct service *service,
    const struct wipe *wipe, enum wipe_event event, int64_t now,
    struct err *err);
/*
 * A phone has begun its new life: after an erase that it acknowledged, one
 * begun in Setup Assistant proves it (the wipe of the former life is raised to
 * proven). in_setup: it awaits its configuration there. With whom it is asked
 * from, what was said of its lock and its data holds no more.
 */
int return_life_began(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, bool in_setup, int64_t now,
    struct err *err);
/*
 * What the phone is may have changed: it enrolled, said that it is supervised,
 * became private. Nothing when no case is open about it, or somebody else has it.
 */
int return_phone_changed(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, int64_t now, struct err *err);
/*
 * Its life ended by CheckOut: what was of work is gone from a private phone,
 * and nothing keeps Activation Lock off any more in one that is still out.
 */
int return_life_ended(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, int64_t now, struct err *err);

/*
 * DESIGN invariant 1, at the last moment: does who holds the phone now (held,
 * of holder_justifies()) still cover this erase? -ERR_CONFLICT, with the
 * reason: it was handed to somebody since, or its case is over or of another.
 */
int return_wipe_covered(struct txn *txn, const struct wipe *wipe,
    const struct assignment_row *held, struct err *err);
/*
 * The person works here still, or again, by another employment than the one that
 * ended, and nobody has the phone in hand: its erase waits until somebody has.
 */
int return_wants_custody(struct txn *txn, const struct return_case_row *row,
    const struct departure_row *departure, int32_t today, bool *out,
    struct err *err);
/* The same of the command that removes what is of work from a private phone; its
 * purpose names the case. *held: whose phone it is. */
bool return_is_removal(const struct command *command);
void return_removal_purpose(const char *case_id, char *out, size_t size);
int return_removal_covered(struct txn *txn, const struct command *command,
    struct assignment_row *held, struct err *err);

/*
 * Before the Lost Mode that a case ordered is handed to the phone: -ERR_CONFLICT
 * with why not, when the departure is not open, the case has the phone lost no
 * more, or it is with somebody else by now or has enrolled anew.
 */
int return_lock_covered(struct txn *txn, const struct lost_mode_row *lost,
    const struct device *device, struct err *err);
/* It is not: Lost Mode is lifted, and the case is where it was before. */
int return_lock_withdraw(struct txn *txn, struct service *service,
    const struct lost_mode_row *lost, const char *why, int64_t now,
    struct err *err);

/* The case of a phone that may go on: the open one, or the last one when that
 * was written off. -ERR_NOT_FOUND. */
int return_case_going(struct txn *txn, const char *org_id,
    const char *device_id, struct return_case_row *out, struct err *err);
/* What the case still needs, in words: "the phone itself; both signatures". */
void return_case_waits_for(
    const struct return_case_row *row, char *out, size_t size);

/* ---- for handlers ---- */

/* what: a case id, or a phone as ledger_phone_find() understands it. */
int service_return_view(struct service *service, const struct actor *actor,
    const char *what, struct return_view *out, store_return_step_fn *on_step,
    void *arg, struct err *err);
typedef int service_return_fn(void *arg, const struct return_view *view);
int service_return_each(struct service *service, const struct actor *actor,
    bool only_open, const char *after_id, int limit, service_return_fn *fn,
    void *arg, struct err *err);

enum return_act {
	RETURN_ACT_CUSTODY,
	RETURN_ACT_SIGN,
	RETURN_ACT_CODES,
	RETURN_ACT_LOCK_CLEARED,
	RETURN_ACT_STATE_PROOF,
	RETURN_ACT_DATA_REMOVED,
	RETURN_ACT_SIM,
	RETURN_ACT_LOST,
	RETURN_ACT_FOUND,
	RETURN_ACT_WRITE_OFF,
	RETURN_ACT_COUNT
};
struct return_request {
	enum return_act act;
	const char *what;   /* as for service_return_view() */
	const char *person; /* who signs, receives: NULL: the account */
	enum return_signer signer;
	const char *typed_name;
	const char *note;
	enum return_codes codes;
	const char *how; /* lock_cleared */
	const char *subscription;
	enum sim_decision decision;
};
int service_return_do(struct service *service, const struct actor *actor,
    const struct return_request *request, struct return_view *out,
    struct err *err);

#endif
