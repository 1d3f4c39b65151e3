#include "tests/phones/usb/usb_control.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/profile.h"
#include "tests/phones/usb/setup.h"
#include "tests/phones/usb/usb_report.h"
#include "tests/phones/usb/usb_set.h"
#include "tests/phones/usb/usb_state.h"

#define NOTIFY_PAIR "com.apple.mobile.lockdown.request_pair"

/* One word, for one phone. */
struct order {
	struct hub *hub;
	const char *serial;
	const json_t *request;
	const char *argument; /* "arg", may be NULL */
	struct err *err;
	int rc; /* of what was done while the phone was held */
};

static int attach(struct order *order)
{
	json_int_t location =
	    json_integer_value(json_object_get(order->request, "location"));

	if (location < 0 || location > UINT32_MAX)
		return err_set(
		    order->err, ERR_INVALID, "location is no number");
	return hub_attach(
	    order->hub, order->serial, (uint32_t)location, order->err);
}

static int detach(struct order *order)
{
	return hub_detach(order->hub, order->serial, order->err);
}

static int answer_dialog(struct order *order, enum dialog answer)
{
	struct usb_device *device = NULL;
	int rc;

	rc = hub_device(order->hub, order->serial, &device, order->err);
	if (rc < 0)
		return rc;
	hub_lock(order->hub);
	if (device->dialog == DIALOG_OPEN) {
		device->dialog = answer;
		device_post(device, NOTIFY_PAIR);
	} else {
		rc = err_set(order->err, ERR_CONFLICT,
		    "%s shows no trust dialog", order->serial);
	}
	hub_unlock(order->hub);
	return rc;
}

static void approve(struct session *session, void *arg)
{
	struct order *order = arg;
	struct buf data = {0};

	order->rc = usb_state_bytes(
	    session->phone, USB_WAITING_PROFILE, &data, order->err);
	if (order->rc == 0 && data.len == 0)
		order->rc = err_set(
		    order->err, ERR_CONFLICT, "no profile waits in Settings");
	if (order->rc == 0)
		order->rc =
		    setup_install(session, data.data, data.len, order->err);
	if (order->rc == 0) {
		usb_state_set_text(session->phone, USB_WAITING_PROFILE, NULL);
		(void)session_run(session, NULL);
	}
	buf_clear(&data);
}

static int visit(
    struct order *order, void (*what)(struct session *session, void *arg))
{
	int rc = engine_visit(
	    hub_engine(order->hub), order->serial, what, order, order->err);

	return rc < 0 ? rc : order->rc;
}

static int tap(struct order *order)
{
	const char *what = order->argument ? order->argument : "trust";

	if (strcmp(what, "trust") == 0)
		return answer_dialog(order, DIALOG_TRUSTED);
	if (strcmp(what, "deny") == 0)
		return answer_dialog(order, DIALOG_DENIED);
	if (strcmp(what, "approve") == 0)
		return visit(order, approve);
	return err_set(order->err, ERR_INVALID, "nobody taps '%s'", what);
}

static void walk(struct session *session, void *arg)
{
	struct order *order = arg;

	order->rc = setup_walk(session, order->err);
}

static int walk_setup(struct order *order)
{
	return visit(order, walk);
}

static int post(struct order *order)
{
	struct usb_device *device = NULL;
	int rc;

	if (!order->argument || strchr(order->argument, '\n'))
		return err_set(
		    order->err, ERR_INVALID, "post needs the name in \"arg\"");
	rc = hub_device(order->hub, order->serial, &device, order->err);
	if (rc < 0)
		return rc;
	hub_lock(order->hub);
	device_post(device, order->argument);
	hub_unlock(order->hub);
	return 0;
}

static int set(struct order *order)
{
	return usb_set(order->hub, order->serial,
	    json_object_get(order->request, "set"), order->err);
}

static const struct {
	const char *word;
	int (*execute)(struct order *order);
} words[] = {{"attach", attach}, {"detach", detach}, {"tap", tap},
    {"walk", walk_setup}, {"post", post}, {"usb_set", set}};
#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

/* Calls each with every serial there is, until one fails. */
static int for_all(struct order *order, int (*each)(struct order *order))
{
	json_t *phones = NULL;
	json_t *phone;
	size_t i;
	int rc;

	rc = engine_state(hub_engine(order->hub), NULL, &phones, order->err);
	if (rc < 0)
		return rc;
	json_array_foreach(phones, i, phone)
	{
		order->serial =
		    json_string_value(json_object_get(phone, "serial"));
		rc = each(order);
		if (rc < 0)
			break;
	}
	json_decref(phones);
	return rc;
}

static int execute_word(struct order *order, size_t index, json_t **result)
{
	int rc;

	if (!order->serial)
		return err_set(order->err, ERR_INVALID, "%s needs \"phone\"",
		    words[index].word);
	if (strcmp(order->serial, "all") == 0)
		rc = for_all(order, words[index].execute);
	else
		rc = words[index].execute(order);
	if (rc == 0)
		*result = json_pack("{s:b}", "ok", 1);
	return rc;
}

static int report(struct order *order, json_t **result)
{
	json_t *json = NULL;
	int rc;

	rc = usb_report(order->hub, order->serial, &json, order->err);
	if (rc == 0)
		*result = json_pack("{s:b, s:o}", "ok", 1,
		    order->serial ? "usb" : "phones", json);
	return rc;
}

int usb_control_execute(
    void *hub, const json_t *request, json_t **result, struct err *err)
{
	const char *word = json_string_value(json_object_get(request, "do"));
	struct order order = {.hub = hub,
	    .serial = json_string_value(json_object_get(request, "phone")),
	    .request = request,
	    .argument = json_string_value(json_object_get(request, "arg")),
	    .err = err};
	size_t i;

	if (!word)
		return err_set(err, ERR_INVALID, "the object has no \"do\"");
	if (strcmp(word, "usb") == 0)
		return report(&order, result);
	for (i = 0; i < WORD_COUNT; i++)
		if (strcmp(words[i].word, word) == 0)
			return execute_word(&order, i, result);
	return err_set(err, ERR_UNSUPPORTED, "unknown action '%s'", word);
}

int usb_control_plug(struct hub *hub, const char *which, struct err *err)
{
	struct order order = {.hub = hub, .err = err};
	char *list;
	char *rest;
	char *serial;
	int rc = 0;

	if (strcmp(which, "all") == 0)
		return for_all(&order, attach);
	list = strdup(which);
	if (!list)
		return err_memory(err);
	rest = list;
	while (rc == 0 && (serial = strsep(&rest, ",")) != NULL)
		if (*serial)
			rc = hub_attach(hub, serial, 0, err);
	free(list);
	return rc;
}
