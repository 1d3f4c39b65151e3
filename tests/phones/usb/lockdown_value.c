#include "tests/phones/usb/lockdown_value.h"

#include <string.h>

#include "proto/base/str.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/lockdown_facts.h"
#include "tests/phones/usb/usb_state.h"

static bool has_made_up(
    struct session *session, const char *domain, const char *key)
{
	const json_t *set = usb_state_value(session->phone, domain, key);

	return set && !json_is_null(set) && !value_find(domain, key);
}

static void get_one(
    struct lockdown_exchange *exchange, const char *domain, const char *key)
{
	bool paired = lockdown_has_session(exchange->lockdown);
	const struct value *value = value_find(domain, key);
	plist_t node = NULL;

	if (!paired && (!value || value->access != OPEN)) {
		lockdown_refuse(exchange, "GetProhibited");
		return;
	}
	if (value)
		node = value_make(exchange->session, value);
	else if (has_made_up(exchange->session, domain, key))
		node = property_from_json(
		    usb_state_value(exchange->session->phone, domain, key));
	if (node)
		plist_dict_set_item(exchange->answer, "Value", node);
	else
		lockdown_refuse(exchange, "MissingValue");
}

/* Keys that stand in no row and were set by hand. */
static void add_made_up(
    struct lockdown_exchange *exchange, const char *domain, plist_t dict)
{
	const json_t *all =
	    json_object_get(exchange->session->phone->usb, USB_VALUES);
	json_t *of_domain = json_object_get(all, domain);
	const char *key;
	json_t *value;

	json_object_foreach(of_domain, key, value)
	{
		if (has_made_up(exchange->session, domain, key))
			plist_dict_set_item(
			    dict, key, property_from_json(value));
	}
}

static void get_all(struct lockdown_exchange *exchange, const char *domain)
{
	bool paired = lockdown_has_session(exchange->lockdown);
	plist_t dict = plist_new_dict();
	const struct value *value;
	plist_t node;
	size_t i;

	for (i = 0; (value = value_at(i)) != NULL; i++) {
		if (strcmp(value->domain, domain) != 0 ||
		    value->access == BY_NAME ||
		    (value->access == PAIRED && !paired))
			continue;
		node = value_make(exchange->session, value);
		if (node)
			plist_dict_set_item(dict, value->key, node);
	}
	if (paired)
		add_made_up(exchange, domain, dict);
	plist_dict_set_item(exchange->answer, "Value", dict);
}

void lockdown_get_value(struct lockdown_exchange *exchange)
{
	const char *domain = property_string(exchange->request, "Domain");
	const char *key = property_string(exchange->request, "Key");

	if (domain)
		property_set_string(exchange->answer, "Domain", domain);
	if (key)
		property_set_string(exchange->answer, "Key", key);
	if (key)
		get_one(exchange, domain ? domain : "", key);
	else
		get_all(exchange, domain ? domain : "");
}

static void set_name(struct phone *phone, plist_t value)
{
	const char *name = property_text(value);

	if (name &&
	    str_copy(
	        phone->hardware.name, sizeof(phone->hardware.name), name) == 0)
		phone->changed = true;
}

void lockdown_set_value(struct lockdown_exchange *exchange)
{
	const char *domain = property_string(exchange->request, "Domain");
	const char *key = property_string(exchange->request, "Key");
	plist_t value = plist_dict_get_item(exchange->request, "Value");
	json_t *json = value ? property_to_json(value) : NULL;

	if (key)
		property_set_string(exchange->answer, "Key", key);
	if (!key || !json) {
		lockdown_refuse(exchange, key ? "MissingValue" : "MissingKey");
		json_decref(json);
		return;
	}
	/* Hosts say who they are before they are trusted. */
	if (strcmp(key, "UntrustedHostBUID") == 0) {
		json_decref(json);
	} else if (!lockdown_has_session(exchange->lockdown)) {
		lockdown_refuse(exchange, "SetProhibited");
		json_decref(json);
	} else if (!domain && strcmp(key, "DeviceName") == 0) {
		set_name(exchange->session->phone, value);
		json_decref(json);
	} else {
		usb_state_set_value(
		    exchange->session->phone, domain ? domain : "", key, json);
	}
	if (!plist_dict_get_item(exchange->answer, "Error"))
		plist_dict_set_item(
		    exchange->answer, "Value", plist_copy(value));
}

void lockdown_remove_value(struct lockdown_exchange *exchange)
{
	const char *domain = property_string(exchange->request, "Domain");
	const char *key = property_string(exchange->request, "Key");

	if (!lockdown_has_session(exchange->lockdown))
		lockdown_refuse(exchange, "RemoveProhibited");
	else if (!key)
		lockdown_refuse(exchange, "MissingKey");
	else
		usb_state_set_value(exchange->session->phone,
		    domain ? domain : "", key, json_null());
}
