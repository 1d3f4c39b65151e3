#include "server/stations/phones_query.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/station/bench.h"

/* One value up to '&', percent-decoded; no control characters. */
static int value_take(const char **at, char *out, size_t size, struct err *err)
{
	size_t len = 0;

	while (**at && **at != '&') {
		uint8_t c = (uint8_t) * (*at)++;
		size_t got;

		if (c == '%') {
			if (str_hex_parse(*at, strnlen(*at, 2), &c, 1, &got) <
			        0 ||
			    got != 1)
				return err_set(err, ERR_INVALID,
				    "the query is badly escaped");
			*at += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return err_set(err, ERR_INVALID,
			    "the query holds a control character");
		if (len + 1 >= size)
			return err_set(
			    err, ERR_LIMIT, "a value of the query is too long");
		out[len++] = (char)c;
	}
	out[len] = '\0';
	return len > 0
	    ? 0
	    : err_set(err, ERR_INVALID, "a value of the query is empty");
}

static int name_take(const char **at, const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (strncmp(*at, name, len) != 0)
		return err_set(err, ERR_INVALID,
		    "the query must be udid=…&serial=… for each phone");
	*at += len;
	return 0;
}

static int phone_take(
    const char **at, struct station_phone *phone, struct err *err)
{
	int rc = name_take(at, "udid=", err);

	if (rc == 0)
		rc = value_take(at, phone->udid, sizeof(phone->udid), err);
	if (rc == 0)
		rc = name_take(at, "&serial=", err);
	if (rc == 0)
		rc = value_take(at, phone->serial, sizeof(phone->serial), err);
	return rc;
}

int phones_query_parse(const char *query, struct station_phone *out,
    size_t *count, struct err *err)
{
	const char *at = query;
	size_t found = 0;
	int rc = 0;

	while (rc == 0 && *at) {
		if (found == STATION_PHONES_MAX)
			return err_set(err, ERR_LIMIT,
			    "more than %d phones at one station",
			    STATION_PHONES_MAX);
		if (found > 0)
			rc = name_take(&at, "&", err);
		if (rc == 0)
			rc = phone_take(&at, &out[found++], err);
	}
	if (rc == 0)
		*count = found;
	return rc;
}
