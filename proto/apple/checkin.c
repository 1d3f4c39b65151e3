#include "proto/apple/checkin.h"

#include <stdlib.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

/* A text of the message and where it goes; absent ones stay "". */
struct text_field {
	const char *key;
	size_t offset;
	size_t size;
};

#define TEXT_FIELD(key, member)                                                \
	{                                                                      \
		key, offsetof(struct checkin, member),                         \
		    sizeof(((struct checkin *)0)->member)                      \
	}

static const struct text_field common_fields[] = {
    TEXT_FIELD("UDID", udid),
    TEXT_FIELD("EnrollmentID", enrollment_id),
    TEXT_FIELD("EnrollmentUserID", enrollment_user_id),
    TEXT_FIELD("UserID", user_id),
    TEXT_FIELD("UserShortName", user_short_name),
    TEXT_FIELD("UserLongName", user_long_name),
    TEXT_FIELD("Topic", topic),
    {NULL, 0, 0},
};

static const struct text_field authenticate_fields[] = {
    TEXT_FIELD("DeviceName", authenticate.device_name),
    TEXT_FIELD("Model", authenticate.model),
    TEXT_FIELD("ModelName", authenticate.model_name),
    TEXT_FIELD("ProductName", authenticate.product_name),
    TEXT_FIELD("OSVersion", authenticate.os_version),
    TEXT_FIELD("BuildVersion", authenticate.build_version),
    TEXT_FIELD("SerialNumber", authenticate.serial_number),
    TEXT_FIELD("IMEI", authenticate.imei),
    TEXT_FIELD("MEID", authenticate.meid),
    {NULL, 0, 0},
};

static int read_texts(plist_t root, const struct text_field *field,
    struct checkin *out, struct err *err)
{
	int rc;

