/*
 * Question: does a station that loses power at any byte of any write come back
 * knowing all it was told was on disk, and nothing else?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/bench/journal/journal.h"
#include "proto/base/err.h"

#define UDID "00008110-001A0C123456401E"
#define HOST "01A20296-3EE1-7C72-B498-6D23C82AD5EB"
#define HOST2 "01A20296-3EE1-7C72-B498-6D23C82AD5EC"
#define ORDER "0192c2a0-5b7e-7c3d-9f00-0123456789ab"
#define WIPE "0192c2a0-5b7e-7c3d-9f00-0123456789ac"
#define REPORT "0192c2a0-5b7e-7c3d-9f00-0123456789ad"
#define REPORT_JSON "{\"id\":\"" REPORT "\",\"text\":\"två \\\"ord\\\"\"}"

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/wp-journal-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static void file_path(char out[160])
{
	(void)snprintf(out, 160, "%s/" UDID ".journal", folder);
}

static int drop_folder(void **state)
{
	char path[160];

	(void)state;
	file_path(path);
	(void)unlink(path);
	return rmdir(folder);
}

static struct journal *open_journal(void)
{
	struct journal *journal = NULL;
	struct err err = {0};

	if (journal_open(folder, UDID, true, &journal, &err) < 0)
		fail_msg("%s", err.text);
	return journal;
}

static void make_order(struct work_order *order)
{
	work_order_init(order);
	(void)snprintf(order->id, sizeof(order->id), ORDER);
	(void)snprintf(order->serial, sizeof(order->serial), "F2LX0001");
	(void)snprintf(order->wipe_id, sizeof(order->wipe_id), WIPE);
	order->kind = WORK_ORDER_WIPE;
}

/* The entries of a wipe, one by one. */
#define STEPS 9
static void write_step(struct journal *journal, size_t step)
{
	struct work_order order;
	int64_t now = 1000 + (int64_t)step * 1000000;

	make_order(&order);
	switch (step) {
	case 0:
		assert_int_equal(journal_paired(journal, HOST, now, NULL), 0);
		break;
	case 1:
		assert_int_equal(journal_worked(journal, HOST, now, NULL), 0);
		break;
	case 2:
		assert_int_equal(journal_begin(journal, &order, now, NULL), 0);
		break;
	case 3:
		assert_int_equal(
		    journal_step(journal, ORDER, JOURNAL_STEP_ERASE_SENT,
		        journal_find_host(journal, HOST), now, NULL),
		    0);
		break;
	case 4:
		assert_int_equal(journal_step(journal, ORDER,
		                     JOURNAL_STEP_ERASE_ACKED, NULL, now, NULL),
		    0);
		break;
	case 5:
		assert_int_equal(journal_report(journal, REPORT, REPORT_JSON,
		                     strlen(REPORT_JSON), now, NULL),
		    0);
		break;
	case 6:
		assert_int_equal(
		    journal_finish(journal, ORDER, "ok", now, NULL), 0);
		break;
	case 7:
		assert_int_equal(journal_queued(journal, REPORT, now, NULL), 0);
		break;
	default:
		assert_int_equal(
		    journal_host_refused(journal, HOST, now, NULL), 0);
	}
}

static int count_report(void *arg, const char *json, size_t len)
{
	size_t *count = arg;

	assert_int_equal(len, strlen(REPORT_JSON));
	assert_memory_equal(json, REPORT_JSON, len);
	(*count)++;
	return 0;
}

/* What must be known when exactly `entries` of them are on disk. */
static void check_state(struct journal *journal, size_t entries)
{
	const struct journal_order *order = journal_find_order(journal, ORDER);
	const struct journal_host *host = journal_find_host(journal, HOST);
	size_t reports = 0;

	assert_int_equal(journal_entries(journal), entries);
	assert_int_equal(host != NULL, entries > 0);
	if (entries > 1)
		assert_int_equal(host->worked_at_ms, 1001000);
	assert_int_equal(order != NULL, entries > 2);
	if (order) {
		assert_int_equal(order->step,
		    entries > 4       ? JOURNAL_STEP_ERASE_ACKED
		        : entries > 3 ? JOURNAL_STEP_ERASE_SENT
		                      : JOURNAL_STEP_NONE);
		assert_int_equal(order->is_finished, entries > 6);
		assert_string_equal(order->wipe_id, WIPE);
		/* The pairing of before stays when later steps name none. */
		if (entries > 3) {
			assert_string_equal(order->host_id, HOST);
			assert_int_equal(order->host_worked_at_ms, 1001000);
			assert_ptr_equal(
			    journal_find_wipe(journal, WIPE), order);
		}
		assert_int_equal(journal_open_order(journal, 0) != NULL,
		    !order->is_finished);
	}
	(void)journal_each_unqueued(journal, count_report, &reports);
	assert_int_equal(reports, entries > 5 && entries < 8);
	assert_int_equal(journal_last_refused(journal) != NULL, entries > 8);
}

