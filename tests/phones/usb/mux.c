#include "tests/phones/usb/mux.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/pair_records.h"
#include "tests/phones/usb/service.h"
#include "tests/phones/usb/talk.h"
#include "tests/phones/usb/wire.h"

#define PRODUCT_IPHONE 0x12a8
#define HIGH_SPEED 480000000

/* One connection to the socket. */
struct client {
	struct hub *hub;
	struct wire wire;
	uint32_t tag;
	bool done; /* it listened or was a cable: no further command */
};

plist_t mux_message(const char *type, uint64_t id)
{
	plist_t message = plist_new_dict();

	property_set_string(message, "MessageType", type);
	property_set_integer(message, "DeviceID", id);
	return message;
}

plist_t mux_attached(const struct usb_device *device)
{
	plist_t message = mux_message("Attached", device->id);
	plist_t properties = plist_new_dict();

	property_set_integer(properties, "ConnectionSpeed", HIGH_SPEED);
	property_set_string(properties, "ConnectionType", "USB");
	property_set_integer(properties, "DeviceID", device->id);
	property_set_integer(properties, "LocationID", device->location);
	property_set_integer(properties, "ProductID", PRODUCT_IPHONE);
	property_set_string(properties, "SerialNumber", device->udid);
	plist_dict_set_item(message, "Properties", properties);
	return message;
}

/* In one write: the client reads the header in one read. Frees the message. */
static int send_message(struct client *client, plist_t message)
{
	struct buf frame = {0};
	int rc;

	rc = mux_frame_encode(message, client->tag, &frame, NULL);
	if (rc == 0)
		rc = wire_write(&client->wire, frame.data, frame.len);
	buf_clear(&frame);
	plist_free(message);
	return rc;
}

static plist_t result_message(enum mux_result result)
{
	plist_t message = plist_new_dict();

	property_set_string(message, "MessageType", "Result");
	property_set_integer(message, "Number", result);
	return message;
}

static int send_result(struct client *client, enum mux_result result)
{
	return send_message(client, result_message(result));
}

static void append_attached(struct usb_device *device, void *arg)
{
	plist_array_append_item(arg, mux_attached(device));
}

static int list_devices(struct client *client, plist_t request)
{
	plist_t message = plist_new_dict();
	plist_t list = plist_new_array();

	(void)request;
	hub_lock(client->hub);
	hub_each(client->hub, append_attached, list);
	hub_unlock(client->hub);
	plist_dict_set_item(message, "DeviceList", list);
	return send_message(client, message);
}

static void send_attached(struct usb_device *device, void *arg)
{
	struct client *client = arg;

	client->tag = 0;
	(void)send_message(client, mux_attached(device));
}

/* The lock is held until all is said, so that no event comes in between. */
static int listen_to_events(struct client *client, plist_t request)
{
	bool added;

	(void)request;
	hub_lock(client->hub);
	added = hub_add_listener(client->hub, client->wire.fd);
	(void)send_result(client, added ? MUX_OK : MUX_BAD_COMMAND);
	if (added)
		hub_each(client->hub, send_attached, client);
	hub_unlock(client->hub);
	client->done = true;
	if (added)
		wire_hang(&client->wire);
	return 0;
}

static enum mux_result open_cable(
    struct client *client, plist_t request, struct talk *talk)
{
	int64_t id = property_integer(request, "DeviceID", 0);
	int64_t swapped = property_integer(request, "PortNumber", 0);
	struct usb_device *device;
	struct device_port port = {0};
	uint16_t number;

	if (swapped < 0 || swapped > UINT16_MAX)
		return MUX_REFUSED;
	number = ntohs((uint16_t)swapped);
	device = hub_find_id(client->hub, (uint64_t)id);
	if (!device)
		return MUX_BAD_DEVICE;
	if (number != MUX_LOCKDOWN_PORT &&
	    !device_take_port(device, number, &port))
		return MUX_REFUSED;
	if (!device_add_cable(device, client->wire.fd))
		return MUX_REFUSED;
	talk->device = device;
	talk->port = port;
	talk->wire.fragment = (unsigned)device->behaviour.fragment;
	return MUX_OK;
}

static int connect_port(struct client *client, plist_t request)
{
	struct talk talk = {.hub = client->hub, .wire.fd = client->wire.fd};
	enum mux_result result;

	hub_lock(client->hub);
	result = open_cable(client, request, &talk);
	hub_unlock(client->hub);
	if (send_result(client, result) < 0)
		result = result == MUX_OK ? MUX_REFUSED : result;
	if (result != MUX_OK && !talk.device)
		return 0;
	client->done = true;
	if (result == MUX_OK)
		talk_serve(&talk);
	hub_lock(client->hub);
	device_remove_cable(talk.device, client->wire.fd);
	hub_unlock(client->hub);
	wire_clear(&talk.wire);
	return 0;
}

