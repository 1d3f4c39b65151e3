/* What people do in a return case; who may is in return_signer.c. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/receipt/handout.h"
#include "server/service/service.h"

static int load_open(struct txn *txn, const struct ledger *ledger,
    const char *case_id, struct return_case_row *out, struct err *err)
{
	int rc = store_return_case_load(txn, ledger->org_id, case_id, out, err);

	return rc == -ERR_NOT_FOUND
	    ? err_set(err, ERR_NOT_FOUND, "there is no such return")
	    : rc;
}

static int take_note(struct return_step_row *step, const char *note,
    const char *missing, struct err *err)
{
	if (!note || note[strspn(note, " \t\n")] == '\0') {
		if (missing)
			return err_set(err, ERR_INVALID, "%s", missing);
		return 0;
	}
	if (!str_is_utf8(note, strlen(note)))
		return err_set(err, ERR_INVALID, "the note is not UTF-8 text");
	if (str_copy(step->note, sizeof(step->note), note) < 0)
		return err_set(err, ERR_LIMIT,
		    "the note is longer than %zu bytes",
		    sizeof(step->note) - 1);
	return 0;
}

/* ---- custody ---- */

static int end_offer(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct err *err)
{
	struct task_world world;
	int rc = task_world_init(ledger->service, row->org_id, &world, err);

	return rc < 0 ? rc
	              : handout_came_back(txn, &world, row->device_id,
	                    row->person_id, ledger->by, err);
}

int return_custody(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const struct return_custody_said *said,
    struct return_case_row *out, struct err *err)
{
	const char *receiver = said->receiver_id ? said->receiver_id : "";
	struct return_case_row row;
	struct return_step_row step;
	int rc = load_open(txn, ledger, case_id, &row, err);

	return_step_init(&step, ledger, RETURN_STEP_CUSTODY);
	if (rc < 0 || (rc = take_note(&step, said->note, NULL, err)) < 0 ||
	    (rc = return_receiver_check(txn, ledger, &row, receiver, err)) < 0)
		return rc;
	if (row.kind == RETURN_KIND_PRIVATE)
		return err_set(err, ERR_CONFLICT,
		    "a private phone stays with its owner: nobody takes it");
	if (row.marks & RETURN_MARK_CUSTODY) {
		*out = row;
		return 0;
	}
	(void)str_copy(step.person_id, STORE_ID, receiver);
	(void)str_copy(row.receiver_id, STORE_ID, receiver);
	rc = return_apply(txn, ledger, &row, RETURN_EVENT_CUSTODY, &step, err);
	if (rc == 0)
		rc = end_offer(txn, ledger, &row, err);
	if (rc == 0)
		*out = row;
	return rc;
}

/* ---- signatures ---- */

static const struct {
	enum return_step_kind step;
	enum return_event event;
	unsigned mark;
} signs[] = {
    [RETURN_SIGNER_HOLDER] = {RETURN_STEP_SIGNED_HOLDER,
        RETURN_EVENT_SIGN_HOLDER, RETURN_MARK_SIGNED_HOLDER},
    [RETURN_SIGNER_RECEIVER] = {RETURN_STEP_SIGNED_RECEIVER,
        RETURN_EVENT_SIGN_RECEIVER, RETURN_MARK_SIGNED_RECEIVER},
    [RETURN_SIGNER_WITNESS] = {RETURN_STEP_WITNESS, RETURN_EVENT_SIGN_HOLDER,
        RETURN_MARK_SIGNED_HOLDER},
};

void return_codes_hear(
    struct return_codes_heard *heard, const struct return_step_row *step)
{
	/* A signature's are a step of their own too, with its typed name; the
	 * leaver's own word is one with who they are. */
	bool settles = step->kind == RETURN_STEP_SIGNED_RECEIVER ||
	    (step->kind == RETURN_STEP_CODES && !step->typed_name[0] &&
	        !step->person_id[0]);

	if (step->codes == RETURN_CODES_UNSAID)
		return;
	if (settles || !heard->is_settled ||
	    step->codes == RETURN_CODES_NOT_NEEDED)
		heard->codes = step->codes;
	heard->is_settled |= settles;
}

static int hear_codes(void *arg, const struct return_step_row *step)
{
	return_codes_hear(arg, step);
	return 0;
}

static int state_codes(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct return_step_row *signature,
    struct err *err)
{
	struct return_codes_heard heard = {RETURN_CODES_UNSAID, false};
	struct return_step_row step = *signature;
	int rc;

	if (signature->codes == RETURN_CODES_UNSAID)
		return 0;
	/* Codes of a phone that is empty open nothing any more. */
	if (signature->codes == RETURN_CODES_NOT_NEEDED &&
	    !(row->marks & RETURN_MARK_PROVEN))
		return err_set(err, ERR_CONFLICT,
		    "its codes are needed until its erase is proven");
	rc = store_return_step_each(
	    txn, row->org_id, row->id, hear_codes, &heard, err);
	if (rc < 0)
		return rc;
	return_codes_hear(&heard, signature);
	step.kind = RETURN_STEP_CODES;
	return return_apply(txn, ledger, row,
	    heard.codes == RETURN_CODES_NOT_HANDED_OVER
	        ? RETURN_EVENT_CODES_OPEN
	        : RETURN_EVENT_CODES_STATED,
	    &step, err);
}

