/*
 * problem: how a handler answers: a finished JSON body, or an error as
 * application/problem+json (RFC 9457).
 */
#ifndef SERVER_OFFICE_PROBLEM_H
#define SERVER_OFFICE_PROBLEM_H

struct err;
struct http_response;
struct service;

/* Replaces whatever stands in the body; the status follows from the code. */
void problem_answer(struct http_response *response, const struct err *err);

/*
 * The body is complete: sets status and headers. When its buffer failed, or
 * rc < 0, it becomes the problem instead; faults of ours are logged.
 */
void problem_or_answer(struct service *service, struct http_response *response,
    int rc, int status, const struct err *err);

#endif
