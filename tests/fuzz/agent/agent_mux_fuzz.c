/*
 * agent_mux_fuzz: can any bytes from usbmuxd's socket make the daemon's readers
 * leave their memory, or believe a phone without a number or a name? The first
 * 16 bytes are a header, the rest a property list.
 */
#include <string.h>

#include "agent/bench/usb/mux_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check_device(const struct mux_device *device)
{
	size_t i;

	demand(device->id != 0);
	for (i = 0; device->udid[i]; i++)
		demand(strchr("0123456789abcdefABCDEF-", device->udid[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mux_list list;
	struct mux_header header;
	struct mux_event event;
	size_t i;

	if (size < MUX_HEADER)
		return 0;
	if (mux_header_parse(data, &header, NULL) == 0)
		demand(header.length >= MUX_HEADER &&
		    header.length <= MUX_FRAME_MAX);
	data += MUX_HEADER;
	size -= MUX_HEADER;
	if (mux_event_parse(data, size, &event, NULL) == 0 &&
	    event.kind != MUX_EVENT_RESULT) {
		check_device(&event.device);
		demand(
		    event.kind != MUX_EVENT_ATTACHED || event.device.udid[0]);
	}
	if (mux_list_parse(data, size, &list, NULL) == 0)
		for (i = 0; i < list.count; i++)
			check_device(&list.devices[i]);
	return 0;
}
