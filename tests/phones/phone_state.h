/*
 * phone_state: a phone to JSON and back. One file a phone, named after its
 * serial; keys are in it, so files are 0600 in folders of 0700.
 */
#ifndef TESTS_PHONES_PHONE_STATE_H
#define TESTS_PHONES_PHONE_STATE_H

#include "tests/phones/phone.h"

struct err;

/* The whole state, keys included; the caller's. */
json_t *phone_state_encode(const struct phone *phone, struct err *err);
int phone_state_parse(
    const char *text, size_t len, struct phone **out, struct err *err);

/* What people ask about: no keys, no tokens; the caller's. */
json_t *phone_state_summary(const struct phone *phone);

int phone_state_save(struct phone *phone, const char *file, struct err *err);
int phone_state_load(const char *file, struct phone **out, struct err *err);

#endif
