/*
 * channel: one end of the keeper's socket pair: sends and receives messages
 * cut into packets, with a number that ties an answer to its question. Not
 * thread-safe. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_CHANNEL_H
#define SERVER_KEEPER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* A packet: this header, then up to CHANNEL_CHUNK bytes of the message. */
struct channel_header {
	uint32_t magic;
	uint32_t number; /* of the question; its answer carries the same */
	uint32_t kind;   /* question: enum keeper_op; answer: enum err_code */
	uint32_t more;   /* 1: further packets of this message follow */
};

#define CHANNEL_MAGIC 0x77706b31u
#define CHANNEL_CHUNK (32 * 1024)

/* A message as it arrives. Its buffer is used again for the next. */
struct channel_inbox {
	uint8_t *data; /* owned, KEEPER_MESSAGE_MAX bytes */
	size_t len;
	uint32_t number;
	uint32_t kind;
	bool is_open; /* more packets are awaited */
	bool is_bad;  /* too long, or not of our making */
};

int channel_inbox_init(struct channel_inbox *inbox, struct err *err);
/* Wipes what was in it: messages hold secrets. */
void channel_inbox_reset(struct channel_inbox *inbox);
void channel_inbox_clear(struct channel_inbox *inbox);

/* ERR_IO when the other end is gone, ERR_TIMEOUT by the socket's time limit. */
int channel_send(int fd, uint32_t number, uint32_t kind, const uint8_t *data,
    size_t len, struct err *err);

/*
 * Waits for one whole message. ERR_IO at the end of the stream; ERR_TIMEOUT;
 * ERR_LIMIT or ERR_INVALID for a message that cannot be taken: the stream is
 * sound after it and inbox->number is set as far as it was readable.
 */
int channel_receive(int fd, struct channel_inbox *inbox, struct err *err);

#endif
