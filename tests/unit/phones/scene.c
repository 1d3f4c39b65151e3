#include "tests/unit/phones/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/phones/enrol.h"
#include "tests/phones/property.h"

void scene_open(struct scene *scene)
{
	struct phone_shape shape = {.serial = "VVKTEST1", .sims = 2};

	memset(scene, 0, sizeof(*scene));
	scene->fake = fake_new();
	assert_int_equal(phone_new(&shape, &scene->phone, NULL), 0);
	fake_trust(scene->fake, scene->phone);
	session_init(
	    &scene->session, scene->phone, &scene->fake->line, &fake_world);
}

void scene_open_enrolled(struct scene *scene)
{
	scene_open(scene);
	fake_world.key = fake_phone_key();
	assert_int_equal(
	    enrol_by_url(&scene->session, SCENE_LINK, &scene->err), 0);
	fake_world.key = NULL;
}

void scene_close(struct scene *scene)
{
	session_clear(&scene->session);
	phone_free(scene->phone);
	fake_free(scene->fake);
}

int scene_run(struct scene *scene)
{
	memset(&scene->err, 0, sizeof(scene->err));
	return session_run(&scene->session, &scene->err);
}

const char *scene_status(const struct scene *scene, size_t index)
{
	return scene->fake->queue[index].status;
}

int64_t scene_error_code(const struct scene *scene)
{
	plist_t chain = property_array(scene->fake->last_answer, "ErrorChain");

	return chain
	    ? property_integer(plist_array_get_item(chain, 0), "ErrorCode", 0)
	    : 0;
}
