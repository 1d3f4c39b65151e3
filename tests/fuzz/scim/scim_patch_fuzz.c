/*
 * scim_patch_fuzz: can any body hurt the readers of users, groups and PATCHes,
 * is what they take kept within its limits, and does it come out as it went in?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/scim/scim_group.h"
#include "proto/scim/scim_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char was[] =
    "{\"userName\":\"a\",\"active\":true,\"name\":{\"familyName\":\"f\"},"
    "\"emails\":[{\"value\":\"a@b.c\",\"type\":\"work\",\"primary\":true}],"
    "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":"
    "{\"department\":\"d\",\"manager\":{\"value\":\"2\"}}}";

static void user_check(const json_t *document)
{
	struct scim_user user;
	struct scim_user again;
	enum scim_why why;
	struct err err = {0};
	json_t *encoded;

	if (scim_user_decode(document, &user, &why, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	encoded = scim_user_encode(&user);
	if (!encoded || scim_user_decode(encoded, &again, &why, &err) < 0)
		abort();
	user.says_active = again.says_active;
	if (memcmp(&user, &again, sizeof(user)) != 0)
		abort();
	json_decref(encoded);
}

static void group_check(const json_t *document)
{
	struct scim_group group;
	enum scim_why why;
	struct err err = {0};

	if (scim_group_decode(document, &group, &why, &err) < 0)
		return;
	if (group.member_count > SCIM_MEMBERS_MAX || !group.display_name[0])
		abort();
	scim_group_clear(&group);
}

/* Applied twice from the same start it makes the same. */
static void patch_check(const json_t *document)
{
	struct scim_patch patch;
	struct scim_steps steps;
	enum scim_why why = SCIM_WHY_NONE;
	struct err err = {0};
	json_t *one;
	json_t *other;
	int rc;

	if (scim_patch_parse(document, &patch, &why, &err) < 0)
		return;
	one = json_loads(was, 0, NULL);
	other = json_loads(was, 0, NULL);
	if (!one || !other)
		abort();
	rc = scim_patch_apply(&patch, one, &why, &err);
	if (rc != scim_patch_apply(&patch, other, &why, &err) ||
	    !json_equal(one, other))
		abort();
	if (rc == 0)
		user_check(one);
	if (scim_group_steps(&patch, &steps, &why, &err) == 0)
		scim_steps_clear(&steps);
	json_decref(one);
	json_decref(other);
	scim_patch_clear(&patch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *document = NULL;
	struct err err = {0};

	if (scim_json_load(data, size, &document, &err) < 0)
		return 0;
	user_check(document);
	group_check(document);
	patch_check(document);
	json_decref(document);
	return 0;
}
