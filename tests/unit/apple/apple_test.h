/*
 * apple_test: what the tests of proto/apple share: making a property list out
 * of its inside, reading files, expecting a code.
 */
#ifndef TESTS_UNIT_APPLE_APPLE_TEST_H
#define TESTS_UNIT_APPLE_APPLE_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"

/* Sanitizers make code slower and memory dearer: by no more than this. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER_FACTOR 8
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||     \
    __has_feature(memory_sanitizer)
#define SANITIZER_FACTOR 8
#endif
#endif
#ifndef SANITIZER_FACTOR
#define SANITIZER_FACTOR 1
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An XML property list whose root dictionary holds inside. */
static inline struct buf plist_of(const char *inside)
{
	struct buf xml = {0};

	buf_append_str(&xml,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
	    "<plist version=\"1.0\">\n<dict>\n");
	buf_append_str(&xml, inside);
	buf_append_str(&xml, "</dict>\n</plist>\n");
	assert_false(xml.failed);
	return xml;
}

/* The whole file, or an empty buf when it cannot be read. */
static inline struct buf read_file(const char *path)
{
	struct buf data = {0};
	uint8_t chunk[4096];
	size_t got;
	FILE *file = fopen(path, "rb");

	if (!file)
		return data;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(&data, chunk, got);
	fclose(file);
	return data;
}

/* rc must be the code, and err must say so in a sentence. */
static inline void expect_code(
    int rc, enum err_code code, const struct err *err, const char *what)
{
	if (rc != -(int)code)
		fail_msg("%s: got %d (%s), wanted %s", what, rc,
		    rc ? err->text : "accepted", err_code_name(code));
	if (rc) {
		assert_int_equal(err->code, code);
		assert_true(err->text[0] != '\0');
	}
}

#endif