static size_t file_size(void)
{
	struct stat info;
	char path[160];

	file_path(path);
	assert_int_equal(stat(path, &info), 0);
	return (size_t)info.st_size;
}

/* A power cut at every byte: what was whole is there, the rest is not, and
 * writing goes on as if nothing had been begun. */
static void test_cut_everywhere(void **state)
{
	size_t ends[STEPS + 1] = {0};
	char path[160];
	struct journal *journal;
	size_t cut;
	size_t i;

	(void)state;
	file_path(path);
	journal = open_journal();
	for (i = 0; i < STEPS; i++) {
		write_step(journal, i);
		ends[i + 1] = file_size();
	}
	check_state(journal, STEPS);
	journal_close(journal);
	for (cut = ends[STEPS]; cut > 0; cut--) {
		size_t whole = 0;

		assert_int_equal(truncate(path, (off_t)cut - 1), 0);
		while (whole < STEPS && ends[whole + 1] <= cut - 1)
			whole++;
		journal = open_journal();
		check_state(journal, whole);
		assert_int_equal(file_size(), ends[whole]);
		for (i = whole; i < STEPS; i++)
			write_step(journal, i);
		check_state(journal, STEPS);
		journal_close(journal);
		journal = open_journal();
		check_state(journal, STEPS);
		journal_close(journal);
	}
}

