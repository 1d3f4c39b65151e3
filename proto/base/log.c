#include "proto/base/log.h"

#include <stdarg.h>
#include <string.h>

#include "proto/base/buf.h"

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_event(
    const struct log *log, enum log_level level, const char *event, ...)
{
	char when[TIME_TEXT_MAX];
	struct buf line = {0};
	const char *key;
	const char *text;
	va_list args;

	if (!log || !log->sink || level > log->level)
		return;
	time_rfc3339(clock_now(log->clock), when);
	buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", when,
	    level_names[level]);
	buf_append_json(&line, event);
	va_start(args, event);
	while ((key = va_arg(args, const char *))) {
		text = va_arg(args, const char *);
		buf_append_char(&line, ',');
		buf_append_json(&line, key);
		buf_append_char(&line, ':');
		buf_append_json(&line, text ? text : "");
	}
	va_end(args);
	buf_append_str(&line, "}\n");
	if (!line.failed)
		log->sink(
		    log->sink_arg, level, (const char *)line.data, line.len);
	buf_clear(&line);
}

int log_level_parse(const char *name, enum log_level *out)
{
	size_t i;

	for (i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*out = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}
