/* http-json: an API asked as a map says, list by list or one by one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/http_ask.h"
#include "agent/connector/input.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/json/json_guard.h"

#define BODY_MAX (64 * 1024)
#define URL_MAX 4096
#define PAGES_MAX 10000
#define SUBJECTS_MAX 200000

static const struct json_limits answer_limits = {ASK_ANSWER_MAX, 32, 500000};

/* ---- opening ---- */

static int add_whom(
    struct source *source, const struct whom *whom, struct err *err)
{
	if (source->count == source->room) {
		size_t room = source->room ? 2 * source->room : 256;
		void *more = source->count >= SUBJECTS_MAX
		    ? NULL
		    : realloc(source->whoms, room * sizeof(*whom));

		if (!more)
			return err_set(err, ERR_LIMIT, "too many subjects");
		source->whoms = more;
		source->room = room;
	}
	source->whoms[source->count++] = *whom;
	return 0;
}

static int on_subject(void *arg, const struct input_row *row, struct err *err)
{
	struct source *source = arg;
	struct whom whom = {.line = row->line};
	struct evidence_subject imei;
	int rc = evidence_subject_make(EVIDENCE_SUBJECT_TEL, row->cells[0],
	    source->config->country, &whom.subject, err);

	if (rc < 0)
		return rc;
	if (row->cells[1][0]) {
		rc = evidence_subject_make(
		    EVIDENCE_SUBJECT_IMEI, row->cells[1], NULL, &imei, err);
		if (rc < 0)
			return rc;
		(void)str_copy(whom.imei, sizeof(whom.imei), imei.value);
	}
	if (str_copy(whom.key, sizeof(whom.key), row->cells[2]) < 0)
		return err_set(err, ERR_LIMIT, "its key is too long");
	return add_whom(source, &whom, err);
}

static bool is_list(const struct http_request *request)
{
	return strcmp(request->each, "subject") != 0;
}

static bool names_phones(const struct http_map *map)
{
	for (unsigned i = 0; i < map->requests_count; i++)
		for (unsigned f = 0; f < map->requests[i].facts_count; f++) {
			const char *from = map->requests[i].facts[f].imei_from;

			if (from && from[0] != '{')
				return true;
		}
	return false;
}

/* Does the configuration have what the map asks for? */
static int check_needs(const struct source *source, struct err *err)
{
	const struct connector_config *config = source->config;
	bool has_subjects = config->http_json->subjects_file != NULL;

	for (unsigned i = 0; i < source->map->requests_count; i++) {
		const struct http_request *request = &source->map->requests[i];

		has_subjects =
		    has_subjects || strcmp(request->each, "collect") == 0;
		if (!is_list(request) && !has_subjects)
			return err_set(err, ERR_INVALID,
			    "http_json: the map asks one by one; it needs "
			    "subjects_file");
	}
	if (names_phones(source->map) && !config->equipment_file)
		return err_set(err, ERR_INVALID,
		    "http_json: the map tells IMEIs; it needs equipment_file, "
		    "the IMEIs of your own phones: others are never sent on");
	return 0;
}

static void http_source_close(struct source *source)
{
	if (!source)
		return;
	http_map_free(source->map);
	oauth_clear(&source->oauth);
	https_free(source->https);
	https_free(source->token_https);
	free(source->whoms);
	free(source);
}

static int open_parts(struct source *source, struct err *err)
{
	static const char *const columns[INPUT_COLUMNS] = {
	    "tel", "imei", "key"};
	const struct http_config *http = source->config->http_json;
	int64_t timeout = 0;
	int rc = http_map_load(http->map, &source->map, err);

	(void)time_duration_parse(source->config->timeout, &timeout);
	(void)time_duration_parse(http->pause, &source->pause_ms);
	if (rc == 0)
		rc = check_needs(source, err);
	if (rc == 0)
		rc = oauth_load(http, &source->oauth, err);
	if (rc == 0)
		rc = https_new(http->ca_file, timeout, &source->https, err);
	if (rc == 0)
		rc = https_new(
		    http->ca_file, timeout, &source->token_https, err);
	if (rc == 0 && http->subjects_file)
		rc = input_table(
		    http->subjects_file, columns, on_subject, source, err);
	return rc;
}

static int http_source_open(
    const struct connector_config *config, struct source **out, struct err *err)
{
	struct source *source = calloc(1, sizeof(*source));
	int rc;

	if (!source)
		return err_memory(err);
	source->config = config;
	rc = open_parts(source, err);
	if (rc < 0) {
		http_source_close(source);
		return rc;
	}
	*out = source;
	return 0;
}

