/*
 * usb_frames_test: are the frames of usbmuxd and lockdownd read and written as
 * real ones are, binary property lists too, and is everything else refused
 * without growing?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/phones/files.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/behaviour.h"
#include "tests/phones/usb/binary_plist.h"
#include "tests/phones/usb/lockdown_frame.h"
#include "tests/phones/usb/mux_frame.h"
#include "tests/unit/usb/sample_rows.h"

static plist_t sample_message(void)
{
	plist_t message = plist_new_dict();

	property_set_string(message, "MessageType", "Attached");
	property_set_integer(message, "DeviceID", 7);
	return message;
}

static void test_mux_round_trip(void **state)
{
	plist_t message = sample_message();
	struct mux_header header;
	struct buf frame = {0};
	plist_t read = NULL;

	(void)state;
	assert_int_equal(mux_frame_encode(message, 42, &frame, NULL), 0);
	assert_int_equal(
	    mux_frame_parse(frame.data, frame.len, &header, &read, NULL), 0);
	assert_int_equal(header.tag, 42);
	assert_int_equal(header.length, frame.len);
	assert_int_equal(property_integer(read, "DeviceID", 0), 7);
	plist_free(read);
	plist_free(message);
	buf_clear(&frame);
}

static void test_mux_refusals(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum err_code code;
	} cases[] = {
	    {"", 0, ERR_INVALID},
	    {"\x10\0\0\0\x01\0\0\0\x08\0\0\0\0\0\0", 15, ERR_INVALID},
	    {"\x0f\0\0\0\x01\0\0\0\x08\0\0\0\0\0\0\0", 16, ERR_INVALID},
	    {"\x11\0\0\0\x01\0\0\0\x08\0\0\0\0\0\0\0", 16, ERR_INVALID},
	    {"\x10\0\0\0\x01\0\0\0\x08\0\0\0\0\0\0\0", 16, ERR_INVALID},
	    {"\x10\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0", 16, ERR_UNSUPPORTED},
	    {"\x10\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0", 16, ERR_UNSUPPORTED},
	    {"\x01\0\x10\0\x01\0\0\0\x08\0\0\0\0\0\0\0", 16, ERR_LIMIT},
	    {"\xff\xff\xff\xff\x01\0\0\0\x08\0\0\0\0\0\0\0", 16, ERR_LIMIT},
	};
	struct mux_header header;
	plist_t read = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    mux_frame_parse((const uint8_t *)cases[i].bytes,
		        cases[i].len, &header, &read, NULL),
		    -(int)cases[i].code);
		assert_null(read);
	}
}

static void test_lockdown_round_trip(void **state)
{
	plist_t message = sample_message();
	struct buf frame = {0};
	plist_t read = NULL;

	(void)state;
	assert_int_equal(lockdown_frame_encode(message, &frame, NULL), 0);
	assert_int_equal(
	    lockdown_frame_parse(frame.data, frame.len, &read, NULL), 0);
	assert_int_equal(property_integer(read, "DeviceID", 0), 7);
	plist_free(read);
	read = NULL;
	assert_int_equal(
	    lockdown_frame_parse(frame.data, frame.len - 1, &read, NULL),
	    -(int)ERR_INVALID);
	assert_int_equal(
	    lockdown_frame_parse((const uint8_t *)"\0\0\0\0", 4, &read, NULL),
	    -(int)ERR_INVALID);
	assert_int_equal(
	    lockdown_frame_parse((const uint8_t *)"\xff\0\0\0", 4, &read, NULL),
	    -(int)ERR_LIMIT);
	assert_int_equal(
	    lockdown_frame_parse((const uint8_t *)"\0\0", 2, &read, NULL),
	    -(int)ERR_INVALID);
	assert_null(read);
	plist_free(message);
	buf_clear(&frame);
}

/* Everything libplist can write that a client may send, there and back. */
static void test_binary_like_libplist(void **state)
{
	plist_t message = sample_message();
	plist_t array = plist_new_array();
	struct buf wide = {0};
	struct buf xml = {0};
	struct buf again = {0};
	plist_t read = NULL;
	char *binary = NULL;
	uint32_t len = 0;
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		plist_array_append_item(array, plist_new_uint((uint64_t)i));
	plist_dict_set_item(message, "many", array);
	property_set_bool(message, "yes", true);
	property_set_bool(message, "no", false);
	plist_dict_set_item(message, "real", plist_new_real(0.25));
	property_set_integer(message, "large", UINT64_MAX);
	property_set_data(message, "data", (const uint8_t *)"\0\1\2", 3);
	property_set_string(message, "åäö", "𝄞 and €");
	for (i = 0; i < 40; i++)
		buf_append_str(&wide, "long ");
	property_set_string(message, "long", (char *)wide.data);
	plist_to_bin(message, &binary, &len);
	assert_int_equal(
	    lockdown_body_parse((uint8_t *)binary, len, &read, NULL), 0);
	assert_int_equal(property_encode(message, &xml, NULL), 0);
	assert_int_equal(property_encode(read, &again, NULL), 0);
	assert_string_equal((char *)xml.data, (char *)again.data);
	plist_to_bin_free(binary);
	plist_free(read);
	plist_free(message);
	buf_clear(&wide);
	buf_clear(&xml);
	buf_clear(&again);
}

