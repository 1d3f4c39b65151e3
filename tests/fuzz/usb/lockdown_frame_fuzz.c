/*
 * Question: can a frame of lockdownd, XML or binary, make its parser crash,
 * leak or grow beyond its budget?
 */
#include <stdlib.h>

#include "tests/phones/usb/lockdown_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A binary property list is also tried without its header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	plist_t message = NULL;

	if (lockdown_frame_parse(data, size, &message, NULL) != 0 &&
	    lockdown_body_parse(data, size, &message, NULL) != 0)
		return 0;
	if (plist_get_node_type(message) != PLIST_DICT)
		abort();
	plist_free(message);
	return 0;
}
