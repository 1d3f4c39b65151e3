/*
 * scene: one phone, one fake server and the session between them.
 */
#ifndef TESTS_UNIT_PHONES_SCENE_H
#define TESTS_UNIT_PHONES_SCENE_H

#include "proto/base/err.h"
#include "tests/unit/phones/fake_server.h"

#define SCENE_LINK "https://fake.test/enrol/1"

struct scene {
	struct fake *fake;
	struct phone *phone;
	struct session session;
	struct err err;
};

void scene_open(struct scene *scene);
void scene_open_enrolled(struct scene *scene);
void scene_close(struct scene *scene);

/* One waking; scene->err is that of this waking. */
int scene_run(struct scene *scene);

/* The last status the phone answered to a queued command. */
const char *scene_status(const struct scene *scene, size_t index);

/* The first ErrorCode of the phone's last answer; 0 without one. */
int64_t scene_error_code(const struct scene *scene);

#endif
