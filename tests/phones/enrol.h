/*
 * enrol: from an enrolment URL to an enrolled phone: fetch the profile, check
 * it, get an identity over SCEP, Authenticate, TokenUpdate.
 */
#ifndef TESTS_PHONES_ENROL_H
#define TESTS_PHONES_ENROL_H

#include "tests/phones/session.h"

/*
 * A phone that is enrolled already is forgotten first, as if its user had
 * removed the profile while offline. The phone is not enrolled on failure.
 */
int enrol_by_url(struct session *session, const char *url, struct err *err);

/* The same from the bytes of the profile. */
int enrol_by_profile(struct session *session, const uint8_t *profile,
    size_t len, struct err *err);

/*
 * The server sends the enrolment profile again: a new identity over SCEP, the
 * rest as the profile says now. The phone is unchanged on failure.
 */
int enrol_replace(struct session *session, const uint8_t *profile, size_t len,
    struct err *err);

/* The user removes the profile: CheckOut (best effort), then forgotten. */
int enrol_remove(struct session *session, struct err *err);

/* A new certificate by RenewalReq, signed with the old one. */
int enrol_renew(struct session *session, struct err *err);

#endif
