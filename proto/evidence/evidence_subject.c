#include "proto/evidence/evidence_subject.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX 96   /* what a person may write, bytes with NUL */
#define DIGITS_MAX 40 /* with NUL; an EID has 32 */
#define IMEI_DIGITS 15

static const char *const kind_names[EVIDENCE_SUBJECT_KIND_COUNT] = {
    [EVIDENCE_SUBJECT_TEL] = "tel",
    [EVIDENCE_SUBJECT_ICCID] = "iccid",
    [EVIDENCE_SUBJECT_EID] = "eid",
    [EVIDENCE_SUBJECT_IMEI] = "imei",
    [EVIDENCE_SUBJECT_SERIAL] = "serial",
    [EVIDENCE_SUBJECT_PERSON] = "person",
};

/*
 * Numbering plans (ITU-T E.164 national plans, as far as lengths go): digits
 * behind the country's code. The longest are machine-to-machine numbers.
 */
static const struct country {
	const char *name;
	const char *code;
	bool has_trunk; /* a 0 before numbers dialled inside the country */
	size_t shortest;
	size_t longest;
} countries[] = {
    {"SE", "46", true, 7, 13},
    {"DK", "45", false, 8, 12},
    {"NO", "47", false, 8, 12},
    {"FI", "358", true, 5, 12},
};

const char *evidence_subject_kind_name(enum evidence_subject_kind kind)
{
	return kind < EVIDENCE_SUBJECT_KIND_COUNT ? kind_names[kind] : NULL;
}

int evidence_subject_kind_find(
    const char *name, enum evidence_subject_kind *out)
{
	for (unsigned i = 0; i < COUNT(kind_names); i++) {
		if (strcmp(kind_names[i], name) == 0) {
			*out = i;
			return 0;
		}
	}
	return -ERR_NOT_FOUND;
}

/* ---- digits ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of what people put between digits: a blank, a dash, and their
 * no-break and typographic forms; 0: something else. */
static size_t filler(const char *text)
{
	static const char *const fillers[] = {" ", "\t", "-", ".", "/",
	    "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x90", "\xe2\x80\x91",
	    "\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x88\x92"};

	for (size_t i = 0; i < COUNT(fillers); i++)
		if (strncmp(text, fillers[i], strlen(fillers[i])) == 0)
			return strlen(fillers[i]);
	return 0;
}

/* The digits of text; -1 when something else is in it or they are too many. */
static int digits_only(const char *text, char out[DIGITS_MAX])
{
	size_t used = 0;
	size_t skip;

	while (*text) {
		skip = filler(text);
		if (!skip && (!is_digit(*text) || used + 1 >= DIGITS_MAX))
			return -1;
		if (!skip)
			out[used++] = *text;
		text += skip ? skip : 1;
	}
	out[used] = '\0';
	return (int)used;
}

