/*
 * store_scim: users and groups as a directory said them over SCIM. The rules
 * are those of store.h and store_people.h; rows here are deleted when the
 * directory deletes them: who was employed and held what stays in the ledger.
 */
#ifndef SERVER_STORE_STORE_SCIM_H
#define SERVER_STORE_STORE_SCIM_H

#include "server/store/store.h"

struct scim_user_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char source_key[LIMIT_NAME + 1]; /* by which the roster knows it */
	char person_id[STORE_ID];        /* "": nobody of the ledger yet */
	char user_key[LIMIT_NAME + 1];   /* user_name without case; unique */
	char user_name[LIMIT_NAME + 1];
	char external_id[LIMIT_NAME + 1];
	char display_name[LIMIT_NAME + 1];
	char formatted[LIMIT_NAME + 1];
	char given_name[LIMIT_NAME + 1];
	char family_name[LIMIT_NAME + 1];
	char mail[LIMIT_NAME + 1];
	char number[LIMIT_NAME + 1];
	char language[8];
	char employee_number[LIMIT_NAME + 1];
	char department[LIMIT_NAME + 1];
	char manager[LIMIT_NAME + 1]; /* as said: an id of a user, or not */
	bool is_active;
	int64_t version; /* 1, 2, 3 … */
	int64_t created_at;
	int64_t changed_at;
};

/* -ERR_CONFLICT: the user_key, source_key or person is another's. */
int store_scim_user_save(
    struct txn *txn, const struct scim_user_row *row, struct err *err);
int store_scim_user_load(struct txn *txn, const char *org_id, const char *id,
    struct scim_user_row *out, struct err *err);
int store_scim_user_find_name(struct txn *txn, const char *org_id,
    const char *user_key, struct scim_user_row *out, struct err *err);
int store_scim_user_find_source(struct txn *txn, const char *org_id,
    const char *source_key, struct scim_user_row *out, struct err *err);
int store_scim_user_find_person(struct txn *txn, const char *org_id,
    const char *person_id, struct scim_user_row *out, struct err *err);
typedef int store_scim_user_fn(void *arg, const struct scim_user_row *row);
/* By id; skip: so many are left out first; limit 0: all. */
int store_scim_user_each(struct txn *txn, const char *org_id, int64_t skip,
    int64_t limit, store_scim_user_fn *fn, void *arg, struct err *err);
int store_scim_user_each_external(struct txn *txn, const char *org_id,
    const char *external_id, store_scim_user_fn *fn, void *arg,
    struct err *err);
int store_scim_user_each_department(struct txn *txn, const char *org_id,
    const char *department, store_scim_user_fn *fn, void *arg, struct err *err);
int store_scim_user_count(
    struct txn *txn, const char *org_id, int64_t *out, struct err *err);
/* With its memberships. */
int store_scim_user_delete(
    struct txn *txn, const char *org_id, const char *id, struct err *err);

/* ---- groups ---- */

struct scim_group_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char display_name[LIMIT_NAME + 1];
	char name_key[LIMIT_NAME + 1]; /* without case */
	char external_id[LIMIT_NAME + 1];
	int64_t version;
	int64_t created_at;
	int64_t changed_at;
};

int store_scim_group_save(
    struct txn *txn, const struct scim_group_row *row, struct err *err);
int store_scim_group_load(struct txn *txn, const char *org_id, const char *id,
    struct scim_group_row *out, struct err *err);
typedef int store_scim_group_fn(void *arg, const struct scim_group_row *row);
int store_scim_group_each(struct txn *txn, const char *org_id, int64_t skip,
    int64_t limit, store_scim_group_fn *fn, void *arg, struct err *err);
int store_scim_group_each_name(struct txn *txn, const char *org_id,
    const char *name_key, store_scim_group_fn *fn, void *arg, struct err *err);
int store_scim_group_each_external(struct txn *txn, const char *org_id,
    const char *external_id, store_scim_group_fn *fn, void *arg,
    struct err *err);
int store_scim_group_count(
    struct txn *txn, const char *org_id, int64_t *out, struct err *err);
/* With its memberships, and those in other groups. */
int store_scim_group_delete(
    struct txn *txn, const char *org_id, const char *id, struct err *err);

/* ---- who is in which ---- */

/* *changed: 1, or 0 when it was so before. A member's version rises. */
int store_scim_member_add(struct txn *txn, const char *org_id,
    const char *group_id, const char *member_id, int64_t *changed,
    struct err *err);
int store_scim_member_remove(struct txn *txn, const char *org_id,
    const char *group_id, const char *member_id, int64_t *changed,
    struct err *err);
int store_scim_member_remove_all(struct txn *txn, const char *org_id,
    const char *group_id, int64_t *changed, struct err *err);
/* id and name of a user or a group; is_group says which. */
typedef int store_scim_member_fn(
    void *arg, const char *id, const char *name, bool is_group);
int store_scim_member_each(struct txn *txn, const char *org_id,
    const char *group_id, store_scim_member_fn *fn, void *arg, struct err *err);
/* The groups that hold this member. */
int store_scim_member_each_group(struct txn *txn, const char *org_id,
    const char *member_id, store_scim_member_fn *fn, void *arg,
    struct err *err);

#endif
