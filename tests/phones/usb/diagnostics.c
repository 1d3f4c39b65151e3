/* diagnostics: com.apple.mobile.diagnostics_relay. */
#include <string.h>

#include "tests/phones/property.h"
#include "tests/phones/usb/lockdown_facts.h"
#include "tests/phones/usb/service.h"

struct exchange {
	struct session *session;
	plist_t request;
	plist_t answer;
	void (*after)(struct talk *talk);
	bool end;
};

static void say_diagnostics(struct exchange *exchange, const char *section)
{
	plist_t diagnostics = plist_new_dict();
	plist_t gauge = plist_new_dict();

	property_set_integer(gauge, "CycleCount", 112);
	property_set_integer(gauge, "DesignCapacity", 100);
	property_set_integer(gauge, "FullChargeCapacity", 91);
	property_set_string(gauge, "Status", "Success");
	plist_dict_set_item(diagnostics, section, gauge);
	plist_dict_set_item(exchange->answer, "Diagnostics", diagnostics);
}

static void say_all(struct exchange *exchange)
{
	say_diagnostics(exchange, "GasGauge");
}

static void say_wifi(struct exchange *exchange)
{
	say_diagnostics(exchange, "WiFi");
}

static void say_nand(struct exchange *exchange)
{
	say_diagnostics(exchange, "NAND");
}

static void say_registry(struct exchange *exchange)
{
	plist_t diagnostics = plist_new_dict();

	plist_dict_set_item(diagnostics, "IORegistry", plist_new_dict());
	plist_dict_set_item(exchange->answer, "Diagnostics", diagnostics);
}

/* Since iOS 17.4 this is all MobileGestalt says. */
static bool is_gestalt_gone(const struct phone *phone)
{
	const char *version = phone->hardware.os_version;
	long major = strtol(version, NULL, 10);
	const char *dot = strchr(version, '.');

	return major > 17 ||
	    (major == 17 && dot && strtol(dot + 1, NULL, 10) >= 4);
}

static void say_gestalt(struct exchange *exchange)
{
	plist_t wanted = property_array(exchange->request, "MobileGestaltKeys");
	plist_t diagnostics = plist_new_dict();
	plist_t gestalt = plist_new_dict();
	bool gone = is_gestalt_gone(exchange->session->phone);
	const char *key;
	plist_t value;
	uint32_t i;

	property_set_string(
	    gestalt, "Status", gone ? "MobileGestaltDeprecated" : "Success");
	for (i = 0; !gone && wanted && i < plist_array_get_size(wanted); i++) {
		key = property_text(plist_array_get_item(wanted, i));
		value = key ? lockdown_value(exchange->session, key) : NULL;
		if (value)
			plist_dict_set_item(gestalt, key, value);
	}
	plist_dict_set_item(diagnostics, "MobileGestalt", gestalt);
	plist_dict_set_item(exchange->answer, "Diagnostics", diagnostics);
}

static void restart(struct exchange *exchange)
{
	exchange->after = talk_restart_later;
}

static void shut_down(struct exchange *exchange)
{
	exchange->after = talk_shut_down_later;
}

static void fall_asleep(struct exchange *exchange)
{
	struct phone *phone = exchange->session->phone;

	phone->locked = phone->pin.set;
	phone->changed = true;
}

static void goodbye(struct exchange *exchange)
{
	exchange->end = true;
}

static const struct {
	const char *request;
	void (*answer)(struct exchange *exchange);
} requests[] = {
    {"All", say_all},
    {"GasGauge", say_all},
    {"WiFi", say_wifi},
    {"NAND", say_nand},
    {"IORegistry", say_registry},
    {"MobileGestalt", say_gestalt},
    {"Restart", restart},
    {"Shutdown", shut_down},
    {"Sleep", fall_asleep},
    {"Goodbye", goodbye},
};

static void answer_request(struct session *session, void *arg)
{
	struct exchange *exchange = arg;
	const char *name = property_string(exchange->request, "Request");
	size_t i;

	exchange->session = session;
	for (i = 0; name && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(requests[i].request, name) != 0)
			continue;
		requests[i].answer(exchange);
		property_set_string(exchange->answer, "Status", "Success");
		return;
	}
	property_set_string(exchange->answer, "Status", "UnknownRequest");
}

void diagnostics_serve(struct talk *talk)
{
	struct exchange exchange = {0};
	int rc = 0;

	while (rc == 0 && !exchange.end &&
	    talk_read(talk, "Request", &exchange.request) == 0) {
		exchange.answer = plist_new_dict();
		exchange.after = NULL;
		talk_visit(talk, answer_request, &exchange);
		plist_free(exchange.request);
		rc = talk_write(talk, exchange.answer);
		if (exchange.after)
			exchange.after(talk);
	}
}
