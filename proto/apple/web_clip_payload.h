/*
 * web_clip_payload: com.apple.webClip.managed, a page as a button on the home
 * screen. Source: Apple, "Web Clip" (device-management, mdm/profiles).
 */
#ifndef PROTO_APPLE_WEB_CLIP_PAYLOAD_H
#define PROTO_APPLE_WEB_CLIP_PAYLOAD_H

#include <plist/plist.h>
#include <stdbool.h>

struct err;

#define PROFILE_TYPE_WEB_CLIP "com.apple.webClip.managed"
#define WEB_CLIP_LABEL_MAX 64 /* bytes; a phone shows about 12 characters */
#define WEB_CLIP_URL_MAX 1024

/*
 * *settings: owned dictionary for struct profile_payload.settings.
 * -ERR_INVALID: no label, or a URL that is not https (a phone opens no other).
 */
int web_clip_payload_settings(const char *label, const char *url,
    bool is_removable, plist_t *settings, struct err *err);

#endif
