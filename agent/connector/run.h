/*
 * run: one run of a connector as its sources see it: items go in, what had to
 * be left out is told, and both come out again as reports, as a list for
 * people or as one JSON document.
 */
#ifndef AGENT_CONNECTOR_RUN_H
#define AGENT_CONNECTOR_RUN_H

#include <signal.h>
#include <stdbool.h>

#include "agent/connector/config.h"
#include "agent/connector/sender.h"

struct err;
struct run;

struct run_options {
	bool is_dry; /* print, send nothing */
	bool is_json;
	bool is_quiet; /* no progress line */
	const volatile sig_atomic_t *stopping;
	const struct clock *clock;
};

/* Borrowed all; sender NULL: a dry run. */
int run_new(const struct run_options *options,
    const struct connector_config *config, enum evidence_method method,
    struct sender *sender, struct run **out, struct err *err);
void run_free(struct run *run);

/* The organisation's phones, as a map's world wants them; taken over. */
void run_set_equipment(
    struct run *run, char (*imeis)[EVIDENCE_IMEI_MAX], size_t count);
/* get and arg are the caller's to fill in. */
void run_world(const struct run *run, struct map_world *out);
bool run_is_stopped(const struct run *run);

/* Seconds for a source to wait; false: stop. */
bool run_wait(const struct run *run, int64_t ms);

/* Sends when a report is full. Fails as sender_send(); is_server is set. */
int run_add(struct run *run, const struct evidence_item *item, struct err *err);
/* Something of the source is left out. source: a file's name or a request's;
 * line 0: not one line. */
void run_skip(struct run *run, const char *source, unsigned long line,
    const struct map_fault *fault);
void run_skip_text(struct run *run, const char *source, unsigned long line,
    const char *from, const char *reason);
/* Another row or subject was looked at. */
void run_step(struct run *run);

/* The last report. */
int run_flush(struct run *run, struct err *err);
/* Did the server, not the source, fail? */
bool run_failed_at_server(const struct run *run);
/* Were rows, subjects or items left out? */
bool run_has_gaps(const struct run *run);
/* What came of it, on standard output; err: NULL, it ended well. */
void run_print(struct run *run, const struct err *err);

/* ---- the sources: opened before the sandbox, run within it ---- */

struct source;

struct source_kind {
	const char *name; /* "csv" */
	enum evidence_method method;
	bool has_network;
	int (*open)(const struct connector_config *config, struct source **out,
	    struct err *err);
	int (*run)(struct source *source, struct run *run, struct err *err);
	void (*close)(struct source *source);
};

extern const struct source_kind source_csv;
extern const struct source_kind source_http;
extern const struct source_kind source_vvm;

#endif
