/*
 * profile_payload: writing configuration profiles: the enrolment profile, the
 * passcode payload, and the envelope for any list of payloads. The same input
 * always gives the same bytes. It does not sign and draws no UUIDs.
 * Source: Apple, "Profile-Specific Payload Keys" (device-management,
 * mdm/profiles). Reading profiles: profile_import.h.
 */
#ifndef PROTO_APPLE_PROFILE_PAYLOAD_H
#define PROTO_APPLE_PROFILE_PAYLOAD_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct err;

#define PROFILE_CONTENT_TYPE "application/x-apple-aspen-config"
#define PROFILE_TYPE_PASSCODE "com.apple.mobiledevice.passwordpolicy"
#define PROFILE_TYPE_SCEP "com.apple.security.scep"
#define PROFILE_TYPE_ROOT "com.apple.security.root"
#define PROFILE_TYPE_MDM "com.apple.mdm"
#define PROFILE_FINGERPRINT_LEN 32 /* SHA-256 */

/* AccessRights of com.apple.mdm, to be added together. */
enum profile_access_right {
	PROFILE_ACCESS_PROFILE_INSPECT = 1,
	PROFILE_ACCESS_PROFILE_INSTALL = 2,
	PROFILE_ACCESS_LOCK_AND_PASSCODE = 4,
	PROFILE_ACCESS_ERASE = 8,
	PROFILE_ACCESS_DEVICE_INFORMATION = 16,
	PROFILE_ACCESS_NETWORK_INFORMATION = 32,
	PROFILE_ACCESS_PROVISIONING_INSPECT = 64,
	PROFILE_ACCESS_PROVISIONING_INSTALL = 128,
	PROFILE_ACCESS_APPLICATION_INSPECT = 256,
	PROFILE_ACCESS_RESTRICTIONS_QUERY = 512,
	PROFILE_ACCESS_SECURITY_QUERY = 1024,
	PROFILE_ACCESS_SETTINGS = 2048,
	PROFILE_ACCESS_APPLICATIONS = 4096,
	PROFILE_ACCESS_ALL = 8191,
};

/*
 * One payload inside a profile. settings: a dictionary of the payload's own
 * keys, borrowed and copied, may be NULL; the Payload* keys are written from
 * the members and may not be in it.
 */
struct profile_payload {
	const char *type;
	const char *identifier;
	const char *uuid;
	const char *display_name; /* this and the next two may be NULL */
	const char *description;
	const char *organisation;
	plist_t settings;
};

struct profile {
	const char *identifier;
	const char *uuid;
	const char *display_name;
	const char *organisation; /* this and the next may be NULL */
	const char *description;
	bool removal_disallowed; /* works on supervised phones only */
	const struct profile_payload *payloads;
	size_t payload_count; /* at least 1 */
};

/*
 * Appends the XML. ERR_INVALID: missing identifier, malformed or repeated
 * UUID, text that XML cannot carry, a Payload* key among the settings.
 */
int profile_encode(
    const struct profile *profile, struct buf *xml, struct err *err);

/*
 * com.apple.mobiledevice.passwordpolicy. -1: leave the key out; booleans are
 * 0, 1 or -1. Ranges are Apple's and are checked.
 */
struct passcode_payload {
	int allow_simple;
	int force_pin;
	int require_alphanumeric;
	int max_failed_attempts; /* 2 to 11: the phone erases itself after */
	int max_inactivity_min;  /* 0 to 15 */
	int max_age_days;        /* 1 to 730 */
	int min_complex_chars;   /* 0 to 4 */
	int min_length;          /* 0 to 16 */
	int history;             /* 1 to 50 */
	int max_grace_min;       /* minutes after locking without a PIN */
};
#define PASSCODE_PAYLOAD_NONE                                                  \
	{                                                                      \
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1                         \
	}

/* *settings: owned dictionary for struct profile_payload.settings. */
int passcode_payload_settings(const struct passcode_payload *passcode,
    plist_t *settings, struct err *err);

/* The profile that makes a phone ours. Texts are not NULL unless said. */
struct enrolment_profile {
	const char *identifier; /* "org.example.enrolment" */
	const char *organisation;
	const char *display_name;
	const char *description; /* may be NULL */

	const char *profile_uuid; /* one UUID for each of the parts */
	const char *root_uuid;
	const char *scep_uuid;
	const char *mdm_uuid;

	/* com.apple.security.root: our CA, DER; NULL: leave the payload out */
	const uint8_t *ca_certificate;
	size_t ca_certificate_len;

	/* com.apple.security.scep */
	const char *scep_url;
	const char *scep_name; /* CA name for GetCACert; may be NULL */
	const char *scep_challenge;
	const char *scep_subject_cn;
	const char *scep_subject_o; /* may be NULL */
	/* SHA-256 of the CA certificate; all zero: leave CAFingerprint out */
	uint8_t ca_fingerprint[PROFILE_FINGERPRINT_LEN];
	int key_size; /* RSA bits: 2048 or 4096 */

	/* com.apple.mdm */
	const char *server_url;  /* https:// */
	const char *checkin_url; /* https:// */
	const char *topic;       /* "com.apple.mgmt.External.…" */
	int access_rights;       /* sum of enum profile_access_right */
	bool sign_message;
	bool check_out_when_removed;
	bool removal_disallowed;
	const char *const *server_capabilities; /* ended by NULL; may be NULL */
};

/* Appends the XML, which holds the challenge: a secret of its own. */
int enrolment_profile_encode(
    const struct enrolment_profile *profile, struct buf *xml, struct err *err);

#endif
