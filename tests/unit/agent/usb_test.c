/*
 * Question: does the station read usbmuxd's messages and USB's descriptors as
 * they are, and refuse what they cannot be?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "agent/bench/phone/facts_plist.h"
#include "agent/bench/usb/mux_message.h"
#include "agent/bench/usb/usb_device.h"
#include "proto/base/err.h"
#include "tests/unit/usb/sample_rows.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\">"

static int parse(const char *xml, struct mux_event *event)
{
	char text[4096];
	int len = snprintf(text, sizeof(text), HEAD "%s</plist>", xml);

	return mux_event_parse((uint8_t *)text, (size_t)len, event, NULL);
}

static void test_events(void **state)
{
	struct mux_event event;

	(void)state;
	assert_int_equal(
	    parse("<dict><key>MessageType</key><string>Attached</string>"
	          "<key>DeviceID</key><integer>7</integer>"
	          "<key>Properties</key><dict>"
	          "<key>ConnectionType</key><string>USB</string>"
	          "<key>LocationID</key><integer>65541</integer>"
	          "<key>SerialNumber</key>"
	          "<string>00008110001A0C123456401E</string></dict></dict>",
	        &event),
	    0);
	assert_int_equal(event.kind, MUX_EVENT_ATTACHED);
	assert_int_equal(event.device.id, 7);
	assert_string_equal(event.device.udid, "00008110-001A0C123456401E");
	assert_true(event.device.is_usb);
	assert_int_equal(event.device.location, 65541);
	assert_int_equal(
	    parse("<dict><key>MessageType</key><string>Result</string>"
	          "<key>Number</key><integer>3</integer></dict>",
	        &event),
	    0);
	assert_int_equal(event.result, 3);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {"<array/>", "<dict/>",
	    "<dict><key>MessageType</key><string>Hello</string></dict>",
	    "<dict><key>MessageType</key><string>Detached</string></dict>",
	    "<dict><key>MessageType</key><string>Detached</string>"
	    "<key>DeviceID</key><integer>0</integer></dict>",
	    "<dict><key>MessageType</key><string>Detached</string>"
	    "<key>DeviceID</key><integer>4294967296</integer></dict>",
	    "<dict><key>MessageType</key><string>Attached</string>"
	    "<key>DeviceID</key><integer>1</integer></dict>",
	    "<dict><key>MessageType</key><string>Attached</string>"
	    "<key>DeviceID</key><integer>1</integer><key>Properties</key>"
	    "<dict><key>SerialNumber</key><string>../../etc</string>"
	    "</dict></dict>"};
	struct mux_event event;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(parse(bad[i], &event) < 0);
}

static void test_header(void **state)
{
	uint8_t good[MUX_HEADER] = {20, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 9};
	uint8_t longer[MUX_HEADER] = {0, 0, 0, 1, 1, 0, 0, 0, 8};
	uint8_t shorter[MUX_HEADER] = {15, 0, 0, 0, 1, 0, 0, 0, 8};
	uint8_t binary[MUX_HEADER] = {20, 0, 0, 0, 0, 0, 0, 0, 3};
	struct mux_header header;

	(void)state;
	assert_int_equal(mux_header_parse(good, &header, NULL), 0);
	assert_int_equal(header.length, 20);
	assert_int_equal(header.tag, 9);
	assert_int_equal(
	    mux_header_parse(longer, &header, NULL), -(int)ERR_LIMIT);
	assert_int_equal(
	    mux_header_parse(shorter, &header, NULL), -(int)ERR_INVALID);
	assert_int_equal(
	    mux_header_parse(binary, &header, NULL), -(int)ERR_UNSUPPORTED);
}

static void test_request(void **state)
{
	struct buf frame = {0};
	struct mux_header header;
	struct mux_event event;

	(void)state;
	mux_request_encode("Listen", 5, &frame);
	assert_int_equal(mux_header_parse(frame.data, &header, NULL), 0);
	assert_int_equal(header.length, frame.len);
	assert_int_equal(header.tag, 5);
	/* Well formed, and no event. */
	assert_int_equal(mux_event_parse(frame.data + MUX_HEADER,
	                     frame.len - MUX_HEADER, &event, NULL),
	    -(int)ERR_UNSUPPORTED);
	buf_clear(&frame);
}

