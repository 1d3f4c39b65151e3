#include "tests/phones/usb/mcinstall.h"

#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/session.h"
#include "tests/phones/usb/challenge.h"
#include "tests/phones/usb/service.h"
#include "tests/phones/usb/setup.h"
#include "tests/phones/usb/usb_state.h"

void mc_fail(struct mc_exchange *exchange, const char *domain,
    enum mc_error code, const char *text)
{
	plist_t chain = property_array(exchange->answer, "ErrorChain");
	plist_t item = plist_new_dict();

	property_set_integer(item, "ErrorCode", code);
	property_set_string(item, "ErrorDomain", domain);
	property_set_string(item, "LocalizedDescription", text);
	property_set_string(item, "USEnglishDescription", text);
	if (!chain) {
		chain = plist_new_array();
		plist_dict_set_item(exchange->answer, "ErrorChain", chain);
	}
	plist_array_append_item(chain, item);
	exchange->status = "Error";
}

void mc_format_error(struct mc_exchange *exchange)
{
	exchange->status = "CommandFormatError";
}

static void acknowledge(struct mc_exchange *exchange)
{
	(void)exchange;
}

static void set_wifi_power(struct mc_exchange *exchange)
{
	plist_t state = plist_dict_get_item(exchange->request, "PowerState");

	if (!state || plist_get_node_type(state) != PLIST_BOOLEAN)
		mc_fail(exchange, MC_DOMAIN_TUNNEL, MC_WIFI_FAILED,
		    "The Wi-Fi power state could not be set.");
}

static void poll_mdm(struct mc_exchange *exchange)
{
	exchange->after = MC_POLL;
}

static void erase_device(struct mc_exchange *exchange)
{
	struct session *session = exchange->session;

	if (session->phone->behaviour.lie_erase)
		phone_note_anomaly(session->phone,
		    "acknowledged an erase over the cable only");
	else
		exchange->after = MC_ERASE;
}

static void escalate(struct mc_exchange *exchange)
{
	struct mcinstall *mcinstall = exchange->mcinstall;
	const uint8_t *der;
	size_t len;

	der = property_data(exchange->request, "SupervisorCertificate", &len);
	if (!der ||
	    !usb_state_is_supervisor(exchange->session->phone, der, len)) {
		exchange->status = "CertificateRejected";
		return;
	}
	mcinstall->challenge_len = challenge_make(mcinstall->talk,
	    exchange->session->world->rng, mcinstall->challenge);
	property_set_data(exchange->answer, "Challenge", mcinstall->challenge,
	    mcinstall->challenge_len);
}

static void escalate_response(struct mc_exchange *exchange)
{
	struct mcinstall *mcinstall = exchange->mcinstall;
	const uint8_t *cms;
	size_t len;

	cms = property_data(exchange->request, "SignedRequest", &len);
	mcinstall->escalated = cms && mcinstall->challenge_len > 0 &&
	    challenge_is_signed(exchange->session->phone, mcinstall->challenge,
	        mcinstall->challenge_len, cms, len);
	mcinstall->challenge_len = 0; /* it is good for one answer */
	if (!mcinstall->escalated)
		exchange->status = "SignedRequestRejected";
}

static void proceed_with_migration(struct mc_exchange *exchange)
{
	if (exchange->mcinstall->escalated)
		exchange->mcinstall->migrated = true;
	else
		mc_format_error(exchange);
}

static const struct {
	const char *request_type;
	mc_fn *execute;
} requests[] = {
    {"HelloHostIdentifier", acknowledge},
    {"Flush", acknowledge},
    {"GetCloudConfiguration", mc_get_cloud_configuration},
    {"SetCloudConfiguration", mc_set_cloud_configuration},
    {"DownloadAndApplyCloudConfiguration", mc_download_cloud_configuration},
    {"EstablishProvisionalEnrollment", mc_establish_provisional_enrollment},
    {"GetProfileList", mc_get_profile_list},
    {"InstallProfile", mc_install_profile},
    {"RemoveProfile", mc_remove_profile},
    {"StoreProfile", mc_store_profile},
    {"GetStoredProfile", mc_get_stored_profile},
    {"SetWiFiPowerState", set_wifi_power},
    {"PollMDMIfNetworkTethered", poll_mdm},
    {"EraseDevice", erase_device},
    {"Escalate", escalate},
    {"EscalateResponse", escalate_response},
    {"ProceedWithKeybagMigration", proceed_with_migration},
};

/* A supervisor's requests come first; the rest falls through to the tunnel. */
static mc_fn *find_request(
    const struct mcinstall *mcinstall, const char *request_type)
{
	mc_fn *found = NULL;
	size_t i;

	if (mcinstall->migrated)
		found = mc_find_escalated(request_type);
	for (i = 0; !found && i < sizeof(requests) / sizeof(requests[0]); i++)
		if (strcmp(requests[i].request_type, request_type) == 0)
			found = requests[i].execute;
	return found;
}

static void execute(struct session *session, void *arg)
{
	struct mc_exchange *exchange = arg;
	const char *type = property_string(exchange->request, "RequestType");
	mc_fn *found = type ? find_request(exchange->mcinstall, type) : NULL;

	exchange->session = session;
	if (found)
		found(exchange);
	else
		mc_format_error(exchange);
	property_set_string(exchange->answer, "Status", exchange->status);
}

static void poll_server(struct session *session, void *arg)
{
	(void)arg;
	(void)session_run(session, NULL);
}

static void poll_later(struct hub *hub, struct usb_device *device)
{
	(void)hub_visit(hub, device, poll_server, NULL);
}

/* Done whether or not the answer got through. */
static void follow_up(struct talk *talk, enum mc_after after)
{
	switch (after) {
	case MC_NOTHING:
		break;
	case MC_ERASE:
		talk_erase_later(talk);
		break;
	case MC_RESTART:
		talk_restart_later(talk);
		break;
	case MC_SHUT_DOWN:
		talk_shut_down_later(talk);
		break;
	case MC_SETUP:
		setup_begin(talk->hub, talk->device);
		break;
	case MC_POLL:
		hub_later(talk->hub, talk->device, 0, poll_later);
		break;
	}
}

void mcinstall_serve(struct talk *talk)
{
	struct mcinstall mcinstall = {.talk = talk};
	struct mc_exchange exchange = {.mcinstall = &mcinstall};
	int rc = 0;

	while (
	    rc == 0 && talk_read(talk, "RequestType", &exchange.request) == 0) {
		exchange.answer = plist_new_dict();
		exchange.status = "Acknowledged";
		exchange.after = MC_NOTHING;
		talk_visit(talk, execute, &exchange);
		plist_free(exchange.request);
		rc = talk_write(talk, exchange.answer);
		follow_up(talk, exchange.after);
	}
}
