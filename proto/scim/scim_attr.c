/* Attribute names: with a schema's URN before, a sub-attribute behind. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_filter.h"
#include "proto/scim/scim_json.h"

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$';
}

static bool is_name(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || len >= SCIM_NAME_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (!is_name_byte(text[i]))
			return false;
	return !(text[0] >= '0' && text[0] <= '9') && text[0] != '-';
}

/*
 * Bytes of the URN before the name, 0: none. A URN holds dots of its own
 * ("2.0"), so the known ones go first; Entra ID puts a dot where RFC 7644
 * section 3.10 has a colon.
 */
static size_t urn_len(const char *text, size_t len)
{
	static const char *const known[] = {
	    SCIM_ENTERPRISE_URN, SCIM_USER_URN, SCIM_GROUP_URN};
	const char *colon;
	size_t i;
	size_t n;

	if (len < 4 || strncasecmp(text, "urn:", 4) != 0)
		return 0;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		n = strlen(known[i]);
		if (len >= n && strncasecmp(text, known[i], n) == 0 &&
		    (len == n || text[n] == ':' || text[n] == '.'))
			return n;
	}
	colon = memrchr(text, ':', len);
	return (size_t)(colon - text);
}

static int bad_name(const char *text, size_t len, struct err *err)
{
	return err_set(err, ERR_INVALID, "\"%.*s\" is no name of an attribute",
	    len < 100 ? (int)len : 100, text);
}

int scim_attr_parse(
    const char *text, size_t len, struct scim_attr *out, struct err *err)
{
	struct scim_attr attr = {.urn = ""};
	size_t urn = urn_len(text, len);
	const char *name = text + urn + (urn > 0 && urn < len);
	size_t left = len - (size_t)(name - text);
	const char *dot = memchr(name, '.', left);
	size_t first = dot ? (size_t)(dot - name) : left;

	if (urn >= sizeof(attr.urn))
		return bad_name(text, len, err);
	memcpy(attr.urn, text, urn);
	if (urn > 0 && left == 0) { /* the extension as a whole */
		*out = attr;
		return 0;
	}
	if (!is_name(name, first) ||
	    (dot && !is_name(dot + 1, left - first - 1)))
		return bad_name(text, len, err);
	memcpy(attr.name, name, first);
	if (dot)
		memcpy(attr.sub, dot + 1, left - first - 1);
	*out = attr;
	return 0;
}

json_t *scim_attr_home(const struct scim_attr *attr, const json_t *resource)
{
	json_t *home;

	if (!attr->urn[0] || strcasecmp(attr->urn, SCIM_USER_URN) == 0 ||
	    strcasecmp(attr->urn, SCIM_GROUP_URN) == 0)
		return (json_t *)(uintptr_t)resource;
	home = scim_json_get(resource, attr->urn);
	return json_is_object(home) ? home : NULL;
}
