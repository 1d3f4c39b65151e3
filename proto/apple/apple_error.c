#include "proto/apple/apple_error.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static const char *const codes[APPLE_ERROR_COUNT] = {
    [APPLE_ERROR_UNRECOGNIZED_DEVICE] = "com.apple.unrecognized.device",
    [APPLE_ERROR_SOFTWARE_UPDATE_REQUIRED] =
        "com.apple.softwareupdate.required",
    [APPLE_ERROR_WELL_KNOWN_FAILED] = "com.apple.well-known.failed",
};

const char *apple_error_code(enum apple_error error)
{
	if ((unsigned)error >= APPLE_ERROR_COUNT)
		return "unknown";
	return codes[error];
}

static void append_pair(
    struct buf *json, bool *first, const char *key, const char *text)
{
	if (!text)
		return;
	buf_append_char(json, *first ? '{' : ',');
	*first = false;
	buf_append_json(json, key);
	buf_append_char(json, ':');
	buf_append_json(json, text);
}

static void append_head(struct buf *json, bool *first, enum apple_error error,
    const char *description, const char *message)
{
	append_pair(json, first, "code", codes[error]);
	append_pair(json, first, "description", description);
	append_pair(json, first, "message", message);
}

int apple_error_encode(enum apple_error error, const char *description,
    const char *message, struct buf *json, struct err *err)
{
	bool first = true;

	if ((unsigned)error >= APPLE_ERROR_COUNT ||
	    error == APPLE_ERROR_SOFTWARE_UPDATE_REQUIRED)
		return err_set(
		    err, ERR_INVALID, "not an error without details");
	append_head(json, &first, error, description, message);
	buf_append_char(json, '}');
	return buf_check(json, err);
}

int apple_error_encode_update_required(const char *os_version,
    const char *build_version, const char *description, const char *message,
    struct buf *json, struct err *err)
{
	bool first = true;

	if (!os_version || !*os_version)
		return err_set(err, ERR_INVALID, "the version is missing");
	append_head(json, &first, APPLE_ERROR_SOFTWARE_UPDATE_REQUIRED,
	    description, message);
	buf_append_str(json, ",\"details\":");
	first = true;
	append_pair(json, &first, "OSVersion", os_version);
	append_pair(json, &first, "BuildVersion", build_version);
	buf_append_str(json, "}}");
	return buf_check(json, err);
}
