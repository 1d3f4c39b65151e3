#include "proto/apple/answer.h"

#include <stdio.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

static const char *const status_names[ANSWER_STATUS_COUNT] = {
    [ANSWER_IDLE] = "Idle",
    [ANSWER_ACKNOWLEDGED] = "Acknowledged",
    [ANSWER_ERROR] = "Error",
    [ANSWER_COMMAND_FORMAT_ERROR] = "CommandFormatError",
    [ANSWER_NOT_NOW] = "NotNow",
};

/* Copies as many whole characters as fit. */
static void copy_cut(char *out, size_t size, const char *text)
{
	size_t used = 0;
	size_t step;

	while ((step = str_utf8_step(text + used)) > 0 && used + step < size)
		used += step;
	memcpy(out, text, used);
	out[used] = '\0';
}

static int read_status(plist_t root, enum answer_status *out, struct err *err)
{
	char name[LIMIT_STATUS + 1];
	size_t i;
	int rc = xplist_need_string(root, "Status", name, sizeof(name), err);

	if (rc < 0)
		return rc;
	for (i = 0; i < ANSWER_STATUS_COUNT; i++) {
		if (!strcmp(status_names[i], name)) {
			*out = (enum answer_status)i;
			return 0;
		}
	}
	return err_set(err, ERR_UNSUPPORTED, "key Status: unknown");
}

static int read_sender(plist_t root, struct answer *out, struct err *err)
{
	const struct {
		const char *key;
		char *out;
		size_t size;
	} fields[] = {
	    {"UDID", out->udid, sizeof(out->udid)},
	    {"EnrollmentID", out->enrollment_id, sizeof(out->enrollment_id)},
	    {"EnrollmentUserID", out->enrollment_user_id,
	        sizeof(out->enrollment_user_id)},
	    {"UserID", out->user_id, sizeof(out->user_id)},
	    {"UserShortName", out->user_short_name,
	        sizeof(out->user_short_name)},
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		rc = xplist_get_string(
		    root, fields[i].key, fields[i].out, fields[i].size, err);
		if (rc < 0)
			return rc;
	}
	if (out->udid[0] == '\0' && out->enrollment_id[0] == '\0')
		return err_set(
		    err, ERR_NOT_FOUND, "neither UDID nor EnrollmentID");
	return 0;
}

/* Texts of another type are left out: the code and domain are what counts. */
static void read_error_text(
    plist_t item, const char *key, char *out, size_t size)
{
	const char *text;

	if (xplist_get_text(item, key, &text, NULL, NULL) == 1)
		copy_cut(out, size, text);
}

static int read_error(plist_t item, struct answer_error *out, struct err *err)
{
	int rc;

	*out = (struct answer_error){0};
	if (!xplist_is_dict(item))
		return err_set(
		    err, ERR_INVALID, "key ErrorChain: not dictionaries");
	if ((rc = xplist_get_integer(item, "ErrorCode", &out->code, err)) < 0)
		return rc;
	rc = xplist_get_string(
	    item, "ErrorDomain", out->domain, sizeof(out->domain), err);
	if (rc < 0)
		return rc;
	read_error_text(
	    item, "USEnglishDescription", out->text_us, sizeof(out->text_us));
	read_error_text(
	    item, "LocalizedDescription", out->text, sizeof(out->text));
	return 0;
}

static int read_errors(plist_t root, struct answer *out, struct err *err)
{
	plist_t chain;
	uint32_t count;
	uint32_t i;
	int rc = xplist_get_array(root, "ErrorChain", &chain, err);

	if (rc != 1)
		return rc;
	count = plist_array_get_size(chain);
	if (count > LIMIT_ERROR_CHAIN)
		return err_set(
		    err, ERR_LIMIT, "key ErrorChain: %u errors", count);
	for (i = 0; i < count; i++) {
		rc = read_error(
		    plist_array_get_item(chain, i), &out->errors[i], err);
		if (rc)
			return rc;
	}
	out->error_count = count;
	return 0;
}

