/*
 * json_map_fuzz: does any answer of an API, or any map over it, hurt the
 * reader, and does only what a report may carry come out? The input is a map
 * (YAML), a NUL and an answer (JSON).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/config.h"
#include "agent/connector/json_map.h"
#include "proto/base/err.h"
#include "proto/json/json_guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits limits = {1 << 20, 32, 50000};
static const char own[][EVIDENCE_IMEI_MAX] = {"490154203237518"};

static void apply(const struct http_request *request, const json_t *root)
{
	struct json_view view = {
	    root, {{"tel", "+46701234567"}, {"imei", own[0]}, {"key", "a/b"}}};
	struct map_world world = {.get = json_view_get,
	    .arg = &view,
	    .now_ms = INT64_C(1795333105000),
	    .country = "SE",
	    .method = EVIDENCE_METHOD_HTTP_JSON,
	    .equipment = own,
	    .equipment_count = 1};
	struct evidence_item item = {
	    .subject = {EVIDENCE_SUBJECT_TEL, "+46701234567"}};
	struct map_fault fault = {"", ""};

	if (request->subject)
		(void)subject_map_apply(
		    request->subject, &world, &item.subject, &fault);
	for (unsigned i = 0; i < request->facts_count; i++) {
		struct evidence_item made = item;

		if (fact_map_apply(&request->facts[i], &world, &made, &fault) !=
		    0)
			continue;
		if (evidence_item_check(&made, NULL) != 0)
			abort();
		/* What is not ours stays behind. */
		if (made.value.imei[0] && request->facts[i].values_count == 0 &&
		    !evidence_imei_is_same(made.value.imei, own[0]))
			abort();
	}
}

static void use(const struct http_map *map, const json_t *root)
{
	const struct json_variable variables[JSON_VARIABLES] = {
	    {"tel", "+46701234567"}, {"imei", own[0]}, {"key", "\"\\/\n"}};

	for (unsigned i = 0; i < map->requests_count; i++) {
		const struct http_request *request = &map->requests[i];
		struct buf out = {0};

		(void)json_template_fill(request->path, JSON_ESCAPE_URL,
		    variables, &out, 4096, NULL);
		if (out.data && strpbrk((const char *)out.data, "\"\n") &&
		    !strpbrk(request->path, "\"\n"))
			abort();
		buf_clear(&out);
		(void)json_pointer_find(root, request->items);
		apply(request, root);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t yaml = nul ? (size_t)(nul - data) : size;
	struct http_map *map = NULL;
	json_t *root = NULL;
	struct err err = {0};

	if (!nul)
		return 0;
	(void)json_guard_load(
	    nul + 1, size - yaml - 1, &limits, "it", &root, NULL);
	if (http_map_parse("map", data, yaml, &map, &err) == 0)
		use(map, root);
	else if (err.code == ERR_NONE || !err.text[0])
		abort();
	http_map_free(map);
	json_decref(root);
	return 0;
}
