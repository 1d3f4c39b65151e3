#include <string.h>

#include "proto/base/err.h"
#include "server/receipts/receipt.h"

static const struct receipt_signature *signature_of(
    const struct receipt *receipt, enum receipt_role role)
{
	for (size_t i = 0; i < receipt->signature_count; i++) {
		if (receipt->signatures[i].role == role)
			return &receipt->signatures[i];
	}
	return NULL;
}

static int check_frame(const struct receipt *receipt, struct err *err)
{
	if ((unsigned)receipt->kind >= RECEIPT_KIND_COUNT || !receipt->id[0] ||
	    !receipt->number[0] || !receipt->organisation[0] ||
	    !receipt->language[0] || receipt->issued_at <= 0)
		return err_set(err, ERR_INVALID,
		    "a receipt has kind, id, number, organisation, language "
		    "and time");
	if (receipt->thing_count == 0 ||
	    receipt->thing_count > RECEIPT_THINGS_MAX)
		return err_set(err, ERR_INVALID,
		    "a receipt names 1 to %d things", RECEIPT_THINGS_MAX);
	if (receipt->things_more > 0 && receipt->kind != RECEIPT_RETURN)
		return err_set(
		    err, ERR_INVALID, "nobody signs for what is not named");
	if (receipt->signature_count > RECEIPT_SIGNATURES_MAX ||
	    receipt->fact_count > RECEIPT_FACTS_MAX)
		return err_set(
		    err, ERR_LIMIT, "a receipt with too many signatures");
	for (size_t i = 0; i < receipt->signature_count; i++) {
		const struct receipt_signature *at = &receipt->signatures[i];

		if (!at->typed[0] || at->at <= 0)
			return err_set(err, ERR_INVALID,
			    "a signature is a typed name and a time");
	}
	return 0;
}

static int check_hand_out(const struct receipt *receipt, struct err *err)
{
	if (!receipt->person[0] || !signature_of(receipt, RECEIPT_HOLDER))
		return err_set(err, ERR_INVALID,
		    "a hand-out is signed by the person it was made to");
	return 0;
}

/* Known by the account alone, a person cannot be told from another one. */
static bool are_same(
    const struct receipt_signature *a, const struct receipt_signature *b)
{
	return a->person_id[0] && strcmp(a->person_id, b->person_id) == 0;
}

static int check_return(const struct receipt *receipt, struct err *err)
{
	const struct receipt_signature *receiver =
	    signature_of(receipt, RECEIPT_RECEIVER);
	const struct receipt_signature *holder =
	    signature_of(receipt, RECEIPT_HOLDER);
	const struct receipt_signature *witness =
	    signature_of(receipt, RECEIPT_WITNESS);

	if (!receiver || (!holder && !witness))
		return err_set(err, ERR_INVALID,
		    "a return is signed by who receives and by who returns, or "
		    "a witness");
	if ((holder && are_same(receiver, holder)) ||
	    (witness && are_same(receiver, witness)) ||
	    (receiver->person_id[0] &&
	        strcmp(receiver->person_id, receipt->person_id) == 0))
		return err_set(err, ERR_INVALID,
		    "nobody confirms their own return, and a witness is "
		    "somebody else than the receiver");
	if (witness && !holder && !witness->reason[0])
		return err_set(err, ERR_INVALID,
		    "a witness says why the holder does not sign");
	return 0;
}

static int check_erasure(const struct receipt *receipt, struct err *err)
{
	if (receipt->thing_count != 1 ||
	    receipt->things[0].kind != RECEIPT_PHONE)
		return err_set(err, ERR_INVALID,
		    "an erasure certificate is about one phone");
	if ((!receipt_erasure_is_proven(receipt->erasure) &&
	        receipt->erasure != RECEIPT_ERASURE_STATED) ||
	    receipt->erasure_proven_at <= 0 || !receipt->erasure_why[0])
		return err_set(err, ERR_INVALID,
		    "an erasure certificate says what proves it, or who states "
		    "it");
	if (receipt->erasure == RECEIPT_ERASURE_STATED &&
	    !receipt->erasure_by[0])
		return err_set(err, ERR_INVALID,
		    "a statement on an erasure is somebody's");
	return 0;
}

int receipt_check(const struct receipt *receipt, struct err *err)
{
	static int (*const checks[RECEIPT_KIND_COUNT])(
	    const struct receipt *, struct err *) = {
	    [RECEIPT_HAND_OUT] = check_hand_out,
	    [RECEIPT_RETURN] = check_return,
	    [RECEIPT_ERASURE] = check_erasure,
	};
	int rc = check_frame(receipt, err);

	return rc == 0 ? checks[receipt->kind](receipt, err) : rc;
}
