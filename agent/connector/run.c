#include "agent/connector/run.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define SKIPPED_KEPT 1000 /* the rest is counted */
#define REPORTS_KEPT 1000
#define PROGRESS_MS 200

struct skipped {
	char source[96];
	unsigned long line;
	struct map_fault fault;
};

struct run {
	struct run_options options;
	const struct connector_config *config;
	enum evidence_method method;
	struct sender *sender;
	char (*equipment)[EVIDENCE_IMEI_MAX];
	size_t equipment_count;
	int64_t started_ms;

	struct evidence_item *items; /* of the report in hand */
	size_t count;
	size_t total;
	size_t steps;
	int64_t progress_ms;
	bool has_progress;

	struct skipped *skipped;
	size_t skipped_count;
	struct sent *reports;
	size_t report_count;
	size_t accepted;
	size_t refused;
	bool has_server_failed;
	bool has_printed; /* dry, JSON: an item stands before */
};

static void on_sent(void *arg, const struct sent *sent)
{
	struct run *run = arg;

	if (run->report_count < REPORTS_KEPT)
		run->reports[run->report_count] = *sent;
	run->report_count++;
	run->accepted += sent->accepted;
	run->refused += sent->refused;
}

/* What the server's words mean (see its take_evidence); others stand alone. */
static const char *refusal_meaning(const char *reason)
{
	static const struct {
		const char *reason;
		const char *meaning;
	} known[] = {
	    {"fact", "it does not know this fact"},
	    {"subject", "it knows no such number, card, phone or person"},
	    {"scope", "the key may not speak for this unit"},
	    {"time", "the time is not believable"},
	    {"older", "it knows something newer"},
	    {"private", "the phone is private"},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(reason, known[i].reason) == 0)
			return known[i].meaning;
	return NULL;
}

static void on_refused(
    void *arg, const struct evidence_item *item, const char *reason)
{
	const char *meaning = refusal_meaning(reason);
	char text[160];

	(void)snprintf(text, sizeof(text), "the server refused it: %s%s%s",
	    reason, meaning ? ", " : "", meaning ? meaning : "");
	run_skip_text(arg, evidence_fact_name(item->fact), 0,
	    evidence_subject_kind_name(item->subject.kind), text);
}

int run_new(const struct run_options *options,
    const struct connector_config *config, enum evidence_method method,
    struct sender *sender, struct run **out, struct err *err)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return err_memory(err);
	run->items = calloc(EVIDENCE_ITEMS_MAX, sizeof(*run->items));
	run->skipped = calloc(SKIPPED_KEPT, sizeof(*run->skipped));
	run->reports = calloc(REPORTS_KEPT, sizeof(*run->reports));
	if (!run->items || !run->skipped || !run->reports) {
		run_free(run);
		return err_memory(err);
	}
	run->options = *options;
	run->config = config;
	run->method = method;
	run->sender = sender;
	run->started_ms = clock_now(options->clock);
	run->has_progress = !options->is_quiet && isatty(STDERR_FILENO);
	if (sender) {
		sender->on_sent = on_sent;
		sender->on_refused = on_refused;
		sender->arg = run;
	}
	if (options->is_dry && options->is_json)
		(void)fputs("{\"evidence\":[", stdout);
	*out = run;
	return 0;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	free(run->items);
	free(run->skipped);
	free(run->reports);
	free(run->equipment);
	free(run);
}

void run_set_equipment(
    struct run *run, char (*imeis)[EVIDENCE_IMEI_MAX], size_t count)
{
	run->equipment = imeis;
	run->equipment_count = count;
}

void run_world(const struct run *run, struct map_world *out)
{
	*out = (struct map_world){.now_ms = run->started_ms,
	    .country = run->config->country,
	    .method = run->method,
	    .numbers = run->config->targets,
	    .numbers_count = run->config->targets_count,
	    .equipment = (const char(*)[EVIDENCE_IMEI_MAX])run->equipment,
	    .equipment_count = run->equipment_count};
}

bool run_is_stopped(const struct run *run)
{
	return *run->options.stopping;
}