/* ---- samples of other projects' tests ---- */

static void take_event(
    const struct buf *data, enum mux_event_kind kind, struct mux_event *event)
{
	struct err err = {0};

	if (mux_event_parse(data->data, data->len, event, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(event->kind, kind);
}

static void take_attached(const struct buf *data)
{
	struct mux_event event;

	take_event(data, MUX_EVENT_ATTACHED, &event);
	assert_int_equal(event.device.id, 2);
	assert_int_equal(event.device.location, 65539);
}

static void take_paired(const struct buf *data)
{
	struct mux_event event;

	take_event(data, MUX_EVENT_PAIRED, &event);
	assert_int_equal(event.device.id, 3);
}

/* A whole frame, header and all. */
static void take_result(const struct buf *data)
{
	struct mux_header header;
	struct mux_event event;

	assert_int_equal(mux_header_parse(data->data, &header, NULL), 0);
	assert_int_equal(header.length, data->len);
	assert_int_equal(mux_event_parse(data->data + MUX_HEADER,
	                     data->len - MUX_HEADER, &event, NULL),
	    0);
	assert_int_equal(event.kind, MUX_EVENT_RESULT);
	assert_int_equal(event.result, 0);
}

static void take_two(const struct buf *data)
{
	struct mux_list list;

	assert_int_equal(mux_list_parse(data->data, data->len, &list, NULL), 0);
	assert_int_equal(list.count, 2);
}

static void take_one(const struct buf *data)
{
	struct mux_list list;

	assert_int_equal(mux_list_parse(data->data, data->len, &list, NULL), 0);
	assert_int_equal(list.count, 1);
}

/* What libimobiledevice hands over: the tree behind the frame. */
static void take_value(const struct buf *data)
{
	struct station_facts facts;
	plist_t root = NULL;
	plist_t value = NULL;

	station_facts_init(&facts);
	plist_from_xml(
	    (const char *)data->data + 4, (uint32_t)(data->len - 4), &root);
	assert_non_null(root);
	value = plist_copy(plist_dict_get_item(root, "Value"));
	plist_free(root);
	root = plist_new_dict();
	plist_dict_set_item(root, "ProductVersion", value);
	facts_add_common(&facts, root);
	assert_string_equal(facts.ios_version, "12.3.1");
	plist_free(root);
}

#define LIMD "libimobiledevice unpacks frames of lockdown, inside a worker"
#define NETWORK "of a network that a bench has not"

/* Each file, and which parser of the agent takes it; or why none does. */
static const struct {
	const char *file;
	void (*take)(const struct buf *data);
	const char *why_not;
} samples[] = {
    {"kaponata-mux-attached.xml", take_attached, NULL},
    {"kaponata-mux-paired.xml", take_paired, NULL},
    {"kaponata-mux-devicelist.xml", take_two, NULL},
    {"kaponata-mux-devicelist-udid2.xml", take_one, NULL},
    {"appium-usbmuxconnectmessage.bin", take_result, NULL},
    {"appium-lockdowngetvaluemessage.bin", take_value, NULL},
    {"kaponata-mux-list-request.bin", NULL, "a host writes it, none reads it"},
    {"appium-usbmuxreadpairmessage.bin", NULL,
        "libusbmuxd reads it, inside a worker; tests/unit/usb reads it too"},
    {"appium-installationproxylistmessage.bin", NULL,
        "the agent asks for no list of apps"},
    {"go-ios-basebandkeyhash.plist", NULL, LIMD},
    {"go-ios-primitives.plist", NULL, LIMD},
    {"appium-afclistdirresponse.bin", NULL, "the agent reads no files"},
    {"appium-afcsuccessresponse.bin", NULL, "the agent reads no files"},
    {"appium-syslogsplitmessages1.bin", NULL, "the agent reads no logs"},
    {"appium-syslogsplitmessages2.bin", NULL, "the agent reads no logs"},
    {"go-ios-rsd-handshake-ios17.json", NULL, NETWORK},
    {"go-ios-xpc_dict.bin", NULL, NETWORK},
};

#define SAMPLE_COUNT (sizeof(samples) / sizeof(samples[0]))

static void test_samples(void **state)
{
	struct sample_row rows[SAMPLE_ROWS_MAX];
	size_t count = sample_rows("usb", rows);
	size_t i;
	size_t at;

	(void)state;
	assert_int_equal(count, SAMPLE_COUNT);
	for (i = 0; i < count; i++) {
		struct buf data = {0};

		for (at = 0; at < SAMPLE_COUNT; at++)
			if (strcmp(samples[at].file, rows[i].file) == 0)
				break;
		if (at == SAMPLE_COUNT)
			fail_msg("%s: whose is it?", rows[i].file);
		assert_true(rows[i].is_valid); /* none that is to be refused */
		if (!samples[at].take) {
			assert_non_null(samples[at].why_not);
			continue;
		}
		sample_read("usb", rows[i].file, &data);
		samples[at].take(&data);
		buf_clear(&data);
	}
}

/* ---- descriptors ---- */

static void test_kinds(void **state)
{
	static const struct usb_interface adb = {0xff, 0x42, 1};
	static const struct usb_interface mtp = {6, 1, 1};
	static const struct usb_interface keyboard = {3, 1, 1};

	(void)state;
	assert_int_equal(usb_kind_of(0x05ac, 0x12a8, NULL, 0), USB_NORMAL);
	assert_int_equal(usb_kind_of(0x05ac, 0x12ab, NULL, 0), USB_NORMAL);
	assert_int_equal(usb_kind_of(0x05ac, 0x1281, NULL, 0), USB_RECOVERY);
	assert_int_equal(usb_kind_of(0x05ac, 0x1227, NULL, 0), USB_DFU);
	assert_int_equal(usb_kind_of(0x05ac, 0x1902, NULL, 0), USB_RESTORE);
	assert_int_equal(usb_kind_of(0x05ac, 0x0250, NULL, 0), USB_OTHER);
	assert_int_equal(usb_kind_of(0x1234, 1, &adb, 1), USB_ANDROID);
	assert_int_equal(usb_kind_of(0x04e8, 0x6860, &mtp, 1), USB_ANDROID);
	assert_int_equal(usb_kind_of(0x04e8, 1, &keyboard, 1), USB_OTHER);
	/* A camera of somebody else. */
	assert_int_equal(usb_kind_of(0x04a9, 1, &mtp, 1), USB_OTHER);
}

static void test_serials(void **state)
{
	struct usb_device device = {.kind = USB_NORMAL};

	(void)state;
	usb_serial_read(&device, "00008110001A0C123456401E");
	assert_string_equal(device.udid, "00008110-001A0C123456401E");
	device = (struct usb_device){.kind = USB_NORMAL};
	usb_serial_read(&device, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_int_equal(strlen(device.udid), 40);
	device = (struct usb_device){.kind = USB_NORMAL};
	usb_serial_read(&device, "what");
	assert_string_equal(device.udid, "");
	device = (struct usb_device){.kind = USB_RECOVERY};
	usb_serial_read(&device,
	    "CPID:8110 CPRV:11 BDID:0C ECID:001A0C123456401E IBFL:3C "
	    "SRNM:[F2LX0001] IMEI:[351107743922765]");
	assert_true(device.ecid == UINT64_C(0x001A0C123456401E));
	assert_string_equal(device.serial, "F2LX0001");
	assert_string_equal(device.imei, "351107743922765");
	device = (struct usb_device){.kind = USB_DFU};
	usb_serial_read(&device, "ECID: SRNM:[a b\033] IMEI:[");
	assert_true(device.ecid == 0);
	assert_string_equal(device.serial, "");
}

static void test_paths(void **state)
{
	static const uint8_t two[] = {4, 2};
	static const uint8_t seven[] = {255, 255, 255, 255, 255, 255, 255};
	struct usb_device device = {.bus = 1, .address = 5};
	char path[USB_PATH_MAX];

	(void)state;
	assert_int_equal(usb_path_make(1, two, 2, path), 0);
	assert_string_equal(path, "1-4.2");
	assert_int_equal(usb_path_make(255, seven, 7, path), 0);
	assert_true(usb_is_location(&device, 65541));
	assert_false(usb_is_location(&device, 65542));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_request),
	    cmocka_unit_test(test_samples),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_serials),
	    cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
