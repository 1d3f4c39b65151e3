/*
 * What does each command ask the server, what does it print, and with which
 * exit code does it end, for each kind of answer? The server is a thread that
 * says what the case tells it, on a socket of its own.
 */
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"

#define ANSWERS_MAX 5
#define NOW INT64_C(1795333105000) /* 2026-11-22T07:38:25Z */

struct script {
	const char *answers[ANSWERS_MAX + 1]; /* "200 {…}", in order */
	char requests[ANSWERS_MAX][1024]; /* as they came, header left out */
	const char *date;                 /* NULL: no such header */
	size_t count;
	int fd;
};

static char folder[64];
static char socket_path[96];

static size_t read_request(int fd, char *out, size_t size)
{
	size_t used = 0;
	size_t want = 0;
	ssize_t got;
	char *end = NULL;
	char *length;

	while (used < size - 1 && (!end || used < want)) {
		got = read(fd, out + used, size - 1 - used);
		if (got <= 0)
			break;
		used += (size_t)got;
		out[used] = '\0';
		end = strstr(out, "\r\n\r\n");
		if (!end || want)
			continue;
		length = strstr(out, "Content-Length: ");
		want = (size_t)(end - out) + 4 +
		    (length ? strtoul(length + 16, NULL, 10) : 0);
	}
	return used;
}

/* "GET /path" and, behind a blank, the body. */
static void request_keep(struct script *script, const char *raw)
{
	char *out = script->requests[script->count];
	const char *body = strstr(raw, "\r\n\r\n");
	size_t line = strcspn(raw, "\r");

	if (line > 9) /* " HTTP/1.1" */
		line -= 9;
	(void)snprintf(out, sizeof(script->requests[0]), "%.*s%s%s", (int)line,
	    raw, body && body[4] ? " " : "", body ? body + 4 : "");
}

static void answer_write(int fd, const char *answer, const char *date)
{
	char head[256];
	const char *body = strchr(answer, ' ') + 1;

	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 %.3s X\r\nContent-Length: %zu\r\n"
	    "%s%s%sConnection: close\r\n\r\n",
	    answer, strlen(body), date ? "Date: " : "", date ? date : "",
	    date ? "\r\n" : "");
	if (write(fd, head, strlen(head)) < 0 ||
	    write(fd, body, strlen(body)) < 0)
		return;
}

static void *serve(void *arg)
{
	struct script *script = arg;
	char raw[8192];
	int fd;

	while (script->answers[script->count]) {
		fd = accept(script->fd, NULL, NULL);
		if (fd < 0)
			break;
		raw[0] = '\0';
		(void)read_request(fd, raw, sizeof(raw));
		request_keep(script, raw);
		if (strcmp(script->answers[script->count], "close") != 0)
			answer_write(
			    fd, script->answers[script->count], script->date);
		script->count++;
		(void)close(fd);
	}
	return NULL;
}

static int64_t fixed_now(void *arg)
{
	(void)arg;
	return NOW;
}

static int64_t running_now(void *arg)
{
	return *(int64_t *)arg += TIME_MINUTE_MS;
}

static void no_sleep(int64_t ms)
{
	(void)ms;
}

struct run {
	const char *words[10];
	const char *input;
	struct script script;
	bool clock_runs;
	char *out; /* owned */
	char *errors;
	int code;
};

static void words_copy(const struct run *run, int *argc, char **argv)
{
	argv[0] = strdup("workphone");
	for (*argc = 1; run->words[*argc - 1]; ++*argc)
		argv[*argc] = strdup(run->words[*argc - 1]);
	argv[*argc] = NULL;
}

static void command_run(struct run *run)
{
	int64_t now = NOW;
	const struct clock fixed = {fixed_now, NULL};
	const struct clock running = {running_now, &now};
	struct target target = {.is_office = false};
	struct cli_args args = {0};
	struct err err = {0};
	size_t size;
	char *argv[12];
	int argc;
	struct cli cli = {.in = fmemopen(NULL, 256, "w+"),
	    .out = open_memstream(&run->out, &size),
	    .errors = open_memstream(&run->errors, &size),
	    .clock = run->clock_runs ? &running : &fixed,
	    .args = &args,
	    .sleep_ms = no_sleep};

	(void)fputs(run->input ? run->input : "", cli.in);
	rewind(cli.in);
	words_copy(run, &argc, argv);
	if (args_parse(argc, argv, &args, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(socket_find(socket_path, &target.place, &err), 0);
	assert_int_equal(client_new(&target, &cli.client, &err), 0);
	run->code = args.command->run(&cli);
	client_free(cli.client);
	(void)fclose(cli.in);
	(void)fclose(cli.out);
	(void)fclose(cli.errors);
	while (argc > 0)
		free(argv[--argc]);
}

static int listen_here(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)unlink(socket_path);
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 4) < 0)
		fail_msg("no socket at %s", socket_path);
	return fd;
}

