/*
 * Question: is every message that was really seen, and every hostile file that
 * others collected, taken or refused as the collection's index says, each in
 * bounded time and memory?
 */
#include "tests/unit/apple/apple_test.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/apple/answer.h"
#include "proto/apple/checkin.h"
#include "proto/apple/client_cert.h"
#include "proto/apple/facts.h"
#include "proto/apple/mdm_command.h"
#include "proto/apple/profile_import.h"
#include "proto/apple/signature.h"
#include "proto/apple/xplist.h"

#define TIME_LIMIT_US 50000
#define MEMORY_LIMIT_KB (16 * 1024)

/* --- the parsers, each under its group's name ----------------------------- */

static int parse_checkin(const uint8_t *data, size_t len, struct err *err)
{
	struct checkin checkin;
	int rc = checkin_parse(data, len, &checkin, err);

	if (rc == 0)
		checkin_clear(&checkin);
	return rc;
}

static int parse_facts(plist_t body, struct err *err)
{
	struct device_facts device;
	struct security_facts security;
	struct profile_list_facts profiles;
	int rc = device_facts_parse(body, &device, err);

	if (rc == -(int)ERR_NOT_FOUND)
		rc = security_facts_parse(body, &security, err);
	if (rc == -(int)ERR_NOT_FOUND) {
		rc = profile_list_facts_parse(body, &profiles, err);
		if (rc == 0)
			profile_list_facts_clear(&profiles);
	}
	return rc == -(int)ERR_NOT_FOUND ? 0 : rc;
}

static int parse_answer(const uint8_t *data, size_t len, struct err *err)
{
	struct answer answer;
	int rc = answer_parse(data, len, &answer, err);

	if (rc)
		return rc;
	rc = parse_facts(answer.body, err);
	answer_clear(&answer);
	return rc;
}

static int parse_command(const uint8_t *data, size_t len, struct err *err)
{
	struct mdm_command command;
	int rc = mdm_command_parse(data, len, &command, err);

	if (rc == 0)
		mdm_command_clear(&command);
	return rc;
}

static int parse_profile(const uint8_t *data, size_t len, struct err *err)
{
	struct profile_info info;
	int rc = profile_parse(data, len, &info, err);

	if (rc == 0)
		profile_info_clear(&info);
	return rc;
}

static int parse_plist(const uint8_t *data, size_t len, struct err *err)
{
	plist_t root = NULL;
	int rc = xplist_parse(data, len, LIMIT_ANSWER_BODY, &root, err);

	if (rc == 0)
		plist_free(root);
	return rc;
}

/*
 * The body that belongs to a captured signature is not in the collection, so
 * "taken" is: understood up to the comparison with the body.
 */
static int parse_signature(const uint8_t *data, size_t len, struct err *err)
{
	static const char other[] = "another body";
	uint8_t *der = NULL;
	size_t der_len = 0;
	X509 *signer = NULL;
	int rc;

	if (len > 0 && data[0] == 0x30)
		return signature_verify(data, len, (const uint8_t *)other,
		           sizeof(other), &signer, err) == -(int)ERR_CRYPTO &&
		        strstr(err->text, "does not fit")
		    ? 0
		    : -(int)ERR_INVALID;
	rc = signature_header_parse(
	    (const char *)data, len, &der, &der_len, err);
	if (rc == 0)
		rc = parse_signature(der, der_len, err);
	free(der);
	return rc;
}

/* Hostile CMS: whatever they are, they sign no body of ours. */
static int parse_cms(const uint8_t *data, size_t len, struct err *err)
{
	static const char body[] = "a body";
	uint8_t *content = NULL;
	size_t content_len = 0;
	X509 *signer = NULL;

	if (signature_content(
	        data, len, LIMIT_CMS, &content, &content_len, err) == 0)
		free(content);
	if (signature_verify(data, len, (const uint8_t *)body, sizeof(body),
	        &signer, err) == 0)
		abort();
	if (client_cert_header_parse(
	        (const char *)data, len, &content, &content_len, err) == 0)
		free(content);
	return -(int)ERR_CRYPTO;
}

static const struct group {
	const char *name;
	int (*parse)(const uint8_t *data, size_t len, struct err *err);
	bool any_result; /* only that it survives */
	unsigned files;  /* at least so many must be there */
} groups[] = {
    {"checkin", parse_checkin, false, 20},
    {"answer", parse_answer, false, 30},
    {"command", parse_command, false, 3},
    {"profile", parse_profile, false, 18},
    {"hostile-profile", parse_profile, false, 3},
    {"hostile-plist", parse_plist, false, 40},
    {"mdm-signature", parse_signature, false, 2},
    {"hostile-cms", parse_cms, true, 10},
    {"machineinfo", parse_cms, true, 1},
};

/* --- one file, in a process of its own ------------------------------------ */

struct outcome {
	int rc;
	long cpu_us;
	long peak_kb; /* filled by the parent */
	bool ended;   /* false: it crashed */
	struct err err;
};

static long cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void run_child(
    int pipe_end, const struct group *group, const struct buf *data)
{
	struct outcome outcome = {.ended = true};
	long before = cpu_us();
	ssize_t wrote;

	if (group)
		outcome.rc = group->parse(data->data, data->len, &outcome.err);
	outcome.cpu_us = cpu_us() - before;
	wrote = write(pipe_end, &outcome, sizeof(outcome));
	_exit(wrote == sizeof(outcome) ? 0 : 1);
}

