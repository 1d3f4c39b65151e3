/*
 * pack_file: the two kinds of file as libcyaml reads them, and the pack around
 * them; private to pack*.c.
 */
#ifndef POLICIES_PACK_FILE_H
#define POLICIES_PACK_FILE_H

#include <cyaml/cyaml.h>

#include "policies/pack.h"
#include "policies/xyaml.h"

/* pack.yaml */
struct pack_file {
	unsigned format;
	char *name;
	char *organisation;
	char **languages;
	unsigned languages_count;
	struct pack_document *documents;
	unsigned documents_count;
	struct pack_rule *rules;
	unsigned rules_count;
};

/* texts.<language>.yaml */
struct pack_texts_file {
	char *language;
	struct pack_profile_text profile;
	struct pack_text *texts;
	unsigned texts_count;
};

struct pack_language {
	struct pack_texts_file *file; /* NULL until parsed */
	struct xyaml_outline *outline;
	uint8_t hash[PACK_HASH_SIZE];
};

struct pack {
	struct pack_file *file;
	struct xyaml_outline *outline;
	uint8_t hash[PACK_HASH_SIZE];
	/* as file->languages, same order */
	struct pack_language languages[PACK_LANGUAGES_MAX];
};

extern const struct cyaml_schema_value pack_file_schema;
extern const struct cyaml_schema_value pack_texts_schema;

/*
 * What the schema cannot say: ranges, unique ids, references, what belongs
 * together. Also works out the *_ms members and `cited`.
 */
int pack_file_check(struct pack *pack, struct err *err);
int pack_texts_check(const struct pack *pack,
    const struct pack_language *language, const char *code, struct err *err);

#endif
