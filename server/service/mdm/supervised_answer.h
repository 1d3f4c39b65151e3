/*
 * supervised_answer: answers that only supervised phones give: Lost Mode, where
 * a lost phone is, the bypass code. Their raw bytes are never kept: one holds a
 * secret, the other a place. Private to connect_phone.c.
 */
#ifndef SERVER_SERVICE_MDM_SUPERVISED_ANSWER_H
#define SERVER_SERVICE_MDM_SUPERVISED_ANSWER_H

#include "proto/apple/answer.h"
#include "server/service/phone/escrow.h"

struct supervised_answer {
	struct escrow_sealed code; /* empty: none came */
};

/* Before the transaction: seals a code. */
int supervised_answer_prepare(struct service *service,
    const struct identity *identity, const struct answer *answer,
    struct supervised_answer *out, struct err *err);
void supervised_answer_clear(struct supervised_answer *said);

/* In it, for an answer that counts; result: the phone's own sentence. */
int supervised_answer_take(struct txn *txn, struct service *service,
    const struct identity *identity, const struct command *command,
    const struct answer *answer, const struct supervised_answer *said,
    const char *result, int64_t now, struct err *err);

/* Raw answers to this are not stored. */
bool supervised_answer_is_unkept(const char *request_type);

#endif
