/*
 * describe: domain rows as API objects, one function a kind. Pure. What each
 * object holds is the contract of the API; nothing secret has a place in them.
 */
#ifndef SERVER_OFFICE_DESCRIBE_H
#define SERVER_OFFICE_DESCRIBE_H

#include "server/office/encode.h"
#include "server/service/mdm/look.h"
#include "server/service/service.h"

/* The members of a device, without its brackets: callers add their own. */
void describe_device_members(
    struct encoder *enc, const struct device_view *view);
/* id, serial, person, name, product_name: who a row is about. */
void describe_device_brief(
    struct encoder *enc, const char *key, const struct device *device);
void describe_life(
    struct encoder *enc, const char *key, const struct life *life);
void describe_wipe(
    struct encoder *enc, const char *key, const struct wipe *wipe);
/* Its steps in order, each with its time or null. */
void describe_ladder(
    struct encoder *enc, const char *key, const struct wipe *wipe);
void describe_command_members(
    struct encoder *enc, const struct command *command);
void describe_link_members(
    struct encoder *enc, const struct link *link, int64_t now);
void describe_verdict(
    struct encoder *enc, const char *key, const struct verdict_view *view);
/* The document as it was stored, without keys that name secrets. */
void describe_facts(
    struct encoder *enc, const char *key, const struct facts_row *facts);

#endif
