#include "agent/bench/usb/usb_device.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Product numbers of vendor 05ac, from usbmuxd's and libirecovery's lists. */
static const struct {
	uint16_t first;
	uint16_t last;
	enum usb_kind kind;
} apple_products[] = {
    {0x1222, 0x1222, USB_DFU}, /* WTF, the DFU of the oldest */
    {0x1227, 0x1227, USB_DFU}, {0x1280, 0x1283, USB_RECOVERY},
    {0x1290, 0x12af, USB_NORMAL}, {0x1901, 0x1905, USB_RESTORE},
    {0xf014, 0xf014, USB_DFU}, /* port DFU */
};

/* Makers whose phones come with MTP only until a cable mode is chosen. */
static const uint16_t android_vendors[] = {
    0x04e8, /* Samsung */
    0x0bb4, /* HTC */
    0x0fce, /* Sony */
    0x12d1, /* Huawei */
    0x17ef, /* Lenovo, Motorola */
    0x18d1, /* Google */
    0x19d2, /* ZTE */
    0x22b8, /* Motorola */
    0x22d9, /* OPPO */
    0x2717, /* Xiaomi */
    0x2a70, /* OnePlus */
    0x2e04, /* HMD, Nokia */
};

static enum usb_kind apple_kind(uint16_t product)
{
	size_t i;

	for (i = 0; i < COUNT(apple_products); i++)
		if (product >= apple_products[i].first &&
		    product <= apple_products[i].last)
			return apple_products[i].kind;
	return USB_OTHER;
}

static bool is_android_vendor(uint16_t vendor)
{
	size_t i;

	for (i = 0; i < COUNT(android_vendors); i++)
		if (android_vendors[i] == vendor)
			return true;
	return false;
}

enum usb_kind usb_kind_of(uint16_t vendor, uint16_t product,
    const struct usb_interface *interfaces, size_t count)
{
	bool known = is_android_vendor(vendor);
	size_t i;

	if (vendor == USB_VENDOR_APPLE)
		return apple_kind(product);
	for (i = 0; i < count; i++) {
		const struct usb_interface *at = &interfaces[i];

		/* The debug bridge, whoever made the phone. */
		if (at->class_code == 0xff && at->subclass == 0x42 &&
		    at->protocol == 1)
			return USB_ANDROID;
		/* Still image is how MTP looks; keyboards and sticks of the
		 * same makers have neither. */
		if (known && at->class_code == 6)
			return USB_ANDROID;
		if (known && at->class_code == 0xff && at->subclass == 0xff)
			return USB_ANDROID;
	}
	return USB_OTHER;
}

const char *usb_kind_name(enum usb_kind kind)
{
	static const char *const names[] = {
	    [USB_OTHER] = "other",
	    [USB_NORMAL] = "phone",
	    [USB_RECOVERY] = "recovery",
	    [USB_DFU] = "dfu",
	    [USB_RESTORE] = "restore",
	    [USB_ANDROID] = "android",
	};

	return names[kind];
}

/* ---- serial strings ---- */

static bool is_hex(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return len > 0;
}

static void read_udid(struct usb_device *device, const char *text)
{
	size_t len = strlen(text);

	if (len == 24 && is_hex(text, len))
		(void)snprintf(device->udid, sizeof(device->udid), "%.8s-%s",
		    text, text + 8);
	else if (len == 40 && is_hex(text, len))
		memcpy(device->udid, text, len + 1);
}

/* The value behind "KEY:"; brackets are left out. Empty when absent. */
static void token(const char *text, const char *key, char *out, size_t size)
{
	const char *at = strstr(text, key);
	size_t len;

	out[0] = '\0';
	if (!at || (at != text && at[-1] != ' '))
		return;
	at += strlen(key);
	if (*at == '[')
		len = strcspn(++at, "]");
	else
		len = strcspn(at, " ");
	if (len < size) {
		memcpy(out, at, len);
		out[len] = '\0';
	}
}

static void keep_plain(char *text)
{
	const char *at;

	for (at = text; *at; at++)
		if (!isalnum((unsigned char)*at))
			text[0] = '\0';
}

static void read_tokens(struct usb_device *device, const char *text)
{
	char ecid[24];

	token(text, "ECID:", ecid, sizeof(ecid));
	if (is_hex(ecid, strlen(ecid)) && strlen(ecid) <= 16)
		device->ecid = strtoull(ecid, NULL, 16);
	token(text, "SRNM:", device->serial, sizeof(device->serial));
	token(text, "IMEI:", device->imei, sizeof(device->imei));
	keep_plain(device->serial);
	keep_plain(device->imei);
}

void usb_serial_read(struct usb_device *device, const char *text)
{
	if (device->kind == USB_NORMAL)
		read_udid(device, text);
	else if (device->kind == USB_RECOVERY || device->kind == USB_DFU)
		read_tokens(device, text);
}

int usb_path_make(
    unsigned bus, const uint8_t *ports, size_t count, char out[USB_PATH_MAX])
{
	size_t used;
	size_t i;
	int put = snprintf(out, USB_PATH_MAX, "%u-", bus);

	for (i = 0, used = (size_t)put; i < count && used < USB_PATH_MAX; i++) {
		put = snprintf(out + used, USB_PATH_MAX - used, "%s%u",
		    i ? "." : "", ports[i]);
		used += (size_t)put;
	}
	return used < USB_PATH_MAX ? 0 : -(int)ERR_LIMIT;
}

bool usb_is_location(const struct usb_device *device, uint32_t location)
{
	return location == (device->bus << 16 | device->address);
}
