#include "tests/phones/phone.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

struct model {
	const char *product_name;
	const char *title;
	const char *model;
	const char *os_version;
	const char *build_version;
	const char *chip; /* first half of the UDID; NULL: 40 hex digits */
	double capacity_gb;
};

/* clang-format off */
static const struct model models[] = {
	{"iPhone14,5", "iPhone 13", "MLPF3KS/A", "17.6.1", "21G93", "00008110", 119.08},
	{"iPhone12,8", "iPhone SE (2nd generation)", "MHGP3KS/A", "17.5.1", "21F90", "00008030", 59.57},
	{"iPhone14,6", "iPhone SE (3rd generation)", "MMXF3KS/A", "18.1", "22B83", "00008110", 59.57},
	{"iPhone13,2", "iPhone 12", "MGJ53KS/A", "17.6.1", "21G93", "00008101", 59.57},
	{"iPhone14,7", "iPhone 14", "MPUF3QN/A", "18.1", "22B83", "00008110", 119.08},
	{"iPhone16,1", "iPhone 15 Pro", "MTUX3QN/A", "18.1", "22B83", "00008130", 119.08},
	{"iPhone15,4", "iPhone 15", "MTP03QN/A", "18.1", "22B83", "00008120", 119.08},
	{"iPhone11,8", "iPhone XR", "MRY42KS/A", "16.7.10", "20H350", "00008020", 59.57},
	{"iPhone10,1", "iPhone 8", "MQ6G2KS/A", "16.7.10", "20H350", NULL, 59.57},
};
/* clang-format on */
#define MODEL_COUNT (sizeof(models) / sizeof(models[0]))

const char *phone_model_line(size_t index)
{
	static char line[MODEL_COUNT][64];

	if (index >= MODEL_COUNT)
		return NULL;
	(void)snprintf(line[index], sizeof(line[index]), "%-11s %s",
	    models[index].product_name, models[index].title);
	return line[index];
}

/* Bytes that follow the serial and a purpose; the same every time. */
static void derive(
    const char *serial, const char *purpose, int index, uint8_t out[32])
{
	char text[PHONE_TEXT_MAX];
	int len;

	len = snprintf(text, sizeof(text), "%s/%s/%d", serial, purpose, index);
	if (len < 0 || (size_t)len >= sizeof(text))
		len = (int)sizeof(text) - 1;
	(void)EVP_Digest(text, (size_t)len, out, NULL, EVP_sha256(), NULL);
}

