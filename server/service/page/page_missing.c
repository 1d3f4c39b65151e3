#include "server/service/page/page_missing.h"

#include "proto/base/err.h"
#include "server/service/page/page_handover.h"

int page_missing_look(struct page *page, struct page_item *item,
    struct txn *txn, const struct return_case_row *row, struct err *err)
{
	unsigned allowed;
	int i;
	int rc = return_decisions(txn, row, &allowed, err);

	if (rc < 0)
		return rc;
	item->is_locked = row->state == RETURN_LOST;
	page->handover->decisions |= allowed;
	for (i = 0; i < RETURN_DECISION_COUNT; i++)
		if (allowed & RETURN_DECISION_BIT(i))
			buf_printf(&page->text, "%s\n",
			    return_decision_name((enum return_decision)i));
	return 0;
}

/* Nothing more is decided of what was written off or is waited for. */
static const char *const last_words[RETURN_DECISION_COUNT] = {
    [RETURN_DECIDE_WAIT] = "waits",
    [RETURN_DECIDE_WRITE_OFF] = "written off",
};

int page_answer_missing(struct txn *txn, const struct task_world *world,
    const struct page *page, const struct task_answer *answer, bool *stays_open,
    const char **result, struct err *err)
{
	const struct page_answer *said = answer->answer;
	const struct page_handover *handover = page->handover;
	const char *why = said->why && *said->why ? said->why : NULL;
	struct ledger ledger;
	unsigned picked = 0;
	unsigned left = 0;
	int rc = page_ledger_of(world, answer, &ledger, err);

	if (rc == 0 && said->decision == RETURN_DECIDE_NOTHING)
		rc = err_set(err, ERR_INVALID, "say what is to happen");
	for (size_t i = 0; rc == 0 && i < handover->count; i++) {
		if (!handover->items[i].case_id[0])
			continue;
		if (!(said->picked & (1u << i))) {
			left++;
			continue;
		}
		picked++;
		rc = return_decide(txn, &ledger, handover->items[i].case_id,
		    said->decision, why, err);
	}
	if (rc == 0 && picked == 0)
		rc = err_set(err, ERR_INVALID, "say of which phone");
	if (rc < 0)
		return rc;
	*result = last_words[said->decision];
	*stays_open = left > 0 || !*result;
	return 0;
}
