/*
 * scim_answer: JSON into the answer of a call, and a refusal into its status
 * and scimType. For server/office/scim only.
 */
#ifndef SERVER_OFFICE_SCIM_SCIM_ANSWER_H
#define SERVER_OFFICE_SCIM_SCIM_ANSWER_H

#include <jansson.h>

struct err;
struct office_call;
struct scim_ask;

/* Takes json. */
int scim_answer(
    struct office_call *call, int status, json_t *json, struct err *err);
/* Gives err's code back. */
int scim_refused(
    struct office_call *call, const struct scim_ask *ask, struct err *err);
/* The body as an object; scimType is set when it is none. */
int scim_body(struct office_call *call, json_t **out, struct err *err);

#endif
