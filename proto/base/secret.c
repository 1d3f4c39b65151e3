#include "proto/base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

int secret_set(
    struct secret *secret, const void *data, size_t len, struct err *err)
{
	uint8_t *copy = malloc(len + 1);

	if (!copy)
		return err_memory(err);
	if (len > 0)
		memcpy(copy, data, len);
	copy[len] = '\0';
	secret_clear(secret);
	secret->data = copy;
	secret->len = len;
	return 0;
}

void secret_clear(struct secret *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->len);
	free(secret->data);
	*secret = (struct secret){0};
}
