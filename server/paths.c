#include "server/paths.h"

#include <stdio.h>

#include "proto/base/err.h"

int paths_join(char *out, const char *folder, const char *name, struct err *err)
{
	int len = snprintf(out, PATHS_MAX, "%s/%s", folder, name);

	if (len < 0 || len >= PATHS_MAX)
		return err_set(err, ERR_LIMIT, "path is too long: %.200s/%s",
		    folder, name);
	return 0;
}
