/*
 * Question: does libusb's view follow what happens at the ports of a bench: a
 * hub, plugging, unplugging, recovery on the same port, Android, and things
 * that are no phones? The hub and its phones are umockdev's: to be started
 * under umockdev-wrapper.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <umockdev.h>

#include "agent/bench/usb/usb_watch.h"
#include "proto/base/err.h"

#define ROOT "/devices/pci0000:00/0000:00:14.0/usb1"
#define HUB ROOT "/1-4"

struct thing {
	const char *path; /* below /devices */
	unsigned address;
	uint16_t vendor;
	uint16_t product;
	uint8_t class_code; /* of its one interface */
	uint8_t subclass;
	uint8_t protocol;
	const char *serial;
	const char *name;
};

static const struct thing root = {
    ROOT, 1, 0x1d6b, 2, 9, 0, 0, "0000:00:14.0", "xHCI"};
static const struct thing hub = {HUB, 2, 0x05e3, 0x610, 9, 0, 0, "", "Hub"};
static const struct thing phone = {HUB "/1-4.2", 5, 0x05ac, 0x12a8, 255, 254, 2,
    "00008110001A0C123456401E", "iPhone"};
static const struct thing recovery = {HUB "/1-4.2", 6, 0x05ac, 0x1281, 254, 0,
    0, "CPID:8110 ECID:001A0C123456401E SRNM:[F2LX0001]",
    "Apple Mobile Device (Recovery Mode)"};
static const struct thing android = {
    HUB "/1-4.3", 7, 0x18d1, 0x4ee7, 255, 0x42, 1, "8A1X", "Pixel"};
static const struct thing keyboard = {
    HUB "/1-4.1", 8, 0x05ac, 0x0250, 3, 1, 1, "", "Keyboard"};

struct seen {
	struct usb_device arrived;
	struct usb_device left;
	unsigned arrivals;
	unsigned leaves;
};

static void on_arrived(void *arg, const struct usb_device *device)
{
	struct seen *seen = arg;

	seen->arrived = *device;
	seen->arrivals++;
}

static void on_left(void *arg, const struct usb_device *device)
{
	struct seen *seen = arg;

	seen->left = *device;
	seen->leaves++;
}

/* Device descriptor and its one configuration, in hex. */
static void descriptors(const struct thing *thing, char out[160])
{
	uint8_t bytes[36] = {18, 1, 0, 2, thing->class_code == 9 ? 9 : 0, 0, 0,
	    64, (uint8_t)thing->vendor, (uint8_t)(thing->vendor >> 8),
	    (uint8_t)thing->product, (uint8_t)(thing->product >> 8), 0, 1, 1, 2,
	    3, 1, 9, 2, 18, 0, 1, 1, 0, 0xc0, 250, 9, 4, 0, 0, 0,
	    thing->class_code, thing->subclass, thing->protocol, 0};
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		(void)snprintf(out + 2 * i, 3, "%02X", bytes[i]);
}

static void plug(UMockdevTestbed *bed, const struct thing *thing, bool is_event)
{
	char hex[160];
	char text[2048];
	char path[160];
	GError *error = NULL;

	descriptors(thing, hex);
	(void)snprintf(text, sizeof(text),
	    "P: %s\nN: bus/usb/001/%03u=%s\n"
	    "E: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
	    "E: DEVNAME=/dev/bus/usb/001/%03u\nE: BUSNUM=001\n"
	    "E: DEVNUM=%03u\nE: MAJOR=189\nE: MINOR=%u\n"
	    "E: PRODUCT=%x/%x/0\nA: busnum=1\\n\nA: devnum=%u\\n\n"
	    "A: speed=480\\n\nA: bConfigurationValue=1\\n\n"
	    "A: idVendor=%04x\\n\nA: idProduct=%04x\\n\n"
	    "A: serial=%s\\n\nA: product=%s\\n\nH: descriptors=%s\n",
	    thing->path, thing->address, hex, thing->address, thing->address,
	    thing->address - 1, thing->vendor, thing->product, thing->address,
	    thing->vendor, thing->product, thing->serial, thing->name, hex);
	if (!umockdev_testbed_add_from_string(bed, text, &error))
		fail_msg("%s: %s", thing->path, error->message);
	(void)snprintf(path, sizeof(path), "/sys%s", thing->path);
	if (is_event)
		umockdev_testbed_uevent(bed, path, "add");
}

