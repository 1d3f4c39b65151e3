/*
 * passcode: does the phone's PIN satisfy the passcode payloads it holds? Pure.
 */
#ifndef TESTS_PHONES_PASSCODE_H
#define TESTS_PHONES_PASSCODE_H

#include <stdbool.h>

#include "proto/base/buf.h"
#include "tests/phones/phone.h"

/*
 * Real phones say true when there is no PIN and no policy (seen in every
 * captured SecurityInfo), and so do these.
 */
bool passcode_is_compliant(const struct phone *phone);

/* Seconds the lock waits after the screen went off; 0 without policy. */
int passcode_grace_seconds(const struct phone *phone);

/*
 * An UnlockToken as iOS makes it: an escrow keybag, tag-length-value, about
 * 1.2 kB, with random keys in it. Replaces what token held.
 */
int passcode_make_unlock_token(
    const struct rng *rng, struct buf *token, struct err *err);

#endif
