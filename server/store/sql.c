#include "server/store/sql.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"

/* Where quoted text that starts at `at` ends; NULL when it does not. */
static const char *quote_end(const char *at)
{
	char quote = *at;

	for (at++; *at; at++) {
		if (*at != quote)
			continue;
		if (at[1] != quote)
			return at + 1;
		at++; /* a doubled quote stands for itself */
	}
	return NULL;
}

static int append_quoted(const char **at, struct buf *out, struct err *err)
{
	const char *end = quote_end(*at);

	if (!end)
		return err_set(err, ERR_INVALID, "SQL text has an open quote");
	buf_append(out, *at, (size_t)(end - *at));
	*at = end;
	return 0;
}

int sql_placeholders(const struct sql_dialect *dialect, const char *sql,
    struct buf *out, struct err *err)
{
	int r;

	while (*sql) {
		if (*sql == '\'' || *sql == '"') {
			r = append_quoted(&sql, out, err);
			if (r < 0)
				return r;
			continue;
		}
		if (*sql == '$') {
			if (!isdigit((unsigned char)sql[1]))
				return err_set(err, ERR_INVALID,
				    "SQL text has a $ without a number");
			buf_append_char(out, dialect->placeholder);
		} else {
			buf_append_char(out, *sql);
		}
		sql++;
	}
	return buf_check(out, err);
}

static const char *skip_blank(const char *at)
{
	for (;;) {
		while (isspace((unsigned char)*at) || *at == ';')
			at++;
		if (at[0] != '-' || at[1] != '-')
			return at;
		while (*at && *at != '\n')
			at++;
	}
}

static int append_word(const struct sql_dialect *dialect, const char **at,
    struct buf *out, struct err *err)
{
	static const char bigint[] = "{bigint}";
	static const char bytes[] = "{bytes}";

	if (strncmp(*at, bigint, sizeof(bigint) - 1) == 0) {
		buf_append_str(out, dialect->bigint);
		*at += sizeof(bigint) - 1;
		return 0;
	}
	if (strncmp(*at, bytes, sizeof(bytes) - 1) == 0) {
		buf_append_str(out, dialect->bytes);
		*at += sizeof(bytes) - 1;
		return 0;
	}
	return err_set(err, ERR_INVALID, "SQL text has an unknown {word}");
}

/* One step inside a statement: a quote, a comment, a word or a character. */
static int append_piece(const struct sql_dialect *dialect, const char **at,
    struct buf *out, struct err *err)
{
	if (**at == '\'' || **at == '"')
		return append_quoted(at, out, err);
	if (**at == '{')
		return append_word(dialect, at, out, err);
	if ((*at)[0] == '-' && (*at)[1] == '-') {
		while (**at && **at != '\n')
			(*at)++;
		return 0;
	}
	buf_append_char(out, *(*at)++);
	return 0;
}

int sql_statement_next(const struct sql_dialect *dialect, const char **at,
    struct buf *out, struct err *err)
{
	static const char table[] = "CREATE TABLE ";
	const char *from = skip_blank(*at);
	bool is_table = strncmp(from, table, sizeof(table) - 1) == 0;
	int r;

	if (!*from) {
		*at = from;
		return 0;
	}
	while (*from && *from != ';') {
		r = append_piece(dialect, &from, out, err);
		if (r < 0)
			return r;
	}
	if (is_table)
		buf_append_str(out, dialect->of_table);
	r = buf_check(out, err);
	if (r < 0)
		return r;
	*at = from;
	return 1;
}

int sql_like_pattern(const char *text, struct buf *out, struct err *err)
{
	buf_append_char(out, '%');
	for (; *text; text++) {
		if (strchr("%_\\", *text))
			buf_append_char(out, '\\');
		buf_append_char(out, *text);
	}
	buf_append_char(out, '%');
	return buf_check(out, err);
}