bool run_wait(const struct run *run, int64_t ms)
{
	for (; ms > 0 && !run_is_stopped(run); ms -= 100)
		(void)poll(NULL, 0, ms < 100 ? (int)ms : 100);
	return !run_is_stopped(run);
}

/* ---- progress: one line, on a terminal only ---- */

void run_step(struct run *run)
{
	int64_t now;

	run->steps++;
	if (!run->has_progress)
		return;
	now = clock_now(run->options.clock);
	if (now - run->progress_ms < PROGRESS_MS && now >= run->progress_ms)
		return;
	run->progress_ms = now;
	(void)fprintf(stderr, "\r%zu looked at, %zu facts, %zu skipped\033[K",
	    run->steps, run->total, run->skipped_count);
}

static void end_progress(const struct run *run)
{
	if (run->has_progress)
		(void)fputs("\r\033[K", stderr);
}

/* ---- items ---- */

static void print_json_item(
    struct run *run, const struct evidence_item *item, struct buf *out)
{
	char subject[EVIDENCE_SUBJECT_TEXT_MAX];
	char time[TIME_TEXT_MAX];

	evidence_subject_text(&item->subject, subject);
	if (run->has_printed)
		buf_append_char(out, ',');
	buf_append_str(out, "{\"subject\":");
	buf_append_json(out, subject);
	buf_printf(
	    out, ",\"fact\":\"%s\",\"value\":", evidence_fact_name(item->fact));
	(void)evidence_value_encode(item->fact, &item->value, out, NULL);
	time_rfc3339(
	    item->observed_at_ms ? item->observed_at_ms : run->started_ms,
	    time);
	buf_printf(out, ",\"method\":\"%s\",\"observed_at\":\"%s\"",
	    evidence_method_name(item->method), time);
	time_rfc3339(item->valid_until_ms, time);
	buf_printf(out, ",\"valid_until\":\"%s\"}", time);
	run->has_printed = true;
}

static void print_item(const struct evidence_item *item, struct buf *out)
{
	char subject[EVIDENCE_SUBJECT_TEXT_MAX];
	char time[TIME_TEXT_MAX];

	evidence_subject_text(&item->subject, subject);
	time_rfc3339(item->valid_until_ms, time);
	buf_printf(
	    out, "%-26s %-27s ", subject, evidence_fact_name(item->fact));
	(void)evidence_value_encode(item->fact, &item->value, out, NULL);
	buf_printf(out, "  until %s\n", time);
}

