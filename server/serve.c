/*
 * serve: builds the server out of its parts, in the order in which they depend
 * on each other, runs until a signal, and takes it apart the other way round.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "program/world.h"
#include "proto/base/err.h"
#include "server/config.h"
#include "server/fence.h"
#include "server/keeper/keeper.h"
#include "server/office/office.h"
#include "server/ops.h"
#include "server/organisations.h"
#include "server/outbox/outbox.h"
#include "server/outbox_setup.h"
#include "server/paths.h"
#include "server/phones/caller.h"
#include "server/programs.h"
#include "server/receipts/receipt_draw.h"
#include "server/routes.h"
#include "server/service/api_token.h"
#include "server/service/handler_ctx.h"
#include "server/service/mdm/known_identity.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/policy/apply_policy.h"
#include "server/service/notify/outbox_look.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/service.h"
#include "server/store/store.h"

#define LISTENERS_MAX 5

struct server {
	struct config *config;
	struct log log;
	int lock; /* file descriptor, -1: none */
	struct keeper *keeper;
	struct store *store;
	struct organisations organisations;
	struct service service;
	uint8_t *ca;          /* DER, from OpenSSL */
	uint8_t *supervision; /* the same */
	char orders_key[512]; /* PEM */
	struct caller_checks *callers;
	struct ops ops;
	struct handler_ctx ctx;
	char ca_file[PATHS_MAX];
	char tls_certificate[PATHS_MAX];
	char tls_key[PATHS_MAX];
	char office_certificate[PATHS_MAX];
	char office_key[PATHS_MAX];
	struct office *office;
	struct http_listener listeners[LISTENERS_MAX];
	size_t listener_count;
	struct http_server *http;
	struct outbox *outbox;
	struct outbox_health outbox_health;
};

/* ---- the parts, each: 0 or a negative code ---- */

static int open_config(
    struct server *server, const struct options *options, struct err *err)
{
	enum log_level level = LOG_LEVEL_INFO;
	int rc =
	    config_load(options->config, options->sets, &server->config, err);

	if (rc < 0)
		return rc;
	(void)log_level_parse(server->config->log->level, &level);
	world_log(&server->log, level);
	return 0;
}

/* Every phone holds a connection. */
static int raise_limits(struct server *server, struct err *err)
{
	struct rlimit files;
	rlim_t wanted = server->config->limits->connections + 256;

	(void)err;
	(void)mallopt(M_ARENA_MAX, 4); /* threads share heaps: less memory */
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 0;
	if (files.rlim_cur < wanted) {
		files.rlim_cur = wanted;
		if (files.rlim_max < wanted)
			files.rlim_max = wanted; /* root may */
		if (setrlimit(RLIMIT_NOFILE, &files) != 0 &&
		    getrlimit(RLIMIT_NOFILE, &files) == 0) {
			files.rlim_cur = files.rlim_max;
			(void)setrlimit(RLIMIT_NOFILE, &files);
			log_warning(&server->log, "few_open_files", LOG_ERROR,
			    "raise LimitNOFILE to serve limits.connections",
			    NULL);
		}
	}
	return 0;
}