static void run(struct run *run)
{
	pthread_t thread;

	run->script.fd = listen_here();
	assert_int_equal(pthread_create(&thread, NULL, serve, &run->script), 0);
	command_run(run);
	(void)shutdown(run->script.fd, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	(void)close(run->script.fd);
	(void)unlink(socket_path);
}

static void run_clear(struct run *run)
{
	free(run->out);
	free(run->errors);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" lacks \"%s\"", text, part);
}

#define DEVICE                                                                 \
	"{\"id\":\"D1\",\"serial\":\"VVK1\",\"person\":\"\xc3\x85sa "          \
	"\\u001b[2J\",\"product_name\":\"iPhone14,5\",\"os_version\":\"17.1\"" \
	",\"state\":\"enrolled\",\"last_seen_at\":\"2026-11-22T07:35:25Z\","   \
	"\"commands_open\":2,\"wipe\":null"

static void devices_for_people(void **state)
{
	struct run one = {.words = {"devices", "a/b c"},
	    .script = {.answers = {"200 {\"items\":[" DEVICE "}]}"}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_OK);
	assert_string_equal(one.script.requests[0],
	    "GET /api/v1/devices?q=a%2Fb%20c&limit=1000");
	has(one.out, "VVK1");
	has(one.out, "\xc3\x85sa \\x1b[2J");
	has(one.out, "3 minutes ago");
	has(one.out, "\xe2\x9c\x94 enrolled");
	assert_null(strchr(one.out, '\033'));
	assert_string_equal(one.errors, "");
	run_clear(&one);
}

/* The server's clock is an hour ahead of ours: its times are read by it. */
static void times_are_by_the_servers_clock(void **state)
{
	struct run one = {.words = {"devices"},
	    .script = {.date = "Sun, 22 Nov 2026 08:38:25 GMT",
	        .answers = {"200 {\"items\":[" DEVICE "}]}"}}};

	(void)state;
	run(&one);
	has(one.out, "1 hour ago");
	run_clear(&one);
}

static void json_lists_are_arrays(void **state)
{
	struct run one = {.words = {"devices", "--json"},
	    .script = {.answers = {"200 {\"items\":[" DEVICE "}]}"}}};
	json_t *list;

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_OK);
	list = json_loads(one.out, 0, NULL);
	assert_true(json_is_array(list));
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
	run_clear(&one);
}

