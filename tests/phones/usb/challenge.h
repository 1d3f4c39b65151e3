/*
 * challenge: how a supervisor proves to be one: random bytes, given back inside
 * a CMS signature by a certificate of the cloud configuration.
 */
#ifndef TESTS_PHONES_USB_CHALLENGE_H
#define TESTS_PHONES_USB_CHALLENGE_H

#include "tests/phones/usb/talk.h"

/* 8 random bytes, or those that were set by hand; the number of bytes. */
size_t challenge_make(struct talk *talk, const struct rng *rng,
    uint8_t out[DEVICE_CHALLENGE_MAX]);

/*
 * Is cms (DER SignedData with the content in it) a signature over exactly these
 * bytes, by a SupervisorHostCertificate whose certificate it carries?
 */
bool challenge_is_signed(struct phone *phone, const uint8_t *challenge,
    size_t challenge_len, const uint8_t *cms, size_t len);

#endif
