/*
 * checkin: the messages a phone sends to its CheckInURL, bytes to struct.
 * It does not judge who sent them: identity is the caller's.
 * Source: Apple, "Check-in" (device-management, mdm/checkin).
 */
#ifndef PROTO_APPLE_CHECKIN_H
#define PROTO_APPLE_CHECKIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"
#include "proto/base/secret.h"

struct err;

#define CHECKIN_CONTENT_TYPE "application/x-apple-aspen-mdm-checkin"

#define CHECKIN_SHORT_MAX 64     /* versions, model codes, IMEI, MEID */
#define CHECKIN_ENDPOINT_MAX 255 /* "declaration/configuration/<id>" */
#define CHECKIN_DIGEST_MAX 4096  /* DigestResponse, one header's worth */

enum checkin_type {
	CHECKIN_AUTHENTICATE,
	CHECKIN_TOKEN_UPDATE,
	CHECKIN_CHECK_OUT,
	CHECKIN_USER_AUTHENTICATE,
	CHECKIN_SET_BOOTSTRAP_TOKEN,
	CHECKIN_GET_BOOTSTRAP_TOKEN,
	CHECKIN_DECLARATIVE_MANAGEMENT,
	CHECKIN_GET_TOKEN,
	CHECKIN_TYPE_COUNT
};

/* Facts that come with Authenticate; "" when the phone did not say. */
struct checkin_authenticate {
	char device_name[LIMIT_NAME + 1];
	char model[LIMIT_NAME + 1];               /* "MN9H2LL" */
	char model_name[LIMIT_NAME + 1];          /* "iPhone" */
	char product_name[CHECKIN_SHORT_MAX + 1]; /* "iPhone12,1" */
	char os_version[CHECKIN_SHORT_MAX + 1];
	char build_version[CHECKIN_SHORT_MAX + 1];
	char serial_number[LIMIT_SERIAL + 1]; /* case as sent */
	char imei[CHECKIN_SHORT_MAX + 1];     /* blanks taken out */
	char meid[CHECKIN_SHORT_MAX + 1];     /* blanks taken out */
};

struct checkin_token_update {
	uint8_t push_token[LIMIT_PUSH_TOKEN];
	size_t push_token_len; /* never 0 */
	char push_magic[LIMIT_PUSH_MAGIC + 1];
	/* len 0: not sent. Then a stored one must be kept (quirk 9). */
	struct secret unlock_token;
	bool awaiting_configuration;
	bool not_on_console;
};

struct checkin_bootstrap {
	struct secret token; /* len 0: remove the stored one */
	bool awaiting_configuration;
};

struct checkin_declarative {
	char endpoint[CHECKIN_ENDPOINT_MAX + 1]; /* never empty; not a URL */
	uint8_t *data; /* owned; JSON of a status report; NULL when absent */
	size_t data_len;
};

struct checkin_get_token {
	char service_type[LIMIT_NAME + 1]; /* "com.apple.maid" */
};

struct checkin_user_authenticate {
	char *digest_response; /* owned; NULL in the first step */
};

struct checkin {
	enum checkin_type type;
	/* At least one of the two is not empty. */
	char udid[LIMIT_UDID + 1];
	char enrollment_id[LIMIT_UDID + 1]; /* User Enrolment, no UDID then */
	/* The user channel; all "" on the device channel. */
	char enrollment_user_id[LIMIT_UDID + 1];
	char user_id[LIMIT_UDID + 1];
	char user_short_name[LIMIT_NAME + 1];
	char user_long_name[LIMIT_NAME + 1];
	char topic[LIMIT_TOPIC + 1]; /* compare with our own, not by form */

	/* The part that belongs to type is set; the others are zero. */
	struct checkin_authenticate authenticate;
	struct checkin_token_update token_update;
	struct checkin_bootstrap bootstrap;
	struct checkin_declarative declarative;
	struct checkin_get_token get_token;
	struct checkin_user_authenticate user_authenticate;
};

/*
 * body: at most LIMIT_CHECKIN_BODY bytes. checkin_clear() what it filled.
 * ERR_NOT_FOUND: neither UDID nor EnrollmentID (answered 500).
 * ERR_UNSUPPORTED: binary plist, or a MessageType we do not know (400).
 * ERR_INVALID, ERR_LIMIT: anything else that is wrong (400).
 */
int checkin_parse(
    const uint8_t *body, size_t len, struct checkin *out, struct err *err);
void checkin_clear(struct checkin *checkin);

/* UDID, or EnrollmentID in User Enrolment: the device's name on the wire. */
const char *checkin_device_id(const struct checkin *checkin);
/* Message of a user, not of the device. */
bool checkin_is_user_channel(const struct checkin *checkin);
/* "Authenticate", "TokenUpdate", … */
const char *checkin_type_name(enum checkin_type type);

#endif
