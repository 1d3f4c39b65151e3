/*
 * Question: can bytes on the usbmuxd socket make its parser crash, leak or run
 * away, and is what it takes written again as the same?
 */
#include <stdlib.h>

#include "tests/phones/usb/mux_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mux_header header;
	struct mux_header again;
	struct buf frame = {0};
	plist_t message = NULL;
	plist_t read = NULL;

	if (mux_frame_parse(data, size, &header, &message, NULL) != 0)
		return 0;
	if (mux_frame_encode(message, header.tag, &frame, NULL) == 0 &&
	    frame.len <= MUX_FRAME_MAX) {
		if (mux_frame_parse(
		        frame.data, frame.len, &again, &read, NULL) != 0 ||
		    again.tag != header.tag)
			abort();
	}
	plist_free(read);
	plist_free(message);
	buf_clear(&frame);
	return 0;
}
