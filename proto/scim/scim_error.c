#include "proto/scim/scim_error.h"

#include <stddef.h>

const char *scim_why_name(enum scim_why why)
{
	static const char *const names[SCIM_WHY_COUNT] = {
	    [SCIM_WHY_NONE] = "",
	    [SCIM_WHY_INVALID_FILTER] = "invalidFilter",
	    [SCIM_WHY_TOO_MANY] = "tooMany",
	    [SCIM_WHY_UNIQUENESS] = "uniqueness",
	    [SCIM_WHY_MUTABILITY] = "mutability",
	    [SCIM_WHY_INVALID_SYNTAX] = "invalidSyntax",
	    [SCIM_WHY_INVALID_PATH] = "invalidPath",
	    [SCIM_WHY_NO_TARGET] = "noTarget",
	    [SCIM_WHY_INVALID_VALUE] = "invalidValue",
	};

	return (size_t)why < SCIM_WHY_COUNT ? names[why] : "";
}
