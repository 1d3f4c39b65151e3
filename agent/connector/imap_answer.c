#include "agent/connector/imap_answer.h"

#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define DEPTH_MAX 8
#define FLAG_ON "$CNS-Greeting-On"
#define HEADER_TYPE "X-CNS-Greeting-Type:"

/* A cursor over the wire; text: one atom, string or literal. */
struct reader {
	const char *at;
	const char *end;
};

struct text {
	const char *at;
	size_t len;
	bool is_nil;
	bool is_quoted; /* may hold backslashes */
};

static int cut(struct err *err)
{
	return err_set(
	    err, ERR_INVALID, "the mail server's answer is cut or malformed");
}

static bool text_is(const struct text *text, const char *word)
{
	return text->len == strlen(word) &&
	    strncasecmp(text->at, word, text->len) == 0;
}

static char peek(const struct reader *in)
{
	return in->at < in->end ? *in->at : '\0';
}

static bool take_char(struct reader *in, char c)
{
	if (peek(in) != c || in->at == in->end)
		return false;
	in->at++;
	return true;
}

/* ---- tokens ---- */

/* {42}CRLF and 42 bytes; at stands on the brace. */
static int read_literal(struct reader *in, struct text *out)
{
	size_t len = 0;
	const char *at = in->at + 1;

	for (; at < in->end && *at >= '0' && *at <= '9'; at++) {
		len = len * 10 + (size_t)(*at - '0');
		if (len > IMAP_ANSWER_MAX)
			return -1;
	}
	if (at == in->at + 1 || in->end - at < 3 ||
	    memcmp(at, "}\r\n", 3) != 0 || len > (size_t)(in->end - at - 3))
		return -1;
	*out = (struct text){.at = at + 3, .len = len};
	in->at = at + 3 + len;
	return 0;
}

static int read_quoted(struct reader *in, struct text *out)
{
	const char *start = ++in->at;

	for (; in->at < in->end && *in->at != '"'; in->at++) {
		if (*in->at == '\r' || *in->at == '\n')
			return -1;
		if (*in->at == '\\' && ++in->at == in->end)
			return -1;
	}
	if (in->at == in->end)
		return -1;
	*out = (struct text){
	    .at = start, .len = (size_t)(in->at - start), .is_quoted = true};
	in->at++;
	return 0;
}

/* An atom; [ and ] with all between belong to it: BODY[HEADER.FIELDS (A)]. */
static int read_atom(struct reader *in, struct text *out)
{
	const char *start = in->at;
	unsigned depth = 0;

	for (; in->at < in->end; in->at++) {
		char c = *in->at;

		if (c == '\r' || c == '\n' || c == '\0')
			break;
		if (depth == 0 && strchr(" ()\"{", c))
			break;
		if (c == '[' && ++depth > DEPTH_MAX)
			return -1;
		if (c == ']' && depth > 0)
			depth--;
	}
	if (in->at == start || depth > 0)
		return -1;
	*out = (struct text){.at = start, .len = (size_t)(in->at - start)};
	out->is_nil = text_is(out, "NIL");
	return 0;
}

static int read_text(struct reader *in, struct text *out)
{
	if (peek(in) == '"')
		return read_quoted(in, out);
	if (peek(in) == '{')
		return read_literal(in, out);
	return read_atom(in, out);
}

static void skip_blanks(struct reader *in)
{
	while (take_char(in, ' '))
		;
}

/* One value of any kind, lists with all that is in them. */
static int skip_value(struct reader *in)
{
	unsigned depth = 0;
	struct text text;

	do {
		skip_blanks(in);
		if (take_char(in, '(')) {
			if (++depth > DEPTH_MAX)
				return -1;
		} else if (peek(in) == ')') {
			if (depth == 0)
				return -1;
			depth--;
			in->at++;
		} else if (read_text(in, &text) < 0) {
			return -1;
		}
	} while (depth > 0);
	return 0;
}

/* ---- lines ---- */

/* Past the end of this answer. */
static void skip_line(struct reader *in, bool has_literals)
{
	while (in->at < in->end) {
		struct reader literal = *in;
		struct text text;

		if (*in->at == '\n') {
			in->at++;
			return;
		}
		if (has_literals && *in->at == '{' &&
		    read_literal(&literal, &text) == 0)
			*in = literal;
		else
			in->at++;
	}
}

/* Behind OK and the like stands text for people; braces in it mean nothing. */
static bool is_status(const struct text *kind)
{
	static const char *const kinds[] = {
	    "OK", "NO", "BAD", "BYE", "PREAUTH"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_is(kind, kinds[i]))
			return true;
	return false;
}

