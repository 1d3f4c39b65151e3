/*
 * activationd: com.apple.mobileactivationd. It knows the state; activation
 * itself needs Apple's server, which is not here.
 */
#include <string.h>

#include "tests/phones/property.h"
#include "tests/phones/usb/service.h"
#include "tests/phones/usb/usb_state.h"

struct exchange {
	plist_t request;
	plist_t answer;
};

static void answer_request(struct session *session, void *arg)
{
	struct exchange *exchange = arg;
	const char *command = property_string(exchange->request, "Command");
	const char *state = usb_state_text(session->phone, USB_ACTIVATION);

	if (command && strcmp(command, "GetActivationStateRequest") == 0) {
		property_set_string(
		    exchange->answer, "Value", state ? state : "Activated");
	} else if (command && strcmp(command, "DeactivateRequest") == 0) {
		usb_state_set_text(
		    session->phone, USB_ACTIVATION, "Unactivated");
	} else {
		property_set_string(exchange->answer, "Error",
		    "The activation server cannot be reached.");
	}
}

/* One request a connection. */
void activationd_serve(struct talk *talk)
{
	struct exchange exchange = {0};

	if (talk_read(talk, "Command", &exchange.request) < 0)
		return;
	exchange.answer = plist_new_dict();
	talk_visit(talk, answer_request, &exchange);
	plist_free(exchange.request);
	(void)talk_write(talk, exchange.answer);
}
