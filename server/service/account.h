/*
 * account: the names under which one person does things. A token that was made
 * for a person (workphone token create --person) is an account of theirs, and
 * they may have several; what it does is written down by "token:<its name>".
 */
#ifndef SERVER_SERVICE_ACCOUNT_H
#define SERVER_SERVICE_ACCOUNT_H

#include <stdbool.h>

#include "server/store/store_token.h"

struct err;
struct txn;

/* As ledger->by and actor->name have it. */
void account_name(const struct api_token_row *row, char out[LIMIT_NAME + 1]);

/* Of all that they ever had, revoked ones too; none of person_id "". A number
 * other than 0 from fn ends the walk and is returned. */
typedef int account_name_fn(void *arg, const char *name);
int account_each_name(struct txn *txn, const char *org_id,
    const char *person_id, account_name_fn *fn, void *arg, struct err *err);

/* Is the account of that name one of theirs? */
int account_is_of(struct txn *txn, const char *org_id, const char *name,
    const char *person_id, bool *out, struct err *err);

#endif