/* The word behind "* ", or behind "* 12 "; false: not an untagged answer. */
static bool read_kind(struct reader *in, struct text *kind)
{
	if (!take_char(in, '*') || !take_char(in, ' ') ||
	    read_atom(in, kind) < 0)
		return false;
	if (kind->at[0] >= '0' && kind->at[0] <= '9') {
		skip_blanks(in);
		return read_atom(in, kind) == 0;
	}
	return true;
}

typedef int answer_fn(void *arg, struct reader *in);

/* Calls each for every untagged answer of that kind. */
static int each_answer(const char *wire, size_t len, const char *kind,
    answer_fn *each, void *arg, struct err *err)
{
	struct reader in = {wire, wire + len};
	struct text word;

	if (len > IMAP_ANSWER_MAX)
		return err_set(
		    err, ERR_LIMIT, "the mail server's answer is too long");
	while (in.at < in.end) {
		struct reader line = in;
		bool is_answer = read_kind(&line, &word);

		if (is_answer && text_is(&word, kind)) {
			if (each(arg, &line) < 0)
				return cut(err);
			in = line;
		}
		skip_line(&in, is_answer && !is_status(&word));
	}
	return 0;
}

/* ---- folders ---- */

struct folder_search {
	const char *name;
	char found[IMAP_FOLDER_MAX];
};

static bool is_plain(const struct text *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "abcdefghijklmnopqrstuvwxyz0123456789._-/";

	for (size_t i = 0; i < text->len; i++)
		if (!text->at[i] || !strchr(plain, text->at[i]))
			return false;
	return text->len > 0 && text->len < IMAP_FOLDER_MAX;
}

static bool is_wanted(const struct text *folder, const char *name)
{
	struct text rest = *folder;

	if (rest.len > 6 && strncasecmp(rest.at, "INBOX", 5) == 0 &&
	    strchr("./", rest.at[5])) {
		rest.at += 6;
		rest.len -= 6;
	}
	return text_is(&rest, name);
}

/* (flags) delimiter mailbox */
static int on_list(void *arg, struct reader *in)
{
	struct folder_search *search = arg;
	struct text folder;

	skip_blanks(in);
	if (skip_value(in) < 0)
		return -1;
	skip_blanks(in);
	if (skip_value(in) < 0)
		return -1;
	skip_blanks(in);
	if (read_text(in, &folder) < 0)
		return -1;
	if (!search->found[0] && is_plain(&folder) &&
	    is_wanted(&folder, search->name)) {
		memcpy(search->found, folder.at, folder.len);
		search->found[folder.len] = '\0';
	}
	return 0;
}

int imap_folder_find(const char *wire, size_t len, const char *name,
    char out[IMAP_FOLDER_MAX], struct err *err)
{
	struct folder_search search = {.name = name};
	int rc = each_answer(wire, len, "LIST", on_list, &search, err);

	if (rc < 0)
		return rc;
	if (!search.found[0])
		return err_set(
		    err, ERR_NOT_FOUND, "the mailbox has no folder %s", name);
	memcpy(out, search.found, sizeof(search.found));
	return 0;
}

/* ---- greetings ---- */

static enum imap_greeting greeting_of(const struct text *value)
{
	static const struct {
		const char *name;
		enum imap_greeting greeting;
	} names[] = {
	    {"normal-greeting", IMAP_GREETING_NORMAL},
	    {"voice-signature", IMAP_GREETING_NAME},
	    {"extended-absence-greeting", IMAP_GREETING_ABSENCE},
	    {"busy-greeting", IMAP_GREETING_BUSY},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(value, names[i].name))
			return names[i].greeting;
	return IMAP_GREETING_OTHER;
}

static struct text trim(struct text text)
{
	while (text.len && strchr(" \t\r\n", text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len && strchr(" \t\r\n", text.at[text.len - 1]))
		text.len--;
	return text;
}

/* The type in the header fields that were asked for; a second one counts not. */
static enum imap_greeting header_type(const struct text *header)
{
	size_t prefix = strlen(HEADER_TYPE);
	const char *at = header->at;
	const char *end = header->at + header->len;

	while (at < end) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		const char *stop = line ? line : end;

		if ((size_t)(stop - at) > prefix &&
		    strncasecmp(at, HEADER_TYPE, prefix) == 0) {
			struct text value = {.at = at + prefix,
			    .len = (size_t)(stop - at) - prefix};

			value = trim(value);
			return greeting_of(&value);
		}
		at = line ? line + 1 : end;
	}
	return IMAP_GREETING_OTHER;
}

/* (\Seen $CNS-Greeting-On) */
static int read_flags(struct reader *in, bool *is_on)
{
	struct text flag;

	if (!take_char(in, '('))
		return -1;
	for (skip_blanks(in); !take_char(in, ')'); skip_blanks(in)) {
		if (read_atom(in, &flag) < 0)
			return -1;
		*is_on = *is_on || text_is(&flag, FLAG_ON);
	}
	return 0;
}