/* The end of a binary property list; all widths 1. */
static void put_trailer(struct buf *out, unsigned objects, unsigned table)
{
	uint8_t trailer[32] = {0};

	trailer[6] = 1;
	trailer[7] = 1;
	trailer[15] = (uint8_t)objects;
	trailer[31] = (uint8_t)table;
	buf_append(out, trailer, sizeof(trailer));
}

static int parse_binary(const struct buf *data)
{
	plist_t read = NULL;
	int rc;

	rc = binary_plist_parse(data->data, data->len, &read, NULL);
	if (rc < 0)
		assert_null(read);
	plist_free(read);
	return rc;
}

/* Each array holds the next one 14 times: 14^8 items in 200 bytes. */
static void test_binary_bomb(void **state)
{
	struct buf bomb = {0};
	uint8_t level;
	int i;

	(void)state;
	buf_append_str(&bomb, "bplist00");
	for (level = 0; level < 8; level++) {
		buf_append_char(&bomb, (char)0xae); /* 14 items */
		for (i = 0; i < 14; i++)
			buf_append_char(&bomb, (char)(level + 1));
	}
	buf_append_char(&bomb, 0x09);
	for (level = 0; level < 9; level++)
		buf_append_char(&bomb, (char)(8 + level * 15));
	put_trailer(&bomb, 9, 8 + 8 * 15 + 1);
	assert_int_equal(parse_binary(&bomb), -(int)ERR_LIMIT);
	buf_clear(&bomb);
}

static void test_binary_cycle(void **state)
{
	struct buf cycle = {0};

	(void)state;
	buf_append_str(&cycle, "bplist00");
	buf_append(&cycle, "\xa1\0\x08", 3); /* an array that holds itself */
	put_trailer(&cycle, 1, 10);
	assert_int_equal(parse_binary(&cycle), -(int)ERR_LIMIT);
	buf_clear(&cycle);
}

/* Every prefix and every byte changed of a good one: refused or read. */
static void test_binary_broken(void **state)
{
	plist_t message = sample_message();
	struct buf data = {0};
	char *binary = NULL;
	uint32_t len = 0;
	unsigned refused = 0;
	uint32_t i;
	int bit;

	(void)state;
	plist_to_bin(message, &binary, &len);
	for (i = 0; i < len; i++) {
		buf_reset(&data);
		buf_append(&data, binary, i);
		assert_true(i == 0 || parse_binary(&data) < 0);
	}
	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			buf_reset(&data);
			buf_append(&data, binary, len);
			data.data[i] = (uint8_t)(data.data[i] ^ 1u << bit);
			if (parse_binary(&data) < 0)
				refused++;
		}
	}
	assert_true(refused > len);
	plist_to_bin_free(binary);
	plist_free(message);
	buf_clear(&data);
}

static void test_mangling(void **state)
{
	plist_t message = sample_message();
	struct buf frame = {0};

	(void)state;
	property_set_string(message, "Request", "GetValue");
	assert_false(usb_behaviour_mangle(MANGLE_WRONG_TYPES, message, &frame));
	assert_string_equal(property_string(message, "Request"), "GetValue");
	assert_null(property_string(message, "MessageType"));
	assert_non_null(property_array(message, "DeviceID"));
	assert_true(usb_behaviour_mangle(MANGLE_DEEP, message, &frame));
	assert_true(frame.len > 100000);
	plist_free(message);
	buf_clear(&frame);
}

/* Which of our parsers a sample belongs to. */
enum kind { MUX_FRAME, MUX_BODY, LOCKDOWN_FRAME, LOCKDOWN_BODY, NONE };

