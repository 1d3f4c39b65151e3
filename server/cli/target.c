#include "server/cli/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int office_set(struct target *out, struct err *err)
{
	const char *token_file = environment("WORKPHONE_TOKEN_FILE");

	if (!token_file)
		token_file = out->office.token_file;
	if (!*token_file)
		return err_set(err, ERR_INVALID,
		    "no token file is named: context add --token-file, or "
		    "WORKPHONE_TOKEN_FILE");
	if (out->organisation)
		return err_set(err, ERR_INVALID,
		    "--organisation is for the server on this machine: a token "
		    "is of one organisation");
	out->is_office = true;
	return context_token_load(token_file, &out->token, err);
}

static int url_set(struct target *out, const char *url, struct err *err)
{
	const char *ca_file = environment("WORKPHONE_CA_FILE");
	int rc = context_url_check(url, err);

	if (rc == 0 &&
	    (str_copy(out->office.url, sizeof(out->office.url), url) < 0 ||
	        str_copy(out->office.ca_file, sizeof(out->office.ca_file),
	            ca_file ? ca_file : "") < 0))
		rc = err_set(err, ERR_LIMIT, "WORKPHONE_CA_FILE is too long");
	return rc < 0 ? rc : office_set(out, err);
}

static int context_set(struct target *out, const char *name, struct err *err)
{
	int rc;

	if (strcmp(name, CONTEXT_LOCAL) == 0)
		return socket_find(NULL, &out->place, err);
	rc = context_load(name, &out->office, err);
	return rc < 0 ? rc : office_set(out, err);
}

/* The context in use; without one, a socket. */
static int default_set(struct target *out, struct err *err)
{
	struct err why = {0};
	int rc = context_load(NULL, &out->office, &why);

	if (rc == 0)
		return office_set(out, err);
	/* Without a home there are no contexts. */
	if (rc == -ERR_NOT_FOUND)
		return socket_find(NULL, &out->place, err);
	return err_set(err, why.code, "%s", why.text);
}

static int place_find(const char *socket, const char *context,
    struct target *out, struct err *err)
{
	const char *name = context ? context : environment("WORKPHONE_CONTEXT");
	const char *url = environment("WORKPHONE_URL");

	if (socket && context)
		return err_set(err, ERR_INVALID,
		    "--socket and --context name two servers");
	if (socket)
		return socket_find(socket, &out->place, err);
	if (name)
		return context_set(out, name, err);
	if (url)
		return url_set(out, url, err);
	if (environment("WORKPHONE_SOCKET"))
		return socket_find(NULL, &out->place, err);
	return default_set(out, err);
}

int target_find(const char *socket, const char *context,
    const char *organisation, struct target *out, struct err *err)
{
	int rc;

	*out = (struct target){.organisation = organisation};
	rc = place_find(socket, context, out, err);
	if (rc < 0 || out->is_office || organisation)
		return rc;
	out->organisation = environment("WORKPHONE_ORGANISATION");
	if (!out->organisation && out->place.organisation[0])
		out->organisation = out->place.organisation;
	return 0;
}

void target_clear(struct target *target)
{
	secret_clear(&target->token);
}

const char *target_name(const struct target *target)
{
	return target->is_office ? target->office.url : target->place.path;
}
