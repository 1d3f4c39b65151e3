/*
 * store_policy_files: the files of applied policy packs, as the one document of
 * server/service/policy/policy_upload.h, by the pack's hash.
 */
#ifndef SERVER_STORE_STORE_POLICY_FILES_H
#define SERVER_STORE_STORE_POLICY_FILES_H

#include "server/store/store.h"

/* Not pushed yet, also when the same pack was there before. */
int store_policy_files_save(struct txn *txn, const char *org_id,
    const char *pack_hash, const char *files, size_t len, int64_t at,
    struct err *err);
/* *out is the caller's to free(). */
int store_policy_files_load(struct txn *txn, const char *org_id,
    const char *pack_hash, uint8_t **out, size_t *len, struct err *err);
/* Has the newest policy of the organisation still to be pushed? */
int store_policy_files_unpushed(
    struct txn *txn, const char *org_id, bool *out, struct err *err);
/* Everything of the organisation is. */
int store_policy_files_pushed(
    struct txn *txn, const char *org_id, struct err *err);

#endif
