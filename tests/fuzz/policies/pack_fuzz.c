/*
 * pack_fuzz: can any pack file crash, leak or run away? The bytes are a
 * pack.yaml and, behind a line "%%%", the texts of its first language. One that
 * extends another is laid over a small pack of ours. What loads must also
 * judge, build and fill its texts without a fault.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack_text.h"
#include "policies/profile.h"
#include "policies/verdict.h"
#include "proto/base/str.h"

#define BORDER "\n%%%\n"
#define TRACE "(Load: "

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char base_yaml[] =
    "format: 2\nname: base\norganisation: O\nowner: w\ncountry: SE\n"
    "time_zone: Europe/Stockholm\nlanguages: [sv]\n"
    "documents: [{id: d, title: t, decision: x}]\nrules:\n"
    "  - {id: EX-1, class: inform, level: must, binds: [employee], subject: "
    "person, source: {document: d, section: s, line: 1}}\n"
    "  - {id: EX-2, class: verify, level: must, binds: [employee], subject: "
    "person, source: {document: d, section: s, line: 2}, proof: [{fact: "
    "call.referral, fresh: 1h}], when: absence}\n";
static const char base_texts[] =
    "language: sv\nprofile: {name: n, description: d}\ntexts:\n"
    "  - {rule: EX-1, title: t, demand: d, why: w}\n"
    "  - {rule: EX-2, title: t, demand: '{callback}', why: w}\n";

static struct pack *base_make(void)
{
	struct pack *base = NULL;

	if (pack_parse("b", (const uint8_t *)base_yaml, strlen(base_yaml),
	        &base, NULL) ||
	    pack_parse_texts(base, "sv", "b", (const uint8_t *)base_texts,
	        strlen(base_texts), NULL) ||
	    pack_check(base, NULL))
		abort();
	return base;
}

static void fill(const struct pack *pack, const char *rule_id)
{
	const struct pack_text *text = pack_text_find(pack, NULL, rule_id);
	struct pack_fill values;
	struct buf out = {0};
	struct err err = {0};

	if (!text)
		return;
	pack_fill_init(&values, pack, NULL);
	/* A checked template has nothing unknown in it. */
	if (pack_text_fill(text->demand, &values, &out, &err) == -ERR_INVALID)
		abort();
	buf_clear(&out);
}

static void use(const struct pack *pack)
{
	struct policy_profile_target target = {.organisation_id = "a"};
	struct policy_profile_summary summary = {0};
	struct subject_facts subject = {
	    .now_ms = 1772438400000, .expected = &summary};
	struct judgement made;
	struct buf xml = {0};
	char hash[PACK_HASH_TEXT_MAX];
	size_t i;

	pack_hash_text(pack, hash);
	(void)policy_profile_build(pack, &target, &xml, &summary, NULL);
	buf_clear(&xml);
	for (i = 0; i < pack_rule_count(pack); i++) {
		(void)verdict_judge(
		    pack_rule_at(pack, i), &subject, &made, NULL);
		fill(pack, pack_rule_at(pack, i)->id);
	}
}

/*
 * A refusal is one line that names the file, in our words: libcyaml's trace
 * begins with TRACE. A file that holds those very bytes may be quoted.
 */
static void check_err(const struct err *err, const uint8_t *data, size_t size)
{
	if (err->code == ERR_INTERNAL || strncmp(err->text, "p:", 2) != 0 ||
	    strchr(err->text, '\n') ||
	    !str_is_utf8(err->text, strlen(err->text)))
		abort();
	if (strstr(err->text, TRACE) &&
	    !memmem(data, size, TRACE, sizeof(TRACE) - 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *border = memmem(data, size, BORDER, sizeof(BORDER) - 1);
	size_t head = border ? (size_t)(border - data) + 1 : size;
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_parse("p", data, head, &pack, &err)) {
		check_err(&err, data, size);
		return 0;
	}
	if (pack_extends(pack)) {
		struct pack *base = base_make();

		if (pack_lay_over(pack, base, &err)) {
			check_err(&err, data, size);
			pack_free(base);
			pack_free(pack);
			return 0;
		}
	}
	if (border && pack_language_count(pack) > 0) {
		border += sizeof(BORDER) - 1;
		if (pack_parse_texts(pack, pack_language_at(pack, 0), "p",
		        border, (size_t)(data + size - border), &err))
			check_err(&err, data, size);
	}
	(void)pack_check(pack, &err);
	use(pack);
	pack_free(pack);
	return 0;
}
