#include "agent/bench/worker/message.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static const char *const kind_names[] = {
    [MESSAGE_WAIT] = "wait",
    [MESSAGE_STEP] = "step",
    [MESSAGE_REPORT] = "report",
    [MESSAGE_GLANCE] = "glance",
    [MESSAGE_DONE] = "done",
};

#define KINDS (sizeof(kind_names) / sizeof(kind_names[0]))

int message_encode(
    const struct message *message, struct buf *line, struct err *err)
{
	buf_printf(line, "{\"message\":\"%s\"", kind_names[message->kind]);
	switch (message->kind) {
	case MESSAGE_WAIT:
	case MESSAGE_DONE:
		buf_printf(line, ",\"code\":\"%s\",\"native\":%d",
		    failure_row(message->failure)->code, message->native);
		break;
	case MESSAGE_STEP:
		buf_append_str(line, ",\"step\":");
		buf_append_json(line, message->step);
		buf_printf(line, ",\"percent\":%u", message->percent);
		break;
	case MESSAGE_REPORT:
	case MESSAGE_GLANCE:
		buf_printf(line, ",\"journaled\":%s,\"report\":",
		    message->is_journaled ? "true" : "false");
		if (station_report_encode(&message->report, line, err) < 0)
			return -(int)ERR_INVALID;
		break;
	}
	buf_append_str(line, "}\n");
	return buf_check(line, err);
}

static int parse_code(json_t *root, struct message *message)
{
	const char *code = json_string_value(json_object_get(root, "code"));
	json_int_t native = json_integer_value(json_object_get(root, "native"));

	if (!code || native < INT32_MIN || native > INT32_MAX)
		return -(int)ERR_INVALID;
	message->failure = failure_by_code(code);
	message->native = (int)native;
	return 0;
}

static int parse_step(json_t *root, struct message *message)
{
	const char *step = json_string_value(json_object_get(root, "step"));
	json_int_t percent =
	    json_integer_value(json_object_get(root, "percent"));

	if (!step || percent < 0 || percent > 100)
		return -(int)ERR_INVALID;
	message->percent = (unsigned)percent;
	return str_copy(message->step, sizeof(message->step), step);
}

static int parse_report(json_t *root, struct message *message)
{
	char *json = json_dumps(json_object_get(root, "report"), JSON_COMPACT);
	int rc = -(int)ERR_INVALID;

	message->is_journaled =
	    json_is_true(json_object_get(root, "journaled"));
	if (json)
		rc = station_report_parse(
		    json, strlen(json), &message->report, NULL);
	free(json);
	return rc;
}

static int (*const parsers[])(json_t *root, struct message *message) = {
    [MESSAGE_WAIT] = parse_code,
    [MESSAGE_STEP] = parse_step,
    [MESSAGE_REPORT] = parse_report,
    [MESSAGE_GLANCE] = parse_report,
    [MESSAGE_DONE] = parse_code,
};

int message_parse(
    const char *line, size_t len, struct message *out, struct err *err)
{
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(root, "message"));
	struct message *message = calloc(1, sizeof(*message));
	int rc = -(int)ERR_INVALID;
	size_t i;

	for (i = 0; message && name && i < KINDS; i++) {
		if (strcmp(kind_names[i], name) != 0)
			continue;
		message->kind = (enum message_kind)i;
		rc = parsers[i](root, message);
	}
	if (rc == 0)
		*out = *message;
	free(message);
	json_decref(root);
	return rc < 0
	    ? err_set(err, ERR_INVALID, "a worker says what cannot be read")
	    : 0;
}