static void print_dry(struct run *run)
{
	struct buf out = {0};

	end_progress(run);
	for (size_t i = 0; i < run->count; i++) {
		if (run->options.is_json)
			print_json_item(run, &run->items[i], &out);
		else
			print_item(&run->items[i], &out);
	}
	if (out.len)
		(void)fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

int run_flush(struct run *run, struct err *err)
{
	int rc = 0;

	if (run->count > 0 && run->options.is_dry)
		print_dry(run);
	else if (run->count > 0)
		rc = sender_send(run->sender, run->items, run->count, err);
	if (rc < 0)
		run->has_server_failed = true;
	run->count = 0;
	return rc;
}

int run_add(struct run *run, const struct evidence_item *item, struct err *err)
{
	struct err why = {0};

	if (evidence_item_check(item, &why) < 0) {
		run_skip_text(
		    run, evidence_fact_name(item->fact), 0, "", why.text);
		return 0;
	}
	run->items[run->count++] = *item;
	run->total++;
	return run->count == EVIDENCE_ITEMS_MAX ? run_flush(run, err) : 0;
}

void run_skip(struct run *run, const char *source, unsigned long line,
    const struct map_fault *fault)
{
	struct skipped *one;

	if (run->skipped_count++ >= SKIPPED_KEPT)
		return;
	one = &run->skipped[run->skipped_count - 1];
	(void)snprintf(one->source, sizeof(one->source), "%.95s", source);
	one->line = line;
	one->fault = *fault;
}

void run_skip_text(struct run *run, const char *source, unsigned long line,
    const char *from, const char *reason)
{
	struct map_fault fault;

	(void)snprintf(fault.from, sizeof(fault.from), "%.63s", from);
	(void)snprintf(fault.reason, sizeof(fault.reason), "%.159s", reason);
	run_skip(run, source, line, &fault);
}

bool run_failed_at_server(const struct run *run)
{
	return run->has_server_failed;
}

bool run_has_gaps(const struct run *run)
{
	return run->skipped_count > 0;
}

/* ---- what came of it ---- */

static size_t kept(size_t count, size_t max)
{
	return count < max ? count : max;
}

static void json_skipped(const struct run *run, struct buf *out)
{
	for (size_t i = 0; i < kept(run->skipped_count, SKIPPED_KEPT); i++) {
		const struct skipped *one = &run->skipped[i];

		buf_append_str(out, i ? ",{\"source\":" : "{\"source\":");
		buf_append_json(out, one->source);
		if (one->line)
			buf_printf(out, ",\"line\":%lu", one->line);
		if (one->fault.from[0]) {
			buf_append_str(out, ",\"column\":");
			buf_append_json(out, one->fault.from);
		}
		buf_append_str(out, ",\"reason\":");
		buf_append_json(out, one->fault.reason);
		buf_append_char(out, '}');
	}
}

static void json_reports(const struct run *run, struct buf *out)
{
	for (size_t i = 0; i < kept(run->report_count, REPORTS_KEPT); i++)
		buf_printf(out,
		    "%s{\"seq\":%lld,\"items\":%zu,\"accepted\":%zu,"
		    "\"refused\":%zu}",
		    i ? "," : "", (long long)run->reports[i].seq,
		    run->reports[i].items, run->reports[i].accepted,
		    run->reports[i].refused);
}

static void print_json(const struct run *run, const struct err *err)
{
	struct buf out = {0};

	buf_append_str(&out, run->options.is_dry ? "]," : "{");
	buf_append_str(&out, "\"connector\":");
	buf_append_json(&out, run->config->connector);
	buf_printf(&out,
	    ",\"kind\":\"%s\",\"dry_run\":%s,\"looked_at\":%zu,\"facts\":%zu,"
	    "\"skipped_count\":%zu,\"skipped\":[",
	    connector_config_kind(run->config),
	    run->options.is_dry ? "true" : "false", run->steps, run->total,
	    run->skipped_count);
	json_skipped(run, &out);
	buf_append_str(&out, "],\"reports\":[");
	json_reports(run, &out);
	buf_append_str(&out, "],\"error\":");
	if (err)
		buf_append_json(&out, err->text);
	else
		buf_append_str(&out, "null");
	buf_append_str(&out, "}\n");
	if (buf_check(&out, NULL) == 0)
		(void)fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

static void print_skipped(const struct run *run)
{
	for (size_t i = 0; i < kept(run->skipped_count, SKIPPED_KEPT); i++) {
		const struct skipped *one = &run->skipped[i];

		(void)printf("skipped: %s", one->source);
		if (one->line)
			(void)printf(" line %lu", one->line);
		if (one->fault.from[0])
			(void)printf(", %s", one->fault.from);
		(void)printf(": %s\n", one->fault.reason);
	}
	if (run->skipped_count > SKIPPED_KEPT)
		(void)printf("skipped: and %zu more\n",
		    run->skipped_count - SKIPPED_KEPT);
}

void run_print(struct run *run, const struct err *err)
{
	end_progress(run);
	if (run->options.is_json) {
		print_json(run, err);
		return;
	}
	print_skipped(run);
	(void)printf("%s: %zu looked at, %zu facts, %zu skipped; ",
	    run->config->connector, run->steps, run->total, run->skipped_count);
	if (run->options.is_dry)
		(void)printf("nothing was sent\n");
	else
		(void)printf("sent %zu in %zu report%s, the server took %zu\n",
		    run->accepted + run->refused, run->report_count,
		    run->report_count == 1 ? "" : "s", run->accepted);
}
