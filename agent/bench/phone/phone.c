#include "agent/bench/phone/phone.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <usbmuxd.h>

#include "agent/bench/phone/pair_store.h"
#include "proto/apple/xplist.h"
#include "proto/base/str.h"

#define LABEL "workphone-agent"

bool phone_is_listed(const struct phone *phone)
{
	usbmuxd_device_info_t info;

	if (usbmuxd_get_device_by_udid(phone->udid, &info) != 1)
		return false;
	/* Another number is another attach: our line is dead. */
	return phone->mux_id == 0 || info.handle == phone->mux_id;
}

enum failure phone_lockdown_failure(
    struct phone *phone, enum lockdown_step step, int error)
{
	if (error == LOCKDOWN_E_SUCCESS)
		return FAILURE_NONE;
	phone->native = error;
	return failure_of_lockdown(step, error, phone_is_listed(phone));
}

enum failure phone_line_failure(struct phone *phone, int error)
{
	if (error == PROPERTY_LIST_SERVICE_E_SUCCESS)
		return FAILURE_NONE;
	phone->native = error;
	return failure_of_line(error, phone_is_listed(phone));
}

static enum failure connect_lockdown(struct phone *phone)
{
	int error;

	ERR_clear_error();
	error = lockdownd_client_new(phone->device, &phone->lockdown, LABEL);
	return phone_lockdown_failure(phone, LOCKDOWN_STEP_VALUE, error);
}

enum failure phone_open(struct phone *phone, const char *udid, uint32_t mux_id)
{
	*phone = (struct phone){.mux_id = mux_id};
	if (str_copy(phone->udid, sizeof(phone->udid), udid) < 0)
		return FAILURE_INTERNAL;
	if (idevice_new(&phone->device, udid) != IDEVICE_E_SUCCESS)
		return FAILURE_DISCONNECTED;
	return connect_lockdown(phone);
}

static void close_lockdown(struct phone *phone)
{
	ERR_clear_error();
	if (phone->lockdown)
		(void)lockdownd_client_free(phone->lockdown);
	phone->lockdown = NULL;
	phone->has_session = false;
}

void phone_close(struct phone *phone)
{
	close_lockdown(phone);
	if (phone->device)
		(void)idevice_free(phone->device);
	phone->device = NULL;
}

enum failure phone_restart(struct phone *phone)
{
	close_lockdown(phone);
	return connect_lockdown(phone);
}

enum failure phone_start_session(struct phone *phone)
{
	struct pair_summary summary;
	int error;

	if (phone->has_session)
		return FAILURE_NONE;
	/* The library pairs by itself when there is no record: look first. */
	if (!pair_store_summary(phone->udid, &summary))
		return FAILURE_RECORD_STALE;
	close_lockdown(phone);
	ERR_clear_error();
	error = lockdownd_client_new_with_handshake(
	    phone->device, &phone->lockdown, LABEL);
	if (error != LOCKDOWN_E_SUCCESS) {
		enum failure failure =
		    phone_lockdown_failure(phone, LOCKDOWN_STEP_SESSION, error);

		phone->lockdown = NULL;
		if (failure != FAILURE_DISCONNECTED)
			(void)connect_lockdown(phone);
		phone->native = error;
		return failure;
	}
	phone->has_session = true;
	phone->has_escrow = summary.has_escrow;
	(void)str_copy(phone->host_id, sizeof(phone->host_id), summary.host_id);
	return FAILURE_NONE;
}

enum failure phone_try_host(struct phone *phone, const char *host_id)
{
	enum failure failure;
	int error;

	failure = phone_restart(phone);
	if (failure != FAILURE_NONE)
		return failure;
	ERR_clear_error();
	error = lockdownd_start_session(phone->lockdown, host_id, NULL, NULL);
	failure = phone_lockdown_failure(phone, LOCKDOWN_STEP_SESSION, error);
	/* It took the HostID and then failed in TLS, which a bare session
	 * speaks in version 1.0 only: the pairing is known to it. */
	if (failure == FAILURE_TLS)
		failure = FAILURE_NONE;
	(void)phone_restart(phone);
	return failure;
}

/* Not an error of the line: the phone just does not tell. */
static bool is_silence(int error)
{
	return error == LOCKDOWN_E_MISSING_VALUE ||
	    error == LOCKDOWN_E_GET_PROHIBITED ||
	    error == LOCKDOWN_E_MISSING_KEY ||
	    error == LOCKDOWN_E_PASSWORD_PROTECTED ||
	    error == LOCKDOWN_E_SESSION_INACTIVE;
}

enum failure phone_get_value(
    struct phone *phone, const char *domain, const char *key, plist_t *out)
{
	plist_t value = NULL;
	int error;

	if (!phone->lockdown)
		return FAILURE_DISCONNECTED;
	ERR_clear_error();
	error = lockdownd_get_value(phone->lockdown, domain, key, &value);
	if (error != LOCKDOWN_E_SUCCESS && !is_silence(error)) {
		if (value)
			plist_free(value);
		/* Any other refusal of one key is silence too, as long as the
		 * line holds: the list of keys varies by version. */
		return phone_lockdown_failure(
		    phone, LOCKDOWN_STEP_VALUE, error);
	}
	*out = value;
	return FAILURE_NONE;
}

enum failure phone_get_text(struct phone *phone, const char *domain,
    const char *key, char *out, size_t size)
{
	plist_t value = NULL;
	enum failure failure = phone_get_value(phone, domain, key, &value);
	const char *text;
	size_t len;

	out[0] = '\0';
	text = xplist_text(value, &len);
	if (text && len < size && strlen(text) == len && str_is_utf8(text, len))
		memcpy(out, text, len + 1);
	if (value)
		plist_free(value);
	return failure;
}

static enum failure open_service(struct phone *phone,
    lockdownd_service_descriptor_t descriptor,
    property_list_service_client_t *out)
{
	property_list_service_client_t client = NULL;
	bool with_tls = descriptor->ssl_enabled;
	int error;

	/* Left to itself the library goes on in clear when TLS fails. */
	descriptor->ssl_enabled = 0;
	ERR_clear_error();
	error = property_list_service_client_new(
	    phone->device, descriptor, &client);
	if (error == PROPERTY_LIST_SERVICE_E_SUCCESS && with_tls) {
		ERR_clear_error();
		error = property_list_service_enable_ssl(client);
	}
	if (error != PROPERTY_LIST_SERVICE_E_SUCCESS) {
		if (client)
			(void)property_list_service_client_free(client);
		return phone_line_failure(phone, error);
	}
	*out = client;
	return FAILURE_NONE;
}

enum failure phone_start_service(
    struct phone *phone, const char *name, property_list_service_client_t *out)
{
	lockdownd_service_descriptor_t descriptor = NULL;
	enum failure failure;
	int error;

	if (!phone->lockdown)
		return FAILURE_DISCONNECTED;
	ERR_clear_error();
	if (phone->has_escrow)
		error = lockdownd_start_service_with_escrow_bag(
		    phone->lockdown, name, &descriptor);
	else
		error =
		    lockdownd_start_service(phone->lockdown, name, &descriptor);
	failure = phone_lockdown_failure(phone, LOCKDOWN_STEP_SERVICE, error);
	if (failure == FAILURE_NONE && !descriptor)
		failure = FAILURE_ODD_ANSWER;
	if (failure == FAILURE_NONE)
		failure = open_service(phone, descriptor, out);
	if (descriptor)
		(void)lockdownd_service_descriptor_free(descriptor);
	return failure;
}
