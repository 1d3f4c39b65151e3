/*
 * mdm_command: the commands we send, as the bytes that are stored and given to
 * the phone unchanged. Not the life of a command: that is lifecycle.
 * Every encoder appends one XML property list {Command, CommandUUID} to xml
 * and is deterministic; texts must be UTF-8 without control characters.
 * Source: Apple, "Commands" (device-management, mdm/commands).
 */
#ifndef PROTO_APPLE_MDM_COMMAND_H
#define PROTO_APPLE_MDM_COMMAND_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/limits.h"

struct err;

#define MDM_COMMAND_TYPE_MAX 64
#define MDM_COMMAND_CONTENT_TYPE "application/xml"

/* profile: a configuration profile, signed or not, 1 byte to LIMIT_PROFILE. */
int mdm_command_encode_install_profile(const char *uuid, const uint8_t *profile,
    size_t profile_len, struct buf *xml, struct err *err);
int mdm_command_encode_remove_profile(
    const char *uuid, const char *identifier, struct buf *xml, struct err *err);
/* managed_only: iOS 13+; older phones ignore the key. */
int mdm_command_encode_profile_list(
    const char *uuid, bool managed_only, struct buf *xml, struct err *err);

/* What is asked of a phone. */
enum device_query_set {
	DEVICE_QUERY_OWNED,   /* all we use, with ServiceSubscriptions */
	DEVICE_QUERY_PRIVATE, /* nothing about SIM, number, IMEI (invariant 9)
				 nor what User Enrolment forbids */
};
int mdm_command_encode_device_information(const char *uuid,
    enum device_query_set set, struct buf *xml, struct err *err);
/* The queries of a set, ended by NULL. */
const char *const *mdm_command_device_queries(enum device_query_set set);

int mdm_command_encode_security_info(
    const char *uuid, struct buf *xml, struct err *err);

/* message, phone: NULL or "" leaves the key out. pin: six digits, macOS only,
 * NULL for a phone. */
int mdm_command_encode_device_lock(const char *uuid, const char *message,
    const char *phone, const char *pin, struct buf *xml, struct err *err);
/* The command's bytes hold the secret: seal or wipe them. */
int mdm_command_encode_clear_passcode(const char *uuid,
    const uint8_t *unlock_token, size_t len, struct buf *xml, struct err *err);

struct erase_options {
	bool preserve_data_plan;       /* keep eSIMs, iOS 11+ */
	bool disallow_proximity_setup; /* iOS 11.3+ */
	/* Return to Service (iOS 17+): the phone enrols again by itself. */
	bool return_to_service;
	const uint8_t *wifi_profile; /* NULL: leave out */
	size_t wifi_profile_len;
	const uint8_t *mdm_profile; /* NULL: leave out */
	size_t mdm_profile_len;
};
int mdm_command_encode_erase_device(const char *uuid,
    const struct erase_options *options, struct buf *xml, struct err *err);

/*
 * Settings: data and voice roaming, 0 off, 1 on, -1 left as it is; -ERR_INVALID
 * when both are -1. Voice roaming: iOS 15 and older; newer ones ignore it.
 */
int mdm_command_encode_roaming(
    const char *uuid, int voice, int data, struct buf *xml, struct err *err);

/*
 * Settings, MDMOptions: whether a supervised phone lets its user switch
 * Activation Lock on. Supervised phones only.
 */
int mdm_command_encode_activation_lock(
    const char *uuid, bool allowed, struct buf *xml, struct err *err);

/* tokens: the SyncTokens JSON, NULL to leave Data out. */
int mdm_command_encode_declarative_management(const char *uuid,
    const uint8_t *tokens, size_t len, struct buf *xml, struct err *err);

int mdm_command_encode_certificate_list(
    const char *uuid, bool managed_only, struct buf *xml, struct err *err);
int mdm_command_encode_installed_application_list(
    const char *uuid, bool managed_only, struct buf *xml, struct err *err);
/* For both: supervised phones only. message, phone, footnote may be NULL. */
int mdm_command_encode_enable_lost_mode(const char *uuid, const char *message,
    const char *phone, const char *footnote, struct buf *xml, struct err *err);
/*
 * A command without parameters: "DisableLostMode", "ActivationLockBypassCode",
 * "DeviceConfigured", "RestartDevice", "ShutDownDevice", … ERR_UNSUPPORTED
 * for a type that is not in the table.
 */
int mdm_command_encode_plain(const char *uuid, const char *request_type,
    struct buf *xml, struct err *err);
int mdm_command_encode_refresh_cellular_plans(const char *uuid,
    const char *esim_server_url, struct buf *xml, struct err *err);

struct mdm_command {
	char uuid[LIMIT_COMMAND_UUID + 1];
	char request_type[MDM_COMMAND_TYPE_MAX + 1];
	plist_t root;    /* owned */
	plist_t command; /* borrowed from root: the Command dictionary */
};

/*
 * Reads a command: for import, tests and the check before storing.
 * ERR_INVALID also for an envelope inside an envelope.
 */
int mdm_command_parse(
    const uint8_t *data, size_t len, struct mdm_command *out, struct err *err);
void mdm_command_clear(struct mdm_command *command);

#endif
