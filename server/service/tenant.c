/* The organisations of this server: found by id, few enough to look through. */
#include <string.h>

#include "server/service/service.h"

struct tenant *service_tenant_find(
    const struct service *service, const char *org_id)
{
	size_t i;

	for (i = 0; i < service->tenant_count; i++)
		if (strcmp(service->tenants[i].organisation.id, org_id) == 0)
			return &service->tenants[i];
	return NULL;
}

struct tenant *service_tenant_named(
    const struct service *service, const char *name)
{
	struct tenant *tenant = service_tenant_find(service, name);
	size_t i;

	for (i = 0; !tenant && *name && i < service->tenant_count; i++)
		if (strcmp(service->tenants[i].organisation.slug, name) == 0)
			tenant = &service->tenants[i];
	return tenant;
}

int service_tenant_each(
    struct service *service, service_tenant_fn *fn, struct err *err)
{
	size_t i;
	int first = 0;
	int rc;

	for (i = 0; i < service->tenant_count; i++) {
		rc = fn(service, &service->tenants[i], first ? NULL : err);
		if (rc < 0 && !first)
			first = rc;
	}
	return first;
}
