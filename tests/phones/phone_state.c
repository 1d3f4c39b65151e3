#include "tests/phones/phone_state.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "tests/phones/files.h"
#include "tests/phones/passcode.h"
#include "tests/phones/pem.h"

/*
 * Members that go to and from JSON as they are. One table a struct; `offset`
 * is from the start of that struct.
 */
enum member_kind {
	MEMBER_TEXT,
	MEMBER_BOOL,
	MEMBER_INT,
	MEMBER_UNSIGNED,
	MEMBER_INT64,
	MEMBER_REAL
};

struct member {
	const char *key;
	enum member_kind kind;
	size_t offset;
	size_t size;
};

#define MEMBER(type, name, kind)                                               \
	{                                                                      \
#name, kind, offsetof(struct type, name),                      \
		    sizeof(((struct type *)0)->name)                           \
	}

static const struct member hardware_members[] = {
    MEMBER(phone_hardware, udid, MEMBER_TEXT),
    MEMBER(phone_hardware, serial, MEMBER_TEXT),
    MEMBER(phone_hardware, imei, MEMBER_TEXT),
    MEMBER(phone_hardware, meid, MEMBER_TEXT),
    MEMBER(phone_hardware, eid, MEMBER_TEXT),
    MEMBER(phone_hardware, wifi_mac, MEMBER_TEXT),
    MEMBER(phone_hardware, bluetooth_mac, MEMBER_TEXT),
    MEMBER(phone_hardware, name, MEMBER_TEXT),
    MEMBER(phone_hardware, model, MEMBER_TEXT),
    MEMBER(phone_hardware, model_name, MEMBER_TEXT),
    MEMBER(phone_hardware, product_name, MEMBER_TEXT),
    MEMBER(phone_hardware, os_version, MEMBER_TEXT),
    MEMBER(phone_hardware, build_version, MEMBER_TEXT),
    MEMBER(phone_hardware, capacity_gb, MEMBER_REAL),
    MEMBER(phone_hardware, supervised, MEMBER_BOOL), {NULL, 0, 0, 0}};

static const struct member sim_members[] = {MEMBER(phone_sim, slot, MEMBER_INT),
    MEMBER(phone_sim, label, MEMBER_TEXT),
    MEMBER(phone_sim, iccid, MEMBER_TEXT),
    MEMBER(phone_sim, number, MEMBER_TEXT),
    MEMBER(phone_sim, imei, MEMBER_TEXT),
    MEMBER(phone_sim, carrier, MEMBER_TEXT),
    MEMBER(phone_sim, mcc, MEMBER_TEXT), MEMBER(phone_sim, mnc, MEMBER_TEXT),
    {NULL, 0, 0, 0}};

static const struct member pin_members[] = {MEMBER(phone_pin, set, MEMBER_BOOL),
    MEMBER(phone_pin, length, MEMBER_UNSIGNED),
    MEMBER(phone_pin, simple, MEMBER_BOOL),
    MEMBER(phone_pin, alphanumeric, MEMBER_BOOL),
    MEMBER(phone_pin, set_at, MEMBER_INT64), {NULL, 0, 0, 0}};

static const struct member behaviour_members[] = {
    MEMBER(phone_behaviour, not_now, MEMBER_UNSIGNED),
    MEMBER(phone_behaviour, answer_twice, MEMBER_UNSIGNED),
    MEMBER(phone_behaviour, out_of_order, MEMBER_UNSIGNED),
    MEMBER(phone_behaviour, rubbish, MEMBER_UNSIGNED),
    MEMBER(phone_behaviour, lose_answer, MEMBER_UNSIGNED),
    MEMBER(phone_behaviour, lose_reply, MEMBER_UNSIGNED),
    MEMBER(phone_behaviour, network_lost_until, MEMBER_INT64),
    MEMBER(phone_behaviour, lie_erase, MEMBER_BOOL),
    MEMBER(phone_behaviour, not_now_when_locked, MEMBER_BOOL), {NULL, 0, 0, 0}};

static const struct member scep_members[] = {
    MEMBER(phone_scep, url, MEMBER_TEXT), MEMBER(phone_scep, name, MEMBER_TEXT),
    MEMBER(phone_scep, common_name, MEMBER_TEXT),
    MEMBER(phone_scep, key_size, MEMBER_INT), {NULL, 0, 0, 0}};