/* Who signs that it came back has it. */
static int take_custody(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *person_id, struct err *err)
{
	const struct return_custody_said said = {.receiver_id = person_id};

	if (!(row->needs & RETURN_MARK_CUSTODY) ||
	    (row->marks & RETURN_MARK_CUSTODY))
		return 0;
	return return_custody(txn, ledger, row->id, &said, row, err);
}

int return_sign(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const struct return_signature *said,
    struct return_case_row *out, struct err *err)
{
	struct return_case_row row;
	struct return_step_row step;
	const char *person_id = said->person_id ? said->person_id : "";
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc < 0)
		return rc;
	if (!*person_id)
		person_id = said->who == RETURN_SIGNER_HOLDER
		    ? row.person_id
		    : ledger->person_id;
	return_step_init(&step, ledger, signs[said->who].step);
	if ((rc = take_note(&step, said->note,
	         said->who == RETURN_SIGNER_WITNESS
	             ? "say why the holder cannot sign"
	             : NULL,
	         err)) < 0 ||
	    (rc = return_signer_check(
	         txn, ledger, &row, said, person_id, err)) < 0)
		return rc;
	(void)str_copy(
	    step.typed_name, sizeof(step.typed_name), said->typed_name);
	(void)str_copy(step.person_id, STORE_ID, person_id);
	if ((unsigned)said->codes >= RETURN_CODES_COUNT)
		return err_set(err, ERR_INVALID, "there is no such answer");
	if (!return_is_handed_in(&row))
		return err_set(err, ERR_CONFLICT,
		    "a private phone stays with its owner: nobody signs for "
		    "it");
	if (row.marks & signs[said->who].mark)
		return err_set(err, ERR_CONFLICT, "it is signed already");
	if (said->who == RETURN_SIGNER_RECEIVER &&
	    (rc = take_custody(txn, ledger, &row, person_id, err)) < 0)
		return rc;
	if (said->who == RETURN_SIGNER_RECEIVER)
		(void)str_copy(row.receiver_id, STORE_ID, person_id);
	step.codes = said->codes;
	if ((rc = state_codes(txn, ledger, &row, &step, err)) < 0 ||
	    (rc = return_apply(
	         txn, ledger, &row, signs[said->who].event, &step, err)) < 0)
		return rc;
	*out = row;
	return 0;
}

int return_state_codes(struct txn *txn, const struct ledger *ledger,
    const char *case_id, enum return_codes codes, const char *note,
    struct return_case_row *out, struct err *err)
{
	struct return_case_row row;
	struct return_step_row step;
	int rc = load_open(txn, ledger, case_id, &row, err);

	return_step_init(&step, ledger, RETURN_STEP_CODES);
	step.codes = codes;
	if (rc == 0)
		rc = take_note(&step, note, NULL, err);
	if (rc == 0 && return_own_check(ledger, &row, NULL) < 0)
		(void)str_copy(step.person_id, STORE_ID, row.person_id);
	if (rc == 0 &&
	    (codes == RETURN_CODES_UNSAID ||
	        (unsigned)codes >= RETURN_CODES_COUNT))
		rc = err_set(err, ERR_INVALID,
		    "say handed_over, not_handed_over or not_needed");
	if (rc == 0)
		rc = state_codes(txn, ledger, &row, &step, err);
	if (rc == 0)
		*out = row;
	return rc;
}

/* ---- lock, proof, data ---- */

static int do_plain(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, enum return_event event,
    enum return_step_kind kind, const char *note, const char *missing,
    struct err *err)
{
	struct return_step_row step;
	int rc;

	return_step_init(&step, ledger, kind);
	rc = take_note(&step, note, missing, err);
	return rc < 0 ? rc : return_apply(txn, ledger, row, event, &step, err);
}

int return_lock_cleared(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *how, const char *note,
    struct return_case_row *out, struct err *err)
{
	static const char *const words[] = {
	    "prevented", "signed_out", "unlock_accepted", "proved"};
	struct return_case_row row;
	char text[512];
	bool is_word = false;
	size_t i;
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc < 0)
		return rc;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		is_word |= how && strcmp(how, words[i]) == 0;
	if (!is_word)
		return err_set(err, ERR_INVALID,
		    "say how: prevented, signed_out, unlock_accepted or "
		    "proved");
	(void)snprintf(text, sizeof(text), "%s%s%.400s", how,
	    note && *note ? ": " : "", note ? note : "");
	rc = do_plain(txn, ledger, &row, RETURN_EVENT_LOCK_CLEARED,
	    RETURN_STEP_LOCK_CLEARED, text, NULL, err);
	if (rc == 0)
		*out = row;
	return rc;
}

