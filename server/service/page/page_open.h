/*
 * page_open: the link behind a token, for the files that open and answer pages.
 * Private to them.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_OPEN_H
#define SERVER_SERVICE_PAGE_PAGE_OPEN_H

#include "server/service/page/page.h"
#include "server/service/task/task_world.h"
#include "server/store/store_evidence.h"

/* The world is that of the link's organisation. -ERR_NOT_FOUND. */
int page_link_find(struct service *service, struct txn *txn, const char *token,
    struct page_link_row *link, struct task_world *world, struct err *err);
/* Revoked, or too old and never used. */
bool page_link_is_over(const struct page_link_row *link, int64_t now);

/* An answer to one task, by whom and by which way. */
struct task_answer {
	const char *language; /* of the text that was shown; NULL: found out */
	const struct page_answer *answer;
	const char *by;   /* "page:<link id>", "token:…" */
	bool *stays_open; /* out, when not NULL: answered in part */
	struct statement_row
	    *statement; /* out, when not NULL and one is made */
};

/*
 * Does what the answer means and closes the task, in the caller's transaction.
 * Errors as service_page_answer().
 */
int task_answer_take(struct txn *txn, const struct task_world *world,
    struct task_row *task, const struct task_answer *answer, struct err *err);

/* equipment_order.c: the decision, in a transaction. */
int equipment_order_decide(struct txn *txn, const struct task_world *world,
    const char *order_id, const char *as_person, const char *by, bool approve,
    const char *why, struct err *err);

#endif
