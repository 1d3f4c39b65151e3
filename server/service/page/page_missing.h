/*
 * page_missing: the page on which a manager decides what becomes of a phone
 * that does not come back (TASK_DECIDE_RETURN). Private to the page files.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_MISSING_H
#define SERVER_SERVICE_PAGE_PAGE_MISSING_H

#include "server/service/page/page_open.h"
#include "server/store/store_case.h"

/* What may be decided of this phone, on the page and in its exact text. */
int page_missing_look(struct page *page, struct page_item *item,
    struct txn *txn, const struct return_case_row *row, struct err *err);

/*
 * Does what was decided of the picked ones. *stays_open: it is not the last
 * word on all of them, so that more may be decided at the same page.
 * -ERR_INVALID: nothing decided or picked, no reason to write it off;
 * -ERR_CONFLICT: its return does not allow that.
 */
int page_answer_missing(struct txn *txn, const struct task_world *world,
    const struct page *page, const struct task_answer *answer, bool *stays_open,
    const char **result, struct err *err);

#endif
