#include "policies/xyaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policies/xyaml_walk.h"
#include "proto/base/str.h"

/* libcyaml's first complaint, should it see one the walk let through. */
struct complaint {
	char text[200];
};

static void complaint_keep(cyaml_log_t level, void *arg, const char *format,
    va_list args) __attribute__((format(printf, 3, 0)));

static void complaint_keep(
    cyaml_log_t level, void *arg, const char *format, va_list args)
{
	struct complaint *complaint = arg;

	(void)level;
	if (*complaint->text)
		return;
	(void)vsnprintf(complaint->text, sizeof(complaint->text), format, args);
	complaint->text[strcspn(complaint->text, "\n")] = '\0';
}

static cyaml_config_t config_of(struct complaint *complaint)
{
	cyaml_config_t config = {
	    .log_fn = complaint ? complaint_keep : NULL,
	    .log_ctx = complaint,
	    .mem_fn = cyaml_mem,
	    .log_level = CYAML_LOG_ERROR,
	    .flags = CYAML_CFG_NO_ALIAS,
	};

	return config;
}

/* Line of the byte at offset, from 1. */
static unsigned line_at(const struct xyaml_text *text, size_t offset)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < offset; i++)
		line += text->data[i] == '\n';
	return line;
}

static int bytes_check_size(const struct xyaml_text *text, struct err *err)
{
	if (text->len > text->max)
		return err_set(err, ERR_LIMIT,
		    "%s:1: the file is larger than %zu bytes", text->name,
		    text->max);
	if (text->len == 0)
		return err_set(
		    err, ERR_INVALID, "%s:1: the file is empty", text->name);
	return 0;
}

/*
 * Before libyaml sees them: it would take UTF-16, and compares each %TAG line
 * with all before it, which costs the square of their number.
 */
static int bytes_check(const struct xyaml_text *text, struct err *err)
{
	const uint8_t *data = text->data;
	size_t i;
	int rc = bytes_check_size(text, err);

	if (rc)
		return rc;
	for (i = 0; i < text->len; i++) {
		if ((data[i] < 0x20 && !memchr("\t\n\r", data[i], 3)) ||
		    data[i] == 0x7f)
			return err_set(err, ERR_INVALID,
			    "%s:%u: control character 0x%02x: save the file "
			    "as plain UTF-8 text",
			    text->name, line_at(text, i), data[i]);
		if (data[i] == '%' && (i == 0 || data[i - 1] == '\n'))
			return err_set(err, ERR_INVALID,
			    "%s:%u: YAML directives (%%) are not taken: remove "
			    "the line",
			    text->name, line_at(text, i));
	}
	if (!str_is_utf8((const char *)data, text->len))
		return err_set(err, ERR_INVALID,
		    "%s:1: not UTF-8: save the file as UTF-8", text->name);
	return 0;
}

static int fill(const struct xyaml_text *text,
    const struct cyaml_schema_value *schema, void **out, struct err *err)
{
	struct complaint complaint = {""};
	cyaml_config_t config = config_of(&complaint);
	cyaml_data_t *data = NULL;
	cyaml_err_t rc;

	rc = cyaml_load_data(
	    text->data, text->len, &config, schema, &data, NULL);
	if (rc == CYAML_ERR_OOM)
		return err_memory(err);
	if (rc != CYAML_OK || !data)
		return err_set(err, ERR_INVALID, "%s:1: %s (%s)", text->name,
		    cyaml_strerror(rc), complaint.text);
	*out = data;
	return 0;
}

int xyaml_load(const struct xyaml_text *text,
    const struct cyaml_schema_value *schema, void **out,
    struct xyaml_outline **outline, struct err *err)
{
	struct xyaml_outline *places = NULL;
	int rc = bytes_check(text, err);

	if (rc)
		return rc;
	places = xyaml_outline_new(text->name, err);
	if (!places)
		return -ERR_MEMORY;
	rc = xyaml_walk(text, schema, places, err);
	if (rc == 0)
		rc = fill(text, schema, out, err);
	if (rc == 0 && outline)
		*outline = places;
	else
		xyaml_outline_free(places);
	return rc;
}

void xyaml_free(const struct cyaml_schema_value *schema, void *loaded)
{
	cyaml_config_t config = config_of(NULL);

	if (loaded)
		(void)cyaml_free(&config, schema, loaded, 0);
}
