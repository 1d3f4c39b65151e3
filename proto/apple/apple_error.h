/*
 * apple_error: the bodies of the 403 answers that a phone acts upon. Sent
 * only on purpose: on com.apple.unrecognized.device a phone takes itself out
 * of management. Source: Apple, "Error Codes" (device-management, mdm/errors).
 */
#ifndef PROTO_APPLE_APPLE_ERROR_H
#define PROTO_APPLE_APPLE_ERROR_H

#include "proto/base/buf.h"

struct err;

#define APPLE_ERROR_CONTENT_TYPE "application/json"

enum apple_error {
	APPLE_ERROR_UNRECOGNIZED_DEVICE,      /* you are no longer ours */
	APPLE_ERROR_SOFTWARE_UPDATE_REQUIRED, /* at enrolment, iOS 17+ */
	APPLE_ERROR_WELL_KNOWN_FAILED,        /* service discovery, iOS 17.5+ */
	APPLE_ERROR_COUNT
};

/* "com.apple.unrecognized.device", … */
const char *apple_error_code(enum apple_error error);

/*
 * Appends the JSON body. description: for the log of the phone; message: shown
 * to the user; both may be NULL. ERR_INVALID for
 * APPLE_ERROR_SOFTWARE_UPDATE_REQUIRED, which needs a version: see below.
 */
int apple_error_encode(enum apple_error error, const char *description,
    const char *message, struct buf *json, struct err *err);

/* os_version: "18.1"; build_version may be NULL. */
int apple_error_encode_update_required(const char *os_version,
    const char *build_version, const char *description, const char *message,
    struct buf *json, struct err *err);

#endif
