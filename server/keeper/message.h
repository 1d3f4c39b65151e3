/*
 * message: what goes over the keeper's socket. A message is an operation and a
 * list of byte fields; an answer is an error code and one run of bytes. Both
 * travel in packets of a SOCK_SEQPACKET pair, so that the two ends find each
 * other again after anything malformed. Internal to server/keeper.
 *
 * The peer is trusted with neither memory nor time: every field has a limit and
 * every message is judged here before any key is touched.
 */
#ifndef SERVER_KEEPER_MESSAGE_H
#define SERVER_KEEPER_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"

struct err;

enum keeper_op {
	KEEPER_OP_NONE, /* never sent */
	KEEPER_OP_ISSUE,
	KEEPER_OP_SIGN_PROFILE,
	KEEPER_OP_OPEN_ENVELOPE,
	KEEPER_OP_SCEP_SUCCESS,
	KEEPER_OP_SCEP_FAILURE,
	KEEPER_OP_SEAL,
	KEEPER_OP_UNSEAL,
	KEEPER_OP_ISSUE_STATION,
	KEEPER_OP_SIGN_ORDER,
	KEEPER_OP_SIGN_CHALLENGE,
	KEEPER_OP_SIGN_CHECKPOINT,
	KEEPER_OP_SIGN_DOCUMENT,
	KEEPER_OP_COUNT
};

#define KEEPER_FIELDS_MAX 8
#define KEEPER_CONTEXT_MAX 255
#define KEEPER_SECRET_MAX (64 * 1024)
/* Eight bytes were seen; nothing shorter is a challenge. */
#define KEEPER_CHALLENGE_MIN 8
#define KEEPER_CHALLENGE_MAX 1024
#define KEEPER_ORDER_MAX (512 * 1024) /* an order may carry a profile */
#define KEEPER_SEAL_OVERHEAD 29       /* version, nonce and tag */

/* A whole message or answer: the largest profile, and room for its CMS. */
#define KEEPER_MESSAGE_MAX (LIMIT_PROFILE + 64 * 1024)

struct keeper_field {
	const uint8_t *data;
	size_t len;
};

struct keeper_message {
	enum keeper_op op;
	size_t field_count;
	struct keeper_field fields[KEEPER_FIELDS_MAX]; /* borrowed */
};

/* Number fields are eight bytes, this machine's order: one binary, one box. */
struct keeper_field keeper_field_number(const int64_t *number);
int64_t keeper_field_get_number(const struct keeper_field *field);
struct keeper_field keeper_field_text(const char *text);

/* Bytes that keeper_message_encode() writes. */
size_t keeper_message_size(const struct keeper_message *message);
void keeper_message_encode(const struct keeper_message *message, uint8_t *out);

/*
 * Splits the bytes of a message into the fields that op has, each within its
 * limits; the fields point into data. ERR_INVALID, ERR_LIMIT.
 */
int keeper_message_parse(uint32_t op, const uint8_t *data, size_t len,
    struct keeper_message *out, struct err *err);

#endif
