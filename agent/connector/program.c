#include "agent/connector/program.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/connector/config.h"
#include "agent/connector/https.h"
#include "agent/connector/input.h"
#include "agent/connector/run.h"
#include "agent/connector/sandbox.h"
#include "agent/connector/seq.h"
#include "program/world.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define DEFAULT_CONFIG "/etc/workphone/connector.yaml"
#define TRIES 6 /* 1 + 2 + 4 + 8 + 16 seconds between them */

static volatile sig_atomic_t stopping;

static const struct source_kind *const kinds[] = {
    &source_csv, &source_http, &source_vvm};

static void on_signal(int number)
{
	(void)number;
	stopping = 1;
}

static void catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

static int fail(const struct err *err)
{
	(void)fprintf(stderr, "workphone-connector: %s\n", err->text);
	return PROGRAM_FAILED;
}

/* ---- one run ---- */

struct job {
	const struct program_options *options;
	struct connector_config *config;
	const struct source_kind *kind;
	struct source *source;
	struct sender sender;
	struct run *run;
};

static void job_clear(struct job *job)
{
	if (job->source)
		job->kind->close(job->source);
	run_free(job->run);
	https_free(job->sender.https);
	seq_close(job->sender.seq);
	EVP_PKEY_free(job->sender.pair);
	connector_config_free(job->config);
}

static int load_key(struct job *job, struct err *err)
{
	uint8_t public[EVIDENCE_KEY_SIZE];
	struct secret pem = {0};
	int rc = input_secret(job->config->key_file, &pem, err);

	if (rc == 0)
		rc = evidence_pair_parse(
		    pem.data, pem.len, &job->sender.pair, err);
	if (rc == 0)
		rc = evidence_key_public(job->sender.pair, public, err);
	if (rc == 0)
		rc = evidence_key_id(public, job->sender.key_id, err);
	secret_clear(&pem);
	return rc;
}

static int open_sender(struct job *job, struct err *err)
{
	struct connector_config *config = job->config;
	int64_t timeout = 0;
	int rc;

	if (!config->server[0])
		return err_set(err, ERR_INVALID,
		    "the configuration names no server; --dry-run needs none");
	(void)time_duration_parse(config->timeout, &timeout);
	job->sender.server = config->server;
	job->sender.connector = config->connector;
	job->sender.clock = world_clock();
	job->sender.stopping = &stopping;
	job->sender.tries = TRIES;
	uuid_make(clock_now(world_clock()), world_rng(), job->sender.run);
	rc = load_key(job, err);
	if (rc == 0)
		rc = seq_open(config->state, &job->sender.seq, err);
	if (rc == 0)
		rc = https_new(
		    config->ca_file, timeout, &job->sender.https, err);
	return rc;
}

static int open_run(struct job *job, struct err *err)
{
	const struct run_options options = {.is_dry = job->options->is_dry,
	    .is_json = job->options->is_json,
	    .is_quiet = job->options->is_quiet,
	    .stopping = &stopping,
	    .clock = world_clock()};
	char(*imeis)[EVIDENCE_IMEI_MAX] = NULL;
	size_t count = 0;
	int rc = 0;

	if (job->config->equipment_file)
		rc = input_equipment(
		    job->config->equipment_file, &imeis, &count, err);
	if (rc == 0)
		rc = run_new(&options, job->config, job->kind->method,
		    options.is_dry ? NULL : &job->sender, &job->run, err);
	if (rc == 0)
		run_set_equipment(job->run, imeis, count);
	else
		free(imeis);
	return rc;
}

static const struct source_kind *kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

static int load_config(const struct program_options *options,
    struct connector_config **out, struct err *err)
{
	return connector_config_load(
	    options->config ? options->config : DEFAULT_CONFIG, out, err);
}

static int open_job(struct job *job, const char *kind, struct err *err)
{
	int rc = load_config(job->options, &job->config, err);

	if (rc < 0)
		return rc;
	job->kind = kind_find(connector_config_kind(job->config));
	if (kind && strcmp(kind, job->kind->name) != 0)
		return err_set(err, ERR_INVALID,
		    "this configuration is for `%s`", job->kind->name);
	rc = job->kind->open(job->config, &job->source, err);
	if (rc == 0 && !job->options->is_dry)
		rc = open_sender(job, err);
	if (rc == 0)
		rc = open_run(job, err);
	return rc;
}

/* A source with a socket fails at the other side; a file, here. */
static int status_of(const struct job *job, int rc)
{
	if (rc < 0 && run_failed_at_server(job->run))
		return PROGRAM_SERVER;
	if (rc < 0)
		return job->kind->has_network ? PROGRAM_SOURCE : PROGRAM_FAILED;
	return run_has_gaps(job->run) ? PROGRAM_GAPS : PROGRAM_DONE;
}

