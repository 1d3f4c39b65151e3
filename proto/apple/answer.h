/*
 * answer: what a phone sends to its ServerURL: "I am idle", or the result of
 * one command. Correlate by command_uuid only: iOS never says the request type
 * (quirk 1). What is inside a result is for facts.h.
 * Source: Apple, "Sending MDM Commands to a Device".
 */
#ifndef PROTO_APPLE_ANSWER_H
#define PROTO_APPLE_ANSWER_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"

struct err;

#define ANSWER_CONTENT_TYPE "application/x-apple-aspen-mdm"

#define ANSWER_DOMAIN_MAX 127
#define ANSWER_TEXT_MAX 255 /* longer texts are cut at a character */

enum answer_status {
	ANSWER_IDLE,
	ANSWER_ACKNOWLEDGED,
	ANSWER_ERROR,
	ANSWER_COMMAND_FORMAT_ERROR,
	ANSWER_NOT_NOW,
	ANSWER_STATUS_COUNT
};

struct answer_error {
	int64_t code; /* may be negative */
	char domain[ANSWER_DOMAIN_MAX + 1];
	char text_us[ANSWER_TEXT_MAX + 1]; /* USEnglishDescription, mostly "" */
	char text[ANSWER_TEXT_MAX + 1];    /* LocalizedDescription */
};

struct answer {
	/* At least one of the two is not empty. */
	char udid[LIMIT_UDID + 1];
	char enrollment_id[LIMIT_UDID + 1];
	/* The user channel; all "" on the device channel. */
	char enrollment_user_id[LIMIT_UDID + 1];
	char user_id[LIMIT_UDID + 1];
	char user_short_name[LIMIT_NAME + 1];
	enum answer_status status;
	/* "" for Idle; never "" for any other status. */
	char command_uuid[LIMIT_COMMAND_UUID + 1];
	plist_t body;       /* owned root dictionary; NULL for Idle */
	size_t error_count; /* of an Error, may still be 0 */
	struct answer_error errors[LIMIT_ERROR_CHAIN]; /* the first are set */
};

/*
 * body: at most LIMIT_ANSWER_BODY bytes. answer_clear() what it filled.
 * ERR_NOT_FOUND: neither UDID nor EnrollmentID. ERR_UNSUPPORTED: binary plist
 * or a Status we do not know. ERR_INVALID, ERR_LIMIT: anything else.
 */
int answer_parse(
    const uint8_t *body, size_t len, struct answer *out, struct err *err);
void answer_clear(struct answer *answer);

/* UDID, or EnrollmentID in User Enrolment. */
const char *answer_device_id(const struct answer *answer);
bool answer_is_user_channel(const struct answer *answer);
const char *answer_status_name(enum answer_status status); /* "NotNow" */

/*
 * One sentence for people out of the error chain, "" when there is nothing to
 * tell. Cut at a character when out is too small.
 */
void answer_errors_text(const struct answer *answer, char *out, size_t size);

/*
 * True when an Error means that what was ordered is already so (quirk 3):
 * RemoveProfile of a profile that is not there or not ours, an update query
 * with nothing to update. request_type is the one of the queued command.
 */
bool answer_error_means_done(
    const char *request_type, const struct answer *answer);

#endif
