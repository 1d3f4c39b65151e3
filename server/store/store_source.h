/*
 * store_source: where people come from, and by which key a source knows each.
 * The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_SOURCE_H
#define SERVER_STORE_STORE_SOURCE_H

#include "server/store/store_people.h"

#define STORE_SOURCE_MAP 4096

struct source_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char name[STORE_SOURCE];
	char map[STORE_SOURCE_MAP]; /* of its columns, as applied last */
	int64_t changed_at;
	char changed_by[LIMIT_NAME + 1];
};
int store_source_save(
    struct txn *txn, const struct source_row *row, struct err *err);
int store_source_find(struct txn *txn, const char *org_id, const char *name,
    struct source_row *out, struct err *err);
typedef int store_source_fn(void *arg, const struct source_row *row);
int store_source_each(struct txn *txn, const char *org_id, store_source_fn *fn,
    void *arg, struct err *err);

struct source_person_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char source[STORE_SOURCE];
	char source_key[STORE_EXTERNAL_ID];
	char person_id[STORE_ID];
	int64_t made_at;
	int64_t gone_at; /* a full roster left it out; 0: is in it */
};
int store_source_person_save(
    struct txn *txn, const struct source_person_row *row, struct err *err);
int store_source_person_find(struct txn *txn, const char *org_id,
    const char *source, const char *key, struct source_person_row *out,
    struct err *err);
typedef int store_source_person_fn(
    void *arg, const struct source_person_row *row);
/* By key. */
int store_source_person_each(struct txn *txn, const char *org_id,
    const char *source, store_source_person_fn *fn, void *arg, struct err *err);
/* Of one person, of every source. */
int store_source_person_each_of(struct txn *txn, const char *org_id,
    const char *person_id, store_source_person_fn *fn, void *arg,
    struct err *err);

#endif
