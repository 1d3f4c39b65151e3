#include "server/service/ledger/ledger_text.h"

#include <ctype.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

int ledger_text_take(
    char *out, size_t size, const char *text, const char *what, struct err *err)
{
	size_t len;
	size_t i;

	if (!text)
		return 0;
	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len >= size)
		return err_set(err, ERR_LIMIT, "%s is longer than %zu bytes",
		    what, size - 1);
	if (!str_is_utf8(text, len))
		return err_set(err, ERR_INVALID, "%s is not UTF-8 text", what);
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return err_set(err, ERR_INVALID,
			    "%s holds a control character", what);
	memset(out, 0, size);
	memcpy(out, text, len);
	return 0;
}

int ledger_mail_take(char *out, size_t size, const char *text, struct err *err)
{
	const char *at;
	char *c;
	int rc = ledger_text_take(out, size, text, "the mail address", err);

	if (rc < 0 || !text || !*out)
		return rc;
	for (c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	at = strchr(out, '@');
	if (!at || at == out || !at[1] || strchr(at + 1, '@') ||
	    strpbrk(out, " ,;<>\""))
		return err_set(
		    err, ERR_INVALID, "\"%.100s\" is no mail address", out);
	return 0;
}

/* ITU-T E.164: a plus and up to 15 digits. */
int ledger_number_take(
    char *out, size_t size, const char *text, struct err *err)
{
	char digits[20] = "";
	size_t used = 0;
	const char *c;

	if (!text)
		return 0;
	for (c = text; *c; c++) {
		if (strchr(" -()", *c))
			continue;
		if (used + 1 >= sizeof(digits) ||
		    !(isdigit((unsigned char)*c) || (*c == '+' && used == 0)))
			break;
		digits[used++] = *c;
	}
	if (*c || (used > 0 && (digits[0] != '+' || used < 7 || used > 16)))
		return err_set(err, ERR_INVALID,
		    "\"%.40s\" is no telephone number; write it with its "
		    "country, like +46701234567",
		    text);
	memset(out, 0, size);
	return str_copy(out, size, digits);
}

int ledger_day_take(
    int64_t *out, const char *text, const char *what, struct err *err)
{
	int32_t day = 0;

	if (!text)
		return 0;
	if (*text && calendar_day_parse(text, &day, NULL) < 0)
		return err_set(err, ERR_INVALID,
		    "%s: \"%.40s\" is no day; write it like 2026-11-22", what,
		    text);
	if (*text && day <= 0)
		return err_set(err, ERR_INVALID,
		    "%s: a day before 1970-01-02 is not kept", what);
	*out = day;
	return 0;
}