static const struct member mdm_members[] = {
    MEMBER(phone_mdm, enrolled, MEMBER_BOOL),
    MEMBER(phone_mdm, profile_identifier, MEMBER_TEXT),
    MEMBER(phone_mdm, server_url, MEMBER_TEXT),
    MEMBER(phone_mdm, checkin_url, MEMBER_TEXT),
    MEMBER(phone_mdm, topic, MEMBER_TEXT),
    MEMBER(phone_mdm, access_rights, MEMBER_INT64),
    MEMBER(phone_mdm, sign_message, MEMBER_BOOL),
    MEMBER(phone_mdm, check_out_when_removed, MEMBER_BOOL),
    MEMBER(phone_mdm, push_magic, MEMBER_TEXT),
    MEMBER(phone_mdm, token_update_due, MEMBER_BOOL),
    MEMBER(phone_mdm, unlock_token_due, MEMBER_BOOL),
    MEMBER(phone_mdm, enrolled_at, MEMBER_INT64),
    MEMBER(phone_mdm, unanswered_uuid, MEMBER_TEXT), {NULL, 0, 0, 0}};

static const struct member lost_members[] = {
    MEMBER(phone_lost, is_on, MEMBER_BOOL),
    MEMBER(phone_lost, message, MEMBER_TEXT),
    MEMBER(phone_lost, number, MEMBER_TEXT),
    MEMBER(phone_lost, footnote, MEMBER_TEXT),
    MEMBER(phone_lost, may_lock_activation, MEMBER_BOOL), {NULL, 0, 0, 0}};

static const struct member phone_members[] = {
    MEMBER(phone, locked, MEMBER_BOOL), MEMBER(phone, setup_done, MEMBER_BOOL),
    MEMBER(phone, data_roaming, MEMBER_BOOL),
    MEMBER(phone, erased, MEMBER_BOOL), MEMBER(phone, lives, MEMBER_UNSIGNED),
    {NULL, 0, 0, 0}};

static json_t *member_encode(const struct member *member, const void *base)
{
	const char *at = (const char *)base + member->offset;

	switch (member->kind) {
	case MEMBER_TEXT:
		return json_string(at);
	case MEMBER_BOOL:
		return json_boolean(*(const bool *)at);
	case MEMBER_INT:
		return json_integer(*(const int *)(const void *)at);
	case MEMBER_UNSIGNED:
		return json_integer(*(const unsigned *)(const void *)at);
	case MEMBER_INT64:
		return json_integer(*(const int64_t *)(const void *)at);
	case MEMBER_REAL:
		return json_real(*(const double *)(const void *)at);
	}
	return NULL;
}

static json_t *members_encode(const struct member *members, const void *base)
{
	json_t *object = json_object();

	for (; members->key; members++)
		(void)json_object_set_new(
		    object, members->key, member_encode(members, base));
	return object;
}

/* What is missing or of another type stays as it was. */
static void member_parse(
    const struct member *member, const json_t *value, void *base)
{
	char *at = (char *)base + member->offset;

	if (member->kind == MEMBER_TEXT && json_is_string(value))
		(void)str_copy(at, member->size, json_string_value(value));
	else if (member->kind == MEMBER_BOOL && json_is_boolean(value))
		*(bool *)at = json_is_true(value);
	else if (member->kind == MEMBER_INT && json_is_integer(value))
		*(int *)(void *)at = (int)json_integer_value(value);
	else if (member->kind == MEMBER_UNSIGNED && json_is_integer(value))
		*(unsigned *)(void *)at = (unsigned)json_integer_value(value);
	else if (member->kind == MEMBER_INT64 && json_is_integer(value))
		*(int64_t *)(void *)at = json_integer_value(value);
	else if (member->kind == MEMBER_REAL && json_is_number(value))
		*(double *)(void *)at = json_number_value(value);
}

static void members_parse(
    const struct member *members, const json_t *object, void *base)
{
	for (; members->key; members++)
		member_parse(
		    members, json_object_get(object, members->key), base);
}

static json_t *bytes_encode(const uint8_t *data, size_t len)
{
	char *text = str_base64(data ? data : (const uint8_t *)"", len);
	json_t *json = text ? json_string(text) : NULL;

	free(text);
	return json;
}

static int bytes_parse(const json_t *json, struct buf *out, struct err *err)
{
	uint8_t *data = NULL;
	size_t len = 0;

	buf_reset(out);
	if (!json_is_string(json))
		return 0;
	if (str_base64_parse(json_string_value(json), json_string_length(json),
	        &data, &len, err) < 0)
		return -(int)ERR_INVALID;
	buf_append(out, data, len);
	free(data);
	return buf_check(out, err);
}

static json_t *identity_encode(
    const struct phone_identity *identity, struct err *err)
{
	struct buf certificate = {0};
	struct buf key = {0};
	json_t *json = NULL;

	if (!identity->certificate || !identity->key)
		return json_null();
	if (pem_append_certificate(&certificate, identity->certificate, err) ==
	        0 &&
	    pem_append_key(&key, identity->key, err) == 0)
		json = json_pack("{s:s, s:s}", "certificate",
		    (char *)certificate.data, "key", (char *)key.data);
	buf_clear(&certificate);
	buf_clear(&key);
	return json;
}

