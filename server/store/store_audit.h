/*
 * store_audit: the rows of the audit log, as they are: entries, heads,
 * checkpoints. What is bound to what is the service's (audit_chain.h). The
 * rules are those of store.h.
 */
#ifndef SERVER_STORE_STORE_AUDIT_H
#define SERVER_STORE_STORE_AUDIT_H

#include "server/store/store.h"

#define AUDIT_HASH 32 /* bytes of a SHA-256 */
#define AUDIT_SALT 16
#define AUDIT_WORD 64 /* of actions and kinds */
/* A reason and eight values, each byte of them escaped at the worst. */
#define AUDIT_BODY_MAX (32 * 1024)
#define AUDIT_SIGNATURE_MAX 256 /* ECDSA P-256, DER: 72 */

struct audit_row {
	char org_id[STORE_ID];
	int64_t seq; /* 1, 2, 3 … in its organisation */
	int64_t at;
	char action[AUDIT_WORD];
	char actor[LIMIT_NAME + 1];
	char subject_kind[AUDIT_WORD];
	char subject_id[LIMIT_NAME + 1];
	char person_id[STORE_ID];
	char device_id[STORE_ID];
	char case_id[STORE_ID];
	/* JSON; "" and no salt: purged. Borrowed until the walk goes on. */
	const char *body;
	size_t body_len;
	uint8_t salt[AUDIT_SALT];
	size_t salt_len;
	uint8_t body_sha256[AUDIT_HASH];
	uint8_t sha256[AUDIT_HASH];
};

int store_audit_insert(
    struct txn *txn, const struct audit_row *row, struct err *err);

/* The newest entry of a chain; seq 0 and zeros before the first. */
struct audit_head {
	int64_t seq;
	uint8_t sha256[AUDIT_HASH];
};
int store_audit_head_load(struct txn *txn, const char *org_id,
    struct audit_head *out, struct err *err);
int store_audit_head_save(struct txn *txn, const char *org_id,
    const struct audit_head *head, struct err *err);

struct audit_filter {
	const char *org_id;    /* required */
	const char *person_id; /* NULL: any; at most one of the three */
	const char *device_id;
	const char *case_id;
	int64_t after_seq; /* behind it; or, newest first, before it (0: all) */
	bool newest_first;
	int limit; /* 0: all */
};
typedef int store_audit_fn(void *arg, const struct audit_row *row);
/* A non-zero answer of fn ends the walk and is returned. */
int store_audit_each(struct txn *txn, const struct audit_filter *filter,
    store_audit_fn *fn, void *arg, struct err *err);

/* Empties bodies and salts of a person's entries, but those of the action
 * `except`; *emptied is how many. */
int store_audit_empty(struct txn *txn, const char *org_id,
    const char *person_id, const char *except, int64_t *emptied,
    struct err *err);

/* Whose a phone is now in the ledger: "" when nobody's or not there. */
int store_audit_holder(struct txn *txn, const char *org_id,
    const char *device_id, char out[STORE_ID], struct err *err);

struct audit_checkpoint {
	char org_id[STORE_ID];
	int64_t seq;
	int64_t at;
	uint8_t sha256[AUDIT_HASH];
	uint8_t signature[AUDIT_SIGNATURE_MAX];
	size_t signature_len;
};
int store_audit_checkpoint_insert(
    struct txn *txn, const struct audit_checkpoint *row, struct err *err);
/* The newest; -ERR_NOT_FOUND. */
int store_audit_checkpoint_load(struct txn *txn, const char *org_id,
    struct audit_checkpoint *out, struct err *err);
typedef int store_audit_checkpoint_fn(
    void *arg, const struct audit_checkpoint *row);
/* By seq, behind after_seq. */
int store_audit_checkpoint_each(struct txn *txn, const char *org_id,
    int64_t after_seq, store_audit_checkpoint_fn *fn, void *arg,
    struct err *err);

#endif
