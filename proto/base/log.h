/*
 * log: one event a line, as one JSON object: time, level, event, then pairs.
 * Keys come from the list below and from nowhere else. Text from outside is
 * escaped here. Never pass bodies, tokens, PINs, codes or full phone numbers.
 * It writes nothing by itself: a program hands in the sink.
 *
 *   log_info(log, "enrolment_started", LOG_DEVICE, id, LOG_SERIAL, serial,
 *       NULL);
 */
#ifndef PROTO_BASE_LOG_H
#define PROTO_BASE_LOG_H

#include <stddef.h>

#include "proto/base/time.h"

/* Keys; a value is always text. */
#define LOG_ADDRESS "address"
#define LOG_CASE "case"
#define LOG_CAUSE "cause"
#define LOG_CERTIFICATE "certificate" /* SHA-256, first 16 hex digits */
#define LOG_CHECKPOINT "checkpoint"   /* signed, of the audit log */
#define LOG_COMMAND "command"
#define LOG_COUNT "count"
#define LOG_DEVICE "device"
#define LOG_ERROR "error" /* the sentence of a struct err */
#define LOG_EVENT "event"
#define LOG_FILE "file"
#define LOG_KIND "kind"
#define LOG_LIFE "life"
#define LOG_LINK "link"
#define LOG_LISTENER "listener"
#define LOG_MAIL "mail"
#define LOG_METHOD "method"
#define LOG_MS "ms"
#define LOG_ORDER "order"
#define LOG_ORGANISATION "organisation"
#define LOG_PACK "pack"
#define LOG_PATH "path"
#define LOG_PERSON "person" /* id, never a name */
#define LOG_PID "pid"
#define LOG_PORT "port" /* its label */
#define LOG_REPORT "report"
#define LOG_REQUEST "request" /* id of a request to the office */
#define LOG_REQUEST_TYPE "request_type"
#define LOG_RULE "rule"
#define LOG_SERIAL "serial"
#define LOG_SIGNAL "signal"
#define LOG_STATE "state"
#define LOG_STATION "station"
#define LOG_STATUS "status"
#define LOG_TASK "task"
#define LOG_USER "user"
#define LOG_VERSION "version"
#define LOG_WEBHOOK "webhook"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO, /* what an auditor would ask about */
	LOG_LEVEL_DEBUG
};

/* Takes one whole line with its newline; called from any thread. */
typedef void log_sink_fn(
    void *arg, enum log_level level, const char *line, size_t len);

struct log {
	enum log_level level; /* lines above it are dropped */
	const struct clock *clock;
	log_sink_fn *sink;
	void *sink_arg;
};

/* Pairs of key and text, ended by NULL; a NULL text is written as "". */
void log_event(const struct log *log, enum log_level level, const char *event,
    ...) __attribute__((sentinel));

#define log_error(log, ...) log_event(log, LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(log, ...) log_event(log, LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(log, ...) log_event(log, LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(log, ...) log_event(log, LOG_LEVEL_DEBUG, __VA_ARGS__)

/* "error", "warning", "info", "debug"; -1 for anything else. */
int log_level_parse(const char *name, enum log_level *out);

#endif
