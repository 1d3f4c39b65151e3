#include "policies/contact_card.h"

#include <string.h>

#include "proto/base/str.h"

#define LINE_MAX_BYTES 75 /* RFC 2426 section 2.6: fold longer lines */

/* RFC 2426 section 5: what has a meaning of its own is written with \. */
static void append_escaped(struct buf *line, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\,;", *text))
			buf_append_char(line, '\\');
		if (*text == '\n')
			buf_append_str(line, "\\n");
		else if ((unsigned char)*text >= 0x20)
			buf_append_char(line, *text);
	}
}

/* Folded between characters, never inside one. */
static void append_line(struct buf *out, const struct buf *line)
{
	const char *at = (const char *)line->data;
	size_t used = 0;
	size_t step;

	while (*at && (step = str_utf8_step(at)) != 0) {
		if (used + step > LINE_MAX_BYTES) {
			buf_append_str(out, "\r\n ");
			used = 1;
		}
		buf_append(out, at, step);
		used += step;
		at += step;
	}
	buf_append_str(out, "\r\n");
}

static void append_property(
    struct buf *out, const char *name, const char *value)
{
	struct buf line = {0};

	buf_append_str(&line, name);
	append_escaped(&line, value);
	if (!line.failed)
		append_line(out, &line);
	buf_clear(&line);
}

int contact_card_encode(const struct pack *pack, const char *organisation,
    const char *language, struct buf *out, struct err *err)
{
	const struct pack_profile_text *text = pack_profile_text_find(
	    pack, language ? language : pack_language_at(pack, 0));
	const char *number = pack_parameters(pack)->switchboard_number;

	if (!organisation)
		organisation = pack_organisation(pack);
	if (!number)
		return err_set(err, ERR_NOT_FOUND,
		    "pack '%s' names no switchboard_number: set it under "
		    "parameters",
		    pack_name(pack));
	buf_append_str(out, "BEGIN:VCARD\r\nVERSION:3.0\r\n");
	append_property(
	    out, "FN:", text && text->contact ? text->contact : organisation);
	/* A company has no family name, but the property has to be there. */
	append_property(out, "N:", organisation);
	append_property(out, "ORG:", organisation);
	append_property(out, "TEL;TYPE=WORK,VOICE:", number);
	buf_append_str(out, "END:VCARD\r\n");
	return buf_check(out, err);
}
