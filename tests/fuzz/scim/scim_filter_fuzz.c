/*
 * scim_filter_fuzz: can any text hurt the reader of filters and paths, does a
 * filter keep to its limits, and is "not" always the contrary?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/scim/scim_path.h"
#include "proto/scim/scim_project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char user[] =
    "{\"id\":\"1\",\"userName\":\"a@b.c\",\"active\":true,\"age\":4,"
    "\"name\":{\"familyName\":\"\xc3\x85\"},\"emails\":[{\"value\":\"a\","
    "\"type\":\"work\"},{\"value\":\"b\"},\"c\",null],\"meta\":"
    "{\"created\":\"2026-01-01T00:00:00Z\"},"
    "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":"
    "{\"manager\":{\"value\":\"2\"}}}";

static void filter_check(
    const struct scim_filter *filter, const json_t *resource)
{
	struct scim_filter contrary = *filter;
	const char *equal = scim_filter_equal(filter, "userName");
	bool fits = scim_filter_match(filter, resource);

	if (filter->count < 1 || filter->count > SCIM_FILTER_NODES)
		abort();
	/* What an index would not find must not fit. */
	if (equal && fits && strcasecmp(equal, "a@b.c") != 0)
		abort();
	if (filter->count == SCIM_FILTER_NODES)
		return;
	contrary.nodes[contrary.count] = (struct scim_node){
	    .op = SCIM_OP_NOT, .left = filter->root, .right = -1};
	contrary.root = contrary.count++;
	if (scim_filter_match(&contrary, resource) == fits)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static json_t *resource;
	struct scim_filter *filter = NULL;
	struct scim_path path;
	struct scim_project project;
	char *text = malloc(size + 1);
	struct err err = {0};
	json_t *copy;

	if (!resource)
		resource = json_loads(user, 0, NULL);
	if (!resource || !text)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (scim_filter_parse(text, size, &filter, &err) == 0) {
		filter_check(filter, resource);
		scim_filter_free(filter);
	}
	if (scim_path_parse(text, size, &path, &err) == 0) {
		if (path.filter)
			filter_check(path.filter, resource);
		scim_path_clear(&path);
	}
	if (scim_project_parse(size % 2 ? text : NULL, size % 2 ? NULL : text,
	        &project, &err) == 0) {
		copy = json_deep_copy(resource);
		scim_project_apply(&project, copy);
		if (!json_object_get(copy, "id"))
			abort();
		json_decref(copy);
	}
	free(text);
	return 0;
}
