/*
 * problem: what the API says instead of an answer: application/problem+json
 * (RFC 9457) with `code` (a stable word), `detail` (one sentence) and
 * `request_id`, which stands in the log line, too.
 */
#ifndef SERVER_OFFICE_PROBLEM_H
#define SERVER_OFFICE_PROBLEM_H

#include "proto/base/err.h"

struct http_response;

/* The HTTP status of an error code. */
int problem_status(enum err_code code);

/*
 * Replaces whatever stands in the body. status 0: follows from the code.
 * request_id may be NULL.
 */
void problem_answer(struct http_response *response, int status,
    const struct err *err, const char *request_id);

/* The same as RFC 7644 section 3.12 has it; scim_type may be NULL. */
void problem_answer_scim(struct http_response *response, int status,
    const char *scim_type, const struct err *err);

#endif
