/*
 * page_handover: pages on which somebody signs for things: a hand-out
 * (TASK_ACCEPT_HANDOUT), a return, by who brings it (TASK_RETURN_PHONE) and by
 * who takes it (TASK_CONFIRM_RETURN). What did not come back: page_missing.h.
 * Private to the page files.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_HANDOVER_H
#define SERVER_SERVICE_PAGE_PAGE_HANDOVER_H

#include "server/service/ledger/ledger.h"
#include "server/service/page/page_open.h"

/* The things, on the page and in its exact text; nothing for other tasks. */
int page_take_handover(struct page *page, struct txn *txn,
    const struct task_world *world, const struct task_row *task,
    struct err *err);

int page_answer_handout(struct txn *txn, const struct task_world *world,
    const struct task_row *task, const struct task_answer *answer,
    const char **result, struct err *err);

/*
 * Signs for the picked ones. *stays_open: others are still to come.
 * -ERR_INVALID: nothing picked, no name; -ERR_DENIED: their own return. The
 * task is loaded anew: the last signature may have closed it.
 */
int page_answer_return(struct txn *txn, const struct task_world *world,
    struct task_row *task, const struct page *page,
    const struct task_answer *answer, bool *stays_open, const char **result,
    struct err *err);

/* In the name of the link: nobody else is there. */
int page_ledger_of(const struct task_world *world,
    const struct task_answer *answer, struct ledger *ledger, struct err *err);

#endif
