/*
 * Question: can a check-in body make the guard, libplist or the reader crash,
 * leak or run away? And: does libplist ever read a list differently from the
 * guard before it, which would show as a refusal after the guard's yes?
 */
#include <stdlib.h>
#include <string.h>

#include "proto/apple/checkin.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_no_disagreement(const uint8_t *data, size_t size)
{
	plist_t root = NULL;
	struct buf xml = {0};

	if (xplist_check(data, size, LIMIT_CHECKIN_BODY, NULL) != 0)
		return;
	if (xplist_parse(data, size, LIMIT_CHECKIN_BODY, &root, NULL) != 0)
		abort();
	if (xplist_encode(root, &xml, NULL) != 0)
		abort();
	buf_clear(&xml);
	plist_free(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct checkin checkin;
	struct err err = {0};
	int rc = checkin_parse(data, size, &checkin, &err);

	if (rc == 0) {
		if (checkin_device_id(&checkin)[0] == '\0')
			abort();
		checkin_clear(&checkin);
	} else if (rc != -(int)err.code || err.text[0] == '\0') {
		abort();
	}
	expect_no_disagreement(data, size);
	return 0;
}
