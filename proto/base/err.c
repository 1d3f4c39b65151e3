#include "proto/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/str.h"

/* What is cut may end within a letter, and what is quoted may be anything: no
 * byte that is no UTF-8 stays, and control characters become blanks. */
static void text_clean(char *text)
{
	char *to = text;
	size_t step;

	while (*text) {
		step = str_utf8_step(text);
		if (step == 1)
			*to++ = (unsigned char)*text < 0x20 || *text == 0x7f
			    ? ' '
			    : *text;
		else if (step > 1) {
			memmove(to, text, step);
			to += step;
		}
		text += step > 0 ? step : 1;
	}
	*to = '\0';
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	if (err) {
		err->code = code;
		va_start(args, format);
		(void)vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
		text_clean(err->text);
	}
	return -(int)code;
}

int err_prefix(struct err *err, const char *format, ...)
{
	char old[ERR_TEXT_MAX];
	va_list args;
	size_t used;

	if (!err)
		return -(int)ERR_INTERNAL;
	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	(void)strncat(err->text + used, ": ", sizeof(err->text) - used - 1);
	used = strlen(err->text);
	(void)strncat(err->text + used, old, sizeof(err->text) - used - 1);
	text_clean(err->text);
	return -(int)err->code;
}

int err_memory(struct err *err)
{
	return err_set(err, ERR_MEMORY, "out of memory");
}

const char *err_code_name(enum err_code code)
{
	static const char *const names[ERR_CODE_COUNT] = {
	    [ERR_NONE] = "none",
	    [ERR_INVALID] = "invalid",
	    [ERR_LIMIT] = "limit",
	    [ERR_UNSUPPORTED] = "unsupported",
	    [ERR_NOT_FOUND] = "not_found",
	    [ERR_CONFLICT] = "conflict",
	    [ERR_DENIED] = "denied",
	    [ERR_EXPIRED] = "expired",
	    [ERR_BUSY] = "busy",
	    [ERR_FULL] = "full",
	    [ERR_TIMEOUT] = "timeout",
	    [ERR_IO] = "io",
	    [ERR_CRYPTO] = "crypto",
	    [ERR_MEMORY] = "memory",
	    [ERR_INTERNAL] = "internal",
	};

	if ((unsigned)code >= ERR_CODE_COUNT || !names[code])
		return "unknown";
	return names[code];
}