static void empty_lists_say_what_to_do(void **state)
{
	static const struct {
		const char *words[4];
		const char *part;
	} cases[] = {
	    {{"devices"}, "workphone enrol-link --person"},
	    {{"devices", "x"}, "workphone devices"},
	    {{"commands"}, "workphone push-policy"},
	    {{"commands", "--open"}, "No command waits"},
	    {{"links"}, "workphone enrol-link"},
	    {{"verdicts"}, "workphone status"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run one = {
		    .script = {.answers = {"200 {\"items\":[]}"}}};

		memcpy(one.words, cases[i].words, sizeof(cases[i].words));
		run(&one);
		assert_int_equal(one.code, CLI_OK);
		has(one.out, cases[i].part);
		run_clear(&one);
	}
}

#define PROBLEM(status, detail)                                                \
#status " {\"type\":\"about:blank\",\"status\":" #status               \
	        ",\"detail\":\"" detail "\"}"

static void answers_become_exit_codes(void **state)
{
	static const struct {
		const char *answer;
		int code;
		const char *part;
	} cases[] = {
	    {PROBLEM(400, "bad \\u009b thing"), CLI_REFUSED, "bad \\u009b"},
	    {PROBLEM(401, "who"), CLI_DENIED, "workphone: who\n"},
	    {PROBLEM(403, "no"), CLI_DENIED, "workphone: no\n"},
	    {PROBLEM(412, "changed"), CLI_CONFLICT, "changed"},
	    {PROBLEM(429, "slow"), CLI_BUSY, "slow"},
	    {PROBLEM(404, "none"), CLI_NOT_FOUND, "none"},
	    {PROBLEM(409, "twice"), CLI_CONFLICT, "twice"},
	    {PROBLEM(503, "busy"), CLI_REFUSED, "busy"},
	    {"404 Not Found", CLI_NOT_FOUND, "knows nothing"},
	    {"400 Bad Request", CLI_NOT_FOUND, "knows nothing"},
	    {"500 oops", CLI_REFUSED, "HTTP status 500"},
	    {"200 rubbish", CLI_REFUSED, "not a Workphone server"},
	    {"close", CLI_NO_SERVER, "broke"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run one = {.words = {"why", "X", "--json"},
		    .script = {.answers = {cases[i].answer}}};

		run(&one);
		assert_int_equal(one.code, cases[i].code);
		has(one.errors, cases[i].part);
		assert_string_equal(one.out, "");
		run_clear(&one);
	}
}

static void no_server_is_its_own_code(void **state)
{
	struct run one = {.words = {"status"}};

	(void)state;
	(void)unlink(socket_path);
	command_run(&one);
	assert_int_equal(one.code, CLI_NO_SERVER);
	has(one.errors, "no server answers at");
	has(one.errors, "--socket");
	run_clear(&one);
}

#define PLAN(allowed, rest)                                                    \
	"200 {\"dry_run\":true,\"allowed\":" allowed                           \
	",\"effect\":\"everything is erased\",\"device\":" DEVICE "}" rest "}"
#define ORDERED                                                                \
	"202 {\"dry_run\":false,\"wipe\":{\"id\":\"W\",\"state\":"             \
	"\"ordered\"}}"
#define LADDER(state, ack, silent, why)                                        \
	"200 {\"wipe\":{\"state\":\"" state "\"},\"ladder\":["                 \
	"{\"step\":\"ordered\",\"at\":\"2026-11-22T07:38:25Z\"},"              \
	"{\"step\":\"acknowledged\",\"at\":" ack "},"                          \
	"{\"step\":\"silent\",\"at\":" silent "}],"                            \
	"\"why\":" why ",\"warning\":null}"
#define WHY "\"it sleeps\""
#define AT "\"2026-11-22T07:40:25Z\""

static void a_wipe_needs_the_serial(void **state)
{
	static const char *const wrong[] = {"", "y\n", "yes\n", "VVK\n"};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct run one = {.words = {"wipe", "VVK1", "--reason", "left"},
		    .input = wrong[i],
		    .script = {.answers = {PLAN("true", ""), ORDERED}}};

		run(&one);
		assert_int_equal(one.code, CLI_DECLINED);
		assert_int_equal(one.script.count, 1); /* only the dry run */
		has(one.script.requests[0], "\"dry_run\":true");
		has(one.out, "everything is erased");
		has(one.errors, "Type the serial number to wipe:");
		run_clear(&one);
	}
}

static void a_confirmed_wipe_is_ordered_by_id(void **state)
{
	struct run one = {
	    .words = {"wipe", "VVK1", "--reason", "left", "--keep-data-plan"},
	    .input = " vvk1 \n",
	    .script = {.answers = {PLAN("true", ""), ORDERED}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_OK);
	assert_string_equal(one.script.requests[1],
	    "POST /api/v1/devices/D1/wipe {\"dry_run\":false,\"reason\":"
	    "\"left\",\"preserve_data_plan\":true,"
	    "\"disallow_proximity_setup\":false}");
	has(one.out, "workphone wipe VVK1 --follow");
	run_clear(&one);
}

static void a_wipe_without_a_reason_is_not_ordered(void **state)
{
	struct run one = {.words = {"wipe", "VVK1", "--yes"},
	    .script = {.answers = {PLAN("true", ""), ORDERED}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_USAGE);
	assert_int_equal(one.script.count, 1);
	has(one.errors, "--reason");
	run_clear(&one);
}

static void a_refused_wipe_is_not_ordered(void **state)
{
	struct run open = {.words = {"wipe", "VVK1", "--yes"},
	    .script = {.answers = {PLAN("false",
	                               ",\"refusal\":\"it is ordered\","
	                               "\"wipe\":{\"state\":\"ordered\"}"),
	                   ORDERED}}};
	struct run gone = {.words = {"wipe", "VVK1", "--yes"},
	    .script = {
	        .answers = {
	            PLAN("false", ",\"refusal\":\"it has left\""), ORDERED}}};

	(void)state;
	run(&open);
	assert_int_equal(open.code, CLI_CONFLICT);
	assert_int_equal(open.script.count, 1);
	has(open.errors, "it is ordered");
	run_clear(&open);
	run(&gone);
	assert_int_equal(gone.code, CLI_REFUSED);
	assert_int_equal(gone.script.count, 1);
	run_clear(&gone);
}

static void a_wipe_is_followed_to_silence(void **state)
{
	struct run one = {
	    .words = {"wipe", "VVK1", "--reason", "left", "--yes", "--follow"},
	    .script = {.answers = {PLAN("true", ""), ORDERED,
	                   LADDER("ordered", "null", "null", WHY),
	                   LADDER("ordered", "null", "null", WHY),
	                   LADDER("silent", AT, AT, "null")}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_OK);
	assert_int_equal(one.script.count, 5);
	assert_string_equal(
	    one.script.requests[4], "GET /api/v1/devices/D1/wipe");
	has(one.out, "ordered");
	has(one.out, "\xe2\x80\xa6 silent");
	has(one.out, "it sleeps");
	/* said once */
	assert_null(strstr(strstr(one.out, "it sleeps") + 1, "it sleeps"));
	run_clear(&one);
}

static void following_ends_when_the_time_is_up(void **state)
{
	struct run one = {.words = {"wipe", "VVK1", "--reason", "left", "--yes",
	                      "--follow", "--timeout", "30s"},
	    .clock_runs = true,
	    .script = {.answers = {PLAN("true", ""), ORDERED,
	                   LADDER("ordered", "null", "null", WHY)}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_TIMEOUT);
	has(one.errors, "the order stands");
	run_clear(&one);
}

static void a_failed_wipe_ends_in_failure(void **state)
{
	struct run one = {
	    .words = {"wipe", "VVK1", "--reason", "left", "--yes", "--follow"},
	    .script = {.answers = {PLAN("true", ""), ORDERED,
	                   LADDER("failed", "null", "null", "null")}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_REFUSED);
	has(one.errors, "not wiped");
	run_clear(&one);
}

#define PUSH(dry, queued)                                                      \
	"200 {\"dry_run\":" dry ",\"pack\":\"vastervik\",\"devices\":3,"       \
	"\"up_to_date\":1,\"queued\":" queued "}"

static void a_policy_is_pushed_after_the_question(void **state)
{
	struct run no = {.words = {"push-policy"},
	    .input = "no\n",
	    .script = {.answers = {PUSH("true", "2"), PUSH("false", "2")}}};
	struct run yes = {.words = {"push-policy", "VVK1"},
	    .input = "yes\n",
	    .script = {.answers = {PUSH("true", "2"), PUSH("false", "2")}}};

	(void)state;
	run(&no);
	assert_int_equal(no.code, CLI_DECLINED);
	assert_int_equal(no.script.count, 1);
	run_clear(&no);
	run(&yes);
	assert_int_equal(yes.code, CLI_OK);
	assert_string_equal(yes.script.requests[1],
	    "POST /api/v1/policy/push "
	    "{\"device\":\"VVK1\",\"dry_run\":false}");
	has(yes.out, "Queued for 2");
	run_clear(&yes);
}

static void a_link_is_printed_without_a_code_into_a_pipe(void **state)
{
	static const char answer[] =
	    "201 {\"id\":\"L\",\"person\":\"\xc3\x85sa\",\"serial\":\"VVK1\","
	    "\"url\":\"https://x/enrol/abc\","
	    "\"expires_at\":\"2026-11-29T07:38:25Z\"}";
	struct run plain = {.words = {"enrol-link", "--person", "\xc3\x85sa",
	                        "--serial", "VVK1", "--valid-for", "7d"},
	    .script = {.answers = {answer}}};
	struct run coded = {.words = {"enrol-link", "--person", "\xc3\x85sa",
	                        "--serial", "VVK1", "--qr"},
	    .script = {.answers = {answer}}};

	(void)state;
	run(&plain);
	assert_int_equal(plain.code, CLI_OK);
	assert_string_equal(plain.script.requests[0],
	    "POST /api/v1/enrolment-links {\"person\":\"\xc3\x85sa\","
	    "\"serial\":\"VVK1\",\"valid_for\":\"7d\"}");
	has(plain.out, "https://x/enrol/abc\n");
	has(plain.out, "in 7 days");
	assert_null(strstr(plain.out, "\xe2\x96\x88"));
	run_clear(&plain);
	run(&coded);
	has(coded.out, "\xe2\x96\x88");
	run_clear(&coded);
}

static void json_orders_do_not_ask(void **state)
{
	struct run wipe = {.words = {"wipe", "VVK1", "--json"},
	    .input = "VVK1\n",
	    .script = {.answers = {PLAN("true", ""), ORDERED}}};
	struct run push = {.words = {"push-policy", "--json"},
	    .input = "yes\n",
	    .script = {.answers = {PUSH("true", "2"), PUSH("false", "2")}}};

	(void)state;
	run(&wipe);
	assert_int_equal(wipe.code, CLI_USAGE);
	assert_int_equal(wipe.script.count, 0);
	run_clear(&wipe);
	run(&push);
	assert_int_equal(push.code, CLI_USAGE);
	assert_int_equal(push.script.count, 0);
	run_clear(&push);
}

static void device_show_is_whole(void **state)
{
	struct run one = {.words = {"device", "show", "VVK1"},
	    .script = {
	        .answers = {"200 " DEVICE ",\"life\":null,\"facts\":[{\"kind\":"
	                    "\"SecurityInfo\",\"source\":\"mdm\","
	                    "\"observed_at\":\"2026-11-22T07:37:25Z\","
	                    "\"data\":{\"passcode\":{\"present\":true},"
	                    "\"list\":[1,\"x\"]}}],\"verdicts\":[{\"verdict\":"
	                    "\"broken\",\"rule\":\"VST-33\",\"reason\":"
	                    "\"no PIN\",\"source\":\"Rules, Codes, line "
	                    "66\"}],\"commands\":[]}"}}};

	(void)state;
	run(&one);
	assert_int_equal(one.code, CLI_OK);
	assert_string_equal(one.script.requests[0], "GET /api/v1/devices/VVK1");
	has(one.out, "passcode.present  true");
	has(one.out, "list[1]");
	has(one.out, "\xe2\x9c\x98 broken  VST-33  line 66  no PIN");
	has(one.out, "observed 1 minute ago, from mdm");
	run_clear(&one);
}

static int set_up(void **state)
{
	(void)state;
	(void)alarm(100); /* a hung test ends by itself */
	(void)snprintf(folder, sizeof(folder), "/tmp/workphone-XXXXXX");
	if (!mkdtemp(folder) || !setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	(void)snprintf(
	    socket_path, sizeof(socket_path), "%s/admin.sock", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(devices_for_people),
	    cmocka_unit_test(times_are_by_the_servers_clock),
	    cmocka_unit_test(json_lists_are_arrays),
	    cmocka_unit_test(empty_lists_say_what_to_do),
	    cmocka_unit_test(answers_become_exit_codes),
	    cmocka_unit_test(no_server_is_its_own_code),
	    cmocka_unit_test(a_wipe_needs_the_serial),
	    cmocka_unit_test(a_confirmed_wipe_is_ordered_by_id),
	    cmocka_unit_test(a_wipe_without_a_reason_is_not_ordered),
	    cmocka_unit_test(a_refused_wipe_is_not_ordered),
	    cmocka_unit_test(a_wipe_is_followed_to_silence),
	    cmocka_unit_test(following_ends_when_the_time_is_up),
	    cmocka_unit_test(a_failed_wipe_ends_in_failure),
	    cmocka_unit_test(a_policy_is_pushed_after_the_question),
	    cmocka_unit_test(a_link_is_printed_without_a_code_into_a_pipe),
	    cmocka_unit_test(json_orders_do_not_ask),
	    cmocka_unit_test(device_show_is_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
