#include "agent/bench/usb/mux_message.h"

#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"

#define MUX_VERSION_PLIST 1
#define MUX_MESSAGE_PLIST 8

static uint32_t read_le(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	    (uint32_t)at[3] << 24;
}

static void append_le(struct buf *buf, uint32_t value)
{
	uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8),
	    (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

	buf_append(buf, bytes, sizeof(bytes));
}

int mux_header_parse(
    const uint8_t *data, struct mux_header *out, struct err *err)
{
	struct mux_header header = {read_le(data), read_le(data + 4),
	    read_le(data + 8), read_le(data + 12)};

	if (header.length < MUX_HEADER)
		return err_set(err, ERR_INVALID,
		    "usbmuxd: a frame of %u bytes is shorter than its header",
		    header.length);
	if (header.length > MUX_FRAME_MAX)
		return err_set(err, ERR_LIMIT,
		    "usbmuxd: a frame of %u bytes, %d are allowed",
		    header.length, MUX_FRAME_MAX);
	if (header.version != MUX_VERSION_PLIST ||
	    header.message != MUX_MESSAGE_PLIST)
		return err_set(err, ERR_UNSUPPORTED,
		    "usbmuxd: version %u message %u is no property list",
		    header.version, header.message);
	*out = header;
	return 0;
}

/* 0 when absent; numbers beyond 32 bits are refused. */
static int get_u32(
    plist_t dict, const char *key, uint32_t *out, struct err *err)
{
	int64_t value = 0;
	int rc = xplist_get_integer(dict, key, &value, err);

	if (rc < 0)
		return rc;
	if (value < 0 || value > UINT32_MAX)
		return err_set(
		    err, ERR_INVALID, "usbmuxd: key %s out of range", key);
	*out = (uint32_t)value;
	return rc;
}

static bool is_udid(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++)
		if (!strchr("0123456789abcdefABCDEF-", text[i]))
			return false;
	return i >= 8;
}

/* 24 hex digits are written 8-16 everywhere else (libusbmuxd does so too). */
static void add_hyphen(char udid[LIMIT_UDID + 1])
{
	if (strlen(udid) != 24 || strchr(udid, '-'))
		return;
	memmove(udid + 9, udid + 8, 17);
	udid[8] = '-';
}

static int properties_parse(
    plist_t properties, struct mux_device *device, struct err *err)
{
	char kind[16] = "";

	if (xplist_get_string(properties, "SerialNumber", device->udid,
	        sizeof(device->udid), err) < 0 ||
	    xplist_get_string(
	        properties, "ConnectionType", kind, sizeof(kind), err) < 0 ||
	    get_u32(properties, "LocationID", &device->location, err) < 0 ||
	    get_u32(properties, "ProductID", &device->product, err) < 0)
		return -(int)ERR_INVALID;
	if (!is_udid(device->udid))
		return err_set(err, ERR_INVALID,
		    "usbmuxd: SerialNumber is missing or no UDID");
	add_hyphen(device->udid);
	device->is_usb = strcmp(kind, "USB") == 0;
	return 0;
}

static int device_parse(
    plist_t dict, struct mux_device *device, struct err *err)
{
	plist_t properties = NULL;

	if (get_u32(dict, "DeviceID", &device->id, err) < 0 ||
	    xplist_get_dict(dict, "Properties", &properties, err) < 0)
		return -(int)ERR_INVALID;
	if (device->id == 0)
		return err_set(err, ERR_INVALID, "usbmuxd: no DeviceID");
	if (properties)
		return properties_parse(properties, device, err);
	return 0;
}

static const struct {
	const char *type;
	enum mux_event_kind kind;
} kinds[] = {
    {"Result", MUX_EVENT_RESULT},
    {"Attached", MUX_EVENT_ATTACHED},
    {"Detached", MUX_EVENT_DETACHED},
    {"Paired", MUX_EVENT_PAIRED},
};

static int kind_parse(plist_t root, enum mux_event_kind *kind, struct err *err)
{
	char type[32];
	size_t i;

	if (xplist_need_string(root, "MessageType", type, sizeof(type), err) <
	    0)
		return -(int)ERR_INVALID;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].type, type) == 0) {
			*kind = kinds[i].kind;
			return 0;
		}
	}
	return err_set(
	    err, ERR_UNSUPPORTED, "usbmuxd: a message we do not take");
}

int mux_event_parse(
    const uint8_t *data, size_t len, struct mux_event *out, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	struct mux_event event = {0};
	int rc = xplist_parse(data, len, MUX_FRAME_MAX, &root, err);

	if (rc < 0)
		return rc;
	if ((rc = kind_parse(root, &event.kind, err)) < 0)
		return rc;
	if (event.kind == MUX_EVENT_RESULT)
		rc = get_u32(root, "Number", &event.result, err);
	else
		rc = device_parse(root, &event.device, err);
	if (rc < 0)
		return rc;
	if (event.kind == MUX_EVENT_ATTACHED && !event.device.udid[0])
		return err_set(
		    err, ERR_INVALID, "usbmuxd: Attached without Properties");
	*out = event;
	return 0;
}

int mux_list_parse(
    const uint8_t *data, size_t len, struct mux_list *out, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	struct mux_list list = {.count = 0};
	plist_t items = NULL;
	uint32_t i;
	int rc = xplist_parse(data, len, MUX_FRAME_MAX, &root, err);

	if (rc < 0)
		return rc;
	if ((rc = xplist_get_array(root, "DeviceList", &items, err)) < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_INVALID, "usbmuxd: no DeviceList");
	if (plist_array_get_size(items) > MUX_LIST_MAX)
		return err_set(err, ERR_LIMIT, "usbmuxd: more than %d phones",
		    MUX_LIST_MAX);
	for (i = 0; i < plist_array_get_size(items); i++) {
		struct mux_device device = {0};

		if (device_parse(
		        plist_array_get_item(items, i), &device, NULL) == 0 &&
		    device.udid[0])
			list.devices[list.count++] = device;
	}
	*out = list;
	return 0;
}

void mux_request_encode(const char *type, uint32_t tag, struct buf *frame)
{
	struct buf body = {0};

	buf_printf(&body,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<plist version=\"1.0\"><dict>"
	    "<key>MessageType</key><string>%s</string>"
	    "<key>ClientVersionString</key><string>workphone-agent</string>"
	    "<key>ProgName</key><string>workphone-agent</string>"
	    "<key>kLibUSBMuxVersion</key><integer>3</integer>"
	    "</dict></plist>\n",
	    type);
	append_le(frame, (uint32_t)(MUX_HEADER + body.len));
	append_le(frame, MUX_VERSION_PLIST);
	append_le(frame, MUX_MESSAGE_PLIST);
	append_le(frame, tag);
	if (body.failed)
		frame->failed = true;
	else
		buf_append(frame, body.data, body.len);
	buf_clear(&body);
}
