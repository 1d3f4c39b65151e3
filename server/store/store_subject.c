#include "server/store/store_subject.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"

static const char *const names[STORE_SUBJECT_COUNT] = {
    [STORE_SUBJECT_PERSON] = "person",
    [STORE_SUBJECT_PHONE] = "phone",
    [STORE_SUBJECT_SUBSCRIPTION] = "subscription",
    [STORE_SUBJECT_UNIT] = "unit",
    [STORE_SUBJECT_ORGANISATION] = "organisation",
};

const char *store_subject_name(enum store_subject kind)
{
	return names[kind];
}

int store_subject_parse(const char *name, enum store_subject *out)
{
	size_t i;

	for (i = 0; i < STORE_SUBJECT_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum store_subject)i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}
