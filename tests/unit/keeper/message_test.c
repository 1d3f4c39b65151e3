/*
 * message_test: do messages survive the way through packets, and is everything
 * malformed on that way refused without losing the stream?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/keeper/channel.h"
#include "server/keeper/message.h"

static size_t seal_message(uint8_t *out, const char *context, size_t len)
{
	static uint8_t secret[KEEPER_SECRET_MAX + 1];
	struct keeper_message message = {
	    .op = KEEPER_OP_SEAL,
	    .field_count = 2,
	    .fields = {keeper_field_text(context), {secret, len}},
	};

	keeper_message_encode(&message, out);
	return keeper_message_size(&message);
}

static void test_message_round(void **state)
{
	uint8_t data[256];
	size_t len = seal_message(data, "unlock_token:7", 20);
	struct keeper_message message = {0};

	(void)state;
	assert_int_equal(
	    keeper_message_parse(KEEPER_OP_SEAL, data, len, &message, NULL), 0);
	assert_int_equal(message.field_count, 2);
	assert_int_equal(message.fields[0].len, 14);
	assert_memory_equal(message.fields[0].data, "unlock_token:7", 14);
	assert_int_equal(message.fields[1].len, 20);
}

static void test_message_number(void **state)
{
	const int64_t number = -1234567890123;
	struct keeper_field field = keeper_field_number(&number);

	(void)state;
	assert_int_equal(field.len, 8);
	assert_true(keeper_field_get_number(&field) == number);
}

static void test_message_refused(void **state)
{
	uint8_t *data = calloc(1, KEEPER_MESSAGE_MAX);
	struct keeper_message message = {0};
	size_t len = seal_message(data, "context", 4);

	(void)state;
	/* Cut at every length, and with one byte too many. */
	for (size_t i = 0; i < len; i++)
		assert_true(keeper_message_parse(
		                KEEPER_OP_SEAL, data, i, &message, NULL) < 0);
	assert_int_equal(
	    keeper_message_parse(KEEPER_OP_SEAL, data, len + 1, &message, NULL),
	    -ERR_INVALID);
	/* Operations that are none, and one with other fields. */
	assert_int_equal(
	    keeper_message_parse(0, data, len, &message, NULL), -ERR_INVALID);
	assert_int_equal(
	    keeper_message_parse(KEEPER_OP_COUNT, data, len, &message, NULL),
	    -ERR_INVALID);
	assert_int_equal(
	    keeper_message_parse(UINT32_MAX, data, len, &message, NULL),
	    -ERR_INVALID);
	assert_true(keeper_message_parse(
	                KEEPER_OP_ISSUE, data, len, &message, NULL) < 0);
	/* Limits of fields. */
	len = seal_message(data, "", 4);
	assert_int_equal(
	    keeper_message_parse(KEEPER_OP_SEAL, data, len, &message, NULL),
	    -ERR_LIMIT);
	len = seal_message(data, "context", KEEPER_SECRET_MAX + 1);
	assert_int_equal(
	    keeper_message_parse(KEEPER_OP_SEAL, data, len, &message, NULL),
	    -ERR_LIMIT);
	/* A length that would wrap. */
	memset(data, 0xff, 8);
	assert_int_equal(
	    keeper_message_parse(KEEPER_OP_SEAL, data, 64, &message, NULL),
	    -ERR_INVALID);
	assert_int_equal(message.op, KEEPER_OP_NONE);
	free(data);
}

/* A pair whose other end sends size bytes, then is done. */
static int sender_start(size_t size, pid_t *pid)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*pid = fork();
	if (*pid == 0) {
		uint8_t *data = malloc(size);

		for (size_t i = 0; i < size; i++)
			data[i] = (uint8_t)(i * 7);
		close(pair[0]);
		channel_send(pair[1], 1, 5, data, size, NULL);
		channel_send(pair[1], 2, 6, (const uint8_t *)"next", 4, NULL);
		free(data);
		_exit(0);
	}
	close(pair[1]);
	return pair[0];
}

static void test_channel_sizes(void **state)
{
	const size_t sizes[] = {1, CHANNEL_CHUNK - 1, CHANNEL_CHUNK,
	    CHANNEL_CHUNK + 1, KEEPER_MESSAGE_MAX};
	struct channel_inbox inbox = {0};

	(void)state;
	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pid_t pid;
		int fd = sender_start(sizes[i], &pid);

		assert_int_equal(channel_receive(fd, &inbox, NULL), 0);
		assert_int_equal(inbox.len, sizes[i]);
		assert_int_equal(inbox.number, 1);
		assert_int_equal(inbox.kind, 5);
		for (size_t j = 0; j < sizes[i]; j += 101)
			assert_int_equal(inbox.data[j], (uint8_t)(j * 7));
		assert_int_equal(channel_receive(fd, &inbox, NULL), 0);
		assert_memory_equal(inbox.data, "next", 4);
		assert_int_equal(channel_receive(fd, &inbox, NULL), -ERR_IO);
		close(fd);
		waitpid(pid, NULL, 0);
	}
	channel_inbox_clear(&inbox);
}

static void test_channel_too_large(void **state)
{
	struct channel_inbox inbox = {0};
	pid_t pid;
	int fd = sender_start(KEEPER_MESSAGE_MAX + 1, &pid);

	(void)state;
	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	assert_int_equal(channel_receive(fd, &inbox, NULL), -ERR_LIMIT);
	assert_int_equal(inbox.number, 1);
	assert_int_equal(channel_receive(fd, &inbox, NULL), 0);
	assert_memory_equal(inbox.data, "next", 4);
	close(fd);
	waitpid(pid, NULL, 0);
	channel_inbox_clear(&inbox);
}

static void test_channel_malformed(void **state)
{
	struct channel_header header = {
	    .magic = CHANNEL_MAGIC, .number = 9, .kind = 1, .more = 1};
	struct channel_inbox inbox = {0};
	uint8_t *big = calloc(1, sizeof(header) + CHANNEL_CHUNK + 1);
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	/* No header, a wrong one, a packet larger than any. */
	assert_int_equal(send(pair[0], "rubbish", 7, 0), 7);
	assert_int_equal(channel_receive(pair[1], &inbox, NULL), -ERR_INVALID);
	memset(big, 'x', sizeof(header));
	assert_true(send(pair[0], big, 100, 0) == 100);
	assert_int_equal(channel_receive(pair[1], &inbox, NULL), -ERR_INVALID);
	header.more = 0;
	memcpy(big, &header, sizeof(header));
	assert_true(
	    send(pair[0], big, sizeof(header) + CHANNEL_CHUNK + 1, 0) > 0);
	assert_int_equal(channel_receive(pair[1], &inbox, NULL), -ERR_LIMIT);
	/* A message given up half-way by the next one's number. */
	header.more = 1;
	memcpy(big, &header, sizeof(header));
	assert_true(send(pair[0], big, sizeof(header) + 100, 0) > 0);
	assert_int_equal(
	    channel_send(pair[0], 10, 2, (const uint8_t *)"whole", 5, NULL), 0);
	assert_int_equal(channel_receive(pair[1], &inbox, NULL), 0);
	assert_int_equal(inbox.number, 10);
	assert_int_equal(inbox.len, 5);
	assert_memory_equal(inbox.data, "whole", 5);
	close(pair[0]);
	close(pair[1]);
	free(big);
	channel_inbox_clear(&inbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_message_round),
	    cmocka_unit_test(test_message_number),
	    cmocka_unit_test(test_message_refused),
	    cmocka_unit_test(test_channel_sizes),
	    cmocka_unit_test(test_channel_too_large),
	    cmocka_unit_test(test_channel_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
