#include "program/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

static const char prefix[] = "credential:";

bool credential_is(const char *path)
{
	return strncmp(path, prefix, sizeof(prefix) - 1) == 0;
}

int credential_path(const char *path, char *out, size_t size, struct err *err)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	bool is_credential = credential_is(path);
	const char *name = is_credential ? path + sizeof(prefix) - 1 : path;
	int used;

	if (is_credential && (!folder || !*name || strchr(name, '/')))
		return err_set(err, ERR_INVALID,
		    "%s: there are no credentials here; they come from systemd",
		    path);
	used = is_credential ? snprintf(out, size, "%s/%s", folder, name)
	                     : snprintf(out, size, "%s", path);
	if (used < 0 || (size_t)used >= size)
		return err_set(err, ERR_LIMIT, "a path is too long");
	return 0;
}
