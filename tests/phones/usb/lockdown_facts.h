/*
 * lockdown_facts: the table behind GetValue: which domains and keys a phone
 * has, who is told, and how each value is made.
 */
#ifndef TESTS_PHONES_USB_LOCKDOWN_FACTS_H
#define TESTS_PHONES_USB_LOCKDOWN_FACTS_H

#include "tests/phones/session.h"

typedef plist_t value_fn(struct session *session);

/* Who is told. */
enum value_access {
	OPEN,   /* everybody, without a session */
	PAIRED, /* within a session */
	BY_NAME /* within a session, and only when asked by key */
};

struct value {
	const char *domain; /* "": the main one */
	const char *key;
	enum value_access access;
	size_t text; /* in struct phone_hardware, when make is NULL */
	value_fn *make;
};

/* NULL behind the last. */
const struct value *value_at(size_t index);
const struct value *value_find(const char *domain, const char *key);

/* The caller's, or NULL when the phone has none. */
plist_t value_make(struct session *session, const struct value *value);

/* One value by the name MobileGestalt has for it; the caller's, or NULL. */
plist_t lockdown_value(struct session *session, const char *key);

#endif
