/*
 * Is the code that stands in the terminal the very symbol of the address, with
 * its quiet zone? (That a scanner reads it is tried with zbarimg by hand.)
 */
#include <qrencode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/cli/qr.h"

#define URL                                                                    \
	"https://mdm.vastervik.example:8444/enrol/"                            \
	"0123456789abcdef0123456789abcdef01234567"
#define QUIET 4

/* Light upper and lower half of a character; its bytes are skipped. */
static void halves(const char **at, int *upper, int *lower)
{
	static const struct {
		const char *text;
		int upper;
		int lower;
	} blocks[] = {{" ", 0, 0}, {"\xe2\x96\x80", 1, 0},
	    {"\xe2\x96\x84", 0, 1}, {"\xe2\x96\x88", 1, 1}};
	size_t i;

	for (i = 0; i < 4; i++) {
		if (strncmp(*at, blocks[i].text, strlen(blocks[i].text)) == 0) {
			*upper = blocks[i].upper;
			*lower = blocks[i].lower;
			*at += strlen(blocks[i].text);
			return;
		}
	}
	fail_msg("not a block: %.8s", *at);
}

static int expected(const QRcode *code, int x, int y)
{
	x -= QUIET;
	y -= QUIET;
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return 1;
	return !(code->data[y * code->width + x] & 1);
}

static void every_module_is_drawn(void **state)
{
	QRcode *code = QRcode_encodeString8bit(URL, 0, QR_ECLEVEL_M);
	struct buf out = {0};
	const char *at;
	int upper;
	int lower;
	int x;
	int y;

	(void)state;
	assert_non_null(code);
	assert_int_equal(qr_render(URL, false, &out, NULL), 0);
	at = (const char *)out.data;
	for (y = 0; y < code->width + 2 * QUIET; y += 2) {
		for (x = 0; x < code->width + 2 * QUIET; x++) {
			halves(&at, &upper, &lower);
			assert_int_equal(upper, expected(code, x, y));
			assert_int_equal(lower, expected(code, x, y + 1));
		}
		assert_int_equal(*at++, '\n');
	}
	assert_int_equal(*at, '\0');
	QRcode_free(code);
	buf_clear(&out);
}

static void colour_only_frames_the_lines(void **state)
{
	struct buf plain = {0};
	struct buf colour = {0};

	(void)state;
	assert_int_equal(qr_render(URL, false, &plain, NULL), 0);
	assert_int_equal(qr_render(URL, true, &colour, NULL), 0);
	assert_null(strchr((char *)plain.data, '\033'));
	assert_int_equal(strncmp((char *)colour.data, "\033[97;40m", 8), 0);
	assert_string_equal((char *)colour.data + colour.len - 5, "\033[0m\n");
	buf_clear(&plain);
	buf_clear(&colour);
}

static void too_long_a_text_is_refused(void **state)
{
	static char text[5000];
	struct buf out = {0};
	struct err err = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(qr_render(text, false, &out, &err), -(int)ERR_LIMIT);
	assert_null(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_module_is_drawn),
	    cmocka_unit_test(colour_only_frames_the_lines),
	    cmocka_unit_test(too_long_a_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
