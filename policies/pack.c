#include "policies/pack.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "policies/pack_file.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

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
	if (rc)
		goto out;
	*out = pack;
	pack = NULL;
out:
	pack_free(pack);
	return rc;
}

static struct pack_language *language_find(
    struct pack *pack, const char *language)
{
	unsigned i;

	for (i = 0; i < pack->file->languages_count; i++) {
		if (strcmp(pack->file->languages[i], language) == 0)
			return &pack->languages[i];
	}
	return NULL;
}

static void language_clear(struct pack_language *language)
{
	xyaml_free(&pack_texts_schema, language->file);
	xyaml_outline_free(language->outline);
	memset(language, 0, sizeof(*language));
}

int pack_parse_texts(struct pack *pack, const char *language, const char *name,
    const uint8_t *yaml, size_t len, struct err *err)
{
	struct xyaml_text text = {name, yaml, len, LIMIT_PACK_FILE};
	struct pack_language *place = language_find(pack, language);
	struct pack_language parsed = {0};
	void *file = NULL;
	int rc;

	if (!place)
		return err_set(err, ERR_NOT_FOUND,
		    "%s:1: the pack does not name the language '%s'", name,
		    language);
	rc = xyaml_load(&text, &pack_texts_schema, &file, &parsed.outline, err);
	if (rc)
		return rc;
	parsed.file = file;
	(void)SHA256(yaml, len, parsed.hash);
	rc = pack_texts_check(pack, &parsed, language, err);
	if (rc) {
		language_clear(&parsed);
		return rc;
	}
	language_clear(place);
	*place = parsed;
	return 0;
}

int pack_check(struct pack *pack, struct err *err)
{
	unsigned i;
	unsigned j;

	for (i = 0; i < pack->file->languages_count; i++) {
		const char *code = pack->file->languages[i];

		if (!pack->languages[i].file)
			return xyaml_err(pack->outline, "languages", err,
			    ERR_INVALID, "no texts.%s.yaml was given", code);
		for (j = 0; j < pack->file->rules_count; j++) {
			const char *id = pack->file->rules[j].id;

			if (!pack_text_find(pack, code, id))
				return xyaml_err(pack->languages[i].outline,
				    "texts", err, ERR_INVALID,
				    "no text for rule %s: add it", id);
		}
	}
	return 0;
}

void pack_free(struct pack *pack)
{
	size_t i;

	if (!pack)
		return;
	for (i = 0; i < PACK_LANGUAGES_MAX; i++)
		language_clear(&pack->languages[i]);
	xyaml_free(&pack_file_schema, pack->file);
	xyaml_outline_free(pack->outline);
	free(pack);
}

/* Looking things up -------------------------------------------------- */

const char *pack_name(const struct pack *pack)
{
	return pack->file->name;
}

const char *pack_organisation(const struct pack *pack)
{
	return pack->file->organisation;
}

size_t pack_rule_count(const struct pack *pack)
{
	return pack->file->rules_count;
}

const struct pack_rule *pack_rule_at(const struct pack *pack, size_t index)
{
	if (index >= pack->file->rules_count)
		return NULL;
	return &pack->file->rules[index];
}

const struct pack_rule *pack_rule_find(const struct pack *pack, const char *id)
{
	unsigned i;

	for (i = 0; i < pack->file->rules_count; i++) {
		if (strcmp(pack->file->rules[i].id, id) == 0)
			return &pack->file->rules[i];
	}
	return NULL;
}

size_t pack_language_count(const struct pack *pack)
{
	return pack->file->languages_count;
}

const char *pack_language_at(const struct pack *pack, size_t index)
{
	if (index >= pack->file->languages_count)
		return NULL;
	return pack->file->languages[index];
}

static const struct pack_texts_file *texts_find(
    const struct pack *pack, const char *language)
{
	unsigned i;

	for (i = 0; i < pack->file->languages_count; i++) {
		if (!language ||
		    strcmp(pack->file->languages[i], language) == 0)
			return pack->languages[i].file;
	}
	return NULL;
}

const struct pack_text *pack_text_find(
    const struct pack *pack, const char *language, const char *rule_id)
{
	const struct pack_texts_file *file = texts_find(pack, language);
	unsigned i;

	for (i = 0; file && i < file->texts_count; i++) {
		if (strcmp(file->texts[i].rule, rule_id) == 0)
			return &file->texts[i];
	}
	return NULL;
}

const struct pack_profile_text *pack_profile_text_find(
    const struct pack *pack, const char *language)
{
	const struct pack_texts_file *file = texts_find(pack, language);

	return file ? &file->profile : NULL;
}

/* Over the hashes of the files, in the order the pack names its languages. */
void pack_hash(const struct pack *pack, uint8_t out[PACK_HASH_SIZE])
{
	uint8_t all[PACK_HASH_SIZE * (1 + PACK_LANGUAGES_MAX)];
	size_t used = PACK_HASH_SIZE;
	unsigned i;

	memcpy(all, pack->hash, PACK_HASH_SIZE);
	for (i = 0; i < pack->file->languages_count; i++) {
		memcpy(all + used, pack->languages[i].hash, PACK_HASH_SIZE);
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
