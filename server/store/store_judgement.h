/*
 * store_judgement: the verdicts as judged last, one row a subject: what is in
 * packed is the judge's own (server/service/judge_*.c). The rules are those of
 * store_people.h. Nothing is lost with these rows: they are worked out anew
 * from facts, evidence and statements.
 */
#ifndef SERVER_STORE_STORE_JUDGEMENT_H
#define SERVER_STORE_STORE_JUDGEMENT_H

#include "server/store/store.h"
#include "server/store/store_subject.h"

#define JUDGEMENT_PACKED_MAX (64 * 1024) /* 512 rules and slack */

struct judgement_row {
	char org_id[STORE_ID];
	enum store_subject subject_kind;
	char subject_id[STORE_ID];
	char pack_hash[STORE_SHA256]; /* judged by this version */
	int64_t judged_at;
	int64_t again_at;      /* when time alone may change one; 0: never */
	const uint8_t *packed; /* borrowed; from load: the caller's, free() */
	size_t packed_len;
};

/* Replaces. -ERR_LIMIT above JUDGEMENT_PACKED_MAX. */
int store_judgement_save(
    struct txn *txn, const struct judgement_row *row, struct err *err);
/* free((void *)out->packed) */
int store_judgement_load(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id,
    struct judgement_row *out, struct err *err);
/* The subject is gone; nothing when there is none. */
int store_judgement_delete(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, struct err *err);
/* packed is borrowed until fn returns. */
typedef int store_judgement_fn(void *arg, const struct judgement_row *row);
/* Something it rests on changed: it is due at once. Nothing when there is
 * none. */
int store_judgement_expire(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, struct err *err);
/* By subject id behind after_id ("": from the start), limit 0: all. */
int store_judgement_each(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *after_id, int limit,
    store_judgement_fn *fn, void *arg, struct err *err);
/* Those whose again_at has come, the earliest first. */
int store_judgement_each_due(struct txn *txn, const char *org_id, int64_t now,
    int limit, store_judgement_fn *fn, void *arg, struct err *err);
/* Of any kind whose pack_hash is another: to be judged by the new pack. */
int store_judgement_each_other_pack(struct txn *txn, const char *org_id,
    const char *pack_hash, int limit, store_judgement_fn *fn, void *arg,
    struct err *err);

#endif
