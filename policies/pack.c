#include "policies/pack.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "policies/pack_file.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

/* From memory -------------------------------------------------------- */

int pack_parse(const char *name, const uint8_t *yaml, size_t len,
    struct pack **out, struct err *err)
{
	struct xyaml_text text = {name, yaml, len, LIMIT_PACK_FILE};
	struct pack *pack = calloc(1, sizeof(*pack));
	void *file = NULL;
	int rc;

	if (!pack)
		return err_memory(err);
	rc = xyaml_load(&text, &pack_file_schema, &file, &pack->outline, err);
	if (rc)
		goto out;
	pack->file = file;
	(void)SHA256(yaml, len, pack->hash);
	rc = pack_file_check(pack, err);
	if (rc == 0 && !pack->file->extends)
		rc = pack_merge(pack, err);
	if (rc == 0 && !pack->file->extends)
		rc = pack_rules_check(pack, err);
	if (rc)
		goto out;
	*out = pack;
	pack = NULL;
out:
	pack_free(pack);
	return rc;
}

static int base_check(
    const struct pack *pack, const struct pack *base, struct err *err)
{
	const struct pack *below;

	if (!pack->file->extends || pack->rules || !base->is_checked)
		return err_set(err, ERR_INVALID,
		    "pack '%s' cannot be laid over '%s' like that",
		    pack_name(pack), pack_name(base));
	if (strcmp(pack->file->extends, pack_name(base)) != 0)
		return xyaml_err(pack->outline, "extends", err, ERR_INVALID,
		    "the pack in the folder '%s' calls itself '%s'",
		    pack->file->extends, pack_name(base));
	for (below = base; below; below = below->base) {
		if (strcmp(pack_name(below), pack_name(pack)) == 0)
			return xyaml_err(pack->outline, "extends", err,
			    ERR_INVALID, "the pack '%s' would stand on itself",
			    pack_name(pack));
	}
	if (base->depth + 1 > PACK_DEPTH_MAX)
		return xyaml_err(pack->outline, "extends", err, ERR_LIMIT,
		    "more than %d packs below this one: change the nearest "
		    "of them instead",
		    PACK_DEPTH_MAX);
	return 0;
}

int pack_lay_over(struct pack *pack, struct pack *base, struct err *err)
{
	int rc = base_check(pack, base, err);

	if (rc)
		return rc;
	pack->base = base;
	pack->depth = base->depth + 1;
	rc = pack_merge(pack, err);
	if (rc == 0)
		rc = pack_rules_check(pack, err);
	if (rc)
		pack->base = NULL; /* stays the caller's */
	return rc;
}

static struct pack_language *language_find(
    struct pack *pack, const char *language)
{
	unsigned i;

	for (i = 0; i < pack->languages_count; i++) {
		if (strcmp(pack->languages[i].code, language) == 0)
			return &pack->languages[i];
	}
	return NULL;
}

static void language_clear(struct pack_language *language)
{
	xyaml_free(&pack_texts_schema, language->file);
	xyaml_outline_free(language->outline);
	language->file = NULL;
	language->outline = NULL;
}

int pack_parse_texts(struct pack *pack, const char *language, const char *name,
    const uint8_t *yaml, size_t len, struct err *err)
{
	struct xyaml_text text = {name, yaml, len, LIMIT_PACK_FILE};
	struct pack_language *place = language_find(pack, language);
	struct pack_language parsed;
	void *file = NULL;
	int rc;

	if (!place)
		return err_set(err, ERR_NOT_FOUND,
		    "%s:1: the pack does not name the language '%s'", name,
		    language);
	parsed = (struct pack_language){0};
	memcpy(parsed.code, place->code, sizeof(parsed.code));
	rc = xyaml_load(&text, &pack_texts_schema, &file, &parsed.outline, err);
	if (rc)
		return rc;
	parsed.file = file;
	(void)SHA256(yaml, len, parsed.hash);
	rc = pack_texts_check(pack, &parsed, err);
	if (rc) {
		language_clear(&parsed);
		return rc;
	}
	language_clear(place);
	*place = parsed;
	pack->is_checked = false;
	return 0;
}

int pack_check(struct pack *pack, struct err *err)
{
	int rc;

	if (pack->file->extends && !pack->base)
		return xyaml_err(pack->outline, "extends", err, ERR_INVALID,
		    "the pack '%s' that it stands on was not given",
		    pack->file->extends);
	rc = pack_texts_whole(pack, err);
	if (rc == 0)
		pack->is_checked = true;
	return rc;
}

void pack_free(struct pack *pack)
{
	size_t i;

	if (!pack)
		return;
	for (i = 0; i < PACK_LANGUAGES_MAX; i++)
		language_clear(&pack->languages[i]);
	for (i = 0; pack->proofs && i < pack->file->changes_count; i++)
		free(pack->proofs[i]);
	free(pack->proofs);
	free(pack->rules);
	xyaml_free(&pack_file_schema, pack->file);
	xyaml_outline_free(pack->outline);
	pack_free(pack->base);
	free(pack);
}

/* Looking things up -------------------------------------------------- */

const char *pack_name(const struct pack *pack)
{
	return pack->file->name;
}

const char *pack_extends(const struct pack *pack)
{
	return pack->file->extends;
}

/* The nearest pack that says it; the lowest says all. */
const char *pack_organisation(const struct pack *pack)
{
	while (!pack->file->organisation && pack->base)
		pack = pack->base;
	return pack->file->organisation ? pack->file->organisation : "";
}

const char *pack_owner(const struct pack *pack)
{
	while (!pack->file->owner && pack->base)
		pack = pack->base;
	return pack->file->owner ? pack->file->owner : "";
}

