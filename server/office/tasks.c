/* Tasks, the one-time links to them, what was stated, who has read. */
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/evidence/statement.h"
#include "server/service/page/page_link.h"
#include "server/service/task/task.h"
#include "server/service/named.h"

#define LANGUAGE_MAX 8

static void person_encode(
    struct encoder *enc, const char *key, const char *id, const char *name)
{
	if (!*id) {
		encode_null(enc, key);
		return;
	}
	encode_open(enc, key, '{');
	encode_text(enc, "id", id);
	encode_text(enc, "name", name);
	encode_close(enc, '}');
}

static void subject_encode(struct encoder *enc, enum store_subject kind,
    const char *id, const char *name)
{
	encode_open(enc, "subject", '{');
	encode_text(enc, "kind", store_subject_name(kind));
	encode_text(enc, "id", id);
	encode_text(enc, "name", name);
	encode_close(enc, '}');
}

static void task_encode(struct encoder *enc, const struct task_view *view)
{
	const struct task_row *task = &view->task;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", task->id);
	encode_text(enc, "kind", task_kind_name(task->kind));
	encode_text(enc, "state", task_state_name(task->state));
	encode_text(enc, "rule", task->rule);
	encode_text(enc, "title", view->title);
	encode_text(enc, "cause", task->cause);
	person_encode(enc, "person", task->person_id, view->person_name);
	person_encode(enc, "unit", task->unit_id, view->unit_name);
	subject_encode(
	    enc, task->subject_kind, task->subject_id, view->subject_name);
	encode_text(enc, "order_id", task->order_id);
	person_encode(
	    enc, "escalated_to", view->escalated_to, view->escalated_to_name);
	encode_text(enc, "result", task->result);
	encode_text(enc, "created_by", task->created_by);
	encode_text(enc, "closed_by", task->closed_by);
	encode_time(enc, "created_at", task->created_at);
	encode_time(enc, "remind_at", task->remind_at);
	encode_time(enc, "due_at", task->due_at);
	encode_time(enc, "escalate_at", task->escalate_at);
	encode_time(enc, "expires_at", task->expires_at);
	encode_time(enc, "reminded_at", task->reminded_at);
	encode_time(enc, "escalated_at", task->escalated_at);
	encode_time(enc, "closed_at", task->closed_at);
	encode_close(enc, '}');
}

static int on_task(void *arg, const struct task_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->task.id);

	if (turn == PAGER_SHOW)
		task_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

/* The texts of a query that lists have in common; each owned. */
struct tasks_query {
	char *person;
	char *unit;
	char *rule;
	char *language;
	bool only_open;
	bool only_overdue;
	char person_id[STORE_ID]; /* "": everybody's */
	char unit_id[STORE_ID];
};

static void query_clear(struct tasks_query *query)
{
	free(query->person);
	free(query->unit);
	free(query->rule);
	free(query->language);
}

static const char *none_if_empty(const char *id)
{
	return id[0] ? id : NULL;
}

static int query_decode(
    struct office_call *call, struct tasks_query *query, struct err *err)
{
	const struct http_request *request = call->request;
	const struct {
		const char *name;
		size_t max;
		char **out;
	} texts[] = {
	    {"person", LIMIT_NAME, &query->person},
	    {"unit", LIMIT_NAME, &query->unit},
	    {"rule", 63, &query->rule},
	    {"language", LANGUAGE_MAX, &query->language},
	};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		rc = decode_query_text(
		    request, texts[i].name, texts[i].max, texts[i].out, err);
	if (rc == 0)
		rc = decode_query_flag(request, "open", &query->only_open, err);
	if (rc == 0)
		rc = decode_query_flag(
		    request, "overdue", &query->only_overdue, err);
	if (rc == 0)
		rc = service_person_named(call->service, &call->actor,
		    query->person, query->person_id, err);
	if (rc == 0)
		rc = service_unit_named(call->service, &call->actor,
		    query->unit, query->unit_id, err);
	return rc;
}

int office_tasks_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"person", "unit", "rule",
	    "language", "open", "overdue", "limit", "cursor"};
	struct tasks_query query = {0};
	struct task_listing listing;
	struct pager pager;
	int rc = decode_query_names(call->request, names, 8, err);

	if (rc == 0)
		rc = query_decode(call, &query, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0) {
		listing = (struct task_listing){
		    .person_id = none_if_empty(query.person_id),
		    .unit_id = none_if_empty(query.unit_id),
		    .rule = query.rule,
		    .only_open = query.only_open,
		    .only_overdue = query.only_overdue,
		    .language = query.language,
		    .after_id = pager.after[0] ? pager.after : NULL,
		    .limit = (int)pager.limit + 1,
		};
		rc = pager_end(&pager,
		    service_task_each(call->service, &call->actor, &listing,
		        on_task, &pager, err));
	}
	query_clear(&query);
	return rc;
}

int office_task_get(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"language"};
	struct task_view view;
	char *language = NULL;
	int rc = decode_query_names(call->request, names, 1, err);

	if (rc == 0)
		rc = decode_query_text(
		    call->request, "language", LANGUAGE_MAX, &language, err);
	if (rc == 0)
		rc = service_task_load(call->service, &call->actor,
		    call->request->params[0], language, &view, err);
	if (rc == 0)
		task_encode(&call->enc, &view);
	free(language);
	return rc;
}

struct cancel_order {
	const char *reason;
};

static const struct decode_field cancel_fields[] = {
    {"reason", DECODE_TEXT, offsetof(struct cancel_order, reason), 255, true},
};

