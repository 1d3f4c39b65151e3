/*
 * story_world: the real services over a database in memory-backed files, with a
 * clock and randomness that the test drives.
 */
#ifndef TESTS_UNIT_SERVER_STORY_WORLD_H
#define TESTS_UNIT_SERVER_STORY_WORLD_H

#include "server/service/service.h"

extern struct service story;
extern int64_t story_now;
extern char story_path[128]; /* of the database */

/* cmocka group fixtures. */
int story_begin(void **state);
int story_end(void **state);

/* "it", of the one organisation. */
struct actor story_actor(void);

/* 0 … below - 1, from the printed seed. */
unsigned story_random(unsigned below);

/* A certificate as SCEP would have issued it, for the phone "S-<udid>". */
void story_issue(const char *udid, char sha256[STORE_SHA256]);

#endif
