/*
 * The exact text a person is shown: the pack's words for the rules in question,
 * filled in for that person, in one order, so that its hash says which version
 * somebody answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policies/pack_text.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/digest.h"
#include "server/service/page/day_words.h"
#include "server/service/page/page.h"
#include "server/service/page/page_fill.h"
#include "server/service/page/page_handover.h"
#include "server/service/task/task_world.h"

void page_clear(struct page *page)
{
	struct page_rule *rule;
	size_t i;
	size_t s;

	for (i = 0; i < page->rule_count; i++) {
		rule = &page->rules[i];
		free(rule->title);
		free(rule->demand);
		free(rule->why);
		free(rule->how);
		for (s = 0; s < rule->script_count; s++)
			free(rule->scripts[s].text);
	}
	free(page->rules);
	free(page->statement);
	free(page->operator_name);
	free(page->operator_steps);
	free(page->handover);
	buf_clear(&page->text);
	memset(page, 0, sizeof(*page));
}

/* ---- one rule ---- */

int page_take_filled(struct page *page, const char *template,
    const struct pack_fill *fill, char **out, struct err *err)
{
	struct buf buf = {0};
	size_t len;
	int rc;

	if (!template)
		return 0;
	rc = pack_text_fill(template, fill, &buf, err);
	if (rc == 0)
		rc = buf_check(&buf, err);
	if (rc < 0) {
		buf_clear(&buf);
		return rc;
	}
	buf_append_char(&buf, '\0');
	if (buf_check(&buf, err) < 0) {
		buf_clear(&buf);
		return err_memory(err);
	}
	*out = (char *)buf_take(&buf, &len);
	buf_append_str(&page->text, *out);
	buf_append_char(&page->text, '\n');
	return 0;
}

static int take_script(struct page *page, struct page_rule *rule,
    enum pack_phrase phrase, const char *language, struct page_reader *reader,
    struct err *err)
{
	const char *template =
	    pack_phrase_find(reader->world->pack, language, phrase);
	struct page_script script = {phrase, language, NULL};
	struct pack_fill fill;
	int rc;

	if (!template || rule->script_count == PAGE_SCRIPTS_MAX)
		return 0;
	page_reader_fill(reader, language, &fill);
	rc = page_take_filled(page, template, &fill, &script.text, err);
	if (rc == 0)
		rule->scripts[rule->script_count++] = script;
	return rc;
}

#define GREETINGS                                                              \
	(PACK_PHRASE_BIT(PACK_PHRASE_GREETING) |                               \
	    PACK_PHRASE_BIT(PACK_PHRASE_GREETING_MAIL) |                       \
	    PACK_PHRASE_BIT(PACK_PHRASE_ABSENCE_GREETING))

static bool is_about_greeting(const struct pack_rule *rule)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++)
		if (rule->proof[i].fact == PACK_FACT_VOICEMAIL_GREETING)
			return true;
	return (rule->shows & GREETINGS) != 0;
}

/* Whoever is to state something about the greeting gets the greeting, though
 * another rule of the pack carries its template. */
static unsigned phrases_of(
    const struct pack_rule *rule, const struct task_person *person, bool all)
{
	if (!all || !is_about_greeting(rule) || (rule->shows & GREETINGS))
		return rule->shows;
	return rule->shows | PACK_PHRASE_BIT(PACK_PHRASE_GREETING) |
	    (*person->absence.id ? PACK_PHRASE_BIT(PACK_PHRASE_ABSENCE_GREETING)
	                         : 0u);
}

/* all_languages: a caller may not read the employee's: the greeting is given
 * in each the pack has, the document's first. */
static int take_scripts(struct page *page, struct page_rule *rule,
    struct page_reader *reader, bool all_languages, struct err *err)
{
	const struct pack *pack = reader->world->pack;
	unsigned phrases =
	    phrases_of(rule->rule, reader->person, all_languages);
	const char *language;
	unsigned phrase;
	size_t i;
	int rc = 0;

	for (phrase = 0; phrase < PACK_PHRASE_COUNT; phrase++) {
		if (!(phrases & PACK_PHRASE_BIT(phrase)))
			continue;
		for (i = 0; rc == 0 && i < pack_language_count(pack); i++) {
			language = pack_language_at(pack, i);
			if (all_languages ||
			    strcmp(language, page->text_language) == 0)
				rc = take_script(page, rule,
				    (enum pack_phrase)phrase, language, reader,
				    err);
		}
	}
	return rc;
}

