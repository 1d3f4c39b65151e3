/*
 * form_problems: why an answer was not taken: all that is wrong at once, in the
 * order of the page, and where each is mended. Pure.
 */
#ifndef SERVER_OFFICE_PAGES_FORM_PROBLEMS_H
#define SERVER_OFFICE_PAGES_FORM_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/office/pages/form_body.h"
#include "server/office/pages/words.h"

#define FORM_WHY_CHARACTERS 500 /* of the text area */
#define FORM_PROBLEMS_MAX 4

struct form_problems {
	enum word words[FORM_PROBLEMS_MAX];
	size_t count; /* 0: nothing was sent yet */
};

/* code: as service_page_answer() gave it, -ERR_LIMIT: a field is too long. */
void form_problems_find(const struct page *page, const struct form_body *form,
    int code, struct form_problems *out);
bool form_problems_have(const struct form_problems *problems, enum word word);
/* The id of the field that it is about: "name", "why", … */
const char *form_problem_field(enum word problem);
bool form_why_is_long(const struct form_body *form);

#endif
