#include "server/office/scim/scim_do.h"

#include <string.h>
#include <strings.h>

#include "proto/base/err.h"

typedef int create_fn(
    struct scim_ask *, const json_t *, json_t **, struct err *);
typedef int load_fn(struct scim_ask *, const char *, json_t **, struct err *);
typedef int change_fn(
    struct scim_ask *, const char *, const json_t *, json_t **, struct err *);
typedef int delete_fn(struct scim_ask *, const char *, struct err *);
typedef int list_fn(
    struct scim_ask *, const struct scim_list *, json_t **, struct err *);

static const struct {
	const char *name;
	const char *path;
	create_fn *create;
	load_fn *load;
	change_fn *replace;
	change_fn *patch;
	delete_fn *delete;
	list_fn *list;
} kinds[SCIM_KIND_COUNT] = {
    [SCIM_USERS] = {"User", "/Users", service_scim_user_create,
        service_scim_user_load, service_scim_user_replace,
        service_scim_user_patch, service_scim_user_delete,
        service_scim_user_list},
    [SCIM_GROUPS] = {"Group", "/Groups", service_scim_group_create,
        service_scim_group_load, service_scim_group_replace,
        service_scim_group_patch, service_scim_group_delete,
        service_scim_group_list},
};

const char *scim_kind_name(enum scim_kind kind)
{
	return kinds[kind].name;
}

int scim_kind_find(
    const char *path, enum scim_kind *kind, const char **id, struct err *err)
{
	size_t len;
	size_t i;

	for (i = 0; i < SCIM_KIND_COUNT; i++) {
		len = strlen(kinds[i].path);
		if (strncasecmp(path, kinds[i].path, len) != 0 ||
		    !strchr("/", path[len]))
			continue;
		*kind = (enum scim_kind)i;
		*id = path[len] && path[len + 1] ? path + len + 1 : NULL;
		return 0;
	}
	return err_set(
	    err, ERR_NOT_FOUND, "a path begins with /Users or /Groups");
}

int scim_do(struct scim_ask *ask, const struct scim_order *order,
    struct scim_done *out, struct err *err)
{
	struct scim_done done = {.status = 200};
	int rc;

	switch (order->method) {
	case HTTP_POST:
		done.status = 201;
		rc = kinds[order->kind].create(
		    ask, order->document, &done.resource, err);
		break;
	case HTTP_PUT:
		rc = kinds[order->kind].replace(
		    ask, order->id, order->document, &done.resource, err);
		break;
	case HTTP_PATCH:
		rc = kinds[order->kind].patch(
		    ask, order->id, order->document, &done.resource, err);
		break;
	case HTTP_DELETE:
		done.status = 204;
		rc = kinds[order->kind].delete(ask, order->id, err);
		break;
	default:
		rc = kinds[order->kind].load(
		    ask, order->id, &done.resource, err);
	}
	if (rc == 0)
		*out = done;
	return rc;
}

int scim_list_do(struct scim_ask *ask, enum scim_kind kind,
    const struct scim_list *list, json_t **out, struct err *err)
{
	return kinds[kind].list(ask, list, out, err);
}

int scim_status(const struct scim_ask *ask, const struct err *err)
{
	if (ask->is_stale)
		return 412;
	switch (err->code) {
	case ERR_INVALID:
	case ERR_LIMIT:
	case ERR_UNSUPPORTED:
		return 400;
	case ERR_DENIED:
		return 403;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_BUSY:
	case ERR_FULL:
	case ERR_TIMEOUT:
		return 503;
	default:
		return 500;
	}
}
