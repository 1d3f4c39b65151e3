#include "agent/bench/journal/journal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/bench/journal/journal_state.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define SUM_HEX 16
#define WORKED_EVERY_MS (10 * TIME_MINUTE_MS)

struct journal {
	int fd;
	off_t end;      /* behind the last whole entry */
	bool is_broken; /* a write failed: memory is ahead of the disk */
	struct journal_state state;
};

bool journal_is_name(const char *udid)
{
	size_t i;

	for (i = 0; udid[i]; i++)
		if (!isalnum((unsigned char)udid[i]) && udid[i] != '-')
			return false;
	return i > 0 && i <= LIMIT_UDID && udid[0] != '-';
}

static void line_sum(const char *json, size_t len, char out[SUM_HEX + 1])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	(void)SHA256((const uint8_t *)json, len, digest);
	str_hex(out, digest, SUM_HEX / 2);
}

/* ---- reading ---- */

/* The JSON of one line without its newline; false: torn or damaged. */
static bool line_is_whole(const char *line, size_t len)
{
	char sum[SUM_HEX + 1];

	if (len < SUM_HEX + 3 || line[SUM_HEX] != ' ')
		return false;
	line_sum(line + SUM_HEX + 1, len - SUM_HEX - 1, sum);
	return memcmp(sum, line, SUM_HEX) == 0;
}

static int replay(
    struct journal *journal, const char *text, size_t len, struct err *err)
{
	size_t at = 0;

	while (at < len) {
		const char *line = text + at;
		const char *newline = memchr(line, '\n', len - at);
		size_t size = newline ? (size_t)(newline - line) : len - at;
		int rc;

		if (!newline || !line_is_whole(line, size)) {
			/* Only the last line can have been cut short. */
			if (newline && at + size + 1 < len)
				return err_set(err, ERR_INVALID,
				    "the journal is damaged at byte %zu; "
				    "what was done is not certain any more",
				    at);
			break;
		}
		rc = journal_state_apply(&journal->state, line + SUM_HEX + 1,
		    size - SUM_HEX - 1, err);
		if (rc < 0)
			return rc;
		at += size + 1;
	}
	journal->end = (off_t)at;
	return 0;
}

