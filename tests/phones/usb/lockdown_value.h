/*
 * lockdown_value: GetValue, SetValue, RemoveValue: who may ask for what. The
 * values are in lockdown_facts.h.
 */
#ifndef TESTS_PHONES_USB_LOCKDOWN_VALUE_H
#define TESTS_PHONES_USB_LOCKDOWN_VALUE_H

#include "tests/phones/usb/lockdown.h"

void lockdown_get_value(struct lockdown_exchange *exchange);
void lockdown_set_value(struct lockdown_exchange *exchange);
void lockdown_remove_value(struct lockdown_exchange *exchange);

#endif