enum pack_country pack_country(const struct pack *pack)
{
	return pack->country;
}

const char *pack_time_zone(const struct pack *pack)
{
	while (!pack->file->time_zone && pack->base)
		pack = pack->base;
	return pack->file->time_zone ? pack->file->time_zone : "";
}

const struct pack_parameters *pack_parameters(const struct pack *pack)
{
	return &pack->parameters;
}

const struct pack_leaving *pack_leaving(const struct pack *pack)
{
	static const struct pack_leaving usual = PACK_LEAVING_USUAL;

	return pack && pack->parameters.leaving ? pack->parameters.leaving
	                                        : &usual;
}

const struct pack_acknowledgement *pack_acknowledgement(const struct pack *pack)
{
	static const struct pack_acknowledgement usual = {
	    .due_ms = 14 * TIME_DAY_MS,
	    .remind_ms = 7 * TIME_DAY_MS,
	    .escalate_ms = 14 * TIME_DAY_MS,
	};

	while (!pack->file->acknowledgement && pack->base)
		pack = pack->base;
	return pack->file->acknowledgement ? pack->file->acknowledgement
	                                   : &usual;
}

size_t pack_rule_count(const struct pack *pack)
{
	return pack->rules_count;
}

const struct pack_rule *pack_rule_at(const struct pack *pack, size_t index)
{
	return index < pack->rules_count ? &pack->rules[index] : NULL;
}

const struct pack_rule *pack_rule_find(const struct pack *pack, const char *id)
{
	size_t i;

	for (i = 0; i < pack->rules_count; i++) {
		if (strcmp(pack->rules[i].id, id) == 0)
			return &pack->rules[i];
	}
	return NULL;
}

size_t pack_document_count(const struct pack *pack)
{
	size_t count = 0;

	for (; pack; pack = pack->base)
		count += pack->file->documents_count;
	return count;
}

const struct pack_document *pack_document_at(
    const struct pack *pack, size_t index)
{
	for (; pack; pack = pack->base) {
		if (index < pack->file->documents_count)
			return &pack->file->documents[index];
		index -= pack->file->documents_count;
	}
	return NULL;
}

size_t pack_language_count(const struct pack *pack)
{
	return pack->languages_count;
}

const char *pack_language_at(const struct pack *pack, size_t index)
{
	if (index >= pack->languages_count)
		return NULL;
	return pack->languages[index].code;
}

/* language NULL: the document's. */
static const struct pack_texts_file *texts_find(
    const struct pack *pack, const char *language)
{
	unsigned i;

	for (i = 0; i < pack->languages_count; i++) {
		if (strcmp(pack->languages[i].code, language) == 0)
			return pack->languages[i].file;
	}
	return NULL;
}

static const char *language_of(const struct pack *pack, const char *language)
{
	if (language)
		return language;
	return pack->languages_count > 0 ? pack->languages[0].code : "";
}

const struct pack_text *pack_text_find(
    const struct pack *pack, const char *language, const char *rule_id)
{
	const struct pack_texts_file *file;
	unsigned i;

	language = language_of(pack, language);
	for (; pack; pack = pack->base) {
		file = texts_find(pack, language);
		for (i = 0; file && i < file->texts_count; i++) {
			if (strcmp(file->texts[i].rule, rule_id) == 0)
				return &file->texts[i];
		}
	}
	return NULL;
}

const struct pack_profile_text *pack_profile_text_find(
    const struct pack *pack, const char *language)
{
	const struct pack_texts_file *file;

	language = language_of(pack, language);
	for (; pack; pack = pack->base) {
		file = texts_find(pack, language);
		if (file && file->profile)
			return file->profile;
	}
	return NULL;
}

const char *pack_phrase_find(
    const struct pack *pack, const char *language, enum pack_phrase phrase)
{
	const struct pack_texts_file *file;

	language = language_of(pack, language);
	for (; (unsigned)phrase < PACK_PHRASE_COUNT && pack;
	     pack = pack->base) {
		file = texts_find(pack, language);
		if (file && file->phrases.template[phrase])
			return file->phrases.template[phrase];
	}
	return NULL;
}

const struct pack_operator_text *pack_operator_at(
    const struct pack *pack, const char *language, size_t index)
{
	const struct pack_texts_file *file;

	language = language_of(pack, language);
	for (; pack; pack = pack->base) {
		file = texts_find(pack, language);
		if (file && file->operators_count > 0)
			return index < file->operators_count
			    ? &file->operators[index]
			    : NULL;
	}
	return NULL;
}

/* Over the hashes of the files, in the order the pack names its languages, and
 * of the pack below. */
void pack_hash(const struct pack *pack, uint8_t out[PACK_HASH_SIZE])
{
	uint8_t all[PACK_HASH_SIZE * (2 + PACK_LANGUAGES_MAX)];
	size_t used = PACK_HASH_SIZE;
	unsigned i;

	memcpy(all, pack->hash, PACK_HASH_SIZE);
	for (i = 0; i < pack->languages_count; i++) {
		memcpy(all + used, pack->languages[i].hash, PACK_HASH_SIZE);
		used += PACK_HASH_SIZE;
	}
	if (pack->base) {
		pack_hash(pack->base, all + used);
		used += PACK_HASH_SIZE;
	}
	(void)SHA256(all, used, out);
}

void pack_hash_text(const struct pack *pack, char out[PACK_HASH_TEXT_MAX])
{
	uint8_t hash[PACK_HASH_SIZE];

	pack_hash(pack, hash);
	str_hex(out, hash, sizeof(hash));
}