static int read_all(struct journal *journal, struct err *err)
{
	struct stat info;
	char *text;
	size_t used = 0;
	ssize_t got = 1;
	int rc;

	if (fstat(journal->fd, &info) != 0)
		return err_set(err, ERR_IO, "journal: %s", strerror(errno));
	if (info.st_size > JOURNAL_FILE_MAX)
		return err_set(err, ERR_LIMIT, "the journal is too large");
	if (!(text = malloc((size_t)info.st_size + 1)))
		return err_memory(err);
	while (used < (size_t)info.st_size && got > 0) {
		got = pread(journal->fd, text + used,
		    (size_t)info.st_size - used, (off_t)used);
		used += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		rc = err_set(err, ERR_IO, "journal: %s", strerror(errno));
	else
		rc = replay(journal, text, used, err);
	free(text);
	return rc;
}

/* What is behind the last whole entry must not stay before the next one. */
static int cut_tail(struct journal *journal, struct err *err)
{
	if (ftruncate(journal->fd, journal->end) != 0 ||
	    fsync(journal->fd) != 0)
		return err_set(err, ERR_IO, "journal: %s", strerror(errno));
	return 0;
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 ? fsync(fd) : -1;

	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int open_file(const char *folder, const char *udid, bool may_create,
    int *out, struct err *err)
{
	char path[4096];
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd;

	if (!journal_is_name(udid) ||
	    snprintf(path, sizeof(path), "%s/%s.journal", folder, udid) >=
	        (int)sizeof(path))
		return err_set(err, ERR_INVALID, "no name for a journal");
	fd = open(path, flags);
	if (fd < 0 && errno == ENOENT && !may_create)
		return err_set(err, ERR_NOT_FOUND, "no journal of this phone");
	if (fd < 0 && errno == ENOENT) {
		fd = open(path, flags | O_CREAT, 0600);
		if (fd >= 0 && sync_folder(folder) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return err_set(
		    err, ERR_BUSY, "the journal is in use by a worker");
	}
	*out = fd;
	return 0;
}

int journal_open(const char *folder, const char *udid, bool may_create,
    struct journal **out, struct err *err)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int rc;

	if (!journal)
		return err_memory(err);
	journal->fd = -1;
	rc = open_file(folder, udid, may_create, &journal->fd, err);
	if (rc == 0)
		rc = read_all(journal, err);
	if (rc == 0)
		rc = cut_tail(journal, err);
	if (rc < 0) {
		journal_close(journal);
		return rc;
	}
	*out = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		(void)close(journal->fd);
	journal_state_clear(&journal->state);
	free(journal);
}

/* ---- finding ---- */

const struct journal_order *journal_find_order(
    const struct journal *journal, const char *id)
{
	size_t i;

	for (i = 0; i < journal->state.order_count; i++)
		if (strcmp(journal->state.orders[i].id, id) == 0)
			return &journal->state.orders[i];
	return NULL;
}

const struct journal_order *journal_open_order(
    const struct journal *journal, size_t index)
{
	size_t i;

	for (i = 0; i < journal->state.order_count; i++)
		if (!journal->state.orders[i].is_finished && index-- == 0)
			return &journal->state.orders[i];
	return NULL;
}

const struct journal_order *journal_find_wipe(
    const struct journal *journal, const char *wipe_id)
{
	size_t i;

	for (i = journal->state.order_count; i > 0; i--) {
		const struct journal_order *order =
		    &journal->state.orders[i - 1];

		if (order->kind == WORK_ORDER_WIPE && order->host_id[0] &&
		    strcmp(order->wipe_id, wipe_id) == 0)
			return order;
	}
	return NULL;
}

const struct journal_order *journal_awaited_erase(const struct journal *journal)
{
	const struct journal_state *state = &journal->state;
	const struct journal_order *order;
	size_t i;

	if (state->order_count == 0)
		return NULL;
	order = &state->orders[state->order_count - 1];
	if (order->kind != WORK_ORDER_WIPE ||
	    order->step != JOURNAL_STEP_ERASE_ACKED)
		return NULL;
	for (i = 0; i < state->host_count; i++) {
		const struct journal_host *host = &state->hosts[i];

		if (host->paired_at_ms > order->step_at_ms ||
		    host->worked_at_ms > order->step_at_ms ||
		    host->refused_at_ms > order->step_at_ms)
			return NULL;
	}
	return order;
}

const struct journal_host *journal_find_host(
    const struct journal *journal, const char *host_id)
{
	size_t i;

	for (i = 0; i < journal->state.host_count; i++)
		if (strcmp(journal->state.hosts[i].host_id, host_id) == 0)
			return &journal->state.hosts[i];
	return NULL;
}

const struct journal_host *journal_last_host(const struct journal *journal)
{
	size_t count = journal->state.host_count;

	return count > 0 ? &journal->state.hosts[count - 1] : NULL;
}

const struct journal_host *journal_last_refused(const struct journal *journal)
{
	size_t i;

	for (i = journal->state.host_count; i > 0; i--) {
		const struct journal_host *host = &journal->state.hosts[i - 1];

		if (host->worked_at_ms > 0 &&
		    host->refused_at_ms > host->worked_at_ms)
			return host;
	}
	return NULL;
}

const struct journal_host *journal_former_host(
    const struct journal *journal, int64_t before_ms)
{
	size_t i;

	for (i = journal->state.host_count; i > 0; i--) {
		const struct journal_host *host = &journal->state.hosts[i - 1];
		bool was_refused = host->refused_at_ms > host->worked_at_ms &&
		    host->refused_at_ms < before_ms;

		if (host->worked_at_ms > 0 && host->since_ms < before_ms &&
		    !was_refused)
			return host;
	}
	return NULL;
}

const char *journal_serial(const struct journal *journal)
{
	return journal->state.serial;
}

size_t journal_entries(const struct journal *journal)
{
	return journal->state.entries;
}

int journal_each_unqueued(const struct journal *journal,
    int (*each)(void *arg, const char *json, size_t len), void *arg)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < journal->state.pending_count; i++)
		rc = each(arg, journal->state.pending[i].json,
		    journal->state.pending[i].len);
	return rc;
}

/* ---- writing ---- */

static int write_line(
    struct journal *journal, const char *json, size_t len, struct err *err)
{
	struct buf line = {0};
	char sum[SUM_HEX + 1];
	ssize_t put = -1;
	int rc = 0;

	line_sum(json, len, sum);
	buf_append_str(&line, sum);
	buf_append_char(&line, ' ');
	buf_append(&line, json, len);
	buf_append_char(&line, '\n');
	if (!line.failed)
		put = pwrite(journal->fd, line.data, line.len, journal->end);
	if (line.failed || put != (ssize_t)line.len ||
	    fdatasync(journal->fd) != 0) {
		rc = err_set(err, ERR_IO, "the journal cannot be written: %s",
		    line.failed ? "no memory" : strerror(errno));
		/* If this fails too, the next opening cuts it. */
		if (ftruncate(journal->fd, journal->end) != 0)
			journal->is_broken = true;
	} else {
		journal->end += put;
	}
	buf_clear(&line);
	return rc;
}

