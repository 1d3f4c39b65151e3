/* What stands behind a token: the link, its task, the exact text of its page. */
#include "server/service/page/page_open.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/digest.h"
#include "server/service/page/page_link.h"
#include "server/service/service.h"

const char *page_language_find(const char *text)
{
	static const char *const known[] = {"sv", "da", "en"};
	size_t i;

	for (i = 0; text && i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(text, known[i], 2) == 0 &&
		    (text[2] == '\0' || text[2] == '-'))
			return known[i];
	return NULL;
}

int page_link_find(struct service *service, struct txn *txn, const char *token,
    struct page_link_row *link, struct task_world *world, struct err *err)
{
	char sha256[STORE_SHA256];
	int rc;

	if (strlen(token) != PAGE_LINK_TOKEN_MAX - 1)
		return err_set(err, ERR_NOT_FOUND, "no such link");
	digest_sha256(token, strlen(token), sha256);
	rc = store_page_link_find_token(txn, sha256, link, err);
	if (rc == 0)
		rc = task_world_init(service, link->org_id, world, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such link");
	return rc;
}

bool page_link_is_over(const struct page_link_row *link, int64_t now)
{
	return link->revoked_at || (!link->used_at && link->expires_at <= now);
}

struct opening {
	struct service *service;
	const char *token;
	const char *asked;
	const char *browser;
	struct page *out;
};

/* What a page that shows nothing needs still. */
static void page_bare(const struct task_world *world,
    const struct opening *opening, const struct person_row *person,
    struct page *out)
{
	const char *known = page_language_find(opening->asked);

	memset(out, 0, sizeof(*out));
	if (!known && person)
		known = page_language_find(person->language);
	if (!known)
		known = page_language_find(opening->browser);
	if (!known)
		known = page_language_find(world->language);
	(void)str_copy(
	    out->language, sizeof(out->language), known ? known : "en");
	(void)str_copy(
	    out->organisation, sizeof(out->organisation), world->organisation);
}

static int open_page(struct txn *txn, void *arg, struct err *err)
{
	struct opening *opening = arg;
	struct page_link_row link;
	struct person_row person;
	struct task_world world;
	struct task_row task;
	char language[8];
	bool has_person;
	int rc = page_link_find(
	    opening->service, txn, opening->token, &link, &world, err);

	if (rc < 0)
		return rc;
	has_person = store_person_load(
	                 txn, world.org_id, link.person_id, &person, NULL) == 0;
	page_bare(&world, opening, has_person ? &person : NULL, opening->out);
	(void)str_copy(language, sizeof(language), opening->out->language);
	if (page_link_is_over(&link, world.now))
		return err_set(err, ERR_EXPIRED, "the link is too old");
	rc = store_task_load(txn, world.org_id, link.task_id, &task, err);
	if (rc == 0)
		rc = page_text_task(
		    txn, &world, &task, language, opening->out, err);
	if (rc < 0)
		return rc;
	opening->out->is_used = link.used_at != 0;
	(void)str_copy(
	    opening->out->link_id, sizeof(opening->out->link_id), link.id);
	return 0;
}

int service_page_open(struct service *service, const char *token,
    const char *asked, const char *browser, struct page *out, struct err *err)
{
	struct opening opening = {service, token, asked, browser, out};

	memset(out, 0, sizeof(*out));
	return store_read(service->store, open_page, &opening, err);
}
