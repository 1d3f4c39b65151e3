#include "server/cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/when.h"

int cli_fail(struct cli *cli, int code, const char *format, ...)
{
	struct buf safe = {0};
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	/* The sentence may quote what a phone or person has named. */
	terminal_escape(&safe, text ? text : "out of memory");
	(void)fprintf(cli->errors, "workphone: %s\n",
	    safe.data ? (const char *)safe.data : "");
	buf_clear(&safe);
	free(text);
	return code;
}

int cli_call(struct cli *cli, const char *method, const struct buf *path,
    json_t *body, json_t **out)
{
	struct err err = {0};
	int code;

	if (buf_check(path, &err) < 0) {
		json_decref(body);
		return cli_fail(cli, CLI_REFUSED, "%s", err.text);
	}
	code = client_call(
	    cli->client, method, (const char *)path->data, body, out, &err);
	if (code != CLI_OK)
		(void)cli_fail(cli, code, "%s", err.text);
	return code;
}

json_t *cli_list_of(const char *text)
{
	json_t *list = json_array();
	size_t len;

	while (list && *(text += strspn(text, ", "))) {
		len = strcspn(text, ", ");
		if (json_array_append_new(list, json_stringn(text, len)) < 0) {
			json_decref(list);
			return NULL;
		}
		text += len;
	}
	return list;
}

int cli_print_json(struct cli *cli, const json_t *document)
{
	struct buf safe = {0};
	char *text = json_dumps(document, JSON_INDENT(2) | JSON_ENCODE_ANY);

	if (text)
		terminal_escape_json(&safe, text);
	free(text);
	if (!safe.data || safe.failed) {
		buf_clear(&safe);
		return cli_fail(cli, CLI_REFUSED, "out of memory");
	}
	(void)fprintf(cli->out, "%s\n", (const char *)safe.data);
	buf_clear(&safe);
	return CLI_OK;
}

/* The pages behind the first, into its list. */
static int pages_add(struct cli *cli, const struct buf *path, json_t *answer)
{
	json_t *list = json_object_get(answer, "items");
	struct buf page = {0};
	json_t *more = NULL;
	int code = CLI_OK;

	while (code == CLI_OK && *cli_text(answer, "next", "")) {
		buf_reset(&page);
		buf_append(&page, path->data, path->len);
		buf_append_str(&page, "&cursor=");
		client_path_escape(&page, cli_text(answer, "next", ""));
		code = cli_call(cli, "GET", &page, NULL, &more);
		if (code != CLI_OK)
			break;
		if (json_array_extend(list, json_object_get(more, "items")) < 0)
			code = cli_fail(cli, CLI_REFUSED,
			    "the server's answer holds no list");
		(void)json_object_set(
		    answer, "next", json_object_get(more, "next"));
		json_decref(more);
	}
	buf_clear(&page);
	return code;
}

int cli_list(
    struct cli *cli, const struct buf *path, json_t **answer, json_t **items)
{
	struct buf first = {0};
	json_t *list;
	bool is_whole;
	int code;

	buf_append(&first, path->data, path->len);
	is_whole = first.data && !strstr((const char *)first.data, "limit=");
	if (is_whole) /* as much at a time as the server gives */
		buf_printf(&first, "%climit=1000",
		    strchr((const char *)first.data, '?') ? '&' : '?');
	code = cli_call(cli, "GET", &first, NULL, answer);
	list = json_object_get(*answer, "items");
	if (code == CLI_OK && !json_is_array(list))
		code = cli_fail(cli, CLI_REFUSED,
		    "the server's answer holds no list; is it of this "
		    "version?");
	if (code == CLI_OK && is_whole)
		code = pages_add(cli, &first, *answer);
	buf_clear(&first);
	if (code != CLI_OK)
		return code;
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, list);
	*items = list;
	return CLI_OK;
}

void cli_ask(struct cli *cli, const char *question, char *out, size_t size)
{
	char line[1024] = "";
	size_t blanks;
	size_t len;

	(void)fflush(cli->out);
	(void)fprintf(cli->errors, "%s ", question);
	(void)fflush(cli->errors);
	if (!fgets(line, sizeof(line), cli->in))
		(void)fputc('\n', cli->errors);
	len = strlen(line);
	while (len > 0 && strchr(" \t\r\n", line[len - 1]))
		line[--len] = '\0';
	blanks = strspn(line, " \t");
	(void)snprintf(out, size, "%s", line + blanks);
}

bool cli_confirm(struct cli *cli, const char *question, const char *expected)
{
	char line[256];

	cli_ask(cli, question, line, sizeof(line));
	return strcasecmp(line, expected) == 0;
}

const char *cli_text(
    const json_t *object, const char *key, const char *fallback)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? text : fallback;
}

const char *cli_word(const json_t *object, const char *key,
    const char *fallback, char out[CLI_WORD_MAX])
{
	char *at = out;

	(void)snprintf(
	    out, CLI_WORD_MAX, "%s", cli_text(object, key, fallback));
	while ((at = strchr(at, '_')) != NULL)
		*at = ' ';
	return out;
}

const char *cli_source_line(const json_t *object)
{
	const char *source = cli_text(object, "source", "-");
	const char *comma = strrchr(source, ',');

	return comma && comma[1] == ' ' && comma[2] ? comma + 2 : source;
}

int64_t cli_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

int64_t cli_time(const json_t *object, const char *key)
{
	int64_t at = 0;

	if (time_rfc3339_parse(cli_text(object, key, ""), &at) < 0)
		return 0;
	return at;
}

/* The server's times are compared with its own clock: ours may go wrong. */
static int64_t server_now(const struct cli *cli)
{
	int64_t now = cli->client ? client_server_time(cli->client) : 0;

	return now ? now : clock_now(cli->clock);
}

void cli_when(struct cli *cli, const json_t *object, const char *key,
    const char *fallback, char *out, size_t size)
{
	char text[WHEN_TEXT_MAX];
	int64_t at = cli_time(object, key);

	if (at)
		when_text(at, server_now(cli), text);
	(void)snprintf(out, size, "%s", at ? text : fallback);
}