	for (; field->key; field++) {
		rc = xplist_get_string(root, field->key,
		    (char *)out + field->offset, field->size, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_authenticate(plist_t root, struct checkin *out, struct err *err)
{
	int rc = read_texts(root, authenticate_fields, out, err);

	if (rc)
		return rc;
	if (out->topic[0] == '\0')
		return err_set(err, ERR_INVALID, "key Topic: missing");
	str_strip_blanks(out->authenticate.imei);
	str_strip_blanks(out->authenticate.meid);
	return 0;
}

/* Copies a data value into a secret; an absent one stays empty. */
static int read_secret(plist_t root, const char *key, size_t max,
    struct secret *out, struct err *err)
{
	const uint8_t *data;
	size_t len;
	int rc = xplist_get_data(root, key, &data, &len, err);

	if (rc != 1 || len == 0)
		return rc < 0 ? rc : 0;
	if (len > max)
		return err_set(err, ERR_LIMIT,
		    "key %s: %zu bytes, %zu are allowed", key, len, max);
	rc = secret_set(out, data, len, err);
	xplist_wipe_data(root, key);
	return rc;
}

static int read_push_token(
    plist_t root, struct checkin_token_update *out, struct err *err)
{
	const uint8_t *data;
	size_t len;
	int rc = xplist_get_data(root, "Token", &data, &len, err);

	if (rc < 0)
		return rc;
	if (rc == 0 || len == 0)
		return err_set(err, ERR_INVALID, "key Token: missing");
	if (len > sizeof(out->push_token))
		return err_set(err, ERR_LIMIT,
		    "key Token: %zu bytes, %zu are allowed", len,
		    sizeof(out->push_token));
	memcpy(out->push_token, data, len);
	out->push_token_len = len;
	return 0;
}

static int read_token_update(
    plist_t root, struct checkin *checkin, struct err *err)
{
	struct checkin_token_update *out = &checkin->token_update;
	int rc;

	if (checkin->topic[0] == '\0')
		return err_set(err, ERR_INVALID, "key Topic: missing");
	if ((rc = read_push_token(root, out, err)) < 0 ||
	    (rc = xplist_need_string(root, "PushMagic", out->push_magic,
	         sizeof(out->push_magic), err)) < 0 ||
	    (rc = read_secret(root, "UnlockToken", LIMIT_UNLOCK_TOKEN,
	         &out->unlock_token, err)) < 0 ||
	    (rc = xplist_get_bool(root, "AwaitingConfiguration",
	         &out->awaiting_configuration, err)) < 0 ||
	    (rc = xplist_get_bool(
	         root, "NotOnConsole", &out->not_on_console, err)) < 0)
		return rc;
	return 0;
}

static int read_user_authenticate(
    plist_t root, struct checkin *out, struct err *err)
{
	const char *digest;
	size_t len = 0;
	int rc;

	if (out->user_id[0] == '\0' && out->enrollment_user_id[0] == '\0')
		return err_set(err, ERR_INVALID, "key UserID: missing");
	rc = xplist_get_text(root, "DigestResponse", &digest, &len, err);
	if (rc != 1 || len == 0)
		return rc < 0 ? rc : 0;
	if (len > CHECKIN_DIGEST_MAX)
		return err_set(err, ERR_LIMIT, "key DigestResponse: too long");
	out->user_authenticate.digest_response = strdup(digest);
	if (!out->user_authenticate.digest_response)
		return err_memory(err);
	return 0;
}

static int read_set_bootstrap(
    plist_t root, struct checkin *out, struct err *err)
{
	int rc = xplist_get_bool(root, "AwaitingConfiguration",
	    &out->bootstrap.awaiting_configuration, err);

	if (rc < 0)
		return rc;
	return read_secret(root, "BootstrapToken", LIMIT_BOOTSTRAP_TOKEN,
	    &out->bootstrap.token, err);
}

static int read_declarative(
    plist_t root, struct checkin *checkin, struct err *err)
{
	struct checkin_declarative *out = &checkin->declarative;
	const uint8_t *data;
	size_t len;
	int rc = xplist_need_string(
	    root, "Endpoint", out->endpoint, sizeof(out->endpoint), err);

	if (rc < 0)
		return rc;
	rc = xplist_get_data(root, "Data", &data, &len, err);
	if (rc != 1)
		return rc;
	out->data = malloc(len + 1);
	if (!out->data)
		return err_memory(err);
	memcpy(out->data, data, len);
	out->data[len] = '\0';
	out->data_len = len;
	return 0;
}

static int read_get_token(plist_t root, struct checkin *out, struct err *err)
{
	int rc = xplist_need_string(root, "TokenServiceType",
	    out->get_token.service_type, sizeof(out->get_token.service_type),
	    err);

	return rc < 0 ? rc : 0;
}

static int read_nothing(plist_t root, struct checkin *out, struct err *err)
{
	(void)root;
	(void)out;
	(void)err;
	return 0;
}

static const struct message {
	const char *name;
	int (*read)(plist_t root, struct checkin *out, struct err *err);
} messages[CHECKIN_TYPE_COUNT] = {
    [CHECKIN_AUTHENTICATE] = {"Authenticate", read_authenticate},
    [CHECKIN_TOKEN_UPDATE] = {"TokenUpdate", read_token_update},
    [CHECKIN_CHECK_OUT] = {"CheckOut", read_nothing},
    [CHECKIN_USER_AUTHENTICATE] = {"UserAuthenticate", read_user_authenticate},
    [CHECKIN_SET_BOOTSTRAP_TOKEN] = {"SetBootstrapToken", read_set_bootstrap},
    [CHECKIN_GET_BOOTSTRAP_TOKEN] = {"GetBootstrapToken", read_nothing},
    [CHECKIN_DECLARATIVE_MANAGEMENT] = {"DeclarativeManagement",
        read_declarative},
    [CHECKIN_GET_TOKEN] = {"GetToken", read_get_token},
};

static int read_type(plist_t root, enum checkin_type *out, struct err *err)
{
	const char *name;
	size_t len;
	size_t i;
	int rc = xplist_get_text(root, "MessageType", &name, &len, err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_INVALID, "key MessageType: missing");
	for (i = 0; i < CHECKIN_TYPE_COUNT; i++) {
		if (!strcmp(messages[i].name, name)) {
			*out = (enum checkin_type)i;
			return 0;
		}
	}
	return err_set(err, ERR_UNSUPPORTED, "key MessageType: unknown");
}

static int read_message(plist_t root, struct checkin *out, struct err *err)
{
	int rc;

	if ((rc = read_type(root, &out->type, err)) != 0 ||
	    (rc = read_texts(root, common_fields, out, err)) != 0)
		return rc;
	if (out->udid[0] == '\0' && out->enrollment_id[0] == '\0')
		return err_set(
		    err, ERR_NOT_FOUND, "neither UDID nor EnrollmentID");
	return messages[out->type].read(root, out, err);
}

int checkin_parse(
    const uint8_t *body, size_t len, struct checkin *out, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	struct checkin checkin = {0};
	int rc = xplist_parse(body, len, LIMIT_CHECKIN_BODY, &root, err);

	if (rc)
		return rc;
	if (!xplist_is_dict(root))
		return err_set(err, ERR_INVALID, "not a dictionary");
	rc = read_message(root, &checkin, err);
	if (rc) {
		checkin_clear(&checkin);
		return rc;
	}
	*out = checkin;
	return 0;
}

void checkin_clear(struct checkin *checkin)
{
	if (!checkin)
		return;
	secret_clear(&checkin->token_update.unlock_token);
	secret_clear(&checkin->bootstrap.token);
	free(checkin->declarative.data);
	checkin->declarative.data = NULL;
	checkin->declarative.data_len = 0;
	free(checkin->user_authenticate.digest_response);
	checkin->user_authenticate.digest_response = NULL;
}

const char *checkin_device_id(const struct checkin *checkin)
{
	return checkin->udid[0] ? checkin->udid : checkin->enrollment_id;
}

bool checkin_is_user_channel(const struct checkin *checkin)
{
	return checkin->user_id[0] || checkin->enrollment_user_id[0];
}

const char *checkin_type_name(enum checkin_type type)
{
	if ((unsigned)type >= CHECKIN_TYPE_COUNT)
		return "unknown";
	return messages[type].name;
}