static const struct {
	const char *file;
	enum kind kind;
	const char *key; /* that its dictionary must have; NONE: why */
} samples[] = {
    {"appium-usbmuxconnectmessage.bin", MUX_FRAME, "Number"},
    {"appium-usbmuxreadpairmessage.bin", MUX_FRAME, "PairRecordData"},
    {"kaponata-mux-list-request.bin", MUX_FRAME, "MessageType"},
    {"kaponata-mux-attached.xml", MUX_BODY, "Properties"},
    {"kaponata-mux-devicelist.xml", MUX_BODY, "DeviceList"},
    {"kaponata-mux-devicelist-udid2.xml", MUX_BODY, "DeviceList"},
    {"kaponata-mux-paired.xml", MUX_BODY, "DeviceID"},
    {"appium-lockdowngetvaluemessage.bin", LOCKDOWN_FRAME, "Value"},
    {"appium-installationproxylistmessage.bin", LOCKDOWN_FRAME, "Status"},
    {"go-ios-basebandkeyhash.plist", LOCKDOWN_FRAME, "AKeyStatus"},
    {"go-ios-primitives.plist", LOCKDOWN_BODY, "FloatValue"},
    {"appium-afclistdirresponse.bin", NONE, "AFC: our phones have no files"},
    {"appium-afcsuccessresponse.bin", NONE, "AFC: our phones have no files"},
    {"appium-syslogsplitmessages1.bin", NONE, "a log: text, in no frame"},
    {"appium-syslogsplitmessages2.bin", NONE, "a log: text, in no frame"},
    {"go-ios-rsd-handshake-ios17.json", NONE,
        "remote service discovery: over a network that a bench has not"},
    {"go-ios-xpc_dict.bin", NONE,
        "RemoteXPC: over a network that a bench has not"},
};

static int parse_sample(
    enum kind kind, const struct buf *data, plist_t *out, struct err *err)
{
	struct mux_header header;

	switch (kind) {
	case MUX_FRAME:
		return mux_frame_parse(
		    data->data, data->len, &header, out, err);
	case MUX_BODY:
		return property_parse(data->data, data->len, out, err);
	case LOCKDOWN_FRAME:
		return lockdown_frame_parse(data->data, data->len, out, err);
	case LOCKDOWN_BODY:
		return lockdown_body_parse(data->data, data->len, out, err);
	case NONE:
		break;
	}
	return -1;
}

/* Some files hold several frames, one behind the other: the first counts. */
static void cut_to_frame(enum kind kind, struct buf *data)
{
	size_t len;

	if (kind == LOCKDOWN_FRAME &&
	    lockdown_length_parse(data->data, &len, NULL) == 0 &&
	    len + LOCKDOWN_HEADER_BYTES < data->len)
		data->len = len + LOCKDOWN_HEADER_BYTES;
}

static size_t find_sample(const char *file)
{
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (strcmp(samples[i].file, file) == 0)
			return i;
	fail_msg("%s: which parser does it belong to?", file);
	return 0;
}

static void take_sample(const struct sample_row *row)
{
	size_t i = find_sample(row->file);
	struct buf data = {0};
	struct err err = {0};
	plist_t read = NULL;
	int rc;

	if (samples[i].kind == NONE)
		return;
	sample_read("usb", row->file, &data);
	cut_to_frame(samples[i].kind, &data);
	rc = parse_sample(samples[i].kind, &data, &read, &err);
	if ((rc == 0) != row->is_valid)
		fail_msg("%s: %s", row->file, err.text);
	if (read && !plist_dict_get_item(read, samples[i].key))
		fail_msg("%s has no %s", row->file, samples[i].key);
	plist_free(read);
	buf_clear(&data);
}

static void test_samples(void **state)
{
	struct sample_row rows[SAMPLE_ROWS_MAX];
	size_t count = sample_rows("usb", rows);
	size_t i;

	(void)state;
	assert_int_equal(count, sizeof(samples) / sizeof(samples[0]));
	for (i = 0; i < count; i++)
		take_sample(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mux_round_trip),
	    cmocka_unit_test(test_mux_refusals),
	    cmocka_unit_test(test_lockdown_round_trip),
	    cmocka_unit_test(test_binary_like_libplist),
	    cmocka_unit_test(test_binary_bomb),
	    cmocka_unit_test(test_binary_cycle),
	    cmocka_unit_test(test_binary_broken),
	    cmocka_unit_test(test_mangling),
	    cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
