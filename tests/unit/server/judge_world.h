/*
 * judge_world: an organisation of 60 people with phones and SIMs that is judged
 * by a pack, what is said of them by signed reports, and what came of it. Over
 * story_world.
 */
#ifndef TESTS_UNIT_SERVER_JUDGE_WORLD_H
#define TESTS_UNIT_SERVER_JUDGE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/evidence/evidence.h"
#include "server/service/judge/judge.h"
#include "server/store/store_evidence.h"
#include "tests/unit/server/story_world.h"

#define H TIME_HOUR_MS
#define D TIME_DAY_MS
#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

/* The key that reports are signed with, and the next report's number. */
extern EVP_PKEY *pair;
extern char key_id[EVIDENCE_KEY_ID_MAX];
extern int64_t sequence;

/* cmocka group fixtures: judged by Botkyrka's pack, the key may bring all. */
int judge_begin(void **state);
int judge_end(void **state);

const char *org(void);
/* Of the n-th person 'p', phone 'd', life 'l', SIM 's', unit 'u', employment
 * 'e'; good until 512 more were asked for. */
const char *id_of(char kind, unsigned n);

typedef int unit_fn(struct txn *txn, void *arg, struct err *err);
void in_write(unit_fn *fn, void *arg);
/* From policies/packs. */
void take_pack(const char *name);

#define ALL_FACTS                                                              \
	"voicemail.greeting call.forward.unconditional sim.device "            \
	"directory.number"
/* A new key for these facts (of this unit; "": all). */
void make_key(const char *facts, const char *unit_id);

struct found {
	struct judgement_view view;
	unsigned count;
};

/* What is judged of the subject by the rule; count 0: nothing. */
struct found look(enum store_subject kind, const char *id, const char *rule);
/* One judgement, this verdict, and the reason holds these words. */
void assert_verdict(enum store_subject kind, const char *id, const char *rule,
    enum verdict verdict, const char *reason);

struct evidence_item item_about(
    enum evidence_subject_kind kind, const char *subject);
/* Of the n-th person's mailbox; of the n-th SIM. */
struct evidence_item greeting(unsigned n, enum evidence_word word);
struct evidence_item sim_seen(
    unsigned n, enum evidence_word word, const char *imei);

/* Encodes and signs; the caller clears and frees. */
void report_make(struct evidence_item *items, size_t count, int64_t seq,
    int64_t at, struct buf *body, char **signature);
/* answer NULL: of no interest. */
int send_bytes(const char *key, const char *signature, const void *body,
    size_t len, char *answer, size_t size, struct err *err);
/* The next report, which is answered so. */
void take(struct evidence_item *items, size_t count, const char *answer);

#endif
