/*
 * checkin_load: one load of enrolled phones against one listener; prints what
 * was seen as one line of JSON. tests/bench/checkins/run.py calls it.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/bench/checkins/load.h"

static const char usage[] =
    "usage: checkin_load KIND --identities DIR --address 127.0.0.1:PORT\n"
    "  KIND: idle, token, token-unlock, cycle, connect or hold\n"
    "  --plain             as the proxy does: no TLS, Client-Cert header\n"
    "  --ca FILE           checks the server's certificate\n"
    "  --skip N --phones N which of the phones (all)\n"
    "  --connections N     (as many as phones)\n"
    "  --outstanding N     requests under way at once (32; 0: any number)\n"
    "  --rate N            requests a second, on time\n"
    "  --warm S --seconds S  (0.5, 3)\n"
    "  --sources N         calls come from N loopback addresses\n"
    "  --pid N             counts that process's CPU; at most two\n";

static const char *const kinds[LOAD_KIND_COUNT] = {
    [LOAD_IDLE] = "idle",
    [LOAD_TOKEN] = "token",
    [LOAD_TOKEN_UNLOCK] = "token-unlock",
    [LOAD_CYCLE] = "cycle",
    [LOAD_CONNECT] = "connect",
    [LOAD_HOLD] = "hold",
};

static const struct option long_options[] = {
    {"identities", required_argument, NULL, 'i'},
    {"address", required_argument, NULL, 'a'},
    {"ca", required_argument, NULL, 'c'},
    {"plain", no_argument, NULL, 'P'},
    {"skip", required_argument, NULL, 'k'},
    {"phones", required_argument, NULL, 'n'},
    {"connections", required_argument, NULL, 'C'},
    {"outstanding", required_argument, NULL, 'o'},
    {"rate", required_argument, NULL, 'r'},
    {"warm", required_argument, NULL, 'w'},
    {"seconds", required_argument, NULL, 's'},
    {"sources", required_argument, NULL, 'S'},
    {"pid", required_argument, NULL, 'p'},
    {NULL, 0, NULL, 0},
};

struct words {
	const char *identities;
	const char *address;
	const char *ca;
	size_t skip;
	size_t phones;
};

static unsigned number(const char *text)
{
	uint64_t value;

	if (str_number_parse(text, UINT32_MAX, &value) < 0) {
		(void)fprintf(stderr, "checkin_load: no number: %s\n", text);
		exit(2);
	}
	return (unsigned)value;
}

static void take_pid(struct load *load, long pid)
{
	load->pids[load->pids[0] ? 1 : 0] = pid;
}

/* The words; false: not one of them. */
static bool take_word(int letter, struct words *words)
{
	switch (letter) {
	case 'i':
		words->identities = optarg;
		return true;
	case 'a':
		words->address = optarg;
		return true;
	case 'c':
		words->ca = optarg;
		return true;
	case 'k':
		words->skip = number(optarg);
		return true;
	case 'n':
		words->phones = number(optarg);
		return true;
	default:
		return false;
	}
}

static bool take_figure(int letter, struct load *load)
{
	switch (letter) {
	case 'P':
		load->style.is_proxy = true;
		return true;
	case 'C':
		load->connections = number(optarg);
		return true;
	case 'o':
		load->outstanding = number(optarg);
		return true;
	case 'r':
		load->rate = number(optarg);
		return true;
	case 'w':
		load->warm_seconds = strtod(optarg, NULL);
		return true;
	case 's':
		load->seconds = strtod(optarg, NULL);
		return true;
	case 'S':
		load->target.sources = number(optarg);
		return true;
	case 'p':
		take_pid(load, number(optarg));
		return true;
	default:
		return false;
	}
}

static bool parse_kind(const char *text, enum load_kind *kind)
{
	int i;

	for (i = 0; i < LOAD_KIND_COUNT; i++)
		if (strcmp(kinds[i], text) == 0) {
			*kind = (enum load_kind)i;
			return true;
		}
	return false;
}

static bool parse(int argc, char **argv, struct words *words, struct load *load)
{
	int letter;

	while ((letter = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take_word(letter, words) && !take_figure(letter, load))
			return false;
	return optind + 1 == argc && parse_kind(argv[optind], &load->kind) &&
	    words->identities && words->address;
}

static int make_target(
    const struct words *words, struct load *load, struct err *err)
{
	struct sockaddr_in *in = &load->target.address;
	const char *colon = strrchr(words->address, ':');
	char host[64];

	if (!colon || (size_t)(colon - words->address) >= sizeof(host))
		return err_set(err, ERR_INVALID, "no address");
	memcpy(host, words->address, (size_t)(colon - words->address));
	host[colon - words->address] = '\0';
	in->sin_family = AF_INET;
	in->sin_port = htons((in_port_t)number(colon + 1));
	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return err_set(err, ERR_INVALID, "no address: %s", host);
	load->style.host = words->address;
	if (load->style.is_proxy)
		return 0;
	load->target.ctx = SSL_CTX_new(TLS_client_method());
	if (!load->target.ctx)
		return err_memory(err);
	(void)SSL_CTX_set_mode(load->target.ctx, SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_session_cache_mode(
	    load->target.ctx, SSL_SESS_CACHE_OFF);
	if (!words->ca)
		return 0;
	SSL_CTX_set_verify(load->target.ctx, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_load_verify_file(load->target.ctx, words->ca) != 1)
		return err_set(err, ERR_CRYPTO, "no CA in %s", words->ca);
	return 0;
}

static void print_result(
    const struct load *load, const struct load_result *result)
{
	(void)printf("{\"kind\": \"%s\", \"answers\": %llu, \"errors\": %llu, "
	             "\"late\": %llu, \"seconds\": %.3f, \"p50_ms\": %.3f, "
	             "\"p99_ms\": %.3f, \"max_ms\": %.3f, "
	             "\"cpu_ns\": [%llu, %llu]}\n",
	    kinds[load->kind], (unsigned long long)result->answers,
	    (unsigned long long)result->errors,
	    (unsigned long long)result->late, result->seconds, result->p50_ms,
	    result->p99_ms, result->max_ms,
	    (unsigned long long)result->cpu_ns[0],
	    (unsigned long long)result->cpu_ns[1]);
	(void)fflush(stdout);
}

static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int run(const struct words *words, struct load *load, struct err *err)
{
	struct load_result result;
	struct roster roster = {0};
	char byte;
	int rc = roster_load(
	    words->identities, words->skip, words->phones, &roster, err);

	load->roster = &roster;
	if (rc == 0)
		rc = make_target(words, load, err);
	if (rc == 0 && load->connections == 0)
		load->connections = (unsigned)roster.count;
	if (rc == 0)
		rc = load_run(load, &result, err);
	if (rc == 0)
		print_result(load, &result);
	/* What is held is let go when the caller says so. */
	while (rc == 0 && load->kind == LOAD_HOLD &&
	    read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	SSL_CTX_free(load->target.ctx);
	roster_clear(&roster);
	return rc;
}

int main(int argc, char **argv)
{
	struct load load = {
	    .outstanding = 32,
	    .warm_seconds = 0.5,
	    .seconds = 3,
	    .target.sources = 1,
	};
	struct words words = {.phones = SIZE_MAX};
	struct err err = {0};

	if (!parse(argc, argv, &words, &load)) {
		(void)fputs(usage, stderr);
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	if (run(&words, &load, &err) < 0) {
		(void)fprintf(stderr, "checkin_load: %s\n", err.text);
		return 1;
	}
	return 0;
}
