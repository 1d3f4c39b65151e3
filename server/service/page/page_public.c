#include "server/service/page/page_public.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/page/page_fill.h"
#include "server/service/service.h"

/* Nobody's in particular: what is personal stays in brackets. */
static void fill_init(struct pack_fill *fill, const struct pack *pack,
    const char *language, const struct page *page)
{
	pack_fill_init(fill, pack, language);
	fill->organisation = page->organisation;
}

static int take_phrases(struct page *page, const struct pack *pack,
    struct page_rule *out, const struct pack_fill *fill, struct err *err)
{
	const char *template;
	struct page_script *script;
	unsigned phrase;
	int rc = 0;

	for (phrase = 0; rc == 0 && phrase < PACK_PHRASE_COUNT; phrase++) {
		if (!(out->rule->shows & PACK_PHRASE_BIT(phrase)))
			continue;
		template = pack_phrase_find(
		    pack, page->text_language, (enum pack_phrase)phrase);
		if (!template)
			continue;
		script = &out->scripts[out->script_count];
		*script = (struct page_script){
		    (enum pack_phrase)phrase, page->text_language, NULL};
		rc = page_take_filled(page, template, fill, &script->text, err);
		if (rc == 0)
			out->script_count++;
	}
	return rc;
}

static int take_rule(struct page *page, const struct pack *pack,
    const struct pack_rule *rule, struct err *err)
{
	const struct pack_text *text =
	    pack_text_find(pack, page->text_language, rule->id);
	struct page_rule *out = &page->rules[page->rule_count];
	struct pack_fill fill;
	int rc;

	if (!text)
		return err_set(err, ERR_INTERNAL, "no text for %s", rule->id);
	fill_init(&fill, pack, page->text_language, page);
	out->rule = rule;
	page->rule_count++;
	rc = page_take_filled(page, text->title, &fill, &out->title, err);
	if (rc == 0)
		rc = page_take_filled(
		    page, text->demand, &fill, &out->demand, err);
	if (rc == 0)
		rc = page_take_filled(page, text->how, &fill, &out->how, err);
	if (rc == 0)
		rc = take_phrases(page, pack, out, &fill, err);
	return rc;
}

static int take_rules(
    struct page *page, const struct pack *pack, struct err *err)
{
	size_t count = pack_rule_count(pack);
	const struct pack_rule *rule;
	size_t i;
	int rc = 0;

	page->rules = calloc(count ? count : 1, sizeof(*page->rules));
	if (!page->rules)
		return err_memory(err);
	for (i = 0; rc == 0 && i < count; i++) {
		rule = pack_rule_at(pack, i);
		if (rule->class != PACK_WAIVED &&
		    (rule->binds & PACK_ROLE_EMPLOYEE))
			rc = take_rule(page, pack, rule, err);
	}
	return rc;
}

static void language_choose(struct page *page, const char *asked,
    const char *browser, const char *otherwise)
{
	const char *known = page_language_find(asked);

	if (!known)
		known = page_language_find(browser);
	if (!known)
		known = page_language_find(otherwise);
	(void)str_copy(
	    page->language, sizeof(page->language), known ? known : "en");
	page->text_language = "";
}

int service_page_public(struct service *service, const char *name,
    const char *asked, const char *browser, struct page_public *out,
    struct err *err)
{
	const struct tenant *tenant = service_tenant_named(service, name);
	const struct organisation *organisation;
	const struct pack *pack;

	memset(out, 0, sizeof(*out));
	language_choose(&out->page, asked, browser,
	    tenant ? tenant->organisation.language : NULL);
	if (!tenant)
		return err_set(err, ERR_NOT_FOUND, "no such organisation");
	organisation = &tenant->organisation;
	(void)str_copy(out->org_id, sizeof(out->org_id), organisation->id);
	(void)str_copy(out->page.organisation, sizeof(out->page.organisation),
	    organisation->name);
	pack = tenant->pack;
	if (!pack)
		return 0;
	out->has_policy = true;
	out->owner = pack_owner(pack);
	out->switchboard = pack_parameters(pack)->switchboard_number;
	out->page.text_language = task_pack_language(
	    pack, out->page.language, organisation->language);
	return take_rules(&out->page, pack, err);
}
