#include "agent/bench/journal/journal_state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const step_names[JOURNAL_STEP_COUNT] = {
    [JOURNAL_STEP_NONE] = "none",
    [JOURNAL_STEP_CLOUD_SET] = "cloud_set",
    [JOURNAL_STEP_PROFILE_SENT] = "profile_sent",
    [JOURNAL_STEP_ERASE_SENT] = "erase_sent",
    [JOURNAL_STEP_ERASE_ACKED] = "erase_acked",
    [JOURNAL_STEP_RESTART_SENT] = "restart_sent",
};

const char *journal_step_name(enum journal_step step)
{
	return step_names[step];
}

static int step_parse(const char *name, enum journal_step *out)
{
	size_t i;

	for (i = 0; i < COUNT(step_names); i++) {
		if (strcmp(step_names[i], name) == 0) {
			*out = (enum journal_step)i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}

/* ---- values of an entry ---- */

static int need_text(json_t *entry, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text && *text ? str_copy(out, size, text) : -(int)ERR_INVALID;
}

static void get_text(json_t *entry, const char *key, char *out, size_t size)
{
	if (need_text(entry, key, out, size) < 0)
		out[0] = '\0';
}

static int64_t get_number(json_t *entry, const char *key)
{
	return json_integer_value(json_object_get(entry, key));
}

/* ---- pairings ---- */

static struct journal_host *host_of(
    struct journal_state *state, const char *host_id)
{
	size_t i;

	for (i = 0; i < state->host_count; i++)
		if (strcmp(state->hosts[i].host_id, host_id) == 0)
			return &state->hosts[i];
	return NULL;
}

static struct journal_host *host_add(
    struct journal_state *state, const char *host_id)
{
	struct journal_host *host = host_of(state, host_id);

	if (host)
		return host;
	if (state->host_count == JOURNAL_HOSTS_MAX) {
		memmove(&state->hosts[0], &state->hosts[1],
		    (JOURNAL_HOSTS_MAX - 1) * sizeof(state->hosts[0]));
		state->host_count--;
	}
	host = &state->hosts[state->host_count++];
	*host = (struct journal_host){.paired_at_ms = 0};
	(void)str_copy(host->host_id, sizeof(host->host_id), host_id);
	return host;
}

enum host_event { HOST_PAIRED, HOST_WORKED, HOST_REFUSED };

static int apply_host(
    struct journal_state *state, json_t *entry, enum host_event event)
{
	char id[UUID_TEXT_MAX];
	struct journal_host *host;
	int64_t at = get_number(entry, "at");

	if (need_text(entry, "host_id", id, sizeof(id)) < 0)
		return -(int)ERR_INVALID;
	host = host_add(state, id);
	if (event != HOST_REFUSED && !host->since_ms)
		host->since_ms = at;
	if (event == HOST_PAIRED)
		host->paired_at_ms = at;
	else if (event == HOST_WORKED)
		host->worked_at_ms = at;
	else
		host->refused_at_ms = at;
	return 0;
}

static int apply_paired(struct journal_state *state, json_t *entry)
{
	return apply_host(state, entry, HOST_PAIRED);
}

static int apply_worked(struct journal_state *state, json_t *entry)
{
	return apply_host(state, entry, HOST_WORKED);
}

static int apply_host_refused(struct journal_state *state, json_t *entry)
{
	return apply_host(state, entry, HOST_REFUSED);
}

static int apply_seen(struct journal_state *state, json_t *entry)
{
	return need_text(entry, "serial", state->serial, sizeof(state->serial));
}

/* ---- orders ---- */

static struct journal_order *order_named(
    struct journal_state *state, const char *id)
{
	size_t i;

	for (i = 0; id && i < state->order_count; i++)
		if (strcmp(state->orders[i].id, id) == 0)
			return &state->orders[i];
	return NULL;
}

static struct journal_order *order_of(
    struct journal_state *state, json_t *entry)
{
	return order_named(
	    state, json_string_value(json_object_get(entry, "order")));
}

static int apply_begun(struct journal_state *state, json_t *entry)
{
	struct journal_order order = {.begun_at_ms = get_number(entry, "at")};
	struct journal_order *grown;
	char kind[32];

	if (order_of(state, entry))
		return 0;
	if (state->order_count == JOURNAL_ORDERS_MAX)
		return -(int)ERR_LIMIT;
	if (need_text(entry, "order", order.id, sizeof(order.id)) < 0 ||
	    need_text(entry, "kind", kind, sizeof(kind)) < 0 ||
	    work_order_kind_parse(kind, &order.kind) < 0)
		return -(int)ERR_INVALID;
	get_text(entry, "wipe", order.wipe_id, sizeof(order.wipe_id));
	grown =
	    reallocarray(state->orders, state->order_count + 1, sizeof(*grown));
	if (!grown)
		return -(int)ERR_MEMORY;
	state->orders = grown;
	state->orders[state->order_count++] = order;
	return 0;
}

static int apply_step(struct journal_state *state, json_t *entry)
{
	struct journal_order *order = order_of(state, entry);
	char name[32];

	if (!order || need_text(entry, "step", name, sizeof(name)) < 0 ||
	    step_parse(name, &order->step) < 0)
		return -(int)ERR_INVALID;
	order->step_at_ms = get_number(entry, "at");
	if (json_object_get(entry, "host_id")) {
		get_text(
		    entry, "host_id", order->host_id, sizeof(order->host_id));
		order->host_worked_at_ms = get_number(entry, "worked_at");
	}
	return 0;
}

static int apply_finished(struct journal_state *state, json_t *entry)
{
	struct journal_order *order = order_of(state, entry);

	if (!order)
		return -(int)ERR_INVALID;
	order->is_finished = true;
	return need_text(entry, "code", order->code, sizeof(order->code));
}

static int apply_refused(struct journal_state *state, json_t *entry)
{
	struct journal_order *order = order_of(state, entry);

	if (!order)
		return -(int)ERR_INVALID;
	order->was_refused = true;
	return 0;
}

/* ---- reports on their way to the outbox ---- */

/*
 * A report of how an order ended is its end, whether or not there was time left
 * to write "finished": what may have been told is not done again.
 */
static void end_by_report(struct journal_state *state, const char *json)
{
	json_t *report = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	json_t *end = json_object_get(report, "order_result");
	const char *result = json_string_value(json_object_get(end, "result"));
	const char *code = json_string_value(json_object_get(end, "code"));
	struct journal_order *order = order_named(
	    state, json_string_value(json_object_get(end, "order_id")));

	if (order && !order->is_finished && result && code &&
	    (strcmp(result, station_result_name(STATION_RESULT_OK)) == 0 ||
	        strcmp(result, station_result_name(STATION_RESULT_FAILED)) ==
	            0) &&
	    str_copy(order->code, sizeof(order->code), code) == 0)
		order->is_finished = true;
	json_decref(report);
}

static int apply_report(struct journal_state *state, json_t *entry)
{
	const char *json = json_string_value(json_object_get(entry, "report"));
	struct journal_pending pending = {.json = NULL};
	struct journal_pending *grown;

	if (!json || need_text(entry, "id", pending.id, sizeof(pending.id)) < 0)
		return -(int)ERR_INVALID;
	grown = reallocarray(
	    state->pending, state->pending_count + 1, sizeof(*grown));
	if (!grown)
		return -(int)ERR_MEMORY;
	state->pending = grown;
	if (!(pending.json = strdup(json)))
		return -(int)ERR_MEMORY;
	pending.len = strlen(json);
	state->pending[state->pending_count++] = pending;
	end_by_report(state, json);
	return 0;
}

static int apply_queued(struct journal_state *state, json_t *entry)
{
	char id[UUID_TEXT_MAX];
	size_t i;

	if (need_text(entry, "id", id, sizeof(id)) < 0)
		return -(int)ERR_INVALID;
	for (i = 0; i < state->pending_count; i++) {
		if (strcmp(state->pending[i].id, id) != 0)
			continue;
		free(state->pending[i].json);
		memmove(&state->pending[i], &state->pending[i + 1],
		    (--state->pending_count - i) * sizeof(*state->pending));
		break;
	}
	return 0;
}

static const struct {
	const char *event;
	int (*apply)(struct journal_state *state, json_t *entry);
} events[] = {
    {"paired", apply_paired},
    {"worked", apply_worked},
    {"host_refused", apply_host_refused},
    {"seen", apply_seen},
    {"begun", apply_begun},
    {"step", apply_step},
    {"finished", apply_finished},
    {"refused", apply_refused},
    {"report", apply_report},
    {"queued", apply_queued},
};

int journal_state_apply(
    struct journal_state *state, const char *json, size_t len, struct err *err)
{
	json_t *entry = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const char *event = json_string_value(json_object_get(entry, "event"));
	int rc = -(int)ERR_INVALID;
	size_t i;

	for (i = 0; event && i < COUNT(events); i++) {
		if (strcmp(events[i].event, event) == 0) {
			rc = events[i].apply(state, entry);
			break;
		}
	}
	json_decref(entry);
	if (rc < 0)
		return err_set(err, (enum err_code) - rc,
		    rc == -(int)ERR_LIMIT ? "the journal is full of orders"
		                          : "the journal has an entry that "
		                            "cannot be read");
	state->entries++;
	return 0;
}

void journal_state_clear(struct journal_state *state)
{
	size_t i;

	for (i = 0; i < state->pending_count; i++)
		free(state->pending[i].json);
	free(state->pending);
	free(state->orders);
	*state = (struct journal_state){.orders = NULL};
}
