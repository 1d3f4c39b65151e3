/*
 * cloud: the cloud configuration of a work order as MCInstall wants it. Pure.
 */
#ifndef AGENT_BENCH_PHONE_CLOUD_H
#define AGENT_BENCH_PHONE_CLOUD_H

#include <plist/plist.h>

struct err;
struct work_order_cloud;

/* The dictionary for SetCloudConfiguration; plist_free() it. ERR_INVALID: a
 * text that a property list cannot carry. */
int cloud_encode(
    const struct work_order_cloud *cloud, plist_t *out, struct err *err);

#endif