static int take_lock(struct server *server, struct err *err)
{
	char path[PATHS_MAX];
	int rc = paths_join(path, server->config->data, PATHS_LOCK, err);

	if (rc < 0)
		return rc;
	server->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (server->lock < 0)
		return err_set(err, ERR_IO,
		    "%s: %s; `workphone-server init` makes the folder", path,
		    strerror(errno));
	if (flock(server->lock, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_CONFLICT,
		    "another server works on %s; stop it first",
		    server->config->data);
	return 0;
}

static int start_keeper(struct server *server, struct err *err)
{
	char pid[16];
	bool made = false;
	int rc = keeper_upgrade(server->config->keys,
	    server->config->organisation_name, clock_now(world_clock()), &made,
	    err);

	if (rc == 0 && made)
		log_info(&server->log, "keys_added", LOG_FILE,
		    KEEPER_SUPERVISION_CERTIFICATE " " KEEPER_ORDERS_PUBLIC_KEY,
		    LOG_CAUSE, "the key folder was of an older version", NULL);
	if (rc == 0)
		rc = keeper_start(server->config->keys, &server->keeper, err);
	if (rc < 0)
		return rc;
	(void)snprintf(pid, sizeof(pid), "%d", keeper_pid(server->keeper));
	log_info(&server->log, "keeper_started", LOG_PID, pid, LOG_KIND,
	    keeper_shields(server->keeper), NULL);
	return 0;
}

static int open_store(struct server *server, struct err *err)
{
	char path[PATHS_MAX];
	struct store_config config = {
	    .path = path,
	    .readers = 4,
	    .queue_max = server->config->limits->queue,
	    .log = &server->log,
	    .clock = world_clock(),
	};
	int rc = paths_join(path, server->config->data, PATHS_DATABASE, err);

	return rc < 0 ? rc : store_open(&config, &server->store, err);
}

/* DER; OPENSSL_free() it. */
static int read_certificate(
    const char *path, uint8_t **out, size_t *out_len, struct err *err)
{
	FILE *file = fopen(path, "re");
	X509 *certificate = NULL;
	int len = -1;

	if (file) {
		certificate = PEM_read_X509(file, NULL, NULL, NULL);
		(void)fclose(file);
	}
	if (certificate)
		len = i2d_X509(certificate, out);
	X509_free(certificate);
	if (len <= 0)
		return err_set(err, ERR_CRYPTO,
		    "%s is no certificate; `workphone-server init` makes one",
		    path);
	*out_len = (size_t)len;
	return 0;
}

/* What stations are given: who we are to phones, and whose orders count. */
static int load_bench(struct server *server, struct err *err)
{
	char path[PATHS_MAX];
	FILE *file;
	size_t len = 0;
	int rc = paths_join(
	    path, server->config->keys, KEEPER_SUPERVISION_CERTIFICATE, err);

	if (rc == 0)
		rc = read_certificate(path, &server->supervision,
		    &server->service.supervision_len, err);
	if (rc == 0)
		rc = paths_join(
		    path, server->config->keys, KEEPER_ORDERS_PUBLIC_KEY, err);
	if (rc < 0)
		return rc;
	if ((file = fopen(path, "re"))) {
		len = fread(server->orders_key, 1,
		    sizeof(server->orders_key) - 1, file);
		(void)fclose(file);
	}
	if (len == 0)
		return err_set(err, ERR_IO, "%s cannot be read", path);
	server->service.supervision = server->supervision;
	server->service.orders_key = server->orders_key;
	return 0;
}

static int load_ca(struct server *server, struct err *err)
{
	size_t len = 0;
	int rc = paths_join(
	    server->ca_file, server->config->keys, KEEPER_CA_CERTIFICATE, err);

	if (rc == 0)
		rc = read_certificate(server->ca_file, &server->ca, &len, err);
	if (rc < 0)
		return rc;
	server->service.ca = server->ca;
	server->service.ca_len = len;
	return caller_checks_new(
	    server->ca, len, world_clock(), &server->callers, err);
}

static int load_policy(struct server *server, struct err *err)
{
	return organisations_load(
	    server->config, &server->organisations, &server->log, err);
}

/* Where people reach us when it is not said: the name phones use, with the
 * office's port. "" while the office is off. */
static void office_url_set(const struct config *config, char *out, size_t size)
{
	const char *office = config->listeners->office;
	const char *port = strrchr(office, ':');
	const char *host = config->phones_url + strlen("https://");
	const char *host_end = strrchr(host, ':');

	out[0] = '\0';
	if (*config->office_url) {
		(void)snprintf(out, size, "%s", config->office_url);
		return;
	}
	if (!port || strcmp(office, "off") == 0 ||
	    strncmp(office, "unix:", 5) == 0)
		return;
	if (!host_end || strchr(host_end, ']'))
		host_end = host + strlen(host);
	(void)snprintf(
	    out, size, "https://%.*s%s", (int)(host_end - host), host, port);
}

static void guard_set(const struct config *config, struct service *service)
{
	service->guard = (struct guard_settings){
	    .destructive_per_hour = config->guard->destructive_per_hour,
	    .bulk_above = config->guard->bulk_above,
	    .departures_per_day = config->guard->departures_per_day,
	    .departures_percent = config->guard->departures_percent,
	    .approval_valid_ms = config_ms(config->guard->approval_valid),
	    .approval_use_ms = config_ms(config->guard->approval_use),
	};
	service->retention = (struct retention_settings){
	    .people_after_ms = config_ms(config->retention->people_after),
	    .evidence_after_ms = config_ms(config->retention->evidence_after),
	};
}

static int make_service(struct server *server, struct err *err)
{
	struct service *service = &server->service;
	const struct config_times *times = server->config->times;
	size_t i;
	int rc;

	service->store = server->store;
	service->keeper = server->keeper;
	service->clock = world_clock();
	service->boot = world_boot_clock();
	service->rng = world_rng();
	service->log = &server->log;
	(void)snprintf(service->phones_url, sizeof(service->phones_url), "%s",
	    server->config->phones_url);
	office_url_set(
	    server->config, service->office_url, sizeof(service->office_url));
	service->order_gate_is_open =
	    strcmp(server->config->order_gate, "open") == 0;
	service->link_valid_ms = config_ms(times->link_valid);
	service->certificate_valid_ms = config_ms(times->certificate_valid);
	service->silence_ms = config_ms(times->silence);
	service->refresh_ms = config_ms(times->refresh);
	guard_set(server->config, service);
	if ((rc = last_seen_new(&service->last_seen, err)) < 0 ||
	    (rc = known_identities_new(&service->known, err)) < 0 ||
	    (rc = token_uses_new(&service->token_uses, err)) < 0 ||
	    (rc = service_clock_keep_going(service, err)) < 0)
		return rc;
	rc = organisations_open(&server->organisations, server->store, err);
	if (rc < 0)
		return rc;
	service->tenants = server->organisations.tenants;
	service->tenant_count = server->organisations.tenant_count;
	for (i = 0; rc == 0 && i < service->tenant_count; i++) {
		rc = service_policy_restore(service, &service->tenants[i], err);
		if (rc == 0)
			rc = policy_profile_prepare(service,
			    &service->tenants[i], "configuration", err);
	}
	return rc;
}

/* ---- listeners ---- */

static void add_listener(
    struct server *server, unsigned bit, const char *name, const char *address)
{
	struct http_listener *listener;

	if (strcmp(address, "off") == 0)
		return;
	listener = &server->listeners[server->listener_count++];
	*listener = (struct http_listener){
	    .bit = bit,
	    .name = name,
	    .address = address,
	    .unix_mode = 0600,
	    .is_unlimited_per_address =
	        bit == LISTENER_PHONES_PROXY || bit == LISTENER_OPS,
	};
	if (bit == LISTENER_PHONES) {
		listener->certificate_file = server->tls_certificate;
		listener->key_file = server->tls_key;
		listener->client_ca_file = server->ca_file;
	}
	if (bit == LISTENER_OFFICE) {
		listener->certificate_file = server->office_certificate;
		listener->key_file = server->office_key;
	}
}

/* Whoever reaches this listener may claim to be any phone. */
static int check_proxy_address(const char *address, struct err *err)
{
	if (strcmp(address, "off") == 0 || strncmp(address, "unix:", 5) == 0 ||
	    strncmp(address, "127.", 4) == 0 ||
	    strncmp(address, "[::1]:", 6) == 0)
		return 0;
	return err_set(err, ERR_INVALID,
	    "listeners.phones_proxy: \"%s\" can be reached by others; write "
	    "a loopback address or unix:path",
	    address);
}

static int copy_or_join(char *out, const char *set, const char *folder,
    const char *name, struct err *err)
{
	if (!*set)
		return paths_join(out, folder, name, err);
	if (snprintf(out, PATHS_MAX, "%s", set) >= PATHS_MAX)
		return err_set(err, ERR_LIMIT, "path is too long");
	return 0;
}

/* A pair of its own for the name that people use, or the one of phones. */
static int office_pair(struct server *server, struct err *err)
{
	const struct config_tls *tls = server->config->tls;
	int rc;

	if (!*tls->office_certificate != !*tls->office_key)
		return err_set(err, ERR_INVALID,
		    "tls.office_certificate and tls.office_key belong "
		    "together: write both or none");
	rc = copy_or_join(server->office_certificate,
	    *tls->office_certificate ? tls->office_certificate
	                             : server->tls_certificate,
	    server->config->keys, "", err);
	if (rc < 0)
		return rc;
	return copy_or_join(server->office_key,
	    *tls->office_key ? tls->office_key : server->tls_key,
	    server->config->keys, "", err);
}

static int make_listeners(struct server *server, struct err *err)
{
	const struct config *config = server->config;
	const struct config_listeners *at = config->listeners;
	int rc = check_proxy_address(at->phones_proxy, err);

	if (rc == 0)
		rc = copy_or_join(server->tls_certificate,
		    config->tls->certificate, config->keys,
		    KEEPER_TLS_CERTIFICATE, err);
	if (rc == 0)
		rc = copy_or_join(server->tls_key, config->tls->key,
		    config->keys, KEEPER_TLS_KEY, err);
	if (rc == 0)
		rc = office_pair(server, err);
	if (rc < 0)
		return rc;
	add_listener(server, LISTENER_OFFICE, "office", at->office);
	add_listener(server, LISTENER_PHONES, "phones", at->phones);
	add_listener(
	    server, LISTENER_PHONES_PROXY, "phones_proxy", at->phones_proxy);
	add_listener(server, LISTENER_OPS, "ops", at->ops);
	add_listener(server, LISTENER_ADMIN, "admin", at->admin);
	return 0;
}

static int make_office(struct server *server, struct err *err)
{
	const struct config_limits *limits = server->config->limits;
	const struct office_limits office = {
	    .per_token = limits->requests_per_token,
	    .per_address = limits->requests_per_address,
	    .failures_per_address = limits->failures_per_address,
	};
	int rc = routes_check(err);

	return rc < 0 ? rc
	              : office_new(&office, world_rng(), &server->office, err);
}

static int make_http(struct server *server, struct err *err)
{
	const struct config_limits *limits = server->config->limits;
	const struct config_deadlines *deadlines = server->config->deadlines;
	struct http_config config = HTTP_CONFIG_DEFAULTS;
	int rc = make_listeners(server, err);

	if (rc < 0)
		return rc;
	server->ops.service = &server->service;
	server->ops.keeper = server->keeper;
	server->ctx.service = &server->service;
	server->ctx.ops = &server->ops;
	server->ctx.callers = server->callers;
	server->ctx.office = server->office;
	config.listeners = server->listeners;
	config.listener_count = server->listener_count;
	config.routes = routes_all(&config.route_count);
	config.ctx = &server->ctx;
	config.refuse = office_refuse;
	config.io_threads = limits->io_threads;
	config.workers = limits->workers;
	config.queue_max = limits->queue;
	config.connections_max = limits->connections;
	config.connections_per_address_max = limits->connections_per_address;
	config.header_max = limits->header_bytes;
	config.deadlines = (struct http_deadlines){
	    .handshake_ms = config_ms(deadlines->handshake),
	    .header_ms = config_ms(deadlines->header),
	    .body_ms = config_ms(deadlines->body),
	    .idle_ms = config_ms(deadlines->idle),
	    .write_ms = config_ms(deadlines->write),
	};
	config.clock = world_clock();
	config.log = &server->log;
	if ((rc = http_server_new(&config, &server->http, err)) < 0)
		return rc;
	server->ops.http = server->http;
	server->ops.routes = config.routes;
	server->ops.route_count = config.route_count;
	return 0;
}

static int make_outbox(struct server *server, struct err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(err, ERR_MEMORY, "libcurl cannot be started");
	return outbox_setup(server->config, &server->service,
	    &server->outbox_health, &server->outbox, err);
}

static int start_outbox(struct server *server, struct err *err)
{
	return outbox_start(server->outbox, err);
}

/* Where there are no fonts, all else still works: it is said, not fatal. */
static int warm_fonts(struct server *server, struct err *err)
{
	struct err why = {0};

	(void)err;
	if (receipt_draw_warm(&why) < 0)
		log_warning(&server->log, "receipts_not_drawn", LOG_CAUSE,
		    why.text, NULL);
	return 0;
}

/* All files are read by now, but those of the data folder. */
static int close_fence(struct server *server, struct err *err)
{
	(void)err;
	log_info(&server->log, "fence", LOG_KIND,
	    fence_close(server->config->data) ? "landlock" : "none", NULL);
	return 0;
}

static int start_http(struct server *server, struct err *err)
{
	server->ops.store = server->store;
	return http_server_start(server->http, err);
}

static void say_listening(const struct server *server)
{
	size_t i;

	for (i = 0; i < server->listener_count; i++)
		log_info(&server->log, "listening", LOG_LISTENER,
		    server->listeners[i].name, LOG_ADDRESS,
		    http_listener_address(
		        server->http, server->listeners[i].bit),
		    NULL);
}

/* ---- running ---- */

static void block_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGCHLD);
	(void)pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
}

