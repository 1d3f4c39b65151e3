/*
 * Question: are the two views of a port, USB's and usbmuxd's, joined to one
 * line, in whichever order they come, and is what hides or hangs there named?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/station/port.h"
#include "agent/config/config.h"

#define UDID "00008110-001A0C123456401E"

static char path_a3[] = "1-4.2";
static char label_a3[] = "A3";
static struct agent_port labels[] = {{path_a3, label_a3}};
static const struct agent_config config = {.ports = labels, .ports_count = 1};

static struct usb_device usb(
    enum usb_kind kind, const char *path, unsigned address, const char *udid)
{
	struct usb_device device = {.bus = 1, .address = address, .kind = kind};

	(void)snprintf(device.path, sizeof(device.path), "%s", path);
	(void)snprintf(device.udid, sizeof(device.udid), "%s", udid);
	return device;
}

static struct mux_device mux(uint32_t id, unsigned address)
{
	struct mux_device device = {
	    .id = id, .location = 1 << 16 | address, .is_usb = true};

	(void)snprintf(device.udid, sizeof(device.udid), UDID);
	return device;
}

static struct ports *new_ports(void)
{
	struct ports *ports = malloc(sizeof(*ports));

	assert_non_null(ports);
	ports_init(ports, &config);
	return ports;
}

static size_t used(const struct ports *ports)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		count += ports->items[i].is_used;
	return count;
}

static void test_joined(void **state)
{
	struct ports *ports = new_ports();
	struct usb_device device = usb(USB_NORMAL, "1-4.2", 5, UDID);
	struct mux_device attached = mux(1, 5);
	struct port *port;

	(void)state;
	port = ports_usb_arrived(ports, &device, 0);
	assert_string_equal(port->label, "A3");
	assert_ptr_equal(ports_mux_attached(ports, &attached, 10), port);
	assert_int_equal(used(ports), 1);
	assert_int_equal(port_mode(port, 20), STATION_MODE_NORMAL);
	assert_ptr_equal(ports_find_udid(ports, UDID), port);
	free(ports);
}

static void test_mux_first(void **state)
{
	struct ports *ports = new_ports();
	struct usb_device device = usb(USB_NORMAL, "1-4.2", 5, UDID);
	struct mux_device attached = mux(1, 5);
	struct port *port;

	(void)state;
	port = ports_mux_attached(ports, &attached, 0);
	assert_string_equal(port->label, "1-5");
	assert_ptr_equal(ports_usb_arrived(ports, &device, 10), port);
	assert_string_equal(port->label, "A3");
	assert_int_equal(used(ports), 1);
	free(ports);
}

/* A serial that cannot be read: bus and address join them. */
static void test_joined_by_location(void **state)
{
	struct ports *ports = new_ports();
	struct usb_device one = usb(USB_NORMAL, "1-4.1", 4, "");
	struct usb_device two = usb(USB_NORMAL, "1-4.2", 5, "");
	struct mux_device attached = mux(1, 5);

	(void)state;
	(void)ports_usb_arrived(ports, &one, 0);
	(void)ports_usb_arrived(ports, &two, 0);
	assert_string_equal(
	    ports_mux_attached(ports, &attached, 0)->label, "A3");
	free(ports);
}

static void test_hidden(void **state)
{
	struct ports *ports = new_ports();
	struct usb_device device = usb(USB_NORMAL, "1-4.2", 5, UDID);
	struct mux_device attached = mux(1, 5);
	struct port *port = ports_usb_arrived(ports, &device, 1000);

	(void)state;
	assert_int_equal(port_mode(port, 2000), STATION_MODE_UNKNOWN);
	assert_int_equal(port_trouble(port, 2000), FAILURE_NONE);
	assert_int_equal(
	    port_mode(port, 1000 + PORT_HIDDEN_MS), STATION_MODE_HIDDEN);
	assert_int_equal(
	    port_trouble(port, 1000 + PORT_HIDDEN_MS), FAILURE_HIDDEN);
	(void)ports_mux_attached(ports, &attached, 9000);
	assert_int_equal(port_trouble(port, 90000), FAILURE_NONE);
	/* Gone from usbmuxd: on its way out, or hiding after five seconds. */
	port_mux_left(port, 100000);
	assert_int_equal(port_mode(port, 100001), STATION_MODE_UNKNOWN);
	assert_int_equal(
	    port_mode(port, 100000 + PORT_HIDDEN_MS), STATION_MODE_HIDDEN);
	port_usb_left(port);
	assert_int_equal(used(ports), 0);
	free(ports);
}

static void test_recovery_on_the_same_port(void **state)
{
	struct ports *ports = new_ports();
	struct usb_device normal = usb(USB_NORMAL, "1-4.2", 5, UDID);
	struct usb_device recovery = usb(USB_RECOVERY, "1-4.2", 6, "");
	struct usb_device dfu = usb(USB_DFU, "1-4.2", 7, "");
	struct usb_device android = usb(USB_ANDROID, "1-4.3", 8, "");
	struct port *port = ports_usb_arrived(ports, &normal, 0);

	(void)state;
	port_usb_left(port);
	port = ports_usb_arrived(ports, &recovery, 0);
	assert_string_equal(port->label, "A3");
	assert_int_equal(port_mode(port, 0), STATION_MODE_RECOVERY);
	assert_int_equal(port_trouble(port, 0), FAILURE_RECOVERY);
	/* The address of before is another thing's. */
	assert_null(ports_find_usb(ports, &normal));
	assert_ptr_equal(ports_usb_arrived(ports, &dfu, 0), port);
	assert_int_equal(port_mode(port, 0), STATION_MODE_DFU);
	port = ports_usb_arrived(ports, &android, 0);
	assert_int_equal(port_mode(port, 0), STATION_MODE_NOT_MANAGED);
	assert_int_equal(port_trouble(port, 0), FAILURE_NOT_MANAGED);
	assert_string_equal(port->label, "1-4.3");
	free(ports);
}

/* The line of a phone that took the erase stays until it is back. */
static void test_erase_is_awaited(void **state)
{
	struct ports *ports = new_ports();
	struct mux_device attached = mux(1, 5);
	struct port *port = ports_mux_attached(ports, &attached, 0);

	(void)state;
	port->erased =
	    (struct erased){.is_awaited = true, .at = 1000, .back_by = 5000};
	port_mux_left(port, 1200);
	assert_true(port->is_used);
	assert_int_equal(port_trouble(port, 2000), FAILURE_NONE);
	assert_int_equal(port_trouble(port, 5000), FAILURE_ERASE_UNCONFIRMED);
	free(ports);
}

static void test_full(void **state)
{
	struct ports *ports = new_ports();
	uint32_t i;

	(void)state;
	for (i = 0; i <= PORTS_MAX; i++) {
		struct mux_device attached = mux(i + 1, i + 1);
		struct port *port;

		(void)snprintf(
		    attached.udid, sizeof(attached.udid), "00008110-%016X", i);
		port = ports_mux_attached(ports, &attached, 0);
		assert_int_equal(port != NULL, i < PORTS_MAX);
	}
	free(ports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_joined),
	    cmocka_unit_test(test_mux_first),
	    cmocka_unit_test(test_joined_by_location),
	    cmocka_unit_test(test_hidden),
	    cmocka_unit_test(test_recovery_on_the_same_port),
	    cmocka_unit_test(test_erase_is_awaited),
	    cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
