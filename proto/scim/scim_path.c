#include "proto/scim/scim_path.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

/* What stands between the brackets, and ".sub" behind them. */
static int rest_parse(
    const char *text, size_t len, struct scim_path *path, struct err *err)
{
	struct scim_attr sub = {.urn = ""};
	size_t used = 0;
	int rc = scim_filter_parse_inner(text, len, &path->filter, &used, err);

	if (rc < 0)
		return rc;
	while (used < len && text[used] == ' ')
		used++;
	if (used >= len || text[used] != ']')
		return err_set(err, ERR_INVALID, "the path lacks a ]");
	used++;
	if (used == len)
		return 0;
	if (text[used] != '.')
		return err_set(err, ERR_INVALID,
		    "behind ] the path ends or goes on with a dot");
	rc = scim_attr_parse(text + used + 1, len - used - 1, &sub, err);
	if (rc == 0 && (sub.urn[0] || sub.sub[0]))
		rc = err_set(err, ERR_INVALID,
		    "behind ]. the path has one name of an attribute");
	if (rc == 0)
		memcpy(path->attr.sub, sub.name, sizeof(path->attr.sub));
	return rc;
}

int scim_path_parse(
    const char *text, size_t len, struct scim_path *out, struct err *err)
{
	struct scim_path path = {.filter = NULL};
	const char *bracket;
	size_t name;
	int rc;

	if (len > SCIM_FILTER_MAX)
		return err_set(err, ERR_LIMIT, "the path is over %d bytes",
		    SCIM_FILTER_MAX);
	if (!str_is_utf8(text, len))
		return err_set(err, ERR_INVALID, "the path is not UTF-8");
	bracket = memchr(text, '[', len);
	name = bracket ? (size_t)(bracket - text) : len;
	rc = scim_attr_parse(text, name, &path.attr, err);
	if (rc == 0 && bracket && (!path.attr.name[0] || path.attr.sub[0]))
		rc = err_set(err, ERR_INVALID,
		    "before [ the path has one name of an attribute");
	if (rc == 0 && bracket)
		rc = rest_parse(bracket + 1, len - name - 1, &path, err);
	if (rc < 0) {
		scim_path_clear(&path);
		return rc;
	}
	*out = path;
	return 0;
}

void scim_path_clear(struct scim_path *path)
{
	scim_filter_free(path->filter);
	path->filter = NULL;
}
