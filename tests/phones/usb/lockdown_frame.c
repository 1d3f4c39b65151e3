#include "tests/phones/usb/lockdown_frame.h"

#include <endian.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/binary_plist.h"

int lockdown_length_parse(
    const uint8_t data[LOCKDOWN_HEADER_BYTES], size_t *out, struct err *err)
{
	uint32_t length;

	memcpy(&length, data, sizeof(length));
	length = be32toh(length);
	if (length == 0)
		return err_set(err, ERR_INVALID, "an empty frame");
	if (length > LOCKDOWN_FRAME_MAX)
		return err_set(err, ERR_LIMIT, "a frame of %u bytes", length);
	*out = length;
	return 0;
}

int lockdown_body_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err)
{
	CLEANUP(plist) plist_t plist = NULL;
	int rc;

	if (!binary_plist_is(data, len))
		return property_parse(data, len, out, err);
	rc = binary_plist_parse(data, len, &plist, err);
	if (rc < 0)
		return rc;
	if (plist_get_node_type(plist) != PLIST_DICT)
		return err_set(err, ERR_INVALID, "not one dictionary");
	*out = plist;
	plist = NULL;
	return 0;
}

int lockdown_frame_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err)
{
	size_t body;
	int rc;

	if (len < LOCKDOWN_HEADER_BYTES)
		return err_set(err, ERR_INVALID, "no header in %zu bytes", len);
	rc = lockdown_length_parse(data, &body, err);
	if (rc < 0)
		return rc;
	if (body != len - LOCKDOWN_HEADER_BYTES)
		return err_set(err, ERR_INVALID,
		    "the header says %zu bytes, there are %zu", body,
		    len - LOCKDOWN_HEADER_BYTES);
	return lockdown_body_parse(
	    data + LOCKDOWN_HEADER_BYTES, body, out, err);
}

int lockdown_frame_encode(plist_t message, struct buf *out, struct err *err)
{
	struct buf body = {0};
	uint32_t length;
	int rc;

	rc = property_encode(message, &body, err);
	if (rc == 0) {
		length = htobe32((uint32_t)body.len);
		buf_append(out, &length, sizeof(length));
		buf_append(out, body.data, body.len);
		rc = buf_check(out, err);
	}
	buf_clear(&body);
	return rc;
}