static void unplug(UMockdevTestbed *bed, const struct thing *thing)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "/sys%s", thing->path);
	umockdev_testbed_uevent(bed, path, "remove");
	umockdev_testbed_remove_device(bed, path);
}

/* Turns the loop until the counts are reached; at most five seconds. */
static void wait_for(struct usb_watch *watch, const struct seen *seen,
    unsigned arrivals, unsigned leaves)
{
	int turns;

	for (turns = 0; turns < 100; turns++) {
		struct pollfd fds[16];
		size_t count = usb_watch_fds(watch, fds, 16);

		usb_watch_step(watch);
		if (seen->arrivals >= arrivals && seen->leaves >= leaves)
			break;
		(void)poll(fds, (nfds_t)count, 50);
	}
	assert_int_equal(seen->arrivals, arrivals);
	assert_int_equal(seen->leaves, leaves);
}

static struct usb_watch *open_watch(struct seen *seen)
{
	struct usb_hooks hooks = {on_arrived, on_left, seen};
	struct usb_watch *watch = NULL;
	struct err err = {0};

	if (usb_watch_new(&hooks, &watch, &err) < 0)
		fail_msg("%s", err.text);
	return watch;
}

static UMockdevTestbed *bed;

static int set_up(void **state)
{
	(void)state;
	bed = umockdev_testbed_new();
	plug(bed, &root, false);
	plug(bed, &hub, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	g_object_unref(bed);
	return 0;
}

/* One phone through all its modes, on one port behind a hub. */
static void test_modes_of_one_port(void **state)
{
	struct seen seen = {.arrivals = 0};
	struct usb_watch *watch = open_watch(&seen);

	(void)state;
	wait_for(watch, &seen, 0, 0);
	plug(bed, &phone, true);
	wait_for(watch, &seen, 1, 0);
	assert_string_equal(seen.arrived.path, "1-4.2");
	assert_int_equal(seen.arrived.kind, USB_NORMAL);
	assert_string_equal(seen.arrived.udid, "00008110-001A0C123456401E");
	assert_string_equal(seen.arrived.name, "iPhone");
	assert_true(usb_is_location(&seen.arrived, 65541));
	unplug(bed, &phone);
	wait_for(watch, &seen, 1, 1);
	assert_string_equal(seen.left.path, "1-4.2");
	plug(bed, &recovery, true);
	wait_for(watch, &seen, 2, 1);
	assert_string_equal(seen.arrived.path, "1-4.2");
	assert_int_equal(seen.arrived.kind, USB_RECOVERY);
	assert_true(seen.arrived.ecid == UINT64_C(0x001A0C123456401E));
	assert_string_equal(seen.arrived.serial, "F2LX0001");
	unplug(bed, &recovery);
	wait_for(watch, &seen, 2, 2);
	plug(bed, &phone, true);
	wait_for(watch, &seen, 3, 2);
	usb_watch_free(watch);
}

static void test_others(void **state)
{
	struct seen seen = {.arrivals = 0};
	struct usb_watch *watch = open_watch(&seen);

	(void)state;
	plug(bed, &keyboard, true);
	plug(bed, &android, true);
	wait_for(watch, &seen, 1, 0);
	assert_int_equal(seen.arrived.kind, USB_ANDROID);
	assert_string_equal(seen.arrived.path, "1-4.3");
	assert_string_equal(seen.arrived.udid, "");
	unplug(bed, &keyboard);
	unplug(bed, &android);
	wait_for(watch, &seen, 1, 1);
	usb_watch_free(watch);
}

static void test_there_already(void **state)
{
	struct seen seen = {.arrivals = 0};
	struct usb_watch *watch;

	(void)state;
	plug(bed, &phone, false);
	plug(bed, &android, false);
	watch = open_watch(&seen);
	wait_for(watch, &seen, 2, 0);
	usb_watch_free(watch);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const char *preload = getenv("LD_PRELOAD");
	const struct CMUnitTest tests[] = {
	    ONE(test_modes_of_one_port),
	    ONE(test_others),
	    ONE(test_there_already),
	};

	if (!preload || !strstr(preload, "umockdev")) {
		(void)fprintf(
		    stderr, "SKIP: not started under umockdev-wrapper\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