static void tick(struct server *server)
{
	struct err err = {0};

	if (service_keep_going(&server->service, &err) < 0)
		log_error(&server->log, "periodic_work_failed", LOG_ERROR,
		    err.text, NULL);
}

/* Until a signal; 0 when it was asked for, -1 when the keeper is gone. */
static int run(struct server *server, const sigset_t *signals)
{
	int64_t tick_ms = config_ms(server->config->times->tick);
	struct timespec wait = {
	    .tv_sec = (time_t)(tick_ms / 1000),
	    .tv_nsec = (long)(tick_ms % 1000) * 1000000,
	};
	int number;

	for (;;) {
		number = sigtimedwait(signals, NULL, &wait);
		if (number < 0) {
			tick(server);
			continue;
		}
		if (number == SIGCHLD) {
			log_error(&server->log, "keeper_ended", LOG_ERROR,
			    "the keeper process has ended; the server stops "
			    "so that it is started anew",
			    NULL);
			return -1;
		}
		log_info(&server->log, "stopping", LOG_SIGNAL,
		    sigabbrev_np(number), NULL);
		return 0;
	}
}

static void stop(struct server *server)
{
	if (server->http) {
		atomic_store(&server->ops.stopping, true);
		http_server_stop(
		    server->http, config_ms(server->config->times->stop));
		http_server_free(server->http);
	}
	outbox_stop(server->outbox);
	outbox_free(server->outbox);
	if (server->service.last_seen && server->store)
		tick(server); /* the last last-seen times */
	last_seen_free(server->service.last_seen);
	known_identities_free(server->service.known);
	caller_checks_free(server->callers);
	office_free(server->office);
	token_uses_free(server->service.token_uses);
	organisations_clear(&server->organisations);
	store_close(server->store);
	keeper_stop(server->keeper);
	OPENSSL_free(server->ca);
	OPENSSL_free(server->supervision);
	config_free(server->config);
	if (server->lock >= 0)
		(void)close(server->lock);
}