static int identity_parse(
    const json_t *json, struct phone_identity *identity, struct err *err)
{
	const json_t *pem = json_object_get(json, "certificate");
	const json_t *key = json_object_get(json, "key");
	STACK_OF(X509) *certificates = NULL;
	int rc;

	if (!json_is_string(pem) || !json_is_string(key))
		return 0;
	certificates = sk_X509_new_null();
	rc = pem_parse_certificates(
	    json_string_value(pem), json_string_length(pem), certificates, err);
	if (rc == 0)
		rc = pem_parse_key(json_string_value(key),
		    json_string_length(key), &identity->key, err);
	if (rc == 0)
		identity->certificate = sk_X509_shift(certificates);
	sk_X509_pop_free(certificates, X509_free);
	return rc;
}

static json_t *anchors_encode(STACK_OF(X509) * anchors, struct err *err)
{
	struct buf pem = {0};
	json_t *json = NULL;
	int i;

	buf_append_str(&pem, "");
	for (i = 0; i < sk_X509_num(anchors); i++)
		if (pem_append_certificate(
		        &pem, sk_X509_value(anchors, i), err) < 0)
			goto out;
	json = json_string((char *)pem.data);
out:
	buf_clear(&pem);
	return json;
}

static json_t *mdm_encode(const struct phone_mdm *mdm, struct err *err)
{
	json_t *json = members_encode(mdm_members, mdm);

	(void)json_object_set_new(
	    json, "scep", members_encode(scep_members, &mdm->scep));
	(void)json_object_set_new(
	    json, "identity", identity_encode(&mdm->identity, err));
	(void)json_object_set_new(json, "push_token",
	    bytes_encode(mdm->push_token, sizeof(mdm->push_token)));
	(void)json_object_set_new(json, "unlock_token",
	    bytes_encode(mdm->unlock_token.data, mdm->unlock_token.len));
	(void)json_object_set_new(json, "unanswered",
	    bytes_encode(mdm->unanswered.data, mdm->unanswered.len));
	return json;
}

static int mdm_parse(const json_t *json, struct phone_mdm *mdm, struct err *err)
{
	struct buf token = {0};
	int rc;

	members_parse(mdm_members, json, mdm);
	members_parse(scep_members, json_object_get(json, "scep"), &mdm->scep);
	rc = identity_parse(
	    json_object_get(json, "identity"), &mdm->identity, err);
	if (rc == 0)
		rc = bytes_parse(json_object_get(json, "unlock_token"),
		    &mdm->unlock_token, err);
	if (rc == 0)
		rc = bytes_parse(
		    json_object_get(json, "unanswered"), &mdm->unanswered, err);
	if (rc == 0)
		rc = bytes_parse(
		    json_object_get(json, "push_token"), &token, err);
	if (rc == 0 && token.len == sizeof(mdm->push_token))
		memcpy(mdm->push_token, token.data, token.len);
	buf_clear(&token);
	if (rc == 0 && mdm->enrolled && !mdm->identity.key)
		rc = err_set(err, ERR_INVALID, "enrolled without an identity");
	return rc;
}

static json_t *sims_encode(const struct phone *phone)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < phone->sim_count; i++)
		(void)json_array_append_new(
		    array, members_encode(sim_members, &phone->sims[i]));
	return array;
}

json_t *phone_state_encode(const struct phone *phone, struct err *err)
{
	json_t *json = members_encode(phone_members, phone);

	(void)json_object_set_new(json, "hardware",
	    members_encode(hardware_members, &phone->hardware));
	(void)json_object_set_new(json, "sims", sims_encode(phone));
	(void)json_object_set_new(
	    json, "pin", members_encode(pin_members, &phone->pin));
	(void)json_object_set_new(json, "behaviour",
	    members_encode(behaviour_members, &phone->behaviour));
	(void)json_object_set_new(
	    json, "lost", members_encode(lost_members, &phone->lost));
	(void)json_object_set_new(json, "mdm", mdm_encode(&phone->mdm, err));
	(void)json_object_set_new(
	    json, "anchors", anchors_encode(phone->anchors, err));
	(void)json_object_set(json, "profiles", phone->profiles);
	(void)json_object_set(json, "declarations", phone->declarations);
	(void)json_object_set(json, "usb", phone->usb);
	(void)json_object_set(json, "log", phone->log);
	(void)json_object_set(json, "anomalies", phone->anomalies);
	return json;
}

static void sims_parse(const json_t *array, struct phone *phone)
{
	size_t i;

	phone->sim_count = json_array_size(array);
	if (phone->sim_count > PHONE_SIMS_MAX)
		phone->sim_count = PHONE_SIMS_MAX;
	for (i = 0; i < phone->sim_count; i++)
		members_parse(
		    sim_members, json_array_get(array, i), &phone->sims[i]);
}

