/*
 * form_body_fuzz: can any body of a form crash or leak, and is what is taken
 * always clean text within its bounds?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"
#include "server/office/pages/form_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form_body form;
	size_t len;

	if (form_body_parse(data, size, &form, NULL) < 0)
		return 0;
	len = strnlen(form.why, sizeof(form.why));
	if (len == sizeof(form.why) || !str_is_utf8(form.why, len) ||
	    strnlen(form.text_sha256, sizeof(form.text_sha256)) % 64 != 0)
		__builtin_trap();
	return 0;
}
