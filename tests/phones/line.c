#include "tests/phones/line.h"

#include <string.h>

#include "proto/base/err.h"

int line_send(struct line *line, const struct line_request *request,
    struct line_reply *reply, struct err *err)
{
	memset(reply, 0, sizeof(*reply));
	if (!line)
		return err_set(err, ERR_IO, "no network at hand");
	return line->calls->send(line, request, reply, err);
}

void line_hang_up(struct line *line)
{
	if (line)
		line->calls->hang_up(line);
}

void line_free(struct line *line)
{
	if (line)
		line->calls->free(line);
}

void line_reply_clear(struct line_reply *reply)
{
	buf_clear(&reply->body);
	memset(reply, 0, sizeof(*reply));
}