static int read_buid(struct client *client, plist_t request)
{
	plist_t message = plist_new_dict();

	(void)request;
	property_set_string(
	    message, "BUID", pair_records_buid(hub_records(client->hub)));
	return send_message(client, message);
}

/* usbmuxd's numbers for what can go wrong with a record. */
static enum mux_result result_of(int rc)
{
	if (rc == 0)
		return MUX_OK;
	return rc == -(int)ERR_INVALID ? MUX_INVALID : MUX_BAD_DEVICE;
}

static const char *record_id(plist_t request)
{
	const char *id = property_string(request, "PairRecordID");

	return id ? id : "";
}

static int read_record(struct client *client, plist_t request)
{
	plist_t message = NULL;
	struct buf data = {0};
	int rc;

	rc = pair_records_load(
	    hub_records(client->hub), record_id(request), &data, NULL);
	if (rc == 0) {
		message = plist_new_dict();
		property_set_data(
		    message, "PairRecordData", data.data, data.len);
	}
	buf_clear(&data);
	return message ? send_message(client, message)
	               : send_result(client, result_of(rc));
}

static int save_record(struct client *client, plist_t request)
{
	const uint8_t *data;
	size_t len;
	int64_t id = property_integer(request, "DeviceID", 0);
	int rc = -(int)ERR_INVALID;

	data = property_data(request, "PairRecordData", &len);
	if (data)
		rc = pair_records_save(hub_records(client->hub),
		    record_id(request), data, len, NULL);
	if (rc == 0 && id > 0) {
		hub_lock(client->hub);
		hub_say_paired(client->hub, (uint64_t)id);
		hub_unlock(client->hub);
	}
	return send_result(client, result_of(rc));
}

static int delete_record(struct client *client, plist_t request)
{
	return send_result(client,
	    result_of(pair_records_remove(
	        hub_records(client->hub), record_id(request), NULL)));
}

static int list_listeners(struct client *client, plist_t request)
{
	plist_t message = plist_new_dict();

	(void)request;
	plist_dict_set_item(message, "ListenerList", plist_new_array());
	return send_message(client, message);
}

static const struct {
	const char *type;
	int (*answer)(struct client *client, plist_t request);
} commands[] = {
    {"ListDevices", list_devices},
    {"Listen", listen_to_events},
    {"Connect", connect_port},
    {"ReadBUID", read_buid},
    {"ReadPairRecord", read_record},
    {"SavePairRecord", save_record},
    {"DeletePairRecord", delete_record},
    {"ListListeners", list_listeners},
};

static int answer(struct client *client, plist_t request)
{
	const char *type = property_string(request, "MessageType");
	size_t i;

	for (i = 0; type && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].type, type) == 0)
			return commands[i].answer(client, request);
	return send_result(client, MUX_BAD_COMMAND);
}

/* A client of version 0, or of none. */
static int refuse_version(struct client *client)
{
	struct buf frame = {0};
	int rc;

	mux_frame_encode_number(
	    MUX_BAD_VERSION, MUX_MESSAGE_RESULT, client->tag, &frame);
	rc = frame.failed ? -1
	                  : wire_write(&client->wire, frame.data, frame.len);
	buf_clear(&frame);
	return rc;
}

static int read_frame(struct client *client, uint8_t **out, size_t *len)
{
	uint8_t bytes[MUX_HEADER_BYTES];
	struct mux_header header;
	uint8_t *frame;

	if (wire_read(&client->wire, bytes, sizeof(bytes)) < 0 ||
	    mux_header_parse(bytes, &header, NULL) < 0)
		return -1;
	frame = malloc(header.length);
	if (!frame)
		return -1;
	memcpy(frame, bytes, sizeof(bytes));
	if (wire_read(&client->wire, frame + sizeof(bytes),
	        header.length - sizeof(bytes)) < 0) {
		free(frame);
		return -1;
	}
	client->tag = header.tag;
	*out = frame;
	*len = header.length;
	return 0;
}

void mux_serve(struct hub *hub, int fd)
{
	struct client client = {.hub = hub, .wire.fd = fd};
	struct mux_header header;
	uint8_t *frame = NULL;
	plist_t request;
	size_t len;
	int rc = 0;

	while (
	    rc == 0 && !client.done && read_frame(&client, &frame, &len) == 0) {
		request = NULL;
		rc = mux_frame_parse(frame, len, &header, &request, NULL);
		free(frame);
		if (rc == 0)
			rc = answer(&client, request);
		else if (rc == -(int)ERR_UNSUPPORTED)
			rc = refuse_version(&client);
		else
			rc = send_result(&client, MUX_BAD_COMMAND);
		plist_free(request);
	}
}