static void take_array(const json_t *json, const char *key, json_t **to)
{
	json_t *array = json_object_get(json, key);

	if (!json_is_array(array))
		return;
	json_decref(*to);
	*to = json_incref(array);
}

static void take_object(const json_t *json, const char *key, json_t **to)
{
	json_t *object = json_object_get(json, key);

	if (!json_is_object(object))
		return;
	json_decref(*to);
	*to = json_incref(object);
}

static int phone_parse(const json_t *json, struct phone *phone, struct err *err)
{
	const json_t *anchors = json_object_get(json, "anchors");

	members_parse(phone_members, json, phone);
	members_parse(hardware_members, json_object_get(json, "hardware"),
	    &phone->hardware);
	members_parse(pin_members, json_object_get(json, "pin"), &phone->pin);
	members_parse(
	    lost_members, json_object_get(json, "lost"), &phone->lost);
	members_parse(behaviour_members, json_object_get(json, "behaviour"),
	    &phone->behaviour);
	sims_parse(json_object_get(json, "sims"), phone);
	take_object(json, "declarations", &phone->declarations);
	take_object(json, "usb", &phone->usb);
	take_array(json, "profiles", &phone->profiles);
	take_array(json, "log", &phone->log);
	take_array(json, "anomalies", &phone->anomalies);
	if (json_string_length(anchors) > 0 &&
	    pem_parse_certificates(json_string_value(anchors),
	        json_string_length(anchors), phone->anchors, err) < 0)
		return err_prefix(err, "anchors");
	return mdm_parse(json_object_get(json, "mdm"), &phone->mdm, err);
}

int phone_state_parse(
    const char *text, size_t len, struct phone **out, struct err *err)
{
	struct phone_shape shape = {0};
	struct phone *phone = NULL;
	json_error_t where;
	json_t *json;
	int rc;

	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (!json)
		return err_set(
		    err, ERR_INVALID, "line %d: %s", where.line, where.text);
	shape.serial = json_string_value(
	    json_object_get(json_object_get(json, "hardware"), "serial"));
	rc = phone_new(&shape, &phone, err);
	if (rc == 0)
		rc = phone_parse(json, phone, err);
	json_decref(json);
	if (rc < 0) {
		phone_free(phone);
		return rc;
	}
	phone->changed = false;
	*out = phone;
	return 0;
}

json_t *phone_state_summary(const struct phone *phone)
{
	const struct phone_mdm *mdm = &phone->mdm;
	json_t *json = members_encode(phone_members, phone);
	char token[2 * sizeof(mdm->push_token) + 1];

	str_hex(token, mdm->push_token, sizeof(mdm->push_token));
	(void)json_object_set_new(
	    json, "serial", json_string(phone->hardware.serial));
	(void)json_object_set_new(
	    json, "udid", json_string(phone->hardware.udid));
	(void)json_object_set_new(
	    json, "name", json_string(phone->hardware.name));
	(void)json_object_set_new(
	    json, "pin", members_encode(pin_members, &phone->pin));
	(void)json_object_set_new(
	    json, "pin_compliant", json_boolean(passcode_is_compliant(phone)));
	(void)json_object_set_new(json, "behaviour",
	    members_encode(behaviour_members, &phone->behaviour));
	(void)json_object_set_new(
	    json, "lost", members_encode(lost_members, &phone->lost));
	(void)json_object_set_new(json, "sims", sims_encode(phone));
	(void)json_object_set_new(
	    json, "enrolled", json_boolean(mdm->enrolled));
	(void)json_object_set_new(json, "topic", json_string(mdm->topic));
	(void)json_object_set_new(json, "push_token", json_string(token));
	(void)json_object_set_new(
	    json, "push_magic", json_string(mdm->push_magic));
	(void)json_object_set_new(
	    json, "has_unlock_token", json_boolean(mdm->unlock_token.len > 0));
	(void)json_object_set(json, "profiles", phone->profiles);
	(void)json_object_set(json, "declarations", phone->declarations);
	(void)json_object_set(json, "log", phone->log);
	(void)json_object_set(json, "anomalies", phone->anomalies);
	return json;
}

int phone_state_save(struct phone *phone, const char *file, struct err *err)
{
	json_t *json = phone_state_encode(phone, err);
	char *text;
	int rc;

	text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	json_decref(json);
	if (!text)
		return err_memory(err);
	rc = files_write(file, text, strlen(text), err);
	free(text);
	if (rc == 0)
		phone->changed = false;
	return rc;
}

int phone_state_load(const char *file, struct phone **out, struct err *err)
{
	struct buf text = {0};
	int rc;

	rc = files_read(file, &text, err);
	if (rc == 0) {
		rc = phone_state_parse(
		    (const char *)text.data, text.len, out, err);
		if (rc < 0)
			(void)err_prefix(err, "%s", file);
	}
	buf_clear(&text);
	return rc;
}
