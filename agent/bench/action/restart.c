#include <openssl/err.h>
#include <string.h>

#include "agent/bench/action/action.h"
#include "proto/apple/xplist.h"

#define SERVICE "com.apple.mobile.diagnostics_relay"
#define ANSWER_MS 15000

static enum failure ask_restart(
    struct action_run *run, property_list_service_client_t client)
{
	CLEANUP(plist) plist_t request = plist_new_dict();
	CLEANUP(plist) plist_t answer = NULL;
	char status[32];
	int error;

	(void)xplist_set_text(request, "Request", "Restart", NULL);
	/* Not before we have gone: the answer would be lost. */
	xplist_set_bool(request, "WaitForDisconnect", true);
	ERR_clear_error();
	error = property_list_service_send_xml_plist(client, request);
	if (error == PROPERTY_LIST_SERVICE_E_SUCCESS) {
		ERR_clear_error();
		error = property_list_service_receive_plist_with_timeout(
		    client, &answer, ANSWER_MS);
	}
	if (error != PROPERTY_LIST_SERVICE_E_SUCCESS)
		return phone_line_failure(&run->phone, error);
	if (!xplist_is_dict(answer) ||
	    xplist_need_string(answer, "Status", status, sizeof(status), NULL) <
	        0)
		return FAILURE_ODD_ANSWER;
	return strcmp(status, "Success") == 0 ? FAILURE_NONE
	                                      : FAILURE_REQUEST_REFUSED;
}

/* Done once: a restart that is on its way is not asked for again. */
enum failure action_restart(struct action_run *run)
{
	property_list_service_client_t client = NULL;
	enum failure failure;

	if (action_step_before(run) == JOURNAL_STEP_RESTART_SENT)
		return FAILURE_NONE;
	failure = action_meet(run);
	if (failure != FAILURE_NONE)
		return failure;
	failure = phone_start_service(&run->phone, SERVICE, &client);
	if (failure != FAILURE_NONE)
		return failure;
	failure = action_note(run, JOURNAL_STEP_RESTART_SENT);
	if (failure == FAILURE_NONE) {
		action_step(run, "restart", 80);
		failure = ask_restart(run, client);
	}
	(void)property_list_service_client_free(client);
	/* The line that drops after the request is the restart itself. */
	return failure == FAILURE_DISCONNECTED ? FAILURE_NONE : failure;
}
