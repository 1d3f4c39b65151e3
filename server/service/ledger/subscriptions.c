/* Subscriptions: the contract of a SIM, its number and its card. */
#include <stdio.h>
#include <string.h>

#include "policies/sim.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/service.h"

#define FLAGS_ALL (SUBSCRIPTION_TWIN | SUBSCRIPTION_DATA | SUBSCRIPTION_M2M)

static int take_digits(char *out, size_t size, const char *text,
    int (*normalise)(const char *, char *, enum sim_hint *), const char *what,
    struct err *err)
{
	char digits[SIM_NUMBER_MAX] = "";

	if (!text)
		return 0;
	if (*text && normalise(text, digits, NULL) < 0)
		return err_set(
		    err, ERR_INVALID, "\"%.40s\" is no %s", text, what);
	memset(out, 0, size);
	return str_copy(out, size, digits);
}

/* Several, a blank or comma between. */
static int take_imeis(char *out, size_t size, const char *text, struct err *err)
{
	char list[256];
	char imei[SIM_NUMBER_MAX];
	char *save = NULL;
	char *word;
	size_t used = 0;

	if (!text)
		return 0;
	if (str_copy(list, sizeof(list), text) < 0)
		return err_set(err, ERR_LIMIT, "too many IMEIs");
	memset(out, 0, size);
	for (word = strtok_r(list, " ,", &save); word;
	     word = strtok_r(NULL, " ,", &save)) {
		if (sim_imei_normalise(word, imei, NULL) < 0)
			return err_set(
			    err, ERR_INVALID, "\"%.40s\" is no IMEI", word);
		if (used + strlen(imei) + 2 > size)
			return err_set(err, ERR_LIMIT, "too many IMEIs");
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s", used ? " " : "", imei);
	}
	return 0;
}

static int take_unit(struct txn *txn, struct subscription_row *row,
    const char *text, struct err *err)
{
	struct unit_row unit = {.id = ""};
	int rc = 0;

	if (!text)
		return 0;
	if (*text)
		rc = ledger_unit_find(txn, row->org_id, text, &unit, err);
	if (rc == 0)
		(void)str_copy(row->unit_id, sizeof(row->unit_id), unit.id);
	return rc;
}

static int take_said(struct txn *txn, const struct subscription_said *said,
    struct subscription_row *row, struct err *err)
{
	int rc;

	if (said->flags >= 0) {
		if (said->flags & ~(int64_t)FLAGS_ALL)
			return err_set(err, ERR_INVALID, "no such flag");
		row->flags = said->flags;
	}
	if ((rc = ledger_number_take(
	         row->number, sizeof(row->number), said->number, err)) < 0 ||
	    (rc = take_digits(row->iccid, sizeof(row->iccid), said->iccid,
	         sim_iccid_normalise, "ICCID", err)) < 0 ||
	    (rc = take_digits(row->eid, sizeof(row->eid), said->eid,
	         sim_eid_normalise, "EID", err)) < 0 ||
	    (rc = ledger_text_take(row->operator, sizeof(row->operator),
	         said->operator, "the operator", err)) < 0 ||
	    (rc = take_imeis(row->expected_imeis, sizeof(row->expected_imeis),
	         said->expected_imeis, err)) < 0 ||
	    (rc = take_unit(txn, row, said->unit, err)) < 0)
		return rc;
	if (!row->number[0] && !row->iccid[0])
		return err_set(err, ERR_INVALID,
		    "a subscription needs its number or its ICCID");
	return ledger_text_take(row->order_id, sizeof(row->order_id),
	    said->order_id, "the order", err);
}

static int find_existing(struct txn *txn, const struct ledger *ledger,
    const struct subscription_said *said, struct subscription_row *out,
    struct err *err)
{
	struct subscription_row spelled = {.id = ""};
	struct subscription_said keys = {
	    .number = said->number, .iccid = said->iccid, .flags = -1};
	int rc = take_said(txn, &keys, &spelled, err);

	if (rc < 0)
		return rc;
	rc = -ERR_NOT_FOUND;
	if (spelled.iccid[0])
		rc = store_subscription_find_iccid(
		    txn, ledger->org_id, spelled.iccid, out, err);
	if (rc == -ERR_NOT_FOUND && spelled.number[0])
		rc = store_subscription_find_number(
		    txn, ledger->org_id, spelled.number, out, err);
	/* A twin has its number from another contract. */
	if (rc == 0 && said->flags >= 0 && spelled.iccid[0] && out->iccid[0] &&
	    strcmp(spelled.iccid, out->iccid) != 0 &&
	    ((said->flags ^ out->flags) & SUBSCRIPTION_TWIN))
		rc = -ERR_NOT_FOUND;
	return rc;
}

static bool is_alike(
    const struct subscription_row *a, const struct subscription_row *b)
{
	return strcmp(a->number, b->number) == 0 &&
	    strcmp(a->iccid, b->iccid) == 0 && strcmp(a->eid, b->eid) == 0 &&
	    strcmp(a->operator, b->operator) == 0 && a->flags == b->flags &&
	    strcmp(a->expected_imeis, b->expected_imeis) == 0 &&
	    strcmp(a->unit_id, b->unit_id) == 0 &&
	    strcmp(a->order_id, b->order_id) == 0 && a->ended_at == b->ended_at;
}

static int end_holding(struct txn *txn, const struct ledger *ledger,
    const char *id, struct err *err)
{
	struct assignment_said said = {.subscription = id};
	struct assignment_row ended;
	int rc = ledger_assignment_end(
	    txn, ledger, &said, "the subscription ended", &ended, err);

	return rc == -ERR_CONFLICT ? 0 : rc; /* nobody held it */
}

int ledger_subscription_put(struct txn *txn, const struct ledger *ledger,
    const struct subscription_said *said, struct subscription_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct subscription_row was = {.id = ""};
	struct subscription_row row;
	int rc = find_existing(txn, ledger, said, &was, err);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == -ERR_NOT_FOUND) {
		was = (struct subscription_row){.created_at = ledger->now};
		(void)str_copy(was.org_id, sizeof(was.org_id), ledger->org_id);
	}
	row = was;
	if ((rc = take_said(txn, said, &row, err)) < 0)
		return rc;
	if (said->ended)
		row.ended_at = ledger->now;
	*effect = !was.id[0]       ? LEDGER_ADDED
	    : is_alike(&was, &row) ? LEDGER_UNCHANGED
	    : row.ended_at         ? LEDGER_ENDED
	                           : LEDGER_CHANGED;
	if (*effect == LEDGER_ADDED)
		uuid_make(ledger->now, ledger->service->rng, row.id);
	*out = row;
	if (*effect == LEDGER_UNCHANGED)
		return 0;
	if (*effect == LEDGER_ENDED &&
	    (rc = end_holding(txn, ledger, row.id, err)) < 0)
		return rc;
	out->changed_at = ledger->now;
	(void)str_copy(out->changed_by, sizeof(out->changed_by), ledger->by);
	rc = store_subscription_save(txn, out, err);
	if (rc == 0)
		rc = audit_ledger(txn, ledger,
		    &(const struct audit_ledger_row){.kind = "subscription",
		        .id = out->id,
		        .is_ended = out->ended_at != 0},
		    err);
	return rc < 0 ? rc
	              : ledger_changed(txn, ledger, STORE_SUBJECT_SUBSCRIPTION,
	                    out->id, JUDGE_EQUIPMENT, err);
}
