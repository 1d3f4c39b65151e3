/*
 * misagent: com.apple.misagent: provisioning profiles (of apps, not of
 * configuration). The phone takes, lists and drops them; it looks at none.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/service.h"

#define KEPT "provisioning" /* of phone->usb: [base64] */
#define KEPT_MAX 64
#define STATUS_DONE 0
#define STATUS_INVALID 0xE8008001 /* as iOS has it for a broken profile */

struct exchange {
	plist_t request;
	plist_t answer;
};

static json_t *kept(struct phone *phone)
{
	json_t *list = json_object_get(phone->usb, KEPT);

	if (list)
		return list;
	list = json_array();
	(void)json_object_set_new(phone->usb, KEPT, list);
	return list;
}

static void copy_all(struct phone *phone, plist_t answer)
{
	plist_t payload = plist_new_array();
	uint8_t *data;
	json_t *text;
	size_t len;
	size_t i;

	json_array_foreach(kept(phone), i, text)
	{
		if (str_base64_parse(json_string_value(text),
		        json_string_length(text), &data, &len, NULL) < 0)
			continue;
		plist_array_append_item(
		    payload, plist_new_data((const char *)data, len));
		free(data);
	}
	plist_dict_set_item(answer, "Payload", payload);
	property_set_integer(answer, "Status", STATUS_DONE);
}

static void install(struct phone *phone, plist_t request, plist_t answer)
{
	const uint8_t *data;
	char *text = NULL;
	size_t len;

	data = property_data(request, "Profile", &len);
	if (data && len > 0 && json_array_size(kept(phone)) < KEPT_MAX)
		text = str_base64(data, len);
	if (text)
		(void)json_array_append_new(kept(phone), json_string(text));
	property_set_integer(
	    answer, "Status", text ? STATUS_DONE : STATUS_INVALID);
	free(text);
	phone->changed = true;
}

static void answer_request(struct session *session, void *arg)
{
	struct exchange *exchange = arg;
	const char *type = property_string(exchange->request, "MessageType");

	if (type && strncmp(type, "Copy", 4) == 0)
		copy_all(session->phone, exchange->answer);
	else if (type && strcmp(type, "Install") == 0)
		install(session->phone, exchange->request, exchange->answer);
	else
		property_set_integer(
		    exchange->answer, "Status", STATUS_INVALID);
}

void misagent_serve(struct talk *talk)
{
	struct exchange exchange = {0};
	int rc = 0;

	while (
	    rc == 0 && talk_read(talk, "MessageType", &exchange.request) == 0) {
		exchange.answer = plist_new_dict();
		talk_visit(talk, answer_request, &exchange);
		plist_free(exchange.request);
		rc = talk_write(talk, exchange.answer);
	}
}
