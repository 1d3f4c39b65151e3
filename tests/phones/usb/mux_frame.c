#include "tests/phones/usb/mux_frame.h"

#include <endian.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"

static uint32_t get_number(const uint8_t *data)
{
	uint32_t number;

	memcpy(&number, data, sizeof(number));
	return le32toh(number);
}

static void put_number(struct buf *out, uint32_t number)
{
	number = htole32(number);
	buf_append(out, &number, sizeof(number));
}

static void put_header(struct buf *out, size_t body, uint32_t version,
    uint32_t message, uint32_t tag)
{
	put_number(out, (uint32_t)(MUX_HEADER_BYTES + body));
	put_number(out, version);
	put_number(out, message);
	put_number(out, tag);
}

int mux_header_parse(const uint8_t data[MUX_HEADER_BYTES],
    struct mux_header *out, struct err *err)
{
	struct mux_header header = {.length = get_number(data),
	    .version = get_number(data + 4),
	    .message = get_number(data + 8),
	    .tag = get_number(data + 12)};

	if (header.length < MUX_HEADER_BYTES)
		return err_set(
		    err, ERR_INVALID, "a frame of %u bytes", header.length);
	if (header.length > MUX_FRAME_MAX)
		return err_set(
		    err, ERR_LIMIT, "a frame of %u bytes", header.length);
	*out = header;
	return 0;
}

int mux_frame_parse(const uint8_t *data, size_t len, struct mux_header *header,
    plist_t *out, struct err *err)
{
	struct mux_header read;
	int rc;

	if (len < MUX_HEADER_BYTES)
		return err_set(err, ERR_INVALID, "no header in %zu bytes", len);
	rc = mux_header_parse(data, &read, err);
	if (rc < 0)
		return rc;
	if (read.length != len)
		return err_set(err, ERR_INVALID,
		    "the header says %u bytes, there are %zu", read.length,
		    len);
	if (read.version != MUX_VERSION_PLIST ||
	    read.message != MUX_MESSAGE_PLIST)
		return err_set(err, ERR_UNSUPPORTED, "version %u message %u",
		    read.version, read.message);
	rc = property_parse(
	    data + MUX_HEADER_BYTES, len - MUX_HEADER_BYTES, out, err);
	if (rc < 0)
		return rc;
	*header = read;
	return 0;
}

int mux_frame_encode(
    plist_t message, uint32_t tag, struct buf *out, struct err *err)
{
	struct buf body = {0};
	int rc;

	rc = property_encode(message, &body, err);
	if (rc == 0) {
		put_header(
		    out, body.len, MUX_VERSION_PLIST, MUX_MESSAGE_PLIST, tag);
		buf_append(out, body.data, body.len);
		rc = buf_check(out, err);
	}
	buf_clear(&body);
	return rc;
}

void mux_frame_encode_number(
    uint32_t number, uint32_t message, uint32_t tag, struct buf *out)
{
	put_header(out, sizeof(number), 0, message, tag);
	put_number(out, number);
}
