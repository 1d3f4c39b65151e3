/*
 * http_cost: what does server/http cost? CPU of the server's process only, the
 * load comes from a child.
 *
 *   http_cost keepalive CONNECTIONS SECONDS [plain]
 *       µs of CPU a request, trivial handler: TLS, HTTP, to a worker and back
 *       HTTP_COST_BLOCK_US: what the handler waits, as for a group commit
 *   http_cost connect CONNECTIONS SECONDS ACCEPT_LOOP
 *       new mutual TLS connections a second, beside the bare accept loop
 *   http_cost idle CONNECTIONS
 *       resident memory of that many idle TLS connections
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/http/http.h"
#include "tests/bench/accept_loop/http_load.h"
#include "tests/unit/http/http_support.h"

#define LISTENER 1U
#define DESCRIPTORS 65536
#define BODY_BYTES 400
#define ANSWER_BYTES 300 /* between none and a command of 600 */

/* What a handler waits, as for a group commit. */
static unsigned block_us;

static int64_t unix_now_ms(void *arg)
{
	struct timespec now;

	(void)arg;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void log_nowhere(
    void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	(void)len;
	(void)fputs(line, stderr);
}

static const struct clock clock_now_here = {.now_ms = unix_now_ms};
static const struct log log_here = {
    .level = LOG_LEVEL_WARNING, .clock = &clock_now_here, .sink = log_nowhere};

static void handle(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	static const char answer[ANSWER_BYTES] = "";

	(void)ctx;
	if (block_us > 0)
		(void)usleep(block_us);
	response->status = request->body_len == BODY_BYTES ? 200 : 400;
	response->content_type = "application/xml";
	buf_append(&response->body, answer, sizeof(answer));
}

static const struct http_route routes[] = {
    {LISTENER, HTTP_PUT, "/mdm/connect", 65536, handle, "connect"},
};

static void request_make(char *out, size_t size)
{
	char body[BODY_BYTES + 1];

	memset(body, 'x', BODY_BYTES);
	body[BODY_BYTES] = '\0';
	(void)snprintf(out, size,
	    "PUT /mdm/connect HTTP/1.1\r\nHost: mdm.example.org:8444\r\n"
	    "Content-Type: application/x-apple-aspen-mdm; charset=UTF-8\r\n"
	    "User-Agent: MDM/1.0\r\nAccept: */*\r\nAccept-Language: sv-SE\r\n"
	    "Connection: keep-alive\r\nContent-Length: %d\r\n\r\n%s",
	    BODY_BYTES, body);
}

static double cpu_seconds(int who)
{
	struct rusage usage;

	(void)getrusage(who, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long switches(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

static unsigned environment_number(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static struct http_server *server_run(
    const struct support_files *files, bool is_plain)
{
	struct http_listener listener = {.bit = LISTENER,
	    .name = "bench",
	    .address = "127.0.0.1:0",
	    .certificate_file = is_plain ? NULL : files->server,
	    .key_file = files->server_key,
	    .client_ca_file = files->ca,
	    .is_unlimited_per_address = true};
	struct http_config config = HTTP_CONFIG_DEFAULTS;
	struct http_server *server = NULL;
	struct err err = {0};

	config.listeners = &listener;
	config.listener_count = 1;
	config.routes = routes;
	config.route_count = 1;
	config.clock = &clock_now_here;
	config.log = &log_here;
	config.deadlines.idle_ms = TIME_HOUR_MS;
	config.workers = environment_number("HTTP_COST_WORKERS", 32);
	block_us = environment_number("HTTP_COST_BLOCK_US", 0);
	config.io_threads = environment_number("HTTP_COST_IO_THREADS", 2);
	if (http_server_new(&config, &server, &err) < 0 ||
	    http_server_start(server, &err) < 0) {
		(void)fprintf(stderr, "http_cost: %s\n", err.text);
		exit(1);
	}
	return server;
}

struct order {
	char address[64];
	struct load load;
	bool is_hold;
	bool is_plain;
};

/* The child that makes the load; it was forked before any thread was. */
static void child_main(
    const struct support_files *files, int orders, int results)
{
	static char request[2048];
	struct order order;

	request_make(request, sizeof(request));
	while (read(orders, &order, sizeof(order)) == sizeof(order)) {
		struct load_result result = {0};

		order.load.address = order.address;
		order.load.request = request;
		order.load.ctx = order.is_plain
		    ? NULL
		    : support_client_ctx(
		          files, files->client, files->client_key);
		if (order.is_hold)
			result.answers = load_hold(&order.load);
		else
			(void)load_run(&order.load, &result);
		SSL_CTX_free(order.load.ctx);
		if (write(results, &result, sizeof(result)) < 0)
			break;
	}
	_exit(0);
}

struct bench {
	struct support_files files;
	int orders, results;
	pid_t child;
};

static void bench_begin(struct bench *bench)
{
	int orders[2];
	int results[2];

	if (!support_files_make(&bench->files, true) || pipe(orders) < 0 ||
	    pipe(results) < 0) {
		perror("http_cost");
		exit(1);
	}
	bench->child = fork();
	if (bench->child == 0) {
		(void)close(orders[1]);
		child_main(&bench->files, orders[0], results[1]);
	}
	(void)close(orders[0]);
	(void)close(results[1]);
	bench->orders = orders[1];
	bench->results = results[0];
}

static void bench_end(struct bench *bench)
{
	(void)close(bench->orders);
	(void)waitpid(bench->child, NULL, 0);
	support_files_remove(&bench->files);
}

static struct load_result bench_load(struct bench *bench, struct order *order)
{
	struct load_result result = {0};

	if (write(bench->orders, order, sizeof(*order)) < 0 ||
	    read(bench->results, &result, sizeof(result)) != sizeof(result)) {
		perror("http_cost");
		exit(1);
	}
	return result;
}

static void print_result(
    const char *name, const struct load_result *result, double cpu)
{
	(void)printf("%-12s %9.0f /s  %7.1f us cpu each  p50 %6.0f us  p99 "
	             "%6.0f us  errors %llu\n",
	    name, (double)result->answers / result->seconds,
	    cpu / (double)result->answers * 1e6, result->p50_us, result->p99_us,
	    (unsigned long long)result->errors);
}

static void keepalive(struct bench *bench, struct order *order)
{
	struct http_server *server = server_run(&bench->files, order->is_plain);
	struct order warm = *order;
	struct load_result result;
	double cpu;
	long before;

	(void)snprintf(order->address, sizeof(order->address), "%s",
	    http_listener_address(server, LISTENER));
	warm = *order;
	warm.load.seconds = 0.3;
	(void)bench_load(bench, &warm);
	before = switches();
	cpu = cpu_seconds(RUSAGE_SELF);
	result = bench_load(bench, order);
	cpu = cpu_seconds(RUSAGE_SELF) - cpu;
	print_result(order->is_plain ? "plain" : "tls", &result, cpu);
	(void)printf("%.2f sleeps a request\n",
	    (double)(switches() - before) / (double)result.answers);
	http_server_stop(server, 1000);
	http_server_free(server);
}

static void server_connect(struct bench *bench, struct order *order)
{
	struct http_server *server = server_run(&bench->files, false);
	struct load_result result;
	double cpu = cpu_seconds(RUSAGE_SELF);

	(void)snprintf(order->address, sizeof(order->address), "%s",
	    http_listener_address(server, LISTENER));
	result = bench_load(bench, order);
	print_result("server/http", &result, cpu_seconds(RUSAGE_SELF) - cpu);
	http_server_stop(server, 1000);
	http_server_free(server);
}

static void bare_connect(
    struct bench *bench, struct order *order, const char *program)
{
	struct support_files *files = &bench->files;
	struct load_result result;
	struct rusage usage;
	char port[16] = "";
	int in[2];
	int out[2];
	pid_t pid;
	double cpu;

	if (pipe(in) < 0 || pipe(out) < 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		(void)dup2(in[0], 0);
		(void)dup2(out[1], 1);
		(void)close(in[1]);
		(void)execl(program, program, files->server, files->server_key,
		    files->ca, "2", (char *)NULL);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	if (read(out[0], port, sizeof(port) - 1) <= 0) {
		(void)fprintf(stderr, "http_cost: %s does not run\n", program);
		exit(1);
	}
	(void)snprintf(order->address, sizeof(order->address), "127.0.0.1:%lu",
	    strtoul(port, NULL, 10));
	result = bench_load(bench, order);
	(void)close(in[1]);
	(void)close(out[0]);
	(void)wait4(pid, NULL, 0, &usage);
	cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	print_result("bare", &result, cpu);
}

static long resident_kib(void)
{
	FILE *in = fopen("/proc/self/statm", "r");
	long pages[2] = {0, 0};

	if (in && fscanf(in, "%ld %ld", &pages[0], &pages[1]) != 2)
		pages[1] = 0;
	if (in)
		(void)fclose(in);
	return pages[1] * (sysconf(_SC_PAGESIZE) / 1024);
}

static void idle(struct bench *bench, struct order *order)
{
	struct http_server *server = server_run(&bench->files, false);
	long before = resident_kib();
	struct load_result result;

	(void)snprintf(order->address, sizeof(order->address), "%s",
	    http_listener_address(server, LISTENER));
	order->is_hold = true;
	result = bench_load(bench, order);
	(void)printf("%llu held, %u open: %ld KiB resident, %.1f KiB each\n",
	    (unsigned long long)result.answers,
	    http_server_open_connections(server), resident_kib(),
	    (double)(resident_kib() - before) / (double)result.answers);
	http_server_stop(server, 0);
	http_server_free(server);
}

static void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		/* Root may have more than it was given. */
		limit.rlim_cur = DESCRIPTORS;
		limit.rlim_max = DESCRIPTORS;
		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return;
		(void)getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	struct order order = {0};
	struct bench bench;

	if (argc < 3) {
		(void)fprintf(stderr,
		    "usage: http_cost keepalive|connect|idle CONNECTIONS "
		    "[SECONDS [plain|ACCEPT_LOOP]]\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	descriptors_raise();
	order.load.connections = (unsigned)strtoul(argv[2], NULL, 10);
	order.load.seconds = argc > 3 ? strtod(argv[3], NULL) : 3;
	order.is_plain = argc > 4 && strcmp(argv[4], "plain") == 0;
	bench_begin(&bench);
	if (strcmp(argv[1], "keepalive") == 0) {
		keepalive(&bench, &order);
	} else if (strcmp(argv[1], "connect") == 0 && argc > 4) {
		order.load.is_new_each = true;
		bare_connect(&bench, &order, argv[4]);
		server_connect(&bench, &order);
		bare_connect(&bench, &order, argv[4]);
		server_connect(&bench, &order);
	} else if (strcmp(argv[1], "idle") == 0) {
		idle(&bench, &order);
	}
	bench_end(&bench);
	return 0;
}
