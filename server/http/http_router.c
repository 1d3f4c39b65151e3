#include "server/http/http_router.h"

#include <string.h>

#include "proto/base/err.h"
#include "server/http/http_parser.h"

static size_t param_count(const char *path)
{
	size_t count = 0;

	while ((path = strstr(path, "/:"))) {
		count++;
		path += 2;
	}
	return count;
}

int http_router_check(
    const struct http_route *routes, size_t count, struct err *err)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct http_route *route = &routes[i];

		if (!route->path || route->path[0] != '/' || !route->handle)
			return err_set(err, ERR_INTERNAL,
			    "route %zu has no path or no handler", i);
		if (param_count(route->path) > HTTP_PARAMS_MAX)
			return err_set(err, ERR_INTERNAL,
			    "route %s has too many parameters", route->path);
	}
	return 0;
}

/* Segment by segment; a parameter takes one segment that is not empty. */
static bool path_match(
    const char *pattern, const char *path, struct http_match *out)
{
	out->param_count = 0;
	while (*pattern && *path) {
		if (pattern[0] == ':' && pattern[-1] == '/') {
			size_t len = strcspn(path, "/");

			if (len == 0)
				return false;
			out->params[out->param_count] = path;
			out->param_lens[out->param_count] = len;
			out->param_count++;
			path += len;
			pattern += strcspn(pattern, "/");
			continue;
		}
		if (*pattern != *path)
			return false;
		pattern++;
		path++;
	}
	return *pattern == *path;
}

static unsigned route_methods(const struct http_route *route)
{
	unsigned methods = 1U << route->method;

	if (route->method == HTTP_GET)
		methods |= 1U << HTTP_HEAD;
	return methods;
}

void http_router_find(const struct http_route *routes, size_t count,
    unsigned listener, enum http_method method, const char *path,
    struct http_match *out)
{
	size_t i;

	out->methods = 0;
	for (i = 0; i < count; i++) {
		unsigned methods;

		if (!(routes[i].listeners & listener) ||
		    !path_match(routes[i].path, path, out))
			continue;
		methods = route_methods(&routes[i]);
		if (methods & (1U << method)) {
			out->status = 200;
			out->route = i;
			return;
		}
		out->methods |= methods;
	}
	out->status = out->methods ? 405 : 404;
}

void http_router_allow(unsigned methods, char *out, size_t size)
{
	size_t len = 0;
	size_t i;

	for (i = 0; i < HTTP_METHOD_COUNT; i++) {
		const char *name = http_method_name((enum http_method)i);
		size_t need = strlen(name) + (len > 0 ? 2 : 0);

		if (!(methods & (1U << i)) || len + need + 1 > size)
			continue;
		if (len > 0) {
			memcpy(out + len, ", ", 2);
			len += 2;
		}
		memcpy(out + len, name, strlen(name));
		len += strlen(name);
	}
	out[len] = '\0';
}