/* No thread is started before the fence: it would not stand around it. */
static int (*const steps[])(struct server *, struct err *) = {raise_limits,
    take_lock, start_keeper, load_ca, load_bench, load_policy, make_office,
    make_http, make_outbox, warm_fonts, close_fence, open_store, make_service,
    start_outbox, start_http};

int program_serve(const struct options *options)
{
	struct server server = {.lock = -1};
	struct err err = {0};
	sigset_t signals;
	size_t i;
	int rc = open_config(&server, options, &err);

	block_signals(&signals);
	for (i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](&server, &err);
	if (rc == 0) {
		say_listening(&server);
		log_info(&server.log, "ready", LOG_VERSION, WP_VERSION,
		    LOG_ORGANISATION, server.config->organisation_name, NULL);
		if (run(&server, &signals) < 0)
			rc = err_set(&err, ERR_IO, "the keeper has ended");
	}
	stop(&server);
	return rc < 0 ? program_fail(&err) : EXIT_DONE;
}

int program_check_config(const struct options *options)
{
	struct config *config = NULL;
	struct organisations all = {.config = NULL};
	struct err err = {0};
	int rc = config_load(options->config, options->sets, &config, &err);

	if (rc == 0)
		rc = check_proxy_address(config->listeners->phones_proxy, &err);
	if (rc == 0)
		rc = outbox_setup_check(config, &err);
	if (rc == 0)
		rc = organisations_load(config, &all, NULL, &err);
	if (rc == 0)
		(void)printf("%s: ok\n", options->config);
	organisations_clear(&all);
	config_free(config);
	return rc < 0 ? program_fail(&err) : EXIT_DONE;
}
