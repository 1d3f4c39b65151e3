#include "server/cli/qr.h"

#include <qrencode.h>

#include "proto/base/buf.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"

/* ISO/IEC 18004 wants four light modules around the code. */
#define QR_QUIET 4

CLEANUP_DEFINE(QRcode, qr, QRcode_free)

static bool is_light(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return true;
	return (code->data[y * code->width + x] & 1) == 0;
}

static void line_append(const QRcode *code, int y, struct buf *out)
{
	static const char *const halves[2][2] = {
	    {" ", "\xe2\x96\x84"}, {"\xe2\x96\x80", "\xe2\x96\x88"}};
	int x;

	for (x = -QR_QUIET; x < code->width + QR_QUIET; x++)
		buf_append_str(out,
		    halves[is_light(code, x, y)][is_light(code, x, y + 1)]);
}

int qr_render(const char *text, bool colour, struct buf *out, struct err *err)
{
	CLEANUP(qr)
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	int y;

	if (!code)
		return err_set(
		    err, ERR_LIMIT, "the text is too long for a QR code");
	for (y = -QR_QUIET; y < code->width + QR_QUIET; y += 2) {
		if (colour)
			buf_append_str(out, "\033[97;40m");
		line_append(code, y, out);
		buf_append_str(out, colour ? "\033[0m\n" : "\n");
	}
	return buf_check(out, err);
}
