/*
 * pages: the handlers of /t/<token> and of the style sheet. A page is shown by
 * GET, which uses nothing up, and answered by POST, which answers with a
 * redirection to the same address (so that reloading sends nothing twice). The
 * token in the path is what a forged form lacks; no cookie is set or read.
 * /o/<organisation> is for everybody: it holds no personal data.
 */
#ifndef SERVER_OFFICE_PAGES_PAGES_H
#define SERVER_OFFICE_PAGES_PAGES_H

#include "server/office/pages/form_body.h"

struct err;
struct office_call;

#define PAGES_PATH "/t/:token"
#define PAGES_ABOUT_PATH "/o/:organisation"
#define PAGES_STYLE_PATH "/assets/:file"
#define PAGES_BODY_MAX FORM_BODY_MAX

/* Rows of office_routes[], with OFFICE_PAGE (and OFFICE_ANY_BODY). */
int pages_task_get(struct office_call *call, struct err *err);
int pages_task_post(struct office_call *call, struct err *err);
int pages_about_get(struct office_call *call, struct err *err);
int pages_style_get(struct office_call *call, struct err *err);

#endif