/* The digit that makes the Luhn sum of the first count digits whole. */
static char luhn_digit(const char *digits, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned d = (unsigned)(digits[count - 1 - i] - '0');

		if (i % 2 == 0)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

bool evidence_luhn_holds(const char *digits)
{
	size_t len = strlen(digits);

	return len > 1 && strspn(digits, "0123456789") == len &&
	    digits[len - 1] == luhn_digit(digits, len - 1);
}

bool evidence_eid_holds(const char *digits)
{
	unsigned rest = 0;

	if (strlen(digits) != 32)
		return false;
	for (; is_digit(*digits); digits++)
		rest = (rest * 10 + (unsigned)(*digits - '0')) % 97;
	return !*digits && rest == 1;
}

/* ---- telephone numbers ---- */

static const struct country *country_find(const char *name)
{
	for (size_t i = 0; name && i < COUNT(countries); i++)
		if (strcmp(countries[i].name, name) == 0)
			return &countries[i];
	return NULL;
}

bool evidence_country_is_known(const char *country)
{
	return country_find(country) != NULL;
}

static const struct country *country_of(const char *digits)
{
	for (size_t i = 0; i < COUNT(countries); i++)
		if (strncmp(digits, countries[i].code,
		        strlen(countries[i].code)) == 0)
			return &countries[i];
	return NULL;
}

static bool fits(const struct country *country, const char *rest)
{
	size_t len = strlen(rest);

	return len >= country->shortest && len <= country->longest &&
	    rest[0] != '0';
}

static int tel_write(const char *code, const char *rest, char *out)
{
	int used =
	    snprintf(out, EVIDENCE_SUBJECT_VALUE_MAX, "+%s%s", code, rest);

	/* E.164: at most 15 digits; below 7 are short codes of one network. */
	return used >= 8 && used <= 16 && out[1] != '0' ? 0 : -1;
}

/* Digits behind + or 00. */
static int tel_international(const char *digits, char *out)
{
	const struct country *country = country_of(digits);
	const char *rest;

	if (!country)
		return tel_write("", digits, out);
	rest = digits + strlen(country->code);
	if (country->has_trunk && rest[0] == '0')
		rest++; /* "+46 070…": the 0 is never dialled from abroad */
	return fits(country, rest) ? tel_write(country->code, rest, out) : -1;
}

/* Digits as written inside the country, or with its code but no + (which a
 * spreadsheet drops). */
static int tel_national(
    const struct country *country, const char *digits, char *out)
{
	size_t code = strlen(country->code);

	if (country->has_trunk && digits[0] == '0')
		return fits(country, digits + 1)
		    ? tel_write(country->code, digits + 1, out)
		    : -1;
	if (!country->has_trunk && strlen(digits) == country->shortest &&
	    fits(country, digits))
		return tel_write(country->code, digits, out);
	if (strncmp(digits, country->code, code) == 0 &&
	    fits(country, digits + code))
		return tel_write(country->code, digits + code, out);
	return -1;
}

/* text without "(0)" behind a country's code and without brackets. */
static void drop_brackets(char *text, bool is_international)
{
	char *zero = is_international ? strstr(text, "(0)") : NULL;
	char *to = text;

	if (zero)
		memset(zero, ' ', 3);
	for (; *text; text++)
		if (*text != '(' && *text != ')')
			*to++ = *text;
	*to = '\0';
}

static int tel_make(char *text, const char *country, char *out)
{
	const struct country *known = country_find(country);
	char digits[DIGITS_MAX];
	bool is_international = *text == '+' || strncmp(text, "00", 2) == 0;

	if (*text == '+')
		*text++ = ' ';
	drop_brackets(text, is_international);
	if (digits_only(text, digits) < 1)
		return -1;
	if (is_international)
		return tel_international(
		    digits + (strncmp(digits, "00", 2) == 0 ? 2 : 0), out);
	return known ? tel_national(known, digits, out) : -1;
}

/* ---- the others ---- */

static int digits_make(
    const char *text, size_t shortest, size_t longest, char *out)
{
	char digits[DIGITS_MAX];
	int count = digits_only(text, digits);

	if (count < (int)shortest || count > (int)longest)
		return -1;
	return str_copy(out, EVIDENCE_SUBJECT_VALUE_MAX, digits);
}

static int iccid_make(char *text, const char *country, char *out)
{
	size_t len = strlen(text);

	(void)country;
	if (len && (text[len - 1] == 'F' || text[len - 1] == 'f'))
		text[len - 1] = '\0';
	return digits_make(text, 18, 20, out) == 0 && strncmp(out, "89", 2) == 0
	    ? 0
	    : -1;
}

static int eid_make(char *text, const char *country, char *out)
{
	(void)country;
	return digits_make(text, 32, 32, out) == 0 && strncmp(out, "89", 2) == 0
	    ? 0
	    : -1;
}

static int imei_make(char *text, const char *country, char *out)
{
	size_t len;

	(void)country;
	if (digits_make(text, IMEI_DIGITS - 1, IMEI_DIGITS + 1, out) < 0)
		return -1;
	len = strlen(out);
	if (len != IMEI_DIGITS)
		out[IMEI_DIGITS - 1] = luhn_digit(out, IMEI_DIGITS - 1);
	out[IMEI_DIGITS] = '\0';
	/* All zeros is what networks say when they do not know. */
	return strspn(out, "0") >= IMEI_DIGITS - 1 ? -1 : 0;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int serial_make(char *text, const char *country, char *out)
{
	size_t len;

	(void)country;
	str_strip_blanks(text);
	len = strlen(text);
	if (len < 8 || len > 20)
		return -1;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!is_digit(c) && !is_letter(c))
			return -1;
		out[i] = (char)(c >= 'a' ? c - 'a' + 'A' : c);
	}
	out[len] = '\0';
	return 0;
}

