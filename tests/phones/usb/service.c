#include "tests/phones/usb/service.h"

#include <string.h>

static const struct service services[] = {
    {"com.apple.mobile.MCInstall", false, false, mcinstall_serve},
    {"com.apple.mobileactivationd", false, true, activationd_serve},
    {"com.apple.mobile.diagnostics_relay", false, true, diagnostics_serve},
    {"com.apple.mobile.notification_proxy", false, true, notification_serve},
    {"com.apple.mobile.insecure_notification_proxy", true, true,
        notification_serve},
    {"com.apple.misagent", false, false, misagent_serve},
    {"com.apple.syslog_relay", false, true, syslog_serve},
};

const struct service *service_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	return NULL;
}
