/*
 * page: what one page shows and what its answer does, without a word of HTML:
 * the pages (server/office/pages) only lay it out. The exact text a person is
 * shown is built here, once, for the page and for its hash; an answer counts
 * only on the text whose hash comes back with it.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_H
#define SERVER_SERVICE_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policies/pack.h"
#include "proto/base/buf.h"
#include "server/service/departure/return_decide.h"
#include "server/service/equipment/equipment_order.h"
#include "server/service/receipt/receipts.h"
#include "server/store/store_task.h"

struct err;
struct service;
struct task_person;
struct task_world;
struct txn;

/* A text to be read out or copied, filled in for the person. */
struct page_script {
	enum pack_phrase phrase;
	const char *language; /* of the pack */
	char *text;
};

#define PAGE_WITH_MAX (HANDOUT_THINGS_MAX * (LIMIT_NAME + 2))
/* A thing that is handed out or comes back. */
struct page_item {
	enum receipt_thing_kind kind;
	char name[LIMIT_NAME + 1];   /* model, operator, what accessory */
	char detail[LIMIT_NAME + 1]; /* serial number, telephone number; "" */
	char case_id[STORE_ID];      /* a return: to be signed for, to be
	                                decided on; "": not */
	/* A return: signed for with the phone, "Charger; Case"; "" */
	char with[PAGE_WITH_MAX];
	bool is_signed;  /* by this reader, before */
	bool is_locked;  /* a missing phone: in Lost Mode */
	bool is_decided; /* a SIM of one: blocked, left with the post */
};
/* All that a hand-out names; of a return, what is shown at once. */
#define PAGE_ITEMS_MAX 24
_Static_assert(PAGE_ITEMS_MAX >= HANDOUT_ALL_MAX, "nobody signs unseen");
_Static_assert(PAGE_ITEMS_MAX <= 32, "a bit each: struct page_answer.picked");
struct page_handover {
	struct page_item items[PAGE_ITEMS_MAX];
	size_t count;
	unsigned more;    /* a return: they come back, too, and are not shown */
	char note[512];   /* a hand-out's condition, by who made it; "" */
	bool has_erase;   /* a return: one of them is yet to be erased by us */
	bool has_private; /* one that stays with its owner, and is not shown */
	/* Of what does not come back: what may be decided of one of them at
	 * least, bits of enum return_decision. */
	unsigned decisions;
};

#define PAGE_SCRIPTS_MAX (PACK_PHRASE_COUNT * 3)

struct page_rule {
	const struct pack_rule *rule;
	char *title;
	char *demand; /* NULL, like all below: nothing to show */
	char *why;
	char *how;
	struct page_script scripts[PAGE_SCRIPTS_MAX];
	size_t script_count;
};

struct page {
	struct task_row task; /* id "" in a text made for planning */
	char link_id[STORE_ID];
	bool is_used;       /* this link; the page says what was answered */
	const char *notice; /* NULL, or why the answer did not count */
	char language[8];   /* of the page's own words: sv, da, en */
	const char *text_language; /* of the pack's texts; "" without a pack */
	char organisation[LIMIT_NAME + 1];
	char person_name[LIMIT_NAME + 1];
	char unit_name[LIMIT_NAME + 1];
	char subject_name[LIMIT_NAME + 1]; /* when it is not the person */
	int32_t due_day;                   /* 0: none */
	int32_t closed_day;                /* 0: open */
	struct page_rule *rules;
	size_t rule_count;
	char *statement;     /* what is stated; NULL */
	char *operator_name; /* whose mailbox is explained; NULL */
	char *operator_steps;
	int32_t from_day; /* absence: first and last day; 0: not known */
	int32_t until_day;
	struct equipment_order_view order; /* order approval */
	struct page_handover *handover;    /* hand-out, return; else NULL */
	struct buf text;                   /* the exact text */
	char text_sha256[STORE_SHA256];
};

void page_clear(struct page *page);

/* The only languages pages are written in. "sv" from "sv-SE"; NULL: none. */
const char *page_language_find(const char *text);

/*
 * The page behind a token, in the language asked for; NULL: the person's own;
 * none: the browser's; NULL: the organisation's. Looking uses nothing up. -ERR_NOT_FOUND: no such link;
 * -ERR_EXPIRED: too late or revoked (*out then has the language and the
 * organisation only). A used link gives the page as it was answered. Free with
 * page_clear() whatever the answer was.
 */
int service_page_open(struct service *service, const char *token,
    const char *asked, const char *browser, struct page *out, struct err *err);

enum page_choice { PAGE_NO_CHOICE, PAGE_YES, PAGE_NO };

struct page_answer {
	enum page_choice choice; /* yes: true, read, accepted, approved */
	const char *why;         /* a refused order; damage; NULL */
	const char *text_sha256; /* as it stood in the form */
	const char *typed_name;  /* the signature; NULL */
	enum page_choice codes;  /* a return: were codes handed over */
	/* What becomes of a phone that does not come back. */
	enum return_decision decision;
	unsigned picked; /* a return: bit n: item n is here */
};

/*
 * Takes the answer, in one transaction: statement, acknowledgement, acceptance,
 * decision or signature; the task is done, the link used up. Where a return is
 * signed for in part, or not decided to its end, both stay for the rest. -ERR_INVALID: no choice,
 * or a reason is missing; -ERR_CONFLICT: used before, closed, or the text has
 * changed since: look again.
 */
int service_page_answer(struct service *service, const char *token,
    const char *language, const struct page_answer *answer, struct err *err);

/* ---- for the use cases beside it ---- */

/* The exact text of reading the pack, for this person. */
int page_text_acknowledgement(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const char *language, struct page *out,
    struct err *err);
/* The exact text of a task of any kind. */
int page_text_task(struct txn *txn, const struct task_world *world,
    const struct task_row *task, const char *language, struct page *out,
    struct err *err);

#endif