/* group NULL: an empty run, for the memory that the process itself takes. */
static struct outcome run_apart(
    const struct group *group, const struct buf *data)
{
	struct outcome outcome = {0};
	struct rusage usage;
	int ends[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_child(ends[1], group, data);
	close(ends[1]);
	if (read(ends[0], &outcome, sizeof(outcome)) != sizeof(outcome))
		outcome.ended = false;
	close(ends[0]);
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	outcome.peak_kb = usage.ru_maxrss;
	return outcome;
}

/* --- the index ------------------------------------------------------------ */

#define COLUMN_PATH 0
#define COLUMN_GROUP 1
#define COLUMN_EXPECTED 7
#define COLUMN_COUNT 12

struct tally {
	unsigned files;
	unsigned accepted;
	unsigned refused;
	unsigned refused_form; /* valid, but binary or not UTF-8: our rule */
	long slowest_us;
	long peak_kb;
};

static bool split_line(char *line, char *columns[COLUMN_COUNT])
{
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++) {
		columns[i] = strsep(&line, "\t\n");
		if (!columns[i])
			return false;
	}
	return true;
}

/* Forms that we refuse on the network whatever the index says. */
static bool is_refused_form(const struct buf *data)
{
	return data->len >= 2 &&
	    (!memcmp(data->data, "bplist", data->len < 6 ? data->len : 6) ||
	        !memcmp(data->data, "\xff\xfe", 2) ||
	        !memcmp(data->data, "\xfe\xff", 2));
}

static void judge(const char *path, const char *expected,
    const struct group *group, const struct buf *data,
    const struct outcome *outcome, struct tally *tally)
{
	if (!outcome->ended)
		fail_msg("%s: the parser crashed", path);
	if (outcome->rc == 0)
		tally->accepted++;
	else
		tally->refused++;
	if (group->any_result || !strcmp(expected, "either") ||
	    !strcmp(expected, "fuzz"))
		return;
	if (!strcmp(expected, "invalid")) {
		if (outcome->rc == 0)
			fail_msg("%s: accepted, must be refused", path);
		return;
	}
	assert_string_equal(expected, "valid");
	if (is_refused_form(data)) {
		if (outcome->rc != -(int)ERR_UNSUPPORTED)
			fail_msg("%s: refused form, got %d %s", path,
			    outcome->rc, outcome->err.text);
		tally->refused_form++;
	} else if (outcome->rc != 0) {
		fail_msg("%s: refused: %s", path, outcome->err.text);
	}
}

static void check_file(const char *root, char *columns[COLUMN_COUNT],
    const struct group *group, long base_kb, struct tally *tally)
{
	char path[512];
	struct buf data;
	struct outcome outcome;
	struct err err = {0};
	long used_kb;

	(void)snprintf(path, sizeof(path), "%s/%s", root, columns[COLUMN_PATH]);
	data = read_file(path);
	assert_true(data.len > 0);
	outcome = run_apart(group, &data);
	judge(columns[COLUMN_PATH], columns[COLUMN_EXPECTED], group, &data,
	    &outcome, tally);
	used_kb = outcome.peak_kb - base_kb;
	if (outcome.cpu_us > TIME_LIMIT_US * SANITIZER_FACTOR)
		fail_msg("%s: %ld us", columns[COLUMN_PATH], outcome.cpu_us);
	if (used_kb > MEMORY_LIMIT_KB * SANITIZER_FACTOR)
		fail_msg("%s: %ld KiB", columns[COLUMN_PATH], used_kb);
	if (outcome.cpu_us > tally->slowest_us)
		tally->slowest_us = outcome.cpu_us;
	if (used_kb > tally->peak_kb)
		tally->peak_kb = used_kb;
	/* Again in this process, where a leak is seen at its end. */
	assert_int_equal(group->parse(data.data, data.len, &err), outcome.rc);
	tally->files++;
	buf_clear(&data);
}

static void check_group(const char *root, const struct group *group)
{
	char path[512];
	char line[2048];
	char *columns[COLUMN_COUNT];
	struct tally tally = {0};
	long base_kb = run_apart(NULL, NULL).peak_kb;
	FILE *index;

	(void)snprintf(path, sizeof(path), "%s/INDEX.tsv", root);
	index = fopen(path, "r");
	assert_non_null(index);
	while (fgets(line, sizeof(line), index))
		if (split_line(line, columns) &&
		    !strcmp(columns[COLUMN_GROUP], group->name))
			check_file(root, columns, group, base_kb, &tally);
	fclose(index);
	printf("%-16s %3u files, %3u accepted, %3u refused (of them %u valid "
	       "ones refused by rule: binary or not UTF-8); slowest %ld us, "
	       "most memory %ld KiB\n",
	    group->name, tally.files, tally.accepted, tally.refused,
	    tally.refused_form, tally.slowest_us, tally.peak_kb);
	assert_true(tally.files >= group->files);
}

static void samples_are_taken_as_the_index_says(void **state)
{
	const char *root = getenv("WORKPHONE_SAMPLES");
	size_t i;

	(void)state;
	if (!root || !*root) {
		printf("SKIP: WORKPHONE_SAMPLES is not set\n");
		skip();
	}
	for (i = 0; i < COUNT(groups); i++)
		check_group(root, &groups[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(samples_are_taken_as_the_index_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