static void note_source(struct page *page, const struct pack_rule *rule)
{
	buf_printf(&page->text, "[%s: %s, %s, %u]\n", rule->id,
	    rule->cited ? rule->cited->title : "", rule->source.section,
	    rule->source.line);
}

static int take_rule(struct page *page, const struct pack_rule *rule,
    struct page_reader *reader, bool all_languages, struct err *err)
{
	const struct pack_text *text =
	    pack_text_find(reader->world->pack, page->text_language, rule->id);
	struct page_rule *out = &page->rules[page->rule_count];
	struct pack_fill fill;
	int rc = 0;

	if (!text)
		return err_set(err, ERR_INTERNAL, "no text for %s", rule->id);
	page_reader_fill(reader, page->text_language, &fill);
	out->rule = rule;
	page->rule_count++;
	note_source(page, rule);
	/* What is waived is not put to those it would bind (C5): of it only
	 * what is asked instead is shown. */
	if (rule->class == PACK_WAIVED)
		return 0;
	rc = page_take_filled(page, text->title, &fill, &out->title, err);
	if (rc == 0)
		rc = page_take_filled(
		    page, text->demand, &fill, &out->demand, err);
	if (rc == 0)
		rc = page_take_filled(page, text->why, &fill, &out->why, err);
	if (rc == 0)
		rc = page_take_filled(page, text->how, &fill, &out->how, err);
	if (rc == 0)
		rc = take_scripts(page, out, reader, all_languages, err);
	return rc;
}

static int rules_room(struct page *page, size_t count, struct err *err)
{
	page->rules = calloc(count ? count : 1, sizeof(*page->rules));
	return page->rules ? 0 : err_memory(err);
}

/* ---- how the mailbox is handled ---- */

static int take_operator(
    struct page *page, struct page_reader *reader, struct err *err)
{
	const struct pack_operator_text *found = NULL;
	const struct pack_operator_text *text;
	struct pack_fill fill;
	size_t i;
	int rc;

	for (i = 0; (text = pack_operator_at(
	                 reader->world->pack, page->text_language, i)) != NULL;
	     i++) {
		found = text; /* the last is "other" */
		if (strcasecmp(text->operator, reader->operator) == 0)
			break;
	}
	if (!found)
		return 0;
	page_reader_fill(reader, page->text_language, &fill);
	rc = page_take_filled(
	    page, found->name, &fill, &page->operator_name, err);
	if (rc == 0)
		rc = page_take_filled(
		    page, found->greeting, &fill, &page->operator_steps, err);
	return rc;
}

/* ---- the texts ---- */

static void page_begin(struct page *page, const struct task_world *world,
    const struct task_person *person, const char *language)
{
	const char *known = page_language_find(language);

	memset(page, 0, sizeof(*page));
	if (!known)
		known = page_language_find(person->row.language);
	if (!known)
		known = page_language_find(world->language);
	(void)str_copy(
	    page->language, sizeof(page->language), known ? known : "en");
	(void)str_copy(page->organisation, sizeof(page->organisation),
	    world->organisation);
	(void)str_copy(
	    page->person_name, sizeof(page->person_name), person->row.name);
	page->text_language = world->pack
	    ? task_pack_language(world->pack, page->language, world->language)
	    : "";
	/* The page's own words belong to what was shown: their language. */
	buf_printf(&page->text, "%s\n%s\n%s\n", page->language,
	    page->organisation, page->person_name);
}

static int page_finish(struct page *page, struct err *err)
{
	int rc = buf_check(&page->text, err);

	if (rc == 0)
		digest_sha256(
		    page->text.data, page->text.len, page->text_sha256);
	return rc;
}

int page_text_acknowledgement(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const char *language, struct page *out,
    struct err *err)
{
	const struct pack *pack = world->pack;
	const struct pack_rule *rule;
	struct page_reader reader;
	size_t count = pack_rule_count(pack);
	size_t i;
	int rc;

	page_begin(out, world, person, language);
	rc = page_reader_load(txn, world, person, &reader, err);
	if (rc == 0)
		rc = rules_room(out, count, err);
	(void)str_copy(
	    out->unit_name, sizeof(out->unit_name), reader.unit_name);
	for (i = 0; rc == 0 && i < count; i++) {
		rule = pack_rule_at(pack, i);
		if (rule->class != PACK_WAIVED && (rule->binds & person->roles))
			rc = take_rule(out, rule, &reader, false, err);
	}
	if (rc == 0)
		rc = page_finish(out, err);
	if (rc < 0)
		page_clear(out);
	return rc;
}

