/*
 * store_evidence: what proves or excuses: keys of connectors, their signed
 * reports, the newest item of each fact, what people stated and acknowledged,
 * exceptions. The rules are those of store_people.h. There is no column for
 * audio, calls, messages or reasons, nor for foreign ICCIDs and IMEIs
 * (DESIGN invariants 7 and 9).
 */
#ifndef SERVER_STORE_STORE_EVIDENCE_H
#define SERVER_STORE_STORE_EVIDENCE_H

#include "server/store/store.h"
#include "server/store/store_subject.h"

/* ---- key: who may bring which facts about whom ---- */

#define EVIDENCE_KEY_ID 33 /* 16 hex digits today */
#define EVIDENCE_PUBLIC_KEY 32

struct evidence_key_row {
	char id[EVIDENCE_KEY_ID];
	char org_id[STORE_ID];
	char name[LIMIT_NAME + 1]; /* the connector's */
	uint8_t public_key[EVIDENCE_PUBLIC_KEY];
	size_t public_key_len;
	char facts[1024];       /* allowed ones, a blank between */
	char unit_id[STORE_ID]; /* only about this unit and below; "": all */
	int64_t last_seq;
	int64_t last_report_at;
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t revoked_at;
	char revoked_by[LIMIT_NAME + 1];
};

int store_evidence_key_save(
    struct txn *txn, const struct evidence_key_row *row, struct err *err);
int store_evidence_key_load(struct txn *txn, const char *org_id, const char *id,
    struct evidence_key_row *out, struct err *err);
/* By the id alone: it says which organisation a report is for. */
int store_evidence_key_find(struct txn *txn, const char *id,
    struct evidence_key_row *out, struct err *err);
typedef int store_evidence_key_fn(
    void *arg, const struct evidence_key_row *row);
int store_evidence_key_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_evidence_key_fn *fn, void *arg,
    struct err *err);

/* ---- report: kept as it came ---- */

struct evidence_report_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char key_id[EVIDENCE_KEY_ID];
	char run[STORE_ID];
	int64_t seq;
	char body_sha256[STORE_SHA256];
	int64_t observed_at;
	int64_t received_at;
	int64_t accepted; /* items */
	int64_t refused;
	uint8_t signature[64];
	size_t signature_len;
};

/* answer: what the connector was told, JSON. -ERR_CONFLICT: seq was used. */
int store_evidence_report_insert(struct txn *txn,
    const struct evidence_report_row *row, const uint8_t *body, size_t body_len,
    const char *answer, struct err *err);
int store_evidence_report_load(struct txn *txn, const char *org_id,
    const char *id, struct evidence_report_row *out, struct err *err);
int store_evidence_report_find_seq(struct txn *txn, const char *org_id,
    const char *key_id, int64_t seq, struct evidence_report_row *out,
    struct err *err);
/* *body and *answer are the caller's to free(); either may be NULL. */
int store_evidence_report_body(struct txn *txn, const char *org_id,
    const char *id, uint8_t **body, size_t *body_len, char **answer,
    struct err *err);
typedef int store_evidence_report_fn(
    void *arg, const struct evidence_report_row *row);
int store_evidence_report_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_evidence_report_fn *fn, void *arg,
    struct err *err);

/* ---- item: the newest of each fact and source about a subject ---- */

struct evidence_item_row {
	char org_id[STORE_ID];
	enum store_subject subject_kind;
	char subject_id[STORE_ID]; /* ours; of an organisation: its id */
	char fact[64];             /* "voicemail.greeting" */
	char source[STORE_ID];     /* a key's id, "mdm", "bench", "register" */
	char method[64];           /* how it was seen: "vvm-imap" */
	char word[64];             /* "personal"; "" for a number alone */
	int64_t number;            /* oldest_age_h and the like; 0 */
	int64_t until_at;          /* of a referral; 0 */
	int64_t observed_at;
	int64_t valid_until; /* fresh until */
	int64_t received_at;
	char report_id[STORE_ID]; /* "" when it came by no report */
};

/* An older observation than the stored one is left out: *taken false. */
int store_evidence_item_save(struct txn *txn,
    const struct evidence_item_row *row, bool *taken, struct err *err);
