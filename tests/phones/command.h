/*
 * command: what a phone does when it is told to. A table from RequestType to a
 * function; what stands in no row is answered Error 12021, as iOS does.
 */
#ifndef TESTS_PHONES_COMMAND_H
#define TESTS_PHONES_COMMAND_H

#include "tests/phones/session.h"

enum command_after {
	AFTER_NOTHING,
	AFTER_ERASE,     /* the answer first, then the phone is gone */
	AFTER_REMOVE_MDM /* the enrolment profile was removed */
};

struct command_answer {
	const char *status; /* Acknowledged, Error, … */
	plist_t body;       /* what stands beside the usual keys; owned */
	enum command_after after;
};

/*
 * Executes one Command dictionary. The answer is always set; a command that
 * cannot be read is answered CommandFormatError.
 */
void command_execute(
    struct session *session, plist_t command, struct command_answer *answer);
void command_answer_clear(struct command_answer *answer);

/* Makes the answer an Error with one item in its ErrorChain. */
void command_fail(struct command_answer *answer, const char *domain, int code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The bigger answers; each fills answer->body. */
void command_device_information(
    struct session *session, plist_t command, struct command_answer *answer);
void command_security_info(
    struct session *session, plist_t command, struct command_answer *answer);
void command_profile_list(
    struct session *session, plist_t command, struct command_answer *answer);
void command_certificate_list(
    struct session *session, plist_t command, struct command_answer *answer);
void command_application_list(
    struct session *session, plist_t command, struct command_answer *answer);

void command_enable_lost_mode(
    struct session *session, plist_t command, struct command_answer *answer);
void command_disable_lost_mode(
    struct session *session, plist_t command, struct command_answer *answer);
void command_device_location(
    struct session *session, plist_t command, struct command_answer *answer);
void command_bypass_code(
    struct session *session, plist_t command, struct command_answer *answer);
/* One setting of Settings: false, when the phone does not take it. */
bool command_set_mdm_options(struct phone *phone, plist_t setting);

/* "351234567890123" → "35 123456 789012 3", as iPhones write it. */
void command_imei_text(const char *imei, char out[24]);

#endif
