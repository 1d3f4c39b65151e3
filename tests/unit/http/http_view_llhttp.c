#include "tests/unit/http/http_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>

void text_add(struct text *text, const char *data, size_t len)
{
	if (text->len + len > INPUT_MAX)
		abort();
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
	struct view *view = parser->data;

	text_add(&view->path, at, len);
	return 0;
}

static int on_name(llhttp_t *parser, const char *at, size_t len)
{
	struct view *view = parser->data;

	if (!view->in_trailer && view->field_count < FIELDS_MAX)
		text_add(&view->names[view->field_count], at, len);
	return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
	struct view *view = parser->data;

	if (!view->in_trailer && view->field_count < FIELDS_MAX)
		text_add(&view->values[view->field_count], at, len);
	return 0;
}

static int on_value_complete(llhttp_t *parser)
{
	struct view *view = parser->data;
	struct text *value = &view->values[view->field_count];

	if (view->in_trailer || view->field_count >= FIELDS_MAX)
		return 0;
	while (value->len > 0 && strchr(" \t", value->data[value->len - 1]))
		value->data[--value->len] = '\0';
	view->field_count++;
	return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
	struct view *view = parser->data;

	view->in_trailer = true;
	view->is_upgrade = parser->upgrade;
	/* Here: a trailer must not change it any more. */
	view->keeps_alive = llhttp_should_keep_alive(parser);
	(void)snprintf(view->method, sizeof(view->method), "%s",
	    llhttp_method_name((llhttp_method_t)parser->method));
	return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct view *view = parser->data;

	text_add(&view->body, at, len);
	return 0;
}

static int on_chunk_header(llhttp_t *parser)
{
	struct view *view = parser->data;

	view->is_last_chunk = parser->content_length == 0;
	return 0;
}

static int on_message_complete(llhttp_t *parser)
{
	struct view *view = parser->data;

	view->is_complete = true;
	return HPE_PAUSED;
}

void llhttp_view_read(struct view *view, const char *input, size_t len)
{
	llhttp_settings_t settings;
	llhttp_t parser;
	llhttp_errno_t rc;

	llhttp_settings_init(&settings);
	settings.on_url = on_url;
	settings.on_header_field = on_name;
	settings.on_header_value = on_value;
	settings.on_header_value_complete = on_value_complete;
	settings.on_headers_complete = on_headers_complete;
	settings.on_body = on_body;
	settings.on_chunk_header = on_chunk_header;
	settings.on_message_complete = on_message_complete;
	llhttp_init(&parser, HTTP_REQUEST, &settings);
	parser.data = view;
	rc = llhttp_execute(&parser, input, len);
	if (rc == HPE_PAUSED)
		view->end = (size_t)(llhttp_get_error_pos(&parser) - input);
	else if (rc != HPE_OK)
		view->error = llhttp_errno_name(rc);
}
