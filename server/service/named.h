/*
 * named: which row somebody means who narrows a list: a person by id, external
 * id, mail or exact name, a unit by id, external id or name. An unknown name is
 * told, never an empty list: "nothing" would be a wrong answer.
 */
#ifndef SERVER_SERVICE_NAMED_H
#define SERVER_SERVICE_NAMED_H

#include "server/store/store.h"

struct actor;
struct err;
struct service;

/* text NULL: id is "". -ERR_NOT_FOUND; -ERR_CONFLICT: several are called so. */
int service_person_named(struct service *service, const struct actor *actor,
    const char *text, char id[STORE_ID], struct err *err);
int service_unit_named(struct service *service, const struct actor *actor,
    const char *text, char id[STORE_ID], struct err *err);

#endif
