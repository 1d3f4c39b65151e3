/*
 * audit_judge: is a run of audit entries whole? Entries are fed in their order,
 * from the database or from an export alike; the answer names what is wrong,
 * each fault once. Knows no database and no file.
 *
 * What it finds: an entry changed, missing, moved, put in; a tail cut off, by
 * the head or by a signed checkpoint that names a later entry; a log made anew
 * from some entry on, by a checkpoint that names another hash; a checkpoint
 * that nobody signed; a body emptied without the entry that says so.
 * What it cannot find: what was changed behind the newest checkpoint by whoever
 * can write the database, and made whole again. So keep checkpoints elsewhere.
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_JUDGE_H
#define SERVER_SERVICE_AUDIT_AUDIT_JUDGE_H

#include "proto/base/err.h"
#include "server/store/store_audit.h"

#define AUDIT_FAULTS_KEPT 16

struct audit_finding {
	int64_t entries;     /* shown whole */
	int64_t hidden;      /* shown by their hash only */
	int64_t purged;      /* their bodies were emptied */
	int64_t last_seq;    /* 0: none */
	int64_t last_at;     /* of the last one shown; 0: none */
	int64_t checkpoints; /* signed, and met by the entries */
	int64_t vouched_seq; /* up to here a checkpoint vouches; 0: none */
	int64_t vouched_at;  /* when it was signed */
	int64_t faults;      /* 0: whole */
	char sentences[AUDIT_FAULTS_KEPT][ERR_TEXT_MAX]; /* the first faults */
};

struct audit_judge;

/*
 * orders_key: PEM, public; NULL: signatures are not looked at, no checkpoint
 * vouches and each one is a fault. -ERR_CRYPTO: no such key.
 */
int audit_judge_new(const char *org_id, const char *orders_key,
    struct audit_judge **out, struct err *err);
/* Takes NULL. */
void audit_judge_free(struct audit_judge *judge);

/* All before the first entry, in any order; the same one twice is fine. */
int audit_judge_checkpoint(struct audit_judge *judge,
    const struct audit_checkpoint *row, struct err *err);

/* The entries begin behind this one; without it at the first of all. */
void audit_judge_begin(
    struct audit_judge *judge, int64_t seq, const uint8_t sha256[AUDIT_HASH]);

/* What anybody could have written is not whole: a checkpoint must name one of
 * the entries that come. */
void audit_judge_want_signed(struct audit_judge *judge);

/* Negative only when memory or the library fails; faults are findings. */
int audit_judge_entry(
    struct audit_judge *judge, const struct audit_row *row, struct err *err);
/* An entry that is not shown: its entry_sha256 alone. */
int audit_judge_hidden(struct audit_judge *judge, int64_t seq,
    const uint8_t entry_sha256[AUDIT_HASH], struct err *err);
/* What is no entry at all: a fault, in these words. */
void audit_judge_fault(struct audit_judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* head NULL: not known, as in an export. */
void audit_judge_end(struct audit_judge *judge, const struct audit_head *head,
    struct audit_finding *out);

#endif
