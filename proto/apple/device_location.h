/*
 * device_location: where a phone in Lost Mode says it is (Apple, "Device
 * Location Command", response). Not whether it may be asked: that is
 * server/service/phone/lost_mode.h.
 */
#ifndef PROTO_APPLE_DEVICE_LOCATION_H
#define PROTO_APPLE_DEVICE_LOCATION_H

#include <plist/plist.h>
#include <stdint.h>

struct err;

struct device_location {
	int64_t latitude;   /* millionths of a degree, north is positive */
	int64_t longitude;  /* the same, east is positive */
	int64_t accuracy_m; /* metres around it; -1: not said, or no place */
	int64_t at;         /* Unix ms; 0: not said */
};

/* -ERR_INVALID: no latitude or longitude, or none on this earth. */
int device_location_parse(
    plist_t body, struct device_location *out, struct err *err);

#endif