/* What is enrolled can be reached and proves its erase itself, whatever it was
 * when it was asked back. */
static int may_be_stated(
    struct txn *txn, const struct return_case_row *row, struct err *err)
{
	enum life_state life = LIFE_REPLACED;
	struct device device;
	int rc;

	if (row->kind == RETURN_KIND_PRIVATE || row->kind == RETURN_KIND_SHARED)
		return err_set(
		    err, ERR_DENIED, "this phone is not erased at all");
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);
	if (rc == 0 && device.life_id[0])
		rc = store_life_load_state(txn, device.life_id, &life, err);
	if (rc == 0 && life_is_open(life))
		return err_set(err, ERR_DENIED,
		    "a managed phone is proven erased at the bench, or by "
		    "enrolling anew: a statement is not enough");
	return rc;
}

int return_state_proof(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *statement, struct return_case_row *out,
    struct err *err)
{
	struct return_case_row row;
	char day[CALENDAR_DATE_TEXT_MAX];
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc == 0)
		rc = may_be_stated(txn, &row, err);
	if (rc == 0 && !(row.marks & RETURN_MARK_CUSTODY))
		rc = err_set(err, ERR_CONFLICT,
		    "only who has the phone can say that it is empty");
	if (rc < 0)
		return rc;
	calendar_day_text(ledger->today, day);
	(void)snprintf(row.proof, sizeof(row.proof),
	    "stated on %s by %.100s: %.350s", day, ledger->by,
	    statement ? statement : "");
	rc = do_plain(txn, ledger, &row, RETURN_EVENT_PROOF,
	    RETURN_STEP_PROOF_STATED, statement,
	    "say what was done to empty the phone", err);
	if (rc == 0)
		*out = row;
	return rc;
}

int return_data_removed(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *statement, struct return_case_row *out,
    struct err *err)
{
	struct return_case_row row;
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc == 0 && row.kind != RETURN_KIND_PRIVATE)
		rc = err_set(err, ERR_DENIED,
		    "this is not a private phone: it is erased and proven");
	if (rc == 0)
		rc = return_removal_check(txn, ledger->service, &row, err);
	if (rc == 0)
		rc = do_plain(txn, ledger, &row, RETURN_EVENT_DATA_REMOVED,
		    RETURN_STEP_DATA_REMOVED, statement,
		    "say how it is known that nothing of work is left", err);
	if (rc == 0)
		*out = row;
	return rc;
}

/* ---- lost, found, written off ---- */

/* Said at the phone, too, and nobody's to say of what they are to return. */
static int do_reasoned(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, enum return_event event,
    enum return_step_kind kind, const char *why, struct err *err)
{
	int rc = return_own_check(ledger, row, err);

	if (rc < 0)
		return rc;
	if (why)
		(void)snprintf(row->reason, sizeof(row->reason), "%.511s", why);
	return do_plain(
	    txn, ledger, row, event, kind, why, "say why, in a sentence", err);
}

int return_lost(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *why, struct return_case_row *out,
    struct err *err)
{
	struct return_case_row row;
	bool is_back;
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc == 0 && return_own_check(ledger, &row, NULL) < 0)
		return err_set(err, ERR_DENIED,
		    "nobody reports lost what they are to return themselves: "
		    "tell IT or the manager, who say so here");
	if (rc == 0)
		rc = do_reasoned(txn, ledger, &row, RETURN_EVENT_LOST,
		    RETURN_STEP_LOST, why, err);
	/* An erase ends what could find it. */
	if (rc == 0)
		rc = departure_wipe_withdraw(
		    txn, ledger, &row, "the phone is lost", &is_back, err);
	if (rc == 0)
		*out = row;
	return rc;
}

int return_found(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *why, struct return_case_row *out,
    struct err *err)
{
	struct return_case_row row;
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc == 0)
		rc = do_reasoned(txn, ledger, &row, RETURN_EVENT_FOUND,
		    RETURN_STEP_FOUND, why, err);
	if (rc == 0)
		*out = row;
	return rc;
}

int return_write_off(struct txn *txn, const struct ledger *ledger,
    const char *case_id, const char *why, struct return_case_row *out,
    struct err *err)
{
	struct return_case_row row;
	int rc = load_open(txn, ledger, case_id, &row, err);

	if (rc == 0 && (row.needs & RETURN_MARK_SIM_DECIDED) &&
	    !(row.marks & RETURN_MARK_SIM_DECIDED))
		rc = err_set(err, ERR_CONFLICT,
		    "decide on its SIM first: a phone that is gone must not "
		    "leave a number that works");
	if (rc == 0)
		rc = do_reasoned(txn, ledger, &row, RETURN_EVENT_WRITE_OFF,
		    RETURN_STEP_WRITTEN_OFF, why, err);
	if (rc == 0)
		*out = row;
	return rc;
}