static int person_make(char *text, const char *country, char *out)
{
	(void)country;
	if (!*text || strlen(text) >= EVIDENCE_SUBJECT_VALUE_MAX)
		return -1;
	for (const char *at = text; *at; at++)
		if (!is_digit(*at) && !is_letter(*at) && !strchr("._@+-", *at))
			return -1;
	return str_copy(out, EVIDENCE_SUBJECT_VALUE_MAX, text);
}

static const struct maker {
	int (*make)(char *text, const char *country, char *out);
	const char *wrong;
} makers[EVIDENCE_SUBJECT_KIND_COUNT] = {
    [EVIDENCE_SUBJECT_TEL] = {tel_make,
        "is no telephone number with its country, and not one of the country "
        "that was given"},
    [EVIDENCE_SUBJECT_ICCID] = {iccid_make,
        "is no SIM number (ICCID): 18 to 20 digits that begin with 89"},
    [EVIDENCE_SUBJECT_EID] = {eid_make,
        "is no EID: 32 digits that begin with 89"},
    [EVIDENCE_SUBJECT_IMEI] = {imei_make,
        "is no IMEI: 15 digits (14 and 16 are completed)"},
    [EVIDENCE_SUBJECT_SERIAL] = {serial_make,
        "is no serial number: 8 to 20 letters and digits"},
    [EVIDENCE_SUBJECT_PERSON] = {person_make,
        "is no person's id: 1 to 64 of letters, digits and . _ @ + -"},
};

/* Blanks at both ends go; they are the commonest dirt of exports. */
static int copy_trimmed(const char *text, char out[TEXT_MAX])
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len >= TEXT_MAX)
		return -1;
	memcpy(out, text, len);
	out[len] = '\0';
	return 0;
}

int evidence_subject_make(enum evidence_subject_kind kind, const char *text,
    const char *country, struct evidence_subject *out, struct err *err)
{
	struct evidence_subject made = {.kind = kind};
	char copy[TEXT_MAX];

	if (kind >= EVIDENCE_SUBJECT_KIND_COUNT)
		return err_set(err, ERR_INVALID, "there is no such subject");
	if (copy_trimmed(text, copy) < 0 ||
	    makers[kind].make(copy, country, made.value) < 0)
		return err_set(err, ERR_INVALID, "it %s", makers[kind].wrong);
	*out = made;
	return 0;
}

int evidence_subject_parse(
    const char *text, struct evidence_subject *out, struct err *err)
{
	struct evidence_subject made;
	enum evidence_subject_kind kind;
	const char *value = strchr(text, ':');
	char name[8];

	if (!value || (size_t)(value - text) >= sizeof(name))
		return err_set(err, ERR_INVALID, "it names no kind of subject");
	memcpy(name, text, (size_t)(value - text));
	name[value - text] = '\0';
	if (evidence_subject_kind_find(name, &kind) < 0)
		return err_set(err, ERR_INVALID, "it names no kind of subject");
	if (evidence_subject_make(kind, value + 1, NULL, &made, err) < 0)
		return -ERR_INVALID;
	if (strcmp(made.value, value + 1) != 0)
		return err_set(
		    err, ERR_INVALID, "it is not in its one spelling");
	*out = made;
	return 0;
}

void evidence_subject_text(
    const struct evidence_subject *subject, char out[EVIDENCE_SUBJECT_TEXT_MAX])
{
	(void)snprintf(out, EVIDENCE_SUBJECT_TEXT_MAX, "%s:%s",
	    evidence_subject_kind_name(subject->kind), subject->value);
}

bool evidence_subject_equal(
    const struct evidence_subject *a, const struct evidence_subject *b)
{
	return a->kind == b->kind && strcmp(a->value, b->value) == 0;
}

bool evidence_iccid_is_same(const char *a, const char *b)
{
	size_t len_a = strlen(a);
	size_t len_b = strlen(b);

	if (len_a == len_b)
		return strcmp(a, b) == 0;
	return len_a >= 18 && len_b >= 18 && strncmp(a, b, 18) == 0;
}

bool evidence_imei_is_same(const char *a, const char *b)
{
	return strlen(a) >= 14 && strlen(b) >= 14 && strncmp(a, b, 14) == 0;
}
