/*
 * Question: is every shipped map of an API sound, and is a map that is not
 * named with its line?
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/connector/config.h"
#include "proto/base/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAPS WP_SOURCE_DIR "/agent/connector/maps"

static void shipped_maps(void **state)
{
	DIR *folder = opendir(MAPS);
	const struct dirent *entry;
	struct http_map *map;
	char path[600];
	struct err err;
	int count = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		if (!strstr(entry->d_name, ".yaml"))
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/%s", MAPS, entry->d_name);
		if (http_map_load(path, &map, &err) != 0)
			fail_msg("%s", err.text);
		assert_true(
		    strncmp(map->name, entry->d_name, strlen(map->name)) == 0);
		http_map_free(map);
		count++;
	}
	(void)closedir(folder);
	assert_int_equal(count, 4);
}

#define REQUEST "name: x\nrequests:\n  - name: y\n    path: /z\n"
#define FACTS                                                                  \
	"    facts:\n      - fact: voicemail.greeting\n        from: /a\n"     \
	"        values: [{is: b, says: personal}]\n"

static void maps_that_are_none(void **state)
{
	static const char *const maps[] = {
	    "",
	    "name: x\n",
	    "name: x\nrequests: []\n",
	    REQUEST,
	    REQUEST "    colour: red\n" FACTS,
	    REQUEST "    method: DELETE\n" FACTS,
	    REQUEST "    each: list\n" FACTS,
	    REQUEST "    paging: link\n" FACTS,
	    REQUEST "    skip: \"4xx\"\n" FACTS,
	    REQUEST "    items: a\n" FACTS,
	    "name: x\nrequests:\n  - name: y\n    path: z\n" FACTS,
	    REQUEST
	    "    facts:\n      - fact: voicemail.greeting\n        from: "
	    "a.b\n        values: [{is: b, says: personal}]\n",
	    REQUEST
	    "    facts:\n      - fact: attest.RON-27\n        from: /a\n"
	    "        values: [{is: b, says: \"yes\"}]\n",
	    REQUEST
	    "    each: list\n    paging: offset\n    subject: {kind: tel, "
	    "from: /t}\n" FACTS,
	};
	struct http_map *map;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(maps); i++) {
		err = (struct err){0};
		map = NULL;
		if (http_map_parse("map.yaml", (const uint8_t *)maps[i],
		        strlen(maps[i]), &map, &err) == 0)
			fail_msg("taken:\n%s", maps[i]);
		assert_null(map);
		if (strncmp(err.text, "map.yaml:", 9) != 0)
			fail_msg("%s", err.text);
	}
	assert_int_equal(
	    http_map_parse("map.yaml", (const uint8_t *)REQUEST FACTS,
	        strlen(REQUEST FACTS), &map, &err),
	    0);
	http_map_free(map);
}

static void statuses(void **state)
{
	(void)state;
	assert_true(status_is_listed("404 422", 404));
	assert_true(status_is_listed("404 422", 422));
	assert_false(status_is_listed("404 422", 42));
	assert_false(status_is_listed("404 422", 40));
	assert_false(status_is_listed("", 404));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shipped_maps),
	    cmocka_unit_test(maps_that_are_none),
	    cmocka_unit_test(statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
