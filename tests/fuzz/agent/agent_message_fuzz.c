/*
 * agent_message_fuzz: can any line of a worker that a phone has turned, or of a
 * journal that a disk has, make its readers leave their memory? And can any
 * snapshot make the terminal view write what steers a terminal?
 */
#include <string.h>

#include "agent/bench/journal/journal_state.h"
#include "agent/bench/worker/message.h"
#include "agent/watch/watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void try_message(const char *line, size_t len)
{
	static struct message message;
	struct buf again = {0};

	if (message_parse(line, len, &message, NULL) == 0) {
		demand(message.percent <= 100);
		demand(message_encode(&message, &again, NULL) == 0);
		demand(message_parse((char *)again.data, again.len - 1,
		           &message, NULL) == 0);
	}
	buf_clear(&again);
}

/* Line by line, as a journal has them. */
static void try_journal(const char *text, size_t len)
{
	struct journal_state state = {.orders = NULL};
	size_t at = 0;

	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t size = end ? (size_t)(end - text) - at : len - at;

		(void)journal_state_apply(&state, text + at, size, NULL);
		at += size + 1;
	}
	demand(state.host_count <= JOURNAL_HOSTS_MAX);
	demand(state.order_count <= JOURNAL_ORDERS_MAX);
	journal_state_clear(&state);
}

static void try_watch(const char *json, size_t len)
{
	struct buf out = {0};
	size_t i;

	if (watch_render(json, len, 80, 24, WATCH_PLAIN, &out, NULL) == 0)
		for (i = 0; i < out.len; i++)
			demand(out.data[i] >= 0x20 || out.data[i] == '\n');
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_message((const char *)data, size);
	try_journal((const char *)data, size);
	try_watch((const char *)data, size);
	return 0;
}
