/*
 * usb_state: what a phone keeps for its cable side, beside what MDM knows: its
 * key, activation, cloud configuration, bypass code. It lies in phone->usb and
 * so in the phone's file; an erase of either kind empties it (phone_erase).
 * Pairings, in the same place, are in pairing.h.
 */
#ifndef TESTS_PHONES_USB_USB_STATE_H
#define TESTS_PHONES_USB_USB_STATE_H

#include <plist/plist.h>

#include "tests/phones/phone.h"

struct err;

/* Keys of phone->usb; "erases" and "activation" are set by phone_erase too. */
#define USB_ERASES "erases"
#define USB_ACTIVATION "activation"
#define USB_ACTIVATION_LOCKED "activation_locked"
#define USB_TRUST "trust"
#define USB_FIND_MY "fmip"
#define USB_IN_ABM "in_abm"
#define USB_LOCKED_SINCE_START "locked_since_start"
#define USB_BYPASS_CODE "bypass_code"
#define USB_STORED_PROFILE "stored_profile"   /* base64: after setup */
#define USB_WAITING_PROFILE "waiting_profile" /* base64: for its user */
#define USB_VALUES "values"                   /* {domain: {key: value}} */
#define USB_CLOUD "cloud"                     /* XML property list */
#define USB_CLOUD_ANCHORS "cloud_anchors"     /* [base64 DER], see profile.c */

/* The value, or what a phone has that was never told otherwise. */
bool usb_state_flag(const struct phone *phone, const char *key);
void usb_state_set_flag(struct phone *phone, const char *key, bool value);
const char *usb_state_text(const struct phone *phone, const char *key);
void usb_state_set_text(
    struct phone *phone, const char *key, const char *value); /* NULL: away */
int64_t usb_state_number(const struct phone *phone, const char *key);

bool usb_state_is_activated(const struct phone *phone);

/* Bytes kept as base64; none when there are none. */
int usb_state_bytes(const struct phone *phone, const char *key, struct buf *out,
    struct err *err);
int usb_state_set_bytes(struct phone *phone, const char *key,
    const uint8_t *data, size_t len, struct err *err);

/*
 * The phone's own RSA key, made when it is first asked for and again after an
 * erase; shared: take this one instead (for load). *out is the caller's.
 */
int usb_state_get_key(
    struct phone *phone, EVP_PKEY *shared, EVP_PKEY **out, struct err *err);

/*
 * The cloud configuration, the caller's; NULL: none, which is so in Setup
 * Assistant only. A phone that was made supervised without one says what
 * automatic enrolment would have left, any other one that setup is done.
 */
plist_t usb_state_cloud(const struct phone *phone);
int usb_state_set_cloud(struct phone *phone, plist_t cloud, struct err *err);

/* Is this DER one of its SupervisorHostCertificates? */
bool usb_state_is_supervisor(
    const struct phone *phone, const uint8_t *der, size_t len);

/* What was set by hand or by SetValue; borrowed, NULL: nothing. */
json_t *usb_state_value(
    const struct phone *phone, const char *domain, const char *key);
void usb_state_set_value(
    struct phone *phone, const char *domain, const char *key, json_t *value);

#endif
