#include "server/service/policy/policy_upload.h"

#include <stdio.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/json/json_guard.h"

static const struct json_limits upload_limits = {
    .bytes = LIMIT_POLICY_BODY,
    .depth = 5,
    .values = 512, /* PACK_DEPTH_MAX packs of a handful of files */
};

struct upload {
	const json_t *packs;
	size_t count;
};

static const char *file_find(
    const json_t *packs, size_t at, const char *file, size_t *len)
{
	const json_t *text = json_object_get(
	    json_object_get(json_array_get(packs, at), "files"), file);

	*len = json_string_length(text);
	return json_string_value(text);
}

static const char *name_of(const struct upload *upload, size_t at)
{
	const char *name = json_string_value(
	    json_object_get(json_array_get(upload->packs, at), "name"));

	return name ? name : "?";
}

/* "vastervik/pack.yaml", as errors name it. */
static void label_of(const struct upload *upload, size_t at, const char *file,
    char *out, size_t size)
{
	(void)snprintf(out, size, "%.64s/%s", name_of(upload, at), file);
}

static int texts_parse(const struct upload *upload, size_t at,
    struct pack *pack, const char *language, struct err *err)
{
	char file[32];
	char label[128];
	const char *yaml;
	size_t len;

	(void)snprintf(file, sizeof(file), "texts.%.8s.yaml", language);
	label_of(upload, at, file, label, sizeof(label));
	yaml = file_find(upload->packs, at, file, &len);
	/* An overlay need not say anything in a language of its base. */
	if (!yaml && pack_extends(pack) &&
	    pack_profile_text_find(pack, language))
		return 0;
	if (!yaml)
		return err_set(
		    err, ERR_INVALID, "%s: the file was not sent", label);
	return pack_parse_texts(
	    pack, language, label, (const uint8_t *)yaml, len, err);
}

static int pack_parse_at(
    const struct upload *upload, size_t at, struct pack **out, struct err *err);

/* The pack below stands right behind this one. */
static int base_parse(
    const struct upload *upload, size_t at, struct pack *pack, struct err *err)
{
	const char *wanted = pack_extends(pack);
	struct pack *base = NULL;
	int rc;

	if (!wanted)
		return 0;
	if (at + 1 >= upload->count ||
	    strcmp(name_of(upload, at + 1), wanted) != 0)
		return err_set(err, ERR_INVALID,
		    "%s stands on %.64s, which was not sent behind it",
		    name_of(upload, at), wanted);
	rc = pack_parse_at(upload, at + 1, &base, err);
	if (rc == 0)
		rc = pack_lay_over(pack, base, err);
	if (rc < 0)
		pack_free(base);
	return rc;
}

static int pack_parse_at(
    const struct upload *upload, size_t at, struct pack **out, struct err *err)
{
	struct pack *pack = NULL;
	char label[128];
	const char *yaml;
	size_t len;
	size_t i;
	int rc;

	label_of(upload, at, "pack.yaml", label, sizeof(label));
	yaml = file_find(upload->packs, at, "pack.yaml", &len);
	if (!yaml)
		return err_set(
		    err, ERR_INVALID, "%s: the file was not sent", label);
	rc = pack_parse(label, (const uint8_t *)yaml, len, &pack, err);
	if (rc == 0)
		rc = base_parse(upload, at, pack, err);
	for (i = 0; rc == 0 && i < pack_language_count(pack); i++)
		rc = texts_parse(
		    upload, at, pack, pack_language_at(pack, i), err);
	if (rc == 0)
		rc = pack_check(pack, err);
	if (rc < 0) {
		pack_free(pack);
		return rc;
	}
	*out = pack;
	return 0;
}

int policy_upload_parse(
    const char *json, size_t len, struct pack **out, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	struct upload upload = {0};
	int rc = json_guard_load(
	    json, len, &upload_limits, "a policy pack", &root, err);

	if (rc < 0)
		return rc;
	upload.packs = json_object_get(root, "packs");
	upload.count = json_array_size(upload.packs);
	if (upload.count == 0 || upload.count > PACK_DEPTH_MAX)
		return err_set(err, ERR_INVALID,
		    "'packs' holds %zu packs: send the pack and those it "
		    "stands on, 1 to %d",
		    upload.count, PACK_DEPTH_MAX);
	return pack_parse_at(&upload, 0, out, err);
}