/* ---- facts ---- */

static int take_facts(struct asking *asking, struct json_view *view,
    const struct evidence_subject *subject, unsigned long line, struct err *err)
{
	const struct http_request *request = asking->request;
	struct map_world world;
	int rc = 0;

	run_world(asking->run, &world);
	world.get = json_view_get;
	world.arg = view;
	for (unsigned i = 0; rc == 0 && i < request->facts_count; i++) {
		struct evidence_item item = {.subject = *subject};
		struct map_fault fault;

		if (fact_map_apply(&request->facts[i], &world, &item, &fault) <
		    0)
			run_skip(asking->run, request->name, line, &fault);
		else
			rc = run_add(asking->run, &item, err);
	}
	return rc;
}

/* One element of a list: its facts, or one more subject to ask about. */
static int take_element(struct asking *asking, const json_t *element,
    unsigned long line, struct err *err)
{
	const struct http_request *request = asking->request;
	struct json_view view = {.root = element};
	struct whom whom = {.line = line};
	struct map_world world;
	struct map_fault fault;

	run_step(asking->run);
	run_world(asking->run, &world);
	world.get = json_view_get;
	world.arg = &view;
	if (subject_map_apply(request->subject, &world, &whom.subject, &fault) <
	    0) {
		run_skip(asking->run, request->name, line, &fault);
		return 0;
	}
	if (strcmp(request->each, "collect") != 0)
		return take_facts(asking, &view, &whom.subject, line, err);
	if (request->key_from) {
		char key[MAP_TEXT_MAX];

		if (json_view_get(&view, request->key_from, 0, key) <= 0 ||
		    str_copy(whom.key, sizeof(whom.key), key) < 0) {
			run_skip_text(asking->run, request->name, line,
			    request->key_from, "nothing stands there");
			return 0;
		}
	}
	return add_whom(asking->source, &whom, err);
}

/* ---- lists and their pages ---- */

static int read_answer(const struct asking *asking,
    const struct https_answer *answer, json_t **out, struct err *err)
{
	int rc = json_guard_load(answer->body.data, answer->body.len,
	    &answer_limits, "the API's answer", out, err);

	if (rc < 0)
		(void)err_prefix(err, "%s", asking->request->name);
	return rc;
}

static int make_url(const struct asking *asking, uint64_t offset,
    struct buf *url, struct err *err)
{
	const struct http_request *request = asking->request;
	struct json_variable variables[JSON_VARIABLES];
	int rc;

	ask_variables(asking->whom, variables);
	buf_append_str(url, asking->source->config->http_json->base_url);
	while (url->len && url->data[url->len - 1] == '/')
		url->data[--url->len] = '\0';
	rc = json_template_fill(
	    request->path, JSON_ESCAPE_URL, variables, url, URL_MAX, err);
	if (rc == 0 && strcmp(request->paging, "offset") == 0)
		buf_printf(url, "%c%s=%llu&%s=%u",
		    strchr(request->path, '?') ? '&' : '?',
		    request->offset_parameter, (unsigned long long)offset,
		    request->limit_parameter, request->limit);
	return rc == 0 ? buf_check(url, err) : rc;
}

/* scheme://host:port of a URL, with the slash behind it. */
static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	if (!host)
		return 0;
	host += 3;
	return (size_t)(host - url) + strcspn(host, "/?#");
}

/* The next page lies at the API itself, or nowhere: our token goes with it. */
static bool is_same_origin(const char *a, const char *b)
{
	size_t len = origin_length(a);

	return len > 0 && len == origin_length(b) && memcmp(a, b, len) == 0;
}

/* What a page held; the elements are counted on. */
static int take_page(struct asking *asking, const struct https_answer *answer,
    unsigned long *line, size_t *found, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	const json_t *list;
	int rc = read_answer(asking, answer, &root, err);

	if (rc < 0)
		return rc;
	list = json_pointer_find(root, asking->request->items);
	if (!json_is_array(list))
		return err_set(err, ERR_INVALID,
		    "%s: the API's answer has no list where the map says",
		    asking->request->name);
	*found = json_array_size(list);
	for (size_t i = 0; rc == 0 && i < *found; i++)
		rc =
		    take_element(asking, json_array_get(list, i), ++*line, err);
	return rc;
}

/* Sets url to the next page, or empties it. */
static int next_page(const struct asking *asking,
    const struct https_answer *answer, size_t found, uint64_t *offset,
    struct buf *url, struct err *err)
{
	const struct http_request *request = asking->request;
	bool has_more = false;

