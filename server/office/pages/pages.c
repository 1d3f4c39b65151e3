#include "server/office/pages/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/call.h"
#include "server/office/pages/layout.h"
#include "server/office/pages/style.h"
#include "server/service/page/page.h"
#include "server/service/page/page_link.h"
#include "server/service/page/page_public.h"

#define POLICY                                                                 \
	"default-src 'none'; style-src 'self'; form-action 'self'; "           \
	"base-uri 'none'; frame-ancestors 'none'"

/* ---- which language ---- */

/* NULL: none that we write. */
static const char *language_asked(const struct http_request *request)
{
	const char *found = NULL;
	char *text = NULL;

	if (http_query_get(request, "lang", &text, NULL) == 0)
		found = page_language_find(text);
	free(text);
	return found;
}

/* The first of the browser's languages that we write; its order is its taste.
 */
static const char *language_of_browser(const struct http_request *request)
{
	const char *at = http_header_get(request, "Accept-Language");
	const char *found = NULL;
	char tag[4];

	while (at && *at && !found) {
		at += strspn(at, " ,\t");
		(void)snprintf(tag, sizeof(tag), "%.2s", at);
		if (strlen(tag) == 2 && strchr("-,; ", at[2])) {
			tag[0] = (char)(tag[0] | 0x20);
			tag[1] = (char)(tag[1] | 0x20);
			found = page_language_find(tag);
		}
		at += strcspn(at, ",");
	}
	return found;
}

/* ---- answering ---- */

static int page_send(
    struct office_call *call, struct view *view, int status, struct err *err)
{
	struct http_response *response = call->response;
	int rc = h_end(&view->h, err);

	if (rc < 0)
		return rc;
	response->status = status;
	response->content_type = "text/html; charset=utf-8";
	http_response_header(response, "Content-Security-Policy", POLICY);
	http_response_header(response, "Vary", "Accept-Language");
	http_response_header(response, "X-Robots-Tag", "noindex");
	http_response_header(
	    response, "Content-Language", word_language_tag(view->language));
	return 0;
}

static void view_begin(struct office_call *call, struct view *view,
    const struct page *page, const char *path)
{
	memset(view, 0, sizeof(*view));
	buf_reset(&call->response->body);
	h_begin(&view->h, &call->response->body);
	view->page = page;
	view->language = word_language_of(page->language);
	view->path = path;
}

typedef void show_fn(struct view *view);
static show_fn *const shows[TASK_KIND_COUNT] = {
    [TASK_STATEMENT] = show_statement,
    [TASK_ACKNOWLEDGE] = show_reading,
    [TASK_ACCEPT_DEPUTY] = show_acceptance,
    [TASK_ACCEPT_COLLEAGUE] = show_acceptance,
    [TASK_APPROVE_ORDER] = show_order,
    [TASK_REGISTER_FIX] = show_fix,
    [TASK_RETURN_PHONE] = show_return,
    [TASK_CONFIRM_RETURN] = show_return,
    [TASK_ACCEPT_HANDOUT] = show_handout,
    [TASK_DECIDE_RETURN] = show_missing,
};

static void show_page(struct view *view)
{
	const struct page *page = view->page;

	if (page->is_used || !task_is_open(page->task.state))
		show_closed(view);
	else
		shows[page->task.kind](view);
}

static void path_of(const struct http_request *request, char out[VIEW_PATH_MAX])
{
	(void)snprintf(out, VIEW_PATH_MAX, "/t/%.*s", PAGE_LINK_TOKEN_MAX,
	    request->params[0]);
}

/* No link, or one that is over: a page of its own, in the reader's language. */
static int refuse_link(struct office_call *call, struct page *page, int code,
    const char *language, struct err *err)
{
	bool is_old = code == -ERR_EXPIRED;
	char path[VIEW_PATH_MAX];
	struct view view;

	path_of(call->request, path);
	if (!*page->language)
		(void)str_copy(page->language, sizeof(page->language),
		    language ? language : "en");
	call->has_guessed = !is_old;
	view_begin(call, &view, page, path);
	show_words(&view, is_old ? WORD_OLD_TITLE : WORD_UNKNOWN_TITLE,
	    is_old ? WORD_OLD_TEXT : WORD_UNKNOWN_TEXT);
	return page_send(call, &view, is_old ? 410 : 404, err);
}

static int page_open(
    struct office_call *call, struct page *page, struct err *err)
{
	const struct http_request *request = call->request;

	return service_page_open(call->service, request->params[0],
	    language_asked(request), language_of_browser(request), page, err);
}

static const char *language_wanted(const struct http_request *request)
{
	const char *asked = language_asked(request);

	return asked ? asked : language_of_browser(request);
}

int pages_task_get(struct office_call *call, struct err *err)
{
	char path[VIEW_PATH_MAX];
	struct page page;
	struct view view;
	int rc = page_open(call, &page, err);

	if (rc == -ERR_NOT_FOUND || rc == -ERR_EXPIRED) {
		rc = refuse_link(
		    call, &page, rc, language_wanted(call->request), err);
	} else if (rc == 0) {
		path_of(call->request, path);
		view_begin(call, &view, &page, path);
		show_page(&view);
		rc = page_send(call, &view, 200, err);
	}
	page_clear(&page);
	return rc;
}

/* ---- an answer ---- */