static int read_result(plist_t root, struct answer *out, struct err *err)
{
	int rc = xplist_need_string(root, "CommandUUID", out->command_uuid,
	    sizeof(out->command_uuid), err);

	return rc < 0 ? rc : read_errors(root, out, err);
}

static int read_answer(plist_t root, struct answer *out, struct err *err)
{
	int rc;

	if (!xplist_is_dict(root))
		return err_set(err, ERR_INVALID, "not a dictionary");
	if ((rc = read_status(root, &out->status, err)) != 0 ||
	    (rc = read_sender(root, out, err)) != 0)
		return rc;
	return out->status == ANSWER_IDLE ? 0 : read_result(root, out, err);
}

int answer_parse(
    const uint8_t *body, size_t len, struct answer *out, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	struct answer answer;
	int rc = xplist_parse(body, len, LIMIT_ANSWER_BODY, &root, err);

	if (rc)
		return rc;
	/* Ten kilobytes of errors that an Idle has not: never touched. */
	memset(&answer, 0, offsetof(struct answer, errors));
	if ((rc = read_answer(root, &answer, err)) != 0)
		return rc;
	if (answer.status != ANSWER_IDLE) {
		answer.body = root;
		root = NULL;
	}
	memcpy(out, &answer,
	    offsetof(struct answer, errors) +
	        answer.error_count * sizeof(answer.errors[0]));
	return 0;
}

void answer_clear(struct answer *answer)
{
	if (!answer || !answer->body)
		return;
	plist_free(answer->body);
	answer->body = NULL;
}

const char *answer_device_id(const struct answer *answer)
{
	return answer->udid[0] ? answer->udid : answer->enrollment_id;
}

bool answer_is_user_channel(const struct answer *answer)
{
	return answer->user_id[0] || answer->enrollment_user_id[0];
}

const char *answer_status_name(enum answer_status status)
{
	if ((unsigned)status >= ANSWER_STATUS_COUNT)
		return "unknown";
	return status_names[status];
}

void answer_errors_text(const struct answer *answer, char *out, size_t size)
{
	struct buf text = {0};
	size_t i;

	if (size == 0)
		return;
	out[0] = '\0';
	for (i = 0; i < answer->error_count; i++) {
		const struct answer_error *error = &answer->errors[i];
		const char *said =
		    error->text_us[0] ? error->text_us : error->text;

		buf_printf(&text, "%s%s (%s %lld)", i ? "; " : "",
		    said[0] ? said : "no description",
		    error->domain[0] ? error->domain : "no domain",
		    (long long)error->code);
	}
	if (text.len > 0 && !text.failed)
		copy_cut(out, size, (const char *)text.data);
	buf_clear(&text);
}

/* Errors that say "it is so already", by command. */
static const struct done_error {
	const char *request_type;
	const char *domain;
	int64_t code;
} done_errors[] = {
    /* The profile is not installed; it is not managed by us (quirk 3). */
    {"RemoveProfile", "MDMErrorDomain", 12075},
    {"RemoveProfile", "MCMDMErrorDomain", 12075},
    {"RemoveProfile", "MDMErrorDomain", 12013},
    {"RemoveProfile", "MCMDMErrorDomain", 12013},
    /* Nothing to update: a normal result. */
    {"AvailableOSUpdates", "DeviceManagement.error", 2213},
    {"ScheduleOSUpdate", "DeviceManagement.error", 2213},
};

bool answer_error_means_done(
    const char *request_type, const struct answer *answer)
{
	const struct answer_error *first = &answer->errors[0];
	size_t i;

	if (answer->status != ANSWER_ERROR || answer->error_count == 0)
		return false;
	for (i = 0; i < sizeof(done_errors) / sizeof(done_errors[0]); i++)
		if (!strcmp(done_errors[i].request_type, request_type) &&
		    !strcmp(done_errors[i].domain, first->domain) &&
		    done_errors[i].code == first->code)
			return true;
	return false;
}
