/*
 * directory_config_fuzz: does any configuration hurt its reader, and does none
 * that it takes send a password in the clear to anybody far away?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/directory/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct directory_config *config)
{
	if (config->tls == DIRECTORY_NO_TLS &&
	    strncmp(config->url, "ldapi://", 8) != 0 &&
	    strncmp(config->url, "ldap://127.0.0.1", 16) != 0 &&
	    strncmp(config->url, "ldap://[::1]", 12) != 0)
		abort();
	if (config->page_size < 1 || config->timeout_s < 1 || !config->base ||
	    !config->filter || !config->attributes.of[DIRECTORY_KEY] ||
	    !config->bind_dn != !config->password_file)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory_config *config = NULL;
	struct err err = {0};
	int rc =
	    directory_config_parse("directory.yaml", data, size, &config, &err);

	if (rc == 0)
		check(config);
	else if (-(int)err.code != rc || !*err.text || config)
		abort();
	directory_config_free(config);
	return 0;
}
