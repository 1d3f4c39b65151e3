#include "server/keeper/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "proto/base/err.h"
#include "server/keeper/message.h"

int channel_inbox_init(struct channel_inbox *inbox, struct err *err)
{
	/* Pages are taken when they are used; most messages fit in one. */
	uint8_t *data = malloc(KEEPER_MESSAGE_MAX);

	if (!data)
		return err_memory(err);
	*inbox = (struct channel_inbox){.data = data};
	return 0;
}

void channel_inbox_reset(struct channel_inbox *inbox)
{
	explicit_bzero(inbox->data, inbox->len);
	*inbox = (struct channel_inbox){.data = inbox->data};
}

void channel_inbox_clear(struct channel_inbox *inbox)
{
	if (inbox->data)
		channel_inbox_reset(inbox);
	free(inbox->data);
	*inbox = (struct channel_inbox){0};
}

static int io_error(struct err *err)
{
	if (errno == EAGAIN)
		return err_set(err, ERR_TIMEOUT, "the keeper did not answer");
	return err_set(err, ERR_IO, "the keeper has ended");
}

static int packet_send(int fd, const struct channel_header *header,
    const uint8_t *data, size_t len, struct err *err)
{
	struct channel_header head = *header;
	/* sendmsg only reads; its type cannot say so. */
	struct iovec parts[2] = {
	    {.iov_base = &head, .iov_len = sizeof(head)},
	    {.iov_base = (void *)(uintptr_t)data, .iov_len = len},
	};
	struct msghdr message = {
	    .msg_iov = parts, .msg_iovlen = len > 0 ? 2 : 1};
	ssize_t sent;

	do {
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? io_error(err) : 0;
}

int channel_send(int fd, uint32_t number, uint32_t kind, const uint8_t *data,
    size_t len, struct err *err)
{
	size_t at = 0;

	do {
		size_t chunk = len - at;
		struct channel_header header = {
		    .magic = CHANNEL_MAGIC, .number = number, .kind = kind};
		int rc;

		if (chunk > CHANNEL_CHUNK) {
			chunk = CHANNEL_CHUNK;
			header.more = 1;
		}
		rc = packet_send(
		    fd, &header, data ? data + at : NULL, chunk, err);
		if (rc != 0)
			return rc;
		at += chunk;
	} while (at < len);
	return 0;
}

/* A packet's header is read into header, its bytes behind what is there. */
static int packet_receive(int fd, struct channel_inbox *inbox,
    struct channel_header *header, ssize_t *got, bool *is_cut, struct err *err)
{
	struct iovec parts[2] = {
	    {.iov_base = header, .iov_len = sizeof(*header)},
	    {.iov_base = inbox->data + inbox->len,
	        .iov_len = KEEPER_MESSAGE_MAX - inbox->len},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	if (parts[1].iov_len > CHANNEL_CHUNK)
		parts[1].iov_len = CHANNEL_CHUNK;
	do {
		*got = recvmsg(fd, &message, 0);
	} while (*got < 0 && errno == EINTR);
	if (*got < 0)
		return io_error(err);
	if (*got == 0)
		return err_set(err, ERR_IO, "the keeper has ended");
	*is_cut = (message.msg_flags & MSG_TRUNC) != 0;
	return 0;
}

/* Adds a packet to the message; true when it was the message's last. */
static bool inbox_add(struct channel_inbox *inbox,
    const struct channel_header *header, size_t got, bool is_cut)
{
	size_t content;

	if (got < sizeof(*header) || header->magic != CHANNEL_MAGIC) {
		inbox->is_bad = true;
		return true;
	}
	content = got - sizeof(*header);
	if (inbox->is_open && inbox->number != header->number) {
		/* The old message was given up half-way: begin anew. */
		memmove(inbox->data, inbox->data + inbox->len, content);
		inbox->len = 0;
		inbox->is_bad = false;
	}
	inbox->is_open = true;
	inbox->number = header->number;
	inbox->kind = header->kind;
	if (is_cut)
		inbox->is_bad = true;
	if (!inbox->is_bad)
		inbox->len += content;
	return header->more == 0;
}

int channel_receive(int fd, struct channel_inbox *inbox, struct err *err)
{
	channel_inbox_reset(inbox);
	for (;;) {
		struct channel_header header = {0};
		ssize_t got = 0;
		bool is_cut = false;
		int rc = packet_receive(fd, inbox, &header, &got, &is_cut, err);

		if (rc != 0)
			return rc;
		if (inbox_add(inbox, &header, (size_t)got, is_cut))
			break;
	}
	if (!inbox->is_bad)
		return 0;
	if (inbox->is_open)
		return err_set(err, ERR_LIMIT,
		    "a message to the keeper is larger than %d bytes",
		    KEEPER_MESSAGE_MAX);
	return err_set(
	    err, ERR_INVALID, "a message to the keeper is malformed");
}