static int take_statement(struct page *page, const struct pack_rule *rule,
    struct page_reader *reader, struct err *err)
{
	const struct pack_text *text =
	    pack_text_find(reader->world->pack, page->text_language, rule->id);
	struct pack_fill fill;
	int rc = 0;

	page_reader_fill(reader, page->text_language, &fill);
	if (rule->class != PACK_WAIVED && is_about_greeting(rule))
		rc = take_operator(page, reader, err);
	if (rc == 0 && text && text->statement)
		rc = page_take_filled(
		    page, text->statement, &fill, &page->statement, err);
	return rc;
}

static int take_order(struct page *page, const struct task_world *world,
    struct txn *txn, const struct task_row *task, struct err *err)
{
	struct person_row person = {.id = ""};
	int rc = store_equipment_order_load(
	    txn, world->org_id, task->order_id, &page->order.order, err);

	if (rc == 0 && *page->order.order.person_id)
		rc = store_person_load(txn, world->org_id,
		    page->order.order.person_id, &person, err);
	if (rc < 0)
		return rc;
	(void)str_copy(page->order.person_name, sizeof(page->order.person_name),
	    person.name);
	buf_printf(&page->text, "%s\n%s\n%s\n%s\n%s\n",
	    equipment_order_what_name(page->order.order.what),
	    page->order.order.item, person.name, page->order.order.need,
	    page->order.order.requested_by);
	return 0;
}

static int take_absence(struct page *page, const struct task_world *world,
    struct txn *txn, const struct task_row *task, struct err *err)
{
	struct absence_row absence;
	int rc;

	if (!*task->absence_id)
		return 0;
	rc = store_absence_load(
	    txn, world->org_id, task->absence_id, &absence, err);
	if (rc < 0)
		return rc;
	page->from_day = (int32_t)absence.from_day;
	page->until_day = (int32_t)absence.until_day;
	buf_printf(
	    &page->text, "%d-%d\n", (int)page->from_day, (int)page->until_day);
	return 0;
}

static int take_body(struct page *page, struct page_reader *reader,
    struct txn *txn, const struct task_person *person,
    const struct task_row *task, struct err *err)
{
	const struct task_world *world = reader->world;
	const struct pack_rule *rule = world->pack && *task->rule
	    ? pack_rule_find(world->pack, task->rule)
	    : NULL;
	int rc = rules_room(page, 1, err);

	if (rc == 0)
		rc = page_subject_name(
		    txn, world, person, task, page->subject_name, err);
	if (*page->subject_name)
		buf_printf(&page->text, "%s\n", page->subject_name);
	if (rc == 0 && rule)
		rc = take_rule(
		    page, rule, reader, task->kind == TASK_STATEMENT, err);
	if (rc == 0)
		rc = take_absence(page, world, txn, task, err);
	if (rc == 0 && task->kind == TASK_APPROVE_ORDER)
		rc = take_order(page, world, txn, task, err);
	if (rc == 0)
		rc = page_take_handover(page, txn, world, task, err);
	if (rc == 0 && rule && task->kind != TASK_REGISTER_FIX)
		rc = take_statement(page, rule, reader, err);
	return rc;
}

static void task_days(struct page *page, const struct task_world *world,
    const struct task_row *task)
{
	page->task = *task;
	if (task->due_at) /* the end of a day belongs to that day */
		page->due_day =
		    calendar_day_at(world->place.zone, task->due_at - 1);
	if (task->closed_at)
		page->closed_day =
		    calendar_day_at(world->place.zone, task->closed_at);
}

int page_text_task(struct txn *txn, const struct task_world *world,
    const struct task_row *task, const char *language, struct page *out,
    struct err *err)
{
	struct task_person person;
	struct page_reader reader;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = task_person_load(txn, world, task->person_id, &person, err);
	if (rc < 0)
		return rc;
	if (task->kind == TASK_ACKNOWLEDGE) {
		rc = world->pack
		    ? page_text_acknowledgement(
		          txn, world, &person, language, out, err)
		    : err_set(err, ERR_CONFLICT, "no policy is in force");
		if (rc == 0)
			task_days(out, world, task);
		return rc;
	}
	page_begin(out, world, &person, language);
	rc = page_reader_load(txn, world, &person, &reader, err);
	if (rc == 0) {
		(void)str_copy(
		    out->unit_name, sizeof(out->unit_name), reader.unit_name);
		rc = take_body(out, &reader, txn, &person, task, err);
	}
	if (rc == 0)
		rc = page_finish(out, err);
	if (rc < 0)
		page_clear(out);
	else
		task_days(out, world, task);
	return rc;
}
