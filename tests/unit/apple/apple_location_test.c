/*
 * apple_location_test: is only a place on this earth taken from what a lost
 * phone answers, whatever else it says?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/apple/device_location.h"
#include "proto/base/err.h"

static int parse(const char *latitude, const char *longitude,
    const char *accuracy, const char *at, struct device_location *out)
{
	plist_t root = NULL;
	char xml[1024];
	int rc;

	(void)snprintf(xml, sizeof(xml),
	    "<plist version=\"1.0\"><dict><key>Latitude</key>%s"
	    "<key>Longitude</key>%s<key>HorizontalAccuracy</key>%s"
	    "<key>Timestamp</key>%s</dict></plist>",
	    latitude, longitude, accuracy, at);
	plist_from_xml(xml, (uint32_t)strlen(xml), &root);
	assert_non_null(root);
	rc = device_location_parse(root, out, NULL);
	plist_free(root);
	return rc;
}

#define REAL(text) "<real>" text "</real>"
#define TEXT(text) "<string>" text "</string>"
#define WHEN TEXT("2026-11-22T10:00:00Z")

static void test_places(void **state)
{
	struct device_location found;

	(void)state;
	assert_int_equal(parse(REAL("57.758612"), REAL("16.6372"),
	                     REAL("14.25"), WHEN, &found),
	    0);
	assert_true(found.latitude == 57758612);
	assert_true(found.longitude == 16637200);
	assert_true(found.accuracy_m == 14);
	assert_true(found.at == INT64_C(1795341600000));
	assert_int_equal(parse(REAL("-33.9"), "<integer>-70</integer>",
	                     REAL("0"), WHEN, &found),
	    0);
	assert_true(found.latitude == -33900000);
	assert_true(found.longitude == -70000000);
	/* What is beside the place may be odd: it is not known then. */
	assert_int_equal(parse(REAL("90"), REAL("180"), REAL("-1"),
	                     TEXT("yesterday"), &found),
	    0);
	assert_true(found.accuracy_m == -1 && found.at == 0);
	assert_int_equal(
	    parse(REAL("1"), REAL("1"), TEXT("near"), "<true/>", &found), 0);
	assert_true(found.accuracy_m == -1 && found.at == 0);
}

static void test_no_places(void **state)
{
	static const char *const odd[] = {REAL("90.1"), REAL("-91"),
	    REAL("1e300"), REAL("nan"), REAL("inf"), TEXT("57.7"), "<true/>"};
	struct device_location found = {.latitude = 7};
	plist_t empty = plist_new_dict();

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_true(
		    parse(odd[i], REAL("1"), REAL("1"), WHEN, &found) < 0);
		assert_true(found.latitude == 7);
	}
	assert_true(
	    parse(REAL("1"), REAL("180.01"), REAL("1"), WHEN, &found) < 0);
	assert_int_equal(
	    device_location_parse(empty, &found, NULL), -(int)ERR_INVALID);
	assert_int_equal(
	    device_location_parse(NULL, &found, NULL), -(int)ERR_INVALID);
	plist_free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_no_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
