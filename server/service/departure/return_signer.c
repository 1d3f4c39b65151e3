/*
 * Who may sign in a return case, and as whom. Nobody confirms their own return,
 * and the two signatures of a case never come from one account, nor from two of
 * one person.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/account.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/ledger/person_name.h"
#include "server/service/service.h"
#include "server/store/store_task.h"

/* What a page link that the outbox mailed was made by. */
#define MAILED "mail:"
#define PAGE "page:"

static int own_return(struct err *err)
{
	return err_set(err, ERR_DENIED,
	    "nobody confirms their own return: somebody else has to");
}

/* By the person who is named, by whose account it is, by the name typed. */
static int refuse_own(const struct ledger *ledger,
    const struct return_case_row *row, const struct person_row *leaver,
    const char *person_id, const char *typed_name, struct err *err)
{
	if (strcmp(person_id, row->person_id) == 0 ||
	    strcmp(ledger->person_id, row->person_id) == 0)
		return own_return(err);
	if (typed_name &&
	    (person_name_fits(typed_name, leaver->name) ||
	        person_name_fits(leaver->name, typed_name)))
		return err_set(err, ERR_DENIED,
		    "nobody confirms their own return, and that is the name "
		    "of who returns it");
	return 0;
}

/* person_id "": an account alone, without a person. */
static int load_named(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct person_row *out, struct err *err)
{
	int rc;

	if (!*person_id)
		return 0;
	rc = store_person_load(txn, ledger->org_id, person_id, out, err);
	return rc == -ERR_NOT_FOUND
	    ? err_set(err, ERR_NOT_FOUND, "there is no such person")
	    : rc;
}

int return_receiver_check(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const char *person_id, struct err *err)
{
	struct person_row person;
	int rc = load_named(txn, ledger, person_id, &person, err);

	return rc < 0 ? rc
	              : refuse_own(ledger, row, NULL, person_id, NULL, err);
}

int return_own_check(const struct ledger *ledger,
    const struct return_case_row *row, struct err *err)
{
	return strcmp(ledger->person_id, row->person_id) == 0 ? own_return(err)
	                                                      : 0;
}

/* ---- both signatures ---- */

struct account {
	char name[LIMIT_NAME + 1];
	char person_id[STORE_ID]; /* whose it is; "": not known */
};

/*
 * The account behind "by". A page is its reader's own when its link was
 * mailed; whoever had a link shown could have opened it as well.
 */