static char luhn_digit(const char *digits)
{
	size_t len = strlen(digits);
	int sum = 0;
	int digit;
	size_t i;

	for (i = 0; i < len; i++) {
		digit = digits[len - 1 - i] - '0';
		if (i % 2 == 0 && (digit *= 2) > 9)
			digit -= 9;
		sum += digit;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

/* prefix, derived digits up to len - 1, and a check digit. */
static void derive_number(const char *serial, const char *purpose, int index,
    const char *prefix, char *out, size_t len)
{
	uint8_t bytes[32];
	size_t at = strlen(prefix);

	derive(serial, purpose, index, bytes);
	memcpy(out, prefix, at);
	for (; at < len - 1; at++)
		out[at] = (char)('0' + bytes[at % sizeof(bytes)] % 10);
	out[at] = '\0';
	out[at] = luhn_digit(out);
	out[at + 1] = '\0';
}

static void derive_mac(const char *serial, const char *purpose, char out[20])
{
	uint8_t b[32];

	derive(serial, purpose, 0, b);
	(void)snprintf(out, 20, "%02x:%02x:%02x:%02x:%02x:%02x", b[0] & 0xfcu,
	    b[1], b[2], b[3], b[4], b[5]);
}

static void derive_udid(
    const char *serial, const struct model *model, char *out, size_t size)
{
	uint8_t bytes[32];
	char hex[65];
	size_t i;

	derive(serial, "udid", 0, bytes);
	str_hex(hex, bytes, sizeof(bytes));
	if (!model->chip) {
		(void)snprintf(out, size, "%.40s", hex);
		return;
	}
	for (i = 0; i < 16; i++)
		if (hex[i] >= 'a')
			hex[i] = (char)(hex[i] - 'a' + 'A');
	(void)snprintf(out, size, "%s-00%.14s", model->chip, hex);
}

static const struct model *find_model(const char *product_name)
{
	size_t i;

	if (!product_name)
		return &models[0];
	for (i = 0; i < MODEL_COUNT; i++)
		if (strcmp(models[i].product_name, product_name) == 0 ||
		    strcasecmp(models[i].title, product_name) == 0)
			return &models[i];
	return NULL;
}

static void fill_hardware(struct phone_hardware *hardware,
    const struct phone_shape *shape, const struct model *model)
{
	const char *serial = shape->serial;

	(void)str_copy(hardware->serial, sizeof(hardware->serial), serial);
	derive_udid(serial, model, hardware->udid, sizeof(hardware->udid));
	derive_number(serial, "imei", 0, "35", hardware->imei, 15);
	memcpy(hardware->meid, hardware->imei, 14); /* as iPhones have it */
	derive_number(serial, "eid", 0, "89049032", hardware->eid, 32);
	derive_mac(serial, "wifi", hardware->wifi_mac);
	derive_mac(serial, "bluetooth", hardware->bluetooth_mac);
	(void)snprintf(hardware->name, sizeof(hardware->name), "%s",
	    shape->name ? shape->name : "iPhone");
	(void)str_copy(hardware->model, sizeof(hardware->model), model->model);
	(void)str_copy(
	    hardware->model_name, sizeof(hardware->model_name), "iPhone");
	(void)str_copy(hardware->product_name, sizeof(hardware->product_name),
	    model->product_name);
	(void)snprintf(hardware->os_version, sizeof(hardware->os_version), "%s",
	    shape->os_version ? shape->os_version : model->os_version);
	(void)str_copy(hardware->build_version, sizeof(hardware->build_version),
	    model->build_version);
	hardware->capacity_gb = model->capacity_gb;
	hardware->supervised = shape->supervised;
}

static bool is_serial(const char *serial)
{
	size_t len = serial ? strlen(serial) : 0;

	return len >= 1 && len <= 64 &&
	    strspn(serial,
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	        "0123456789-_") == len;
}

int phone_new(
    const struct phone_shape *shape, struct phone **out, struct err *err)
{
	const struct model *model = find_model(shape->product_name);
	struct phone *phone;

	if (!model)
		return err_set(
		    err, ERR_INVALID, "unknown model %s", shape->product_name);
	if (!is_serial(shape->serial))
		return err_set(err, ERR_INVALID,
		    "a serial has 1 to 64 letters and digits");
	phone = calloc(1, sizeof(*phone));
	if (!phone)
		return err_memory(err);
	phone->profiles = json_array();
	phone->declarations = json_object();
	phone->usb = json_object();
	phone->log = json_array();
	phone->anomalies = json_array();
	phone->anchors = sk_X509_new_null();
	if (!phone->profiles || !phone->declarations || !phone->usb ||
	    !phone->log || !phone->anomalies || !phone->anchors) {
		phone_free(phone);
		return err_memory(err);
	}
	fill_hardware(&phone->hardware, shape, model);
	phone_set_sims(phone, shape->sims);
	phone->setup_done = true;
	if (shape->pin)
		phone_set_pin(phone, 6, false, false, shape->now_ms);
	phone->changed = true;
	*out = phone;
	return 0;
}

void phone_identity_clear(struct phone_identity *identity)
{
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
	identity->certificate = NULL;
	identity->key = NULL;
}

void phone_mdm_clear(struct phone_mdm *mdm)
{
	phone_identity_clear(&mdm->identity);
	buf_clear(&mdm->unlock_token);
	buf_clear(&mdm->unanswered);
	memset(mdm, 0, sizeof(*mdm));
}

void phone_profiles_changed(struct phone *phone)
{
	sk_X509_pop_free(phone->trusted, X509_free);
	phone->trusted = NULL;
	phone->changed = true;
}

void phone_free(struct phone *phone)
{
	if (!phone)
		return;
	phone_mdm_clear(&phone->mdm);
	json_decref(phone->profiles);
	json_decref(phone->declarations);
	json_decref(phone->usb);
	json_decref(phone->log);
	json_decref(phone->anomalies);
	sk_X509_pop_free(phone->anchors, X509_free);
	sk_X509_pop_free(phone->trusted, X509_free);
	free(phone);
}

static void fill_sim(struct phone *phone, int index)
{
	static const struct {
		const char *carrier, *mcc, *mnc, *country, *number;
	} carriers[] = {
	    {"Telia", "240", "01", "8946", "+4670"},
	    {"Tele2", "240", "07", "8946", "+4673"},
	    {"Telenor", "242", "01", "8947", "+4790"},
	    {"TDC", "238", "01", "8945", "+4520"},
	};
	const char *serial = phone->hardware.serial;
	struct phone_sim *sim = &phone->sims[index];
	size_t at = (size_t)index % (sizeof(carriers) / sizeof(carriers[0]));
	uint8_t bytes[32];

	memset(sim, 0, sizeof(*sim));
	sim->slot = index + 1;
	(void)str_copy(sim->label, sizeof(sim->label),
	    index == 0 ? "Primary" : "Secondary");
	derive_number(
	    serial, "iccid", index, carriers[at].country, sim->iccid, 19);
	derive_number(serial, "imei", index, "35", sim->imei, 15);
	derive(serial, "number", index, bytes);
	(void)snprintf(sim->number, sizeof(sim->number), "%s%07u",
	    carriers[at].number,
	    ((unsigned)bytes[0] << 16 | (unsigned)bytes[1] << 8 | bytes[2]) %
	        10000000u);
	(void)str_copy(
	    sim->carrier, sizeof(sim->carrier), carriers[at].carrier);
	(void)str_copy(sim->mcc, sizeof(sim->mcc), carriers[at].mcc);
	(void)str_copy(sim->mnc, sizeof(sim->mnc), carriers[at].mnc);
}

void phone_set_sims(struct phone *phone, unsigned count)
{
	unsigned i;

	if (count > PHONE_SIMS_MAX)
		count = PHONE_SIMS_MAX;
	for (i = 0; i < count; i++)
		fill_sim(phone, (int)i);
	phone->sim_count = count;
	phone->changed = true;
}

void phone_set_pin(struct phone *phone, unsigned length, bool simple,
    bool alphanumeric, int64_t now_ms)
{
	phone->pin.set = true;
	phone->pin.length = length;
	phone->pin.simple = simple;
	phone->pin.alphanumeric = alphanumeric;
	phone->pin.set_at = now_ms;
	/* iOS makes its escrow keybag with the PIN and tells the server. */
	phone->mdm.token_update_due = phone->mdm.enrolled;
	phone->mdm.unlock_token_due = true;
	phone->changed = true;
}

void phone_clear_pin(struct phone *phone)
{
	memset(&phone->pin, 0, sizeof(phone->pin));
	phone->locked = false;
	phone->mdm.unlock_token_due = false;
	phone->changed = true;
}

void phone_forget_mdm(struct phone *phone)
{
	const char *own = phone->mdm.profile_identifier;
	const char *identifier;
	json_t *profile;
	size_t i = 0;

	while (i < json_array_size(phone->profiles)) {
		profile = json_array_get(phone->profiles, i);
		identifier = json_string_value(
		    json_object_get(profile, "PayloadIdentifier"));
		if (json_is_true(json_object_get(profile, "managed")) ||
		    (identifier && strcmp(identifier, own) == 0))
			(void)json_array_remove(phone->profiles, i);
		else
			i++;
	}
	(void)json_object_clear(phone->declarations);
	phone_mdm_clear(&phone->mdm);
	phone->mdm.unlock_token_due = phone->pin.set;
	phone_profiles_changed(phone);
}

/*
 * Of the cable's side only the owner's traces survive: Apple Business Manager
 * and the Activation Lock. Supervision that came by cable goes with it.
 */
static void erase_usb(struct phone *phone)
{
	json_t *old = phone->usb;
	json_t *usb = json_object();
	bool locked = json_is_true(json_object_get(old, "fmip")) ||
	    json_is_true(json_object_get(old, "activation_locked"));

	if (json_object_get(old, "cloud"))
		phone->hardware.supervised = false;
	(void)json_object_set_new(usb, "erases",
	    json_integer(
	        json_integer_value(json_object_get(old, "erases")) + 1));
	(void)json_object_set_new(
	    usb, "activation", json_string("Unactivated"));
	(void)json_object_set_new(
	    usb, "activation_locked", json_boolean(locked));
	(void)json_object_set_new(usb, "in_abm",
	    json_boolean(json_is_true(json_object_get(old, "in_abm"))));
	json_decref(old);
	phone->usb = usb;
}

void phone_erase(struct phone *phone)
{
	erase_usb(phone);
	phone_mdm_clear(&phone->mdm);
	(void)json_array_clear(phone->profiles);
	(void)json_object_clear(phone->declarations);
	memset(&phone->pin, 0, sizeof(phone->pin));
	(void)str_copy(
	    phone->hardware.name, sizeof(phone->hardware.name), "iPhone");
	memset(&phone->lost, 0, sizeof(phone->lost));
	phone->locked = false;
	phone->data_roaming = false;
	phone->setup_done = false;
	phone->erased = true;
	phone_profiles_changed(phone);
}

static json_t *find_logged(const struct phone *phone, const char *uuid)
{
	const char *other;
	json_t *entry;
	size_t i;

	for (i = json_array_size(phone->log); i-- > 0;) {
		entry = json_array_get(phone->log, i);
		other = json_string_value(json_object_get(entry, "uuid"));
		if (other && strcmp(other, uuid) == 0)
			return entry;
	}
	return NULL;
}

/* A command answered as done, and answered 200, must not come again. */
static void check_repeat(
    struct phone *phone, const json_t *entry, const char *request_type)
{
	const char *status =
	    json_string_value(json_object_get(entry, "status"));
	const char *uuid = json_string_value(json_object_get(entry, "uuid"));

	if (status && strcmp(status, "NotNow") != 0 &&
	    json_is_true(json_object_get(entry, "delivered")))
		phone_note_anomaly(phone,
		    "%s %s came again after its answer %s was taken",
		    request_type, uuid, status);
}

void phone_log_command(struct phone *phone, const char *uuid,
    const char *request_type, int64_t now_ms)
{
	json_t *entry = find_logged(phone, uuid);
	json_int_t times;

	phone->changed = true;
	if (entry) {
		check_repeat(phone, entry, request_type);
		times = json_integer_value(json_object_get(entry, "times"));
		(void)json_object_set_new(
		    entry, "times", json_integer(times + 1));
		return;
	}
	if (json_array_size(phone->log) >= PHONE_LOG_MAX)
		(void)json_array_remove(phone->log, 0);
	(void)json_array_append_new(phone->log,
	    json_pack("{s:s, s:s, s:n, s:I, s:b, s:i, s:i}", "uuid", uuid,
	        "request_type", request_type, "status", "at",
	        (json_int_t)now_ms, "delivered", 0, "times", 1, "life",
	        (int)phone->lives));
}

void phone_log_answer(
    struct phone *phone, const char *uuid, const char *status, bool delivered)
{
	json_t *entry = find_logged(phone, uuid);

	if (!entry)
		return;
	if (status)
		(void)json_object_set_new(entry, "status", json_string(status));
	if (delivered)
		(void)json_object_set_new(entry, "delivered", json_true());
	phone->changed = true;
}

void phone_note_anomaly(struct phone *phone, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (json_array_size(phone->anomalies) >= PHONE_LOG_MAX)
		(void)json_array_remove(phone->anomalies, 0);
	(void)json_array_append_new(phone->anomalies, json_string(text));
	phone->changed = true;
}
