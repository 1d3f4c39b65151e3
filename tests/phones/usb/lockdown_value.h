/*
 * lockdown_value: what a phone says about itself over the cable: one table of
 * domains and keys.
 */
#ifndef TESTS_PHONES_USB_LOCKDOWN_VALUE_H
#define TESTS_PHONES_USB_LOCKDOWN_VALUE_H

#include "tests/phones/usb/lockdown.h"

void lockdown_get_value(struct lockdown_exchange *exchange);
void lockdown_set_value(struct lockdown_exchange *exchange);
void lockdown_remove_value(struct lockdown_exchange *exchange);

/* One value by the name MobileGestalt has for it; the caller's, or NULL. */
plist_t lockdown_value(struct session *session, const char *key);

#endif