static bool is_form(const struct http_request *request)
{
	static const char type[] = "application/x-www-form-urlencoded";
	const char *sent = http_header_get(request, "Content-Type");

	return sent && strncasecmp(sent, type, sizeof(type) - 1) == 0 &&
	    strchr("; ", sent[sizeof(type) - 1]);
}

/* After a POST the browser is sent to GET: nothing is posted twice. */
static int see_other(struct office_call *call, const char *language)
{
	struct http_response *response = call->response;
	char address[VIEW_PATH_MAX + 16];
	char path[VIEW_PATH_MAX];

	path_of(call->request, path);
	(void)snprintf(address, sizeof(address), "%s%s%s", path,
	    language ? "?lang=" : "", language ? language : "");
	response->status = 303;
	http_response_header(response, "Location", address);
	http_response_header(response, "Content-Security-Policy", POLICY);
	return 0;
}

static int status_of(int code)
{
	switch (code) {
	case -ERR_CONFLICT:
		return 409;
	case -ERR_DENIED:
		return 403;
	default:
		return 422;
	}
}

/* The page once more, with what is wrong and what was written. */
static int show_again(struct office_call *call, const struct form_body *form,
    int code, struct err *err)
{
	char path[VIEW_PATH_MAX];
	struct page page;
	struct view view;
	int rc = page_open(call, &page, err);

	if (rc == -ERR_NOT_FOUND || rc == -ERR_EXPIRED) {
		rc = refuse_link(
		    call, &page, rc, language_wanted(call->request), err);
	} else if (rc == 0 && !page.is_used && !task_is_open(page.task.state)) {
		/* Closed meanwhile: the page says so. */
		rc = see_other(call, language_asked(call->request));
	} else if (rc == 0) {
		path_of(call->request, path);
		view_begin(call, &view, &page, path);
		view.is_answered_before = page.is_used;
		if (!page.is_used)
			form_problems_find(&page, form, code, &view.problems);
		view.choice = form->choice;
		view.why = form->why;
		view.name = form->name;
		view.codes = form->codes;
		view.picked = form->picked;
		view.decision = form->decision;
		show_page(&view);
		rc = page_send(call, &view, status_of(code), err);
	}
	page_clear(&page);
	return rc;
}

int pages_task_post(struct office_call *call, struct err *err)
{
	const struct http_request *request = call->request;
	const char *language = language_asked(request);
	struct form_body form = {.choice = PAGE_NO_CHOICE};
	struct page_answer answer;
	struct err why = {0};
	int rc;

	if (!is_form(request)) {
		call->refusal = 415;
		return err_set(err, ERR_UNSUPPORTED, "this takes a form only");
	}
	rc = form_body_parse(request->body, request->body_len, &form, &why);
	if (rc == -ERR_INVALID)
		return err_set(err, ERR_INVALID, "%s", why.text);
	answer.choice = form.choice;
	answer.why = form.why;
	answer.text_sha256 = form.text_sha256;
	answer.typed_name = form.name;
	answer.codes = form.codes;
	answer.picked = form.picked;
	answer.decision = form.decision;
	if (rc == 0 && form_why_is_long(&form))
		rc = -ERR_LIMIT;
	if (rc == 0)
		rc = service_page_answer(
		    call->service, request->params[0], language, &answer, &why);
	if (rc == 0)
		return see_other(call, language);
	switch (rc) {
	case -ERR_NOT_FOUND:
	case -ERR_EXPIRED:
	case -ERR_INVALID:
	case -ERR_CONFLICT:
	case -ERR_DENIED:
	case -ERR_LIMIT:
		return show_again(call, &form, rc, err);
	default:
		return err_set(err, why.code, "%s", why.text);
	}
}

/* ---- what everybody may know ---- */

int pages_about_get(struct office_call *call, struct err *err)
{
	const struct http_request *request = call->request;
	struct page_public about;
	char path[VIEW_PATH_MAX] = "";
	struct view view;
	int rc = service_page_public(call->service, request->params[0],
	    language_asked(request), language_of_browser(request), &about, err);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == 0)
		(void)snprintf(path, sizeof(path), "/o/%s", about.org_id);
	view_begin(call, &view, &about.page, path);
	view.is_public = true;
	if (rc == 0)
		show_about(&view, &about);
	else
		show_words(&view, WORD_NO_ORGANISATION_TITLE,
		    WORD_NO_ORGANISATION_TEXT);
	rc = page_send(call, &view, rc == 0 ? 200 : 404, err);
	page_clear(&about.page);
	return rc;
}

/* ---- the style sheet ---- */

int pages_style_get(struct office_call *call, struct err *err)
{
	struct http_response *response = call->response;
	const char *known = http_header_get(call->request, "If-None-Match");

	if (strcmp(call->request->params[0], style_file_name()) != 0)
		return err_set(err, ERR_NOT_FOUND, "no such file");
	http_response_header(response, "ETag", style_etag());
	http_response_header(
	    response, "Cache-Control", "public, max-age=31536000, immutable");
	http_response_header(
	    response, "Content-Security-Policy", "default-src 'none'");
	if (known && strstr(known, style_etag())) {
		response->status = 304;
		return 0;
	}
	response->status = 200;
	response->content_type = "text/css; charset=utf-8";
	buf_append(&response->body, style_bytes, style_len);
	return buf_check(&response->body, err);
}