typedef int store_evidence_item_fn(
    void *arg, const struct evidence_item_row *row);
/* All of one subject; fact NULL: every fact. By fact, then source. */
int store_evidence_item_each(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, const char *fact,
    store_evidence_item_fn *fn, void *arg, struct err *err);
/* All of a kind, by subject id, behind after_id; limit counts items. */
int store_evidence_item_each_kind(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *after_id, int limit,
    store_evidence_item_fn *fn, void *arg, struct err *err);

/* ---- the exact words a person was shown ---- */

#define SHOWN_TEXT_MAX (256 * 1024) /* all texts of a pack */

/* Saved twice it is kept once. -ERR_LIMIT above SHOWN_TEXT_MAX. */
int store_shown_text_save(struct txn *txn, const char *org_id,
    const char *sha256, const char *language, const char *text,
    struct err *err);
/* *text is the caller's to free(). */
int store_shown_text_load(struct txn *txn, const char *org_id,
    const char *sha256, char **text, struct err *err);

/* ---- statement: a person's dated yes or no on an exact text ---- */

struct statement_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person_id[STORE_ID]; /* who states it */
	char rule[64];
	enum store_subject subject_kind; /* what it is about */
	char subject_id[STORE_ID];
	bool is_yes;
	int64_t at;
	int64_t valid_until;
	char text_sha256[STORE_SHA256]; /* store_shown_text_load() */
	char pack_hash[STORE_SHA256];
	char language[8];
	char task_id[STORE_ID];         /* "" */
	char stated_by[LIMIT_NAME + 1]; /* "page:<link id>", "local:root" */
};

/* Never changed: a newer one counts. */
int store_statement_insert(
    struct txn *txn, const struct statement_row *row, struct err *err);
int store_statement_load(struct txn *txn, const char *org_id, const char *id,
    struct statement_row *out, struct err *err);
/* The newest about the subject on this rule. */
int store_statement_find(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, const char *rule,
    struct statement_row *out, struct err *err);
typedef int store_statement_fn(void *arg, const struct statement_row *row);
int store_statement_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_statement_fn *fn, void *arg,
    struct err *err);
/* The newest of each rule about the subject, by rule. */
int store_statement_each_subject(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id,
    store_statement_fn *fn, void *arg, struct err *err);
/* All that a person stated. */
int store_statement_each_person(struct txn *txn, const char *org_id,
    const char *person_id, const char *after_id, int limit,
    store_statement_fn *fn, void *arg, struct err *err);

/* ---- acknowledgement: a version of the pack was read ---- */

struct acknowledgement_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person_id[STORE_ID];
	char pack[128];
	char pack_hash[STORE_SHA256];
	char language[8];
	char text_sha256[STORE_SHA256];
	char task_id[STORE_ID]; /* "" */
	int64_t at;
};

/* Never changed. */
int store_acknowledgement_insert(
    struct txn *txn, const struct acknowledgement_row *row, struct err *err);
/* The newest of the person. */
int store_acknowledgement_find(struct txn *txn, const char *org_id,
    const char *person_id, struct acknowledgement_row *out, struct err *err);
typedef int store_acknowledgement_fn(
    void *arg, const struct acknowledgement_row *row);
int store_acknowledgement_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_acknowledgement_fn *fn, void *arg,
    struct err *err);

/* ---- exception: a rule does not bind a subject for a time ---- */

struct exception_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char rule[64];
	enum store_subject subject_kind;
	char subject_id[STORE_ID];
	char reason[512]; /* the approver's words */
	char approved_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t until_at; /* never for ever: > created_at */
	int64_t revoked_at;
	char revoked_by[LIMIT_NAME + 1];
};

/* What may change: until_at, revoked_*. */
int store_exception_save(
    struct txn *txn, const struct exception_row *row, struct err *err);
int store_exception_load(struct txn *txn, const char *org_id, const char *id,
    struct exception_row *out, struct err *err);
typedef int store_exception_fn(void *arg, const struct exception_row *row);
int store_exception_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_exception_fn *fn, void *arg,
    struct err *err);
/* Not revoked and until_at > now, of one subject. */
int store_exception_each_subject(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, int64_t now,
    store_exception_fn *fn, void *arg, struct err *err);

#endif
