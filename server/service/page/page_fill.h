/*
 * page_fill: the reader of a page as the templates of a pack see them: name,
 * unit, number, deputy, day of return. Private to the page files.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_FILL_H
#define SERVER_SERVICE_PAGE_PAGE_FILL_H

#include "policies/pack_text.h"
#include "server/service/page/page.h"
#include "server/service/task/task_world.h"

struct page_reader {
	const struct task_world *world;
	const struct task_person *person;
	char unit_name[LIMIT_NAME + 1];
	char number[STORE_NUMBER]; /* direct: the person's, else the SIM's */
	char operator[LIMIT_NAME + 1]; /* of that SIM; "" */
	char deputy[LIMIT_NAME + 1];
	char deputy_number[STORE_NUMBER];
	char until[64]; /* in the language last filled for */
};

/* person is borrowed. */
int page_reader_load(struct txn *txn, const struct task_world *world,
    const struct task_person *person, struct page_reader *out, struct err *err);
/* What *fill points to lives in the reader. */
void page_reader_fill(
    struct page_reader *reader, const char *language, struct pack_fill *fill);

/* A template filled in, to free. NULL: *out stays NULL. Every text is also added
 * to the page's exact one. */
int page_take_filled(struct page *page, const char *template,
    const struct pack_fill *fill, char **out, struct err *err);

/* What a task is about, in a name; "" when it is its own person. */
int page_subject_name(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const struct task_row *task,
    char out[LIMIT_NAME + 1], struct err *err);

#endif
