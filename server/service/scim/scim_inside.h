/*
 * scim_inside: what the files of SCIM's use cases share. For
 * server/service/scim*.c only.
 */
#ifndef SERVER_SERVICE_SCIM_SCIM_INSIDE_H
#define SERVER_SERVICE_SCIM_SCIM_INSIDE_H

#include "proto/scim/scim_group.h"
#include "proto/scim/scim_user.h"
#include "server/service/ledger/ledger.h"
#include "server/service/scim/scim.h"
#include "server/store/store_scim.h"

/* ---- scim_show.c ---- */

void scim_row_of_user(struct scim_user_row *row, const struct scim_user *user);
void scim_user_of_row(struct scim_user *user, const struct scim_user_row *row);
bool scim_user_is_alike(const struct scim_user *a, const struct scim_user *b);
/* W/"3" */
#define SCIM_VERSION_MAX 32
void scim_version_text(int64_t version, char out[SCIM_VERSION_MAX]);
/* -ERR_CONFLICT with ask->is_stale. */
int scim_version_check(struct scim_ask *ask, int64_t version, struct err *err);
/* with: groups of a user, members of a group, too. */
int scim_user_show(struct txn *txn, const struct scim_ask *ask,
    const struct scim_user_row *row, bool with, json_t **out, struct err *err);
int scim_group_show(struct txn *txn, const struct scim_ask *ask,
    const struct scim_group_row *row, bool with, json_t **out, struct err *err);
/* What a transaction showed is the caller's, or nobody's where it failed. */
int scim_shown_take(int rc, json_t *shown, json_t **out);
/* Does the project want this attribute? */
bool scim_wants(const struct scim_ask *ask, const char *name);

/* ---- scim_bring.c ---- */

/*
 * The user into the ledger: row as it will be, was as it is (NULL: new). Sets
 * row->person_id.
 */
int scim_user_bring(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *was, struct scim_user_row *row,
    struct err *err);
/* The employment's last day is today. */
int scim_user_leave(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, struct err *err);

#endif
