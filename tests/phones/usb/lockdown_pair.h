/*
 * lockdown_pair: Pair, ValidatePair, Unpair: whether and how a phone comes to
 * trust a host.
 */
#ifndef TESTS_PHONES_USB_LOCKDOWN_PAIR_H
#define TESTS_PHONES_USB_LOCKDOWN_PAIR_H

#include "tests/phones/usb/lockdown.h"

void lockdown_pair(struct lockdown_exchange *exchange);
void lockdown_validate_pair(struct lockdown_exchange *exchange);
void lockdown_unpair(struct lockdown_exchange *exchange);

#endif