/* (UID 1 FLAGS (…) BODY[HEADER.FIELDS (X-CNS-GREETING-TYPE)] {30}…) */
static int on_fetch(void *arg, struct reader *in)
{
	struct imap_greetings *greetings = arg;
	enum imap_greeting greeting = IMAP_GREETING_OTHER;
	bool is_on = false;
	struct text name;
	struct text value;

	skip_blanks(in);
	if (!take_char(in, '('))
		return -1;
	for (skip_blanks(in); !take_char(in, ')'); skip_blanks(in)) {
		if (read_atom(in, &name) < 0)
			return -1;
		skip_blanks(in);
		if (text_is(&name, "FLAGS")) {
			if (read_flags(in, &is_on) < 0)
				return -1;
		} else if (name.len > 5 &&
		    strncasecmp(name.at, "BODY[", 5) == 0) {
			if (read_text(in, &value) < 0)
				return -1;
			greeting = header_type(&value);
		} else if (skip_value(in) < 0) {
			return -1;
		}
	}
	if (++greetings->count > IMAP_GREETINGS_MAX)
		return -1;
	if (is_on)
		greetings->on |= 1u << greeting;
	return 0;
}

int imap_greetings_parse(
    const char *wire, size_t len, struct imap_greetings *out, struct err *err)
{
	struct imap_greetings greetings = {0};
	int rc = each_answer(wire, len, "FETCH", on_fetch, &greetings, err);

	if (rc == 0)
		*out = greetings;
	return rc;
}

enum evidence_word imap_greetings_word(const struct imap_greetings *greetings)
{
	static const struct {
		enum imap_greeting greeting;
		enum evidence_word word;
	} order[] = {
	    {IMAP_GREETING_ABSENCE, EVIDENCE_WORD_ABSENCE},
	    {IMAP_GREETING_NORMAL, EVIDENCE_WORD_PERSONAL},
	    {IMAP_GREETING_NAME, EVIDENCE_WORD_NAME_ONLY},
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (greetings->on & 1u << order[i].greeting)
			return order[i].word;
	/* A greeting for busy lines alone says nothing about the others. */
	return greetings->on ? EVIDENCE_WORD_UNKNOWN : EVIDENCE_WORD_DEFAULT;
}

/* ---- metadata ---- */

struct entry_search {
	const char *entry;
	char *out;
	size_t size;
	bool is_found;
	bool is_wrong; /* found, and nothing we can take */
};

static void take_entry(struct entry_search *search, const struct text *value)
{
	search->is_found = !value->is_nil;
	if (value->is_nil)
		return;
	search->is_wrong = value->len >= search->size ||
	    memchr(value->at, 0, value->len) ||
	    (value->is_quoted && memchr(value->at, '\\', value->len));
	if (search->is_wrong)
		return;
	memcpy(search->out, value->at, value->len);
	search->out[value->len] = '\0';
}

/* mailbox (entry value entry value …) */
static int on_metadata(void *arg, struct reader *in)
{
	struct entry_search *search = arg;
	struct text name;
	struct text value;

	skip_blanks(in);
	if (skip_value(in) < 0)
		return -1;
	skip_blanks(in);
	if (!take_char(in, '('))
		return 0; /* unsolicited: names alone (RFC 5464, 4.4.2) */
	for (skip_blanks(in); !take_char(in, ')'); skip_blanks(in)) {
		if (read_text(in, &name) < 0)
			return -1;
		skip_blanks(in);
		if (read_text(in, &value) < 0)
			return -1;
		if (!search->is_found && text_is(&name, search->entry))
			take_entry(search, &value);
	}
	return 0;
}

int imap_metadata_find(const char *wire, size_t len, const char *entry,
    char *out, size_t size, struct err *err)
{
	struct entry_search search = {.entry = entry, .out = out, .size = size};
	int rc = each_answer(wire, len, "METADATA", on_metadata, &search, err);

	if (rc < 0)
		return rc;
	if (!search.is_found)
		return err_set(err, ERR_NOT_FOUND,
		    "the mail server says nothing about the greeting");
	return search.is_wrong ? cut(err) : 0;
}

enum evidence_word imap_alu_word(const char *greeting_type)
{
	static const struct {
		const char *name;
		enum evidence_word word;
	} words[] = {
	    {"Personal", EVIDENCE_WORD_PERSONAL},
	    {"StandardWithName", EVIDENCE_WORD_NAME_ONLY},
	    {"StandardWithNumber", EVIDENCE_WORD_DEFAULT},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(greeting_type, words[i].name) == 0)
			return words[i].word;
	return EVIDENCE_WORD_UNKNOWN;
}
