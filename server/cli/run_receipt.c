/* workphone receipts, workphone receipt: signed documents. */
#include "server/cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/str.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define RECEIPTS "/api/v1/receipts"

int run_receipts(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"NUMBER", "number", LISTING_TEXT, 0},
	    {"KIND", "kind", LISTING_WORD, 0},
	    {"PERSON", "person", LISTING_TEXT, 0},
	    {"SERIAL", "serial", LISTING_TEXT, 0},
	    {"ISSUED", "issued_at", LISTING_WHEN, 0},
	    {"VOID", "void_reason", LISTING_TEXT, 0},
	    {"ID", "id", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_PERSON, "person"},
	    {OPTION_PHONE, "device"},
	};
	static const struct listing receipts = {
	    RECEIPTS, columns, 7, options, 2, NULL, "There is no receipt."};

	return listing_run(cli, &receipts);
}

static int receipt_print(struct cli *cli, const json_t *receipt)
{
	char kind[CLI_WORD_MAX];
	char when[96];

	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, receipt);
	cli_when(cli, receipt, "issued_at", "?", when, sizeof(when));
	(void)fprintf(cli->out, "Receipt %s (%s), %s %s, issued %s.\n",
	    cli_text(receipt, "number", "?"),
	    cli_word(receipt, "kind", "?", kind),
	    cli_text(receipt, "person", "nobody"),
	    cli_text(receipt, "serial", ""), when);
	if (*cli_text(receipt, "void_reason", ""))
		(void)fprintf(cli->out, "It no longer holds: %s\n",
		    cli_text(receipt, "void_reason", ""));
	return CLI_OK;
}

static int show(struct cli *cli)
{
	struct buf path = {0};
	json_t *receipt = NULL;
	int code;

	buf_append_str(&path, RECEIPTS "/");
	client_path_escape(&path, cli->args->words[1]);
	code = cli_call(cli, "GET", &path, NULL, &receipt);
	if (code == CLI_OK)
		code = receipt_print(cli, receipt);
	json_decref(receipt);
	buf_clear(&path);
	return code;
}

/* It is about a person: its owner's alone, and never over another file. */
static int file_write(
    struct cli *cli, const char *path, const uint8_t *data, size_t len)
{
	FILE *file = fopen(path, "wxe");
	bool is_whole;

	if (!file)
		return cli_fail(
		    cli, CLI_REFUSED, "%s: %s", path, strerror(errno));
	(void)fchmod(fileno(file), 0600);
	is_whole = fwrite(data, 1, len, file) == len;
	if (fclose(file) != 0 || !is_whole) {
		(void)remove(path);
		return cli_fail(cli, CLI_REFUSED,
		    "%s: the file could not be written", path);
	}
	return CLI_OK;
}

static int file_save(struct cli *cli, const json_t *file)
{
	const char *path = cli->args->values[OPTION_OUTPUT];
	const char *text = cli_text(file, "data", "");
	const char *name = cli_text(file, "name", "");
	uint8_t *data = NULL;
	size_t len = 0;
	int code;

	/* The name is the server's: a path in it would be somebody's trick. */
	if (!path && (strchr(name, '/') || !*name || *name == '.'))
		return cli_fail(cli, CLI_REFUSED, "say --output FILE");
	if (!path)
		path = name;
	if (str_base64_parse(text, strlen(text), &data, &len, NULL) < 0)
		return cli_fail(
		    cli, CLI_REFUSED, "the server's answer holds no file");
	code = file_write(cli, path, data, len);
	free(data);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, file);
	if (code == CLI_OK)
		(void)fprintf(cli->out, "%s, %zu bytes.\n", path, len);
	return code;
}

static int get(struct cli *cli)
{
	const char *form = cli->args->values[OPTION_FORMAT];
	struct buf path = {0};
	json_t *file = NULL;
	int code;

	if (form && strcmp(form, "pdf") != 0 && strcmp(form, "twin") != 0 &&
	    strcmp(form, "json") != 0)
		return cli_fail(cli, CLI_USAGE,
		    "--format is pdf, twin or json, not \"%.40s\"", form);
	buf_append_str(&path, RECEIPTS "/");
	client_path_escape(&path, cli->args->words[1]);
	buf_append_str(&path, "/file?form=");
	client_path_escape(&path, form ? form : "pdf");
	code = cli_call(cli, "GET", &path, NULL, &file);
	if (code == CLI_OK)
		code = file_save(cli, file);
	json_decref(file);
	buf_clear(&path);
	return code;
}

static int erasure(struct cli *cli)
{
	struct buf path = {0};
	json_t *receipt = NULL;
	int code;

	buf_append_str(&path, "/api/v1/devices/");
	client_path_escape(&path, cli->args->words[1]);
	buf_append_str(&path, "/erasure-certificate");
	code = cli_call(cli, "POST", &path, NULL, &receipt);
	if (code == CLI_OK)
		code = receipt_print(cli, receipt);
	json_decref(receipt);
	buf_clear(&path);
	return code;
}

int run_receipt(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli);
	} verbs[] = {{"show", show}, {"get", get}, {"erasure", erasure}};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, cli->args->words[0]) == 0)
			return verbs[i].run(cli);
	return cli_fail(cli, CLI_USAGE,
	    "receipt takes show, get or erasure, not \"%.64s\"",
	    cli->args->words[0]);
}