/* Adds it up first, so that nothing unreadable is ever written. */
static int append(struct journal *journal, json_t *entry, struct err *err)
{
	char *json = entry ? json_dumps(entry, JSON_COMPACT) : NULL;
	size_t len = json ? strlen(json) : 0;
	int rc;

	json_decref(entry);
	if (!json)
		return err_set(
		    err, ERR_INVALID, "the journal cannot take this entry");
	if (journal->is_broken)
		rc = err_set(err, ERR_IO, "the journal could not be written");
	else if (len > JOURNAL_LINE_MAX ||
	    journal->end + (off_t)len > JOURNAL_FILE_MAX)
		rc = err_set(err, ERR_LIMIT, "the journal is full");
	else
		rc = journal_state_apply(&journal->state, json, len, err);
	if (rc == 0) {
		rc = write_line(journal, json, len, err);
		journal->is_broken = rc < 0;
	}
	free(json);
	return rc;
}

static int append_host(struct journal *journal, const char *event,
    const char *host_id, int64_t now_ms, struct err *err)
{
	return append(journal,
	    json_pack("{s:s,s:I,s:s}", "event", event, "at", (json_int_t)now_ms,
	        "host_id", host_id),
	    err);
}

int journal_paired(struct journal *journal, const char *host_id, int64_t now_ms,
    struct err *err)
{
	return append_host(journal, "paired", host_id, now_ms, err);
}

int journal_worked(struct journal *journal, const char *host_id, int64_t now_ms,
    struct err *err)
{
	const struct journal_host *host = journal_find_host(journal, host_id);

	if (host && host->worked_at_ms > host->refused_at_ms &&
	    now_ms >= host->worked_at_ms &&
	    now_ms - host->worked_at_ms < WORKED_EVERY_MS)
		return 0;
	return append_host(journal, "worked", host_id, now_ms, err);
}

int journal_host_refused(struct journal *journal, const char *host_id,
    int64_t now_ms, struct err *err)
{
	const struct journal_host *host = journal_find_host(journal, host_id);

	if (host && host->refused_at_ms > host->worked_at_ms)
		return 0;
	return append_host(journal, "host_refused", host_id, now_ms, err);
}

int journal_seen(struct journal *journal, const char *serial, int64_t now_ms,
    struct err *err)
{
	if (!serial[0] || strcmp(journal->state.serial, serial) == 0)
		return 0;
	return append(journal,
	    json_pack("{s:s,s:I,s:s}", "event", "seen", "at",
	        (json_int_t)now_ms, "serial", serial),
	    err);
}

int journal_begin(struct journal *journal, const struct work_order *order,
    int64_t now_ms, struct err *err)
{
	const struct journal_order *known =
	    journal_find_order(journal, order->id);
	json_t *entry;

	if (known)
		return known->is_finished
		    ? err_set(err, ERR_CONFLICT, "the order was done before")
		    : 0;
	if (journal->state.order_count == JOURNAL_ORDERS_MAX)
		return err_set(err, ERR_LIMIT, "the journal is full of orders");
	entry = json_pack("{s:s,s:I,s:s,s:s,s:s}", "event", "begun", "at",
	    (json_int_t)now_ms, "order", order->id, "kind",
	    work_order_kind_name(order->kind), "serial", order->serial);
	if (entry && order->wipe_id[0])
		(void)json_object_set_new(
		    entry, "wipe", json_string(order->wipe_id));
	return append(journal, entry, err);
}

int journal_step(struct journal *journal, const char *order_id,
    enum journal_step step, const struct journal_host *host, int64_t now_ms,
    struct err *err)
{
	json_t *entry = json_pack("{s:s,s:I,s:s,s:s}", "event", "step", "at",
	    (json_int_t)now_ms, "order", order_id, "step",
	    journal_step_name(step));

	if (entry && host) {
		(void)json_object_set_new(
		    entry, "host_id", json_string(host->host_id));
		(void)json_object_set_new(
		    entry, "worked_at", json_integer(host->worked_at_ms));
	}
	return append(journal, entry, err);
}

int journal_report(struct journal *journal, const char *report_id,
    const char *json, size_t len, int64_t now_ms, struct err *err)
{
	return append(journal,
	    json_pack("{s:s,s:I,s:s,s:s%}", "event", "report", "at",
	        (json_int_t)now_ms, "id", report_id, "report", json, len),
	    err);
}

int journal_queued(struct journal *journal, const char *report_id,
    int64_t now_ms, struct err *err)
{
	return append(journal,
	    json_pack("{s:s,s:I,s:s}", "event", "queued", "at",
	        (json_int_t)now_ms, "id", report_id),
	    err);
}

int journal_finish(struct journal *journal, const char *order_id,
    const char *code, int64_t now_ms, struct err *err)
{
	return append(journal,
	    json_pack("{s:s,s:I,s:s,s:s}", "event", "finished", "at",
	        (json_int_t)now_ms, "order", order_id, "code", code),
	    err);
}

int journal_refused(struct journal *journal, const char *order_id,
    int64_t now_ms, struct err *err)
{
	return append(journal,
	    json_pack("{s:s,s:I,s:s}", "event", "refused", "at",
	        (json_int_t)now_ms, "order", order_id),
	    err);
}