int office_task_cancel(struct office_call *call, struct err *err)
{
	struct cancel_order order = {0};
	struct task_view view;
	json_t *document = NULL;
	int rc;

	rc = decode_body(
	    call->request, cancel_fields, 1, &order, &document, err);
	if (rc == 0)
		rc = service_task_cancel(call->service, &call->actor,
		    call->request->params[0], order.reason, &view, err);
	if (rc == 0)
		task_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}

/* ---- the one-time link ---- */

struct link_order {
	const char *valid_for;
};

static const struct decode_field link_fields[] = {
    {"valid_for", DECODE_TEXT, offsetof(struct link_order, valid_for), 16,
        false}, /* left out: 14 days */
};

static int link_decode(
    const struct http_request *request, int64_t *valid_ms, struct err *err)
{
	struct link_order order = {0};
	json_t *document = NULL;
	int rc = 0;

	if (request->body_len > 0)
		rc = decode_body(
		    request, link_fields, 1, &order, &document, err);
	if (rc == 0 && order.valid_for &&
	    (time_duration_parse(order.valid_for, valid_ms) < 0 ||
	        *valid_ms < TIME_MINUTE_MS ||
	        *valid_ms > PAGE_LINK_VALID_MAX_MS))
		rc = err_set(err, ERR_INVALID,
		    "\"valid_for\" must be between 1m and 90d, like \"14d\"");
	json_decref(document);
	return rc;
}

int office_task_link_create(struct office_call *call, struct err *err)
{
	struct page_link_view view;
	char *url = NULL;
	int64_t valid_ms = 0;
	int rc = link_decode(call->request, &valid_ms, err);

	if (rc == 0)
		rc = service_page_link_create(call->service, &call->actor,
		    call->request->params[0], valid_ms, &view, &url, err);
	if (rc == 0) {
		encode_open(&call->enc, NULL, '{');
		encode_text(&call->enc, "id", view.id);
		encode_text(&call->enc, "task_id", view.task_id);
		encode_text(&call->enc, "person_id", view.person_id);
		encode_text(&call->enc, "created_by", view.created_by);
		encode_time(&call->enc, "created_at", view.created_at);
		encode_time(&call->enc, "expires_at", view.expires_at);
		encode_text(&call->enc, "url", url); /* shown this once */
		encode_close(&call->enc, '}');
	}
	call->status = 201;
	free(url);
	return rc;
}

/* ---- statements: read only; nobody states for somebody else ---- */

static void statement_encode(
    struct encoder *enc, const struct statement_view *view)
{
	const struct statement_row *row = &view->statement;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "rule", row->rule);
	person_encode(enc, "person", row->person_id, view->person_name);
	subject_encode(
	    enc, row->subject_kind, row->subject_id, view->subject_name);
	encode_bool(enc, "yes", row->is_yes);
	encode_time(enc, "made_at", row->at);
	encode_time(enc, "valid_until", row->valid_until);
	encode_text(enc, "language", row->language);
	encode_text(enc, "text_sha256", row->text_sha256);
	encode_text(enc, "task_id", row->task_id);
	encode_text(enc, "made_by", row->stated_by);
	encode_close(enc, '}');
}

static int on_statement(void *arg, const struct statement_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->statement.id);

	if (turn == PAGER_SHOW)
		statement_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_statements_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {
	    "person", "rule", "newest", "limit", "cursor"};
	struct tasks_query query = {0};
	struct statement_listing listing = {0};
	struct pager pager;
	int rc = decode_query_names(call->request, names, 5, err);

	if (rc == 0)
		rc = query_decode(call, &query, err);
	if (rc == 0)
		rc = decode_query_flag(
		    call->request, "newest", &listing.only_newest, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0) {
		listing.person_id = none_if_empty(query.person_id);
		listing.rule = query.rule;
		listing.after_id = pager.after[0] ? pager.after : NULL;
		listing.limit = (int)pager.limit + 1;
		rc = pager_end(&pager,
		    service_statement_each(call->service, &call->actor,
		        &listing, on_statement, &pager, err));
	}
	query_clear(&query);
	return rc;
}

/* ---- who has read the policy ---- */

static int on_coverage(void *arg, const struct coverage_view *view)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	person_encode(enc, "unit", view->unit_id, view->unit_name);
	encode_bool(enc, "is_shown", view->is_shown);
	if (view->is_shown) {
		encode_number(enc, "persons", view->persons);
		encode_number(enc, "acknowledged", view->acknowledged);
		encode_number(enc, "outdated", view->outdated);
		encode_number(enc, "overdue", view->overdue);
	} else { /* so few that the numbers would point at somebody */
		encode_null(enc, "persons");
		encode_null(enc, "acknowledged");
		encode_null(enc, "outdated");
		encode_null(enc, "overdue");
	}
	encode_close(enc, '}');
	return 0;
}

int office_acknowledgements_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"unit", "limit"};
	char unit_id[STORE_ID];
	char *unit = NULL;
	int rc = decode_query_names(call->request, names, 2, err);

	if (rc == 0)
		rc = decode_query_text(
		    call->request, "unit", LIMIT_NAME, &unit, err);
	if (rc == 0)
		rc = service_unit_named(
		    call->service, &call->actor, unit, unit_id, err);
	encode_open(&call->enc, NULL, '{');
	encode_open(&call->enc, "items", '[');
	if (rc == 0)
		rc = service_coverage_each(call->service, &call->actor,
		    none_if_empty(unit_id), on_coverage, &call->enc, err);
	encode_close(&call->enc, ']');
	encode_null(&call->enc, "next"); /* a page holds every unit */
	encode_close(&call->enc, '}');
	free(unit);
	return rc < 0 ? rc : 0;
}