static int account_of(struct txn *txn, const char *org_id, const char *by,
    const char *person_id, struct account *out, struct err *err)
{
	struct page_link_row link;
	int rc;

	(void)str_copy(out->name, sizeof(out->name), by);
	(void)str_copy(out->person_id, sizeof(out->person_id), person_id);
	if (strncmp(by, PAGE, strlen(PAGE)) != 0)
		return 0;
	rc = store_page_link_load(txn, org_id, by + strlen(PAGE), &link, err);
	if (rc == 0 && strncmp(link.created_by, MAILED, strlen(MAILED)) != 0)
		(void)str_copy(out->name, sizeof(out->name), link.created_by);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* One account, or two of one person. Whoever had a page shown is known by the
 * name of their account. */
static int is_one(struct txn *txn, const char *org_id, const struct account *a,
    const struct account *b, bool *out, struct err *err)
{
	int rc = 0;

	*out = strcmp(a->name, b->name) == 0 ||
	    (*a->person_id && strcmp(a->person_id, b->person_id) == 0);
	if (!*out)
		rc =
		    account_is_of(txn, org_id, a->name, b->person_id, out, err);
	if (rc == 0 && !*out)
		rc =
		    account_is_of(txn, org_id, b->name, a->person_id, out, err);
	return rc;
}

struct signers {
	struct txn *txn;
	const struct return_signature *said;
	const char *person_id;
	struct account account;
	bool is_same_person;
	bool is_same_account;
	struct err *err;
};

/* Does the step give the signature that this one is to stand beside? */
static bool is_other(enum return_signer who, enum return_step_kind kind)
{
	if (who == RETURN_SIGNER_RECEIVER)
		return kind == RETURN_STEP_SIGNED_HOLDER ||
		    kind == RETURN_STEP_WITNESS;
	return kind == RETURN_STEP_SIGNED_RECEIVER;
}

static int note_signer(void *arg, const struct return_step_row *step)
{
	struct signers *signers = arg;
	struct account account;
	bool is_same = false;
	int rc;

	if (!is_other(signers->said->who, step->kind))
		return 0;
	signers->is_same_person |= *step->person_id && *signers->person_id
	    ? strcmp(step->person_id, signers->person_id) == 0
	    : person_name_fits(step->typed_name, signers->said->typed_name);
	rc = account_of(signers->txn, step->org_id, step->done_by,
	    step->done_person_id, &account, signers->err);
	if (rc == 0)
		rc = is_one(signers->txn, step->org_id, &account,
		    &signers->account, &is_same, signers->err);
	signers->is_same_account |= is_same;
	return rc;
}

static int refuse_same(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct return_signature *said,
    const char *person_id, struct err *err)
{
	struct signers signers = {
	    .txn = txn, .said = said, .person_id = person_id, .err = err};
	int rc = account_of(txn, row->org_id, ledger->by, ledger->person_id,
	    &signers.account, err);

	if (rc == 0)
		rc = store_return_step_each(
		    txn, row->org_id, row->id, note_signer, &signers, err);
	if (rc < 0)
		return rc;
	if (signers.is_same_person)
		return err_set(err, ERR_DENIED,
		    "the two signatures are of two different people");
	if (signers.is_same_account)
		return err_set(err, ERR_DENIED,
		    "one account does not give both signatures, nor do two of "
		    "one person: the other one comes from the page that was "
		    "mailed, or from an account of its own");
	return 0;
}

/* ---- the one at hand ---- */

static int check_typed(const char *typed, struct err *err)
{
	if (!typed || !typed[strspn(typed, " \t")])
		return err_set(err, ERR_INVALID,
		    "a signature is the name, typed: it is missing");
	if (strlen(typed) > LIMIT_NAME || !str_is_utf8(typed, strlen(typed)))
		return err_set(err, ERR_INVALID, "that is no name");
	return 0;
}

/* At the counter the holder types on an account of ours: the name is all that
 * says who it was. */
static int check_holder(const struct return_case_row *row,
    const struct return_signature *said, const struct person_row *leaver,
    const char *person_id, struct err *err)
{
	if (strcmp(person_id, row->person_id) != 0)
		return err_set(err, ERR_DENIED,
		    "only who returns it signs for that; who is gone is stood "
		    "in for by a witness");
	if (!person_name_fits(said->typed_name, leaver->name))
		return err_set(err, ERR_INVALID,
		    "who returns it signs with their own name, as it stands in "
		    "the register; anybody else signs as a witness, with the "
		    "reason");
	return 0;
}

/* Receiver and witness: as themselves, and not the one who returns it. */
static int check_other(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct return_signature *said,
    const struct person_row *leaver, const char *person_id, struct err *err)
{
	struct person_row person = {.id = ""};
	int rc = load_named(txn, ledger, person_id, &person, err);

	if (rc == 0)
		rc = refuse_own(
		    ledger, row, leaver, person_id, said->typed_name, err);
	if (rc < 0)
		return rc;
	if (*ledger->person_id && strcmp(ledger->person_id, person_id) != 0)
		return err_set(err, ERR_DENIED,
		    "this account is a person's own: it signs for nobody "
		    "else");
	if (*person_id && !person_name_fits(said->typed_name, person.name))
		return err_set(err, ERR_INVALID,
		    "that is not the name of who signs, as it stands in the "
		    "register");
	return 0;
}

int return_signer_check(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct return_signature *said,
    const char *person_id, struct err *err)
{
	struct person_row leaver;
	int rc = check_typed(said->typed_name, err);

	if (rc == 0)
		rc = store_person_load(
		    txn, row->org_id, row->person_id, &leaver, err);
	if (rc < 0)
		return rc;
	rc = said->who == RETURN_SIGNER_HOLDER
	    ? check_holder(row, said, &leaver, person_id, err)
	    : check_other(txn, ledger, row, said, &leaver, person_id, err);
	return rc < 0 ? rc
	              : refuse_same(txn, ledger, row, said, person_id, err);
}