/* What was read before a failure is sent too. */
static int run_job(struct job *job)
{
	struct err err = {0};
	struct err late = {0};
	int rc;
	int last;
	bool is_dry = job->options->is_dry;

	(void)sandbox_close(is_dry ? NULL : job->config->state,
	    !is_dry || job->kind->has_network);
	rc = job->kind->run(job->source, job->run, &err);
	if (!run_failed_at_server(job->run) && !stopping) {
		last = run_flush(job->run, &late);
		if (last < 0) {
			rc = last;
			err = late;
		}
	}
	if (rc == 0 && stopping)
		rc = err_set(&err, ERR_CONFLICT, "stopped by a signal");
	run_print(job->run, rc < 0 ? &err : NULL);
	if (rc < 0)
		(void)fail(&err);
	return status_of(job, rc);
}

static int run_kind(const struct program_options *options, const char *kind)
{
	const struct rlimit none = {0, 0};
	struct job job = {.options = options};
	struct err err = {0};
	int status;

	catch_signals();
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	status = open_job(&job, kind, &err) < 0 ? fail(&err) : run_job(&job);
	job_clear(&job);
	curl_global_cleanup();
	return status;
}

int program_csv(const struct program_options *options)
{
	return run_kind(options, "csv");
}

int program_http_json(const struct program_options *options)
{
	return run_kind(options, "http-json");
}

int program_vvm(const struct program_options *options)
{
	return run_kind(options, "vvm");
}

int program_run(const struct program_options *options)
{
	return run_kind(options, NULL);
}

/* ---- the rest ---- */

int program_check_config(const struct program_options *options)
{
	struct connector_config *config = NULL;
	struct source *source = NULL;
	const struct source_kind *kind;
	struct err err = {0};
	int rc = load_config(options, &config, &err);

	if (rc == 0) {
		kind = kind_find(connector_config_kind(config));
		rc = kind->open(config, &source, &err);
		if (rc == 0)
			kind->close(source);
	}
	connector_config_free(config);
	if (rc < 0)
		return fail(&err);
	(void)printf("The configuration is sound.\n");
	return PROGRAM_DONE;
}

static int write_new(const char *path, mode_t mode, const void *data,
    size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int rc = 0;

	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (write(fd, data, len) != (ssize_t)len || fsync(fd) != 0)
		rc = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	(void)close(fd);
	return rc;
}

/* FILE and FILE.pub, the half that is registered. */
static int write_key(const char *path, const struct buf *pem,
    const uint8_t key[EVIDENCE_KEY_SIZE], struct err *err)
{
	char *text = str_base64(key, EVIDENCE_KEY_SIZE);
	struct buf public = {0};
	struct buf name = {0};
	int rc = text ? 0 : err_memory(err);

	if (rc == 0) {
		buf_printf(&public, "%s\n", text);
		buf_printf(&name, "%s.pub", path);
		rc = buf_check(&public, err);
	}
	if (rc == 0)
		rc = buf_check(&name, err);
	if (rc == 0)
		rc = write_new(path, 0600, pem->data, pem->len, err);
	if (rc == 0)
		rc = write_new((const char *)name.data, 0644, public.data,
		    public.len, err);
	free(text);
	buf_clear(&public);
	buf_clear(&name);
	return rc;
}

static int print_key(const struct program_options *options,
    const uint8_t key[EVIDENCE_KEY_SIZE], struct err *err)
{
	char id[EVIDENCE_KEY_ID_MAX];
	char *text = str_base64(key, EVIDENCE_KEY_SIZE);
	int rc = text ? evidence_key_id(key, id, err) : err_memory(err);

	if (rc == 0 && options->is_json)
		(void)printf(
		    "{\"key_id\":\"%s\",\"public_key\":\"%s\"}\n", id, text);
	else if (rc == 0)
		(void)printf("key id      %s\npublic key  %s\n"
		             "Register %s.pub at the server; %s stays here.\n",
		    id, text, options->out, options->out);
	free(text);
	return rc;
}

int program_keygen(const struct program_options *options)
{
	uint8_t key[EVIDENCE_KEY_SIZE];
	struct buf pem = {0};
	struct err err = {0};
	EVP_PKEY *pair = NULL;
	int rc = options->out
	    ? evidence_pair_make(&pair, &err)
	    : err_set(&err, ERR_INVALID, "keygen needs --out FILE");

	if (rc == 0)
		rc = evidence_pair_encode(pair, &pem, &err);
	if (rc == 0)
		rc = evidence_key_public(pair, key, &err);
	if (rc == 0)
		rc = write_key(options->out, &pem, key, &err);
	if (rc == 0)
		rc = print_key(options, key, &err);
	if (pem.data)
		explicit_bzero(pem.data, pem.cap);
	buf_clear(&pem);
	EVP_PKEY_free(pair);
	if (rc < 0)
		return options->out ? fail(&err) : (fail(&err), PROGRAM_USAGE);
	return PROGRAM_DONE;
}
