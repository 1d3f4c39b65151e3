/*
 * page_public: what everybody may know about the phones of an organisation:
 * its rules for employees, its switchboard, who keeps its policy. It stands on
 * the policy pack alone; nothing about a person is read.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_PUBLIC_H
#define SERVER_SERVICE_PAGE_PAGE_PUBLIC_H

#include "server/service/page/page.h"

struct page_public {
	struct page page; /* language, organisation, rules; no task */
	char org_id[STORE_ID];
	bool has_policy;
	/* Borrowed from the pack; NULL: not known. */
	const char *owner;
	const char *switchboard;
};

/*
 * name: the organisation's slug or id. Languages as service_page_open(). Rules
 * are those that bind employees and are not waived, with what is personal in
 * brackets. -ERR_NOT_FOUND: no such organisation (out->page then has the
 * language only). Clear out->page whatever the answer was.
 */
int service_page_public(struct service *service, const char *name,
    const char *asked, const char *browser, struct page_public *out,
    struct err *err);

#endif
