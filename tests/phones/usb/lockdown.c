#include "tests/phones/usb/lockdown.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/lockdown_pair.h"
#include "tests/phones/usb/lockdown_value.h"
#include "tests/phones/usb/service.h"
#include "tests/phones/usb/usb_state.h"

void lockdown_refuse(struct lockdown_exchange *exchange, const char *error)
{
	property_set_string(exchange->answer, "Error", error);
}

static void query_type(struct lockdown_exchange *exchange)
{
	property_set_string(
	    exchange->answer, "Type", "com.apple.mobile.lockdown");
}

static void start_session(struct lockdown_exchange *exchange)
{
	struct lockdown *lockdown = exchange->lockdown;
	const char *host_id = property_string(exchange->request, "HostID");
	struct pairing pairing = {0};

	if (!host_id) {
		lockdown_refuse(exchange, "MissingHostID");
		return;
	}
	if (lockdown_has_session(lockdown)) {
		lockdown_refuse(exchange, "SessionActive");
		return;
	}
	if (pairing_load(exchange->session->phone, host_id, &pairing, NULL) <
	    0) {
		lockdown_refuse(exchange, "InvalidHostID");
		return;
	}
	pairing_clear(&pairing);
	(void)str_copy(lockdown->host_id, sizeof(lockdown->host_id), host_id);
	uuid_make(session_now(exchange->session), exchange->session->world->rng,
	    lockdown->session_id);
	property_set_string(
	    exchange->answer, "SessionID", lockdown->session_id);
	property_set_bool(exchange->answer, "EnableSessionSSL", true);
	lockdown->start_tls = true;
}

static void stop_session(struct lockdown_exchange *exchange)
{
	struct lockdown *lockdown = exchange->lockdown;
	const char *id = property_string(exchange->request, "SessionID");

	if (!lockdown_has_session(lockdown)) {
		lockdown_refuse(exchange, "SessionInactive");
		return;
	}
	if (!id || strcmp(id, lockdown->session_id) != 0) {
		lockdown_refuse(
		    exchange, id ? "InvalidSessionID" : "MissingSessionID");
		return;
	}
	lockdown->session_id[0] = '\0';
	lockdown->stop_tls = true;
}

/*
 * Why a service cannot start on a locked phone; NULL: it can. The escrow bag
 * opens what was unlocked once since the start, never what was not.
 */
static const char *locked_reason(
    struct lockdown_exchange *exchange, const struct service *service)
{
	const struct phone *phone = exchange->session->phone;
	struct pairing pairing = {0};
	const uint8_t *bag;
	bool fits;
	size_t len;

	if (service->while_locked || !phone->locked)
		return NULL;
	bag = property_data(exchange->request, "EscrowBag", &len);
	if (!bag)
		return "PasswordProtected";
	if (usb_state_flag(phone, USB_LOCKED_SINCE_START))
		return "MissingValue";
	if (pairing_load(phone, exchange->lockdown->host_id, &pairing, NULL) <
	    0)
		return "InvalidHostID";
	fits = len == sizeof(pairing.escrow) &&
	    memcmp(bag, pairing.escrow, len) == 0;
	pairing_clear(&pairing);
	return fits ? NULL : "EscrowLocked";
}

static const char *service_reason(
    struct lockdown_exchange *exchange, const struct service *service)
{
	if (!service)
		return "InvalidService";
	if (!service->open && !lockdown_has_session(exchange->lockdown))
		return "SessionInactive";
	return locked_reason(exchange, service);
}

static void start_service(struct lockdown_exchange *exchange)
{
	const char *name = property_string(exchange->request, "Service");
	struct talk *talk = exchange->lockdown->talk;
	const struct service *service = name ? service_find(name) : NULL;
	const char *reason =
	    name ? service_reason(exchange, service) : "MissingService";
	uint16_t port;

	if (reason) {
		lockdown_refuse(exchange, reason);
		return;
	}
	hub_lock(talk->hub);
	port = device_open_port(
	    talk->device, service, exchange->lockdown->host_id, !service->open);
	hub_unlock(talk->hub);
	property_set_string(exchange->answer, "Service", service->name);
	property_set_integer(exchange->answer, "Port", port);
	property_set_bool(exchange->answer, "EnableServiceSSL", !service->open);
}

/* Since iOS 14.5 only within a session. */
static void enter_recovery(struct lockdown_exchange *exchange)
{
	if (!lockdown_has_session(exchange->lockdown))
		lockdown_refuse(exchange, "SessionInactive");
	else
		talk_shut_down_later(exchange->lockdown->talk);
}

static void reset_pairing(struct lockdown_exchange *exchange)
{
	if (!lockdown_has_session(exchange->lockdown))
		lockdown_refuse(exchange, "SessionInactive");
	else
		pairing_remove_all(exchange->session->phone);
}

static void goodbye(struct lockdown_exchange *exchange)
{
	property_set_string(exchange->answer, "Result", "Success");
	exchange->lockdown->end = true;
}

static const struct {
	const char *request;
	void (*answer)(struct lockdown_exchange *exchange);
} requests[] = {
    {"QueryType", query_type},
    {"GetValue", lockdown_get_value},
    {"SetValue", lockdown_set_value},
    {"RemoveValue", lockdown_remove_value},
    {"Pair", lockdown_pair},
    {"ValidatePair", lockdown_validate_pair},
    {"Unpair", lockdown_unpair},
    {"ResetPairing", reset_pairing},
    {"StartSession", start_session},
    {"StopSession", stop_session},
    {"StartService", start_service},
    {"EnterRecovery", enter_recovery},
    {"Goodbye", goodbye},
};

static void answer_request(struct session *session, void *arg)
{
	struct lockdown_exchange *exchange = arg;
	const char *name = property_string(exchange->request, "Request");
	size_t i;

	exchange->session = session;
	if (name)
		property_set_string(exchange->answer, "Request", name);
	for (i = 0; name && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(requests[i].request, name) == 0) {
			requests[i].answer(exchange);
			return;
		}
	}
	lockdown_refuse(exchange, "InvalidRequest");
}

/* What an answer announced for the connection. */
static int change_connection(struct lockdown *lockdown)
{
	if (lockdown->start_tls) {
		lockdown->start_tls = false;
		return talk_start_tls(lockdown->talk, lockdown->host_id);
	}
	if (lockdown->stop_tls) {
		lockdown->stop_tls = false;
		return wire_stop_tls(&lockdown->talk->wire);
	}
	return lockdown->end ? -1 : 0;
}

void lockdown_serve(struct talk *talk)
{
	struct lockdown lockdown = {.talk = talk};
	struct lockdown_exchange exchange = {.lockdown = &lockdown};
	int rc = 0;

	while (rc == 0 && talk_read(talk, "Request", &exchange.request) == 0) {
		exchange.answer = plist_new_dict();
		talk_visit(talk, answer_request, &exchange);
		plist_free(exchange.request);
		rc = talk_write(talk, exchange.answer);
		if (rc == 0)
			rc = change_connection(&lockdown);
	}
}
