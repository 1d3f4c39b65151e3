/*
 * lockdown: lockdownd on port 62078: one connection asks in clear, pairs,
 * starts a session (TLS from there), opens services. Requests are a table here;
 * the values are in lockdown_value.h, trust in lockdown_pair.h.
 */
#ifndef TESTS_PHONES_USB_LOCKDOWN_H
#define TESTS_PHONES_USB_LOCKDOWN_H

#include "proto/base/uuid.h"
#include "tests/phones/usb/talk.h"

/* One connection. */
struct lockdown {
	struct talk *talk;
	char host_id[PAIRING_HOST_MAX];          /* of the session */
	char session_id[UUID_TEXT_MAX];          /* "": none */
	uint8_t challenge[DEVICE_CHALLENGE_MAX]; /* for a supervisor */
	size_t challenge_len;
	bool start_tls; /* behind this answer */
	bool stop_tls;
	bool end;
};

/* One request, with the phone at hand. */
struct lockdown_exchange {
	struct lockdown *lockdown;
	struct session *session;
	plist_t request;
	plist_t answer; /* has Request */
};

void lockdown_serve(struct talk *talk);

/* Puts Error into the answer. */
void lockdown_refuse(struct lockdown_exchange *exchange, const char *error);

static inline bool lockdown_has_session(const struct lockdown *lockdown)
{
	return lockdown->session_id[0] != '\0';
}

#endif