	if (strcmp(request->paging, "link") == 0 && answer->next[0]) {
		if (!is_same_origin((const char *)url->data, answer->next))
			return err_set(err, ERR_DENIED,
			    "%s: the next page lies at another address; it is "
			    "not followed",
			    request->name);
		buf_reset(url);
		buf_append_str(url, answer->next);
		return buf_check(url, err);
	}
	if (strcmp(request->paging, "offset") == 0)
		has_more = found >= request->limit;
	buf_reset(url);
	*offset += found;
	return has_more ? make_url(asking, *offset, url, err) : 0;
}

static int ask_page(struct asking *asking, struct buf *url, unsigned long *line,
    uint64_t *offset, struct err *err)
{
	static const struct buf no_body;
	struct https_answer answer = {0};
	size_t found = 0;
	int rc =
	    ask_call(asking, (const char *)url->data, &no_body, &answer, err);

	if (rc < 0)
		return ask_judge_failure(asking, rc, err);
	switch (ask_judge(asking, answer.status, err)) {
	case ASK_TAKE:
		rc = take_page(asking, &answer, line, &found, err);
		if (rc == 0)
			rc =
			    next_page(asking, &answer, found, offset, url, err);
		break;
	case ASK_GIVE_UP:
		rc = -(int)err->code;
		break;
	default: /* a list that is not there ends with this page */
		buf_reset(url);
	}
	https_answer_clear(&answer);
	return rc;
}

static int ask_list(struct asking *asking, struct err *err)
{
	struct buf url = {0};
	unsigned long line = 0;
	uint64_t offset = 0;
	int rc = make_url(asking, 0, &url, err);

	for (unsigned page = 0; rc == 0 && url.len > 0; page++) {
		if (page >= PAGES_MAX)
			rc = err_set(err, ERR_LIMIT,
			    "%s: the API's list does not end",
			    asking->request->name);
		else
			rc = ask_page(asking, &url, &line, &offset, err);
	}
	buf_clear(&url);
	return rc;
}

/* ---- one by one ---- */

static int take_one(
    struct asking *asking, const struct https_answer *answer, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	struct json_view view;
	struct err why = {0};

	if (read_answer(asking, answer, &root, &why) < 0) {
		ask_skip(asking, why.text);
		return 0;
	}
	view.root = root;
	ask_variables(asking->whom, view.variables);
	return take_facts(
	    asking, &view, &asking->whom->subject, asking->whom->line, err);
}

static int ask_filled(struct asking *asking, const struct buf *url,
    const struct buf *body, bool *is_over, struct err *err)
{
	struct https_answer answer = {0};
	int rc = ask_call(asking, (const char *)url->data, body, &answer, err);

	if (rc < 0)
		return ask_judge_failure(asking, rc, err);
	switch (ask_judge(asking, answer.status, err)) {
	case ASK_TAKE:
		rc = take_one(asking, &answer, err);
		break;
	case ASK_LEAVE:
		break;
	case ASK_LEAVE_ALL:
		*is_over = true;
		break;
	case ASK_GIVE_UP:
		rc = -(int)err->code;
		break;
	}
	https_answer_clear(&answer);
	return rc;
}

static int ask_one(struct asking *asking, bool *is_over, struct err *err)
{
	struct json_variable variables[JSON_VARIABLES];
	struct err why = {0};
	struct buf url = {0};
	struct buf body = {0};
	int rc = make_url(asking, 0, &url, &why);

	ask_variables(asking->whom, variables);
	if (rc == 0 && asking->request->body)
		rc = json_template_fill(asking->request->body, JSON_ESCAPE_JSON,
		    variables, &body, BODY_MAX, &why);
	run_step(asking->run);
	if (rc < 0) {
		ask_skip(asking, why.text);
		rc = 0;
	} else {
		rc = ask_filled(asking, &url, &body, is_over, err);
	}
	buf_clear(&url);
	buf_clear(&body);
	return rc;
}

static int ask_each(struct asking *asking, struct err *err)
{
	bool is_over = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && !is_over && i < asking->source->count;
	     i++) {
		asking->whom = &asking->source->whoms[i];
		rc = ask_one(asking, &is_over, err);
	}
	return rc;
}

static int http_source_run(
    struct source *source, struct run *run, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < source->map->requests_count; i++) {
		struct asking asking = {.source = source,
		    .run = run,
		    .request = &source->map->requests[i]};

		rc = is_list(asking.request) ? ask_list(&asking, err)
		                             : ask_each(&asking, err);
	}
	return rc;
}

const struct source_kind source_http = {"http-json", EVIDENCE_METHOD_HTTP_JSON,
    true, http_source_open, http_source_run, http_source_close};
