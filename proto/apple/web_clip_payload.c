#include "proto/apple/web_clip_payload.h"

#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

static bool is_url(const char *url)
{
	size_t len = strlen(url);

	return len <= WEB_CLIP_URL_MAX && str_is_utf8(url, len) &&
	    !strpbrk(url, " \t\r\n\"<>") && strncmp(url, "https://", 8) == 0 &&
	    len > 8;
}

int web_clip_payload_settings(const char *label, const char *url,
    bool is_removable, plist_t *settings, struct err *err)
{
	CLEANUP(plist) plist_t dict = plist_new_dict();
	size_t len = strlen(label);
	int rc;

	if (len == 0 || len > WEB_CLIP_LABEL_MAX)
		return err_set(err, ERR_INVALID,
		    "web clip: a label of 1 to %d bytes is needed",
		    WEB_CLIP_LABEL_MAX);
	if (!is_url(url))
		return err_set(err, ERR_INVALID,
		    "web clip '%s': the address has to begin with https://",
		    label);
	if ((rc = xplist_set_text(dict, "Label", label, err)) != 0 ||
	    (rc = xplist_set_text(dict, "URL", url, err)) != 0)
		return rc;
	xplist_set_bool(dict, "IsRemovable", is_removable);
	xplist_set_bool(dict, "FullScreen", false);
	*settings = dict;
	dict = NULL;
	return 0;
}