static void spoil(size_t at)
{
	char path[160];
	char byte;
	int fd;

	file_path(path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	(void)close(fd);
}

/* Damage before the end is no torn write: what it said may be an erase. */
static void test_damage(void **state)
{
	struct journal *journal = open_journal();
	struct err err = {0};
	size_t first;
	size_t i;

	(void)state;
	write_step(journal, 0);
	first = file_size();
	for (i = 1; i < STEPS; i++)
		write_step(journal, i);
	journal_close(journal);
	for (i = 0; i + 1 < first; i += 7) {
		spoil(i);
		assert_int_equal(
		    journal_open(folder, UDID, true, &journal, &err),
		    -(int)ERR_INVALID);
		assert_non_null(strstr(err.text, "damaged"));
		spoil(i);
	}
	journal = open_journal();
	check_state(journal, STEPS);
	journal_close(journal);
}

static void test_one_writer(void **state)
{
	struct journal *journal = open_journal();
	struct journal *second = NULL;

	(void)state;
	assert_int_equal(
	    journal_open(folder, UDID, true, &second, NULL), -(int)ERR_BUSY);
	journal_close(journal);
	second = open_journal();
	journal_close(second);
}

static void test_names(void **state)
{
	struct journal *journal = NULL;

	(void)state;
	assert_true(journal_is_name(UDID));
	assert_false(journal_is_name(""));
	assert_false(journal_is_name("../x"));
	assert_false(journal_is_name("a/b"));
	assert_false(journal_is_name("-x"));
	assert_int_equal(journal_open(folder, "../x", true, &journal, NULL),
	    -(int)ERR_INVALID);
	assert_int_equal(journal_open(folder, UDID, false, &journal, NULL),
	    -(int)ERR_NOT_FOUND);
	journal = open_journal();
	journal_close(journal);
}

/* An order that is over is not begun again; one that is open is. */
static void test_begin_twice(void **state)
{
	struct journal *journal = open_journal();
	struct work_order order;

	(void)state;
	make_order(&order);
	assert_int_equal(journal_begin(journal, &order, 1, NULL), 0);
	assert_int_equal(journal_begin(journal, &order, 2, NULL), 0);
	assert_int_equal(journal_entries(journal), 1);
	assert_int_equal(journal_finish(journal, ORDER, "ok", 3, NULL), 0);
	assert_int_equal(
	    journal_begin(journal, &order, 4, NULL), -(int)ERR_CONFLICT);
	journal_close(journal);
}

/* The newest pairing that worked and was then refused, and no other. */
static void test_hosts(void **state)
{
	struct journal *journal = open_journal();
	int64_t minute = 60000;

	(void)state;
	assert_null(journal_last_host(journal));
	assert_int_equal(journal_paired(journal, HOST, minute, NULL), 0);
	/* Refused without ever having worked: proves nothing. */
	assert_int_equal(
	    journal_host_refused(journal, HOST, 2 * minute, NULL), 0);
	assert_null(journal_last_refused(journal));
	assert_int_equal(journal_paired(journal, HOST2, 3 * minute, NULL), 0);
	assert_int_equal(journal_worked(journal, HOST2, 4 * minute, NULL), 0);
	/* Sessions minutes apart are one entry. */
	assert_int_equal(journal_worked(journal, HOST2, 5 * minute, NULL), 0);
	assert_int_equal(journal_entries(journal), 4);
	assert_string_equal(journal_last_host(journal)->host_id, HOST2);
	assert_null(journal_last_refused(journal));
	assert_int_equal(
	    journal_host_refused(journal, HOST2, 6 * minute, NULL), 0);
	assert_string_equal(journal_last_refused(journal)->host_id, HOST2);
	journal_close(journal);
}

static void assert_former(
    const struct journal *journal, int64_t before, const char *host_id)
{
	const struct journal_host *host = journal_former_host(journal, before);

	if (!host_id)
		assert_null(host);
	else if (!host || strcmp(host->host_id, host_id) != 0)
		fail_msg(
		    "%s instead of %s", host ? host->host_id : "none", host_id);
}

/* Which pairing an erase of that moment took away, and none made since. */
static void test_former_host(void **state)
{
	struct journal *journal = open_journal();
	int64_t hour = 3600000;

	(void)state;
	assert_former(journal, 9 * hour, NULL);
	assert_int_equal(journal_paired(journal, HOST, hour, NULL), 0);
	assert_former(journal, 9 * hour, NULL); /* never worked */
	assert_int_equal(journal_worked(journal, HOST, 2 * hour, NULL), 0);
	assert_int_equal(journal_worked(journal, HOST, 3 * hour, NULL), 0);
	/* However late it was used last. */
	assert_former(journal, 2 * hour, HOST);
	assert_former(journal, hour, NULL);
	/* Erased at 4; seen at 5, and paired anew. */
	assert_int_equal(
	    journal_host_refused(journal, HOST, 5 * hour, NULL), 0);
	assert_int_equal(journal_paired(journal, HOST2, 5 * hour, NULL), 0);
	assert_int_equal(journal_worked(journal, HOST2, 6 * hour, NULL), 0);
	assert_former(journal, 4 * hour, HOST);
	/* Of an erase at 7 the second tells, and the first nothing. */
	assert_former(journal, 7 * hour, HOST2);
	assert_int_equal(
	    journal_host_refused(journal, HOST2, 8 * hour, NULL), 0);
	assert_former(journal, 7 * hour, HOST2);
	assert_former(journal, 9 * hour, NULL);
	journal_close(journal);
}

/* Paired by another program: known since it was first seen to work. */
static void test_pairing_of_others(void **state)
{
	struct journal *journal = open_journal();
	int64_t hour = 3600000;

	(void)state;
	assert_int_equal(journal_worked(journal, HOST, 2 * hour, NULL), 0);
	assert_int_equal(journal_worked(journal, HOST, 3 * hour, NULL), 0);
	assert_int_equal(journal_find_host(journal, HOST)->since_ms, 2 * hour);
	assert_former(journal, 3 * hour, HOST);
	assert_former(journal, 2 * hour, NULL);
	journal_close(journal);
}

#define ONE(test)                                                              \
	cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ONE(test_cut_everywhere),
	    ONE(test_damage),
	    ONE(test_one_writer),
	    ONE(test_names),
	    ONE(test_begin_twice),
	    ONE(test_hosts),
	    ONE(test_former_host),
	    ONE(test_pairing_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
