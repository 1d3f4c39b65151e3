#include "server/service/service.h"

#include <assert.h>

static const char *const counter_names[] = {
    [SERVICE_LINKS_CREATED] = "enrolment_links_created",
    [SERVICE_PROFILES_GIVEN] = "enrolment_profiles_given",
    [SERVICE_CERTIFICATES_ISSUED] = "certificates_issued",
    [SERVICE_SCEP_REFUSED] = "scep_requests_refused",
    [SERVICE_AUTHENTICATES] = "authenticates",
    [SERVICE_TOKEN_UPDATES] = "token_updates",
    [SERVICE_CHECK_OUTS] = "check_outs",
    [SERVICE_COMMANDS_SENT] = "commands_sent",
    [SERVICE_COMMANDS_ANSWERED] = "commands_answered",
    [SERVICE_ANSWERS_IGNORED] = "answers_ignored",
    [SERVICE_REFUSED_IDENTITY] = "refused_identity",
    [SERVICE_REFUSED_MESSAGE] = "refused_message",
    [SERVICE_FAULTS] = "faults",
    [SERVICE_DEPARTURES_FAILED] = "departures_failed",
};

static_assert(
    sizeof(counter_names) / sizeof(counter_names[0]) == SERVICE_COUNTER_COUNT,
    "a counter has no name");

void service_count(struct service *service, enum service_counter counter)
{
	atomic_fetch_add_explicit(
	    &service->counters[counter], 1, memory_order_relaxed);
}

const char *service_counter_name(enum service_counter counter)
{
	return counter_names[counter];
}
