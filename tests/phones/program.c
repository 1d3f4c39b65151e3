#include "tests/phones/program.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/err.h"
#include "tests/phones/dump.h"
#include "tests/phones/pem.h"
#include "tests/phones/scep_client.h"

#define SHARED_KEY_BITS 2048

static int64_t real_now(void *arg)
{
	struct timespec now;

	(void)arg;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void real_random(void *arg, void *out, size_t len)
{
	(void)arg;
	if (RAND_bytes(out, (int)len) != 1) {
		(void)fprintf(stderr, "virtual-phones: no randomness\n");
		exit(1);
	}
}

static const struct clock real_clock = {real_now, NULL};
static const struct rng real_rng = {real_random, NULL};

static int fill(
    struct program *program, const struct options *options, struct err *err)
{
	int rc = 0;

	program->world = (struct session_world){.clock = &real_clock,
	    .rng = &real_rng,
	    .dump = options->dump,
	    .never_sign = options->never_sign,
	    .allow_unsigned = options->allow_unsigned,
	    .scep_get = options->scep_get};
	program->net = (struct net_options){.proxy_url = options->proxy_url,
	    .sign = options->sign,
	    .keep_alive = options->keep_alive,
	    .timeout_s = options->timeout};
	program->anchors = sk_X509_new_null();
	if (!program->anchors)
		return err_memory(err);
	if (options->ca_file)
		rc = pem_load_certificates(
		    options->ca_file, program->anchors, err);
	if (rc == 0 && options->shared_key)
		rc = scep_make_key(SHARED_KEY_BITS, &program->key, err);
	program->world.key = program->key;
	if (rc == 0 && options->dump)
		rc = dump_start(options->dump, err);
	return rc;
}

int program_open(
    struct program *program, const struct options *options, struct err *err)
{
	int rc;

	memset(program, 0, sizeof(*program));
	if (!options->state)
		return err_set(err, ERR_INVALID, "--state DIR is missing");
	rc = fill(program, options, err);
	if (rc == 0)
		rc = folder_open(options->state, &program->folder, err);
	if (rc < 0)
		program_close(program);
	return rc;
}

void program_close(struct program *program)
{
	folder_close(program->folder);
	sk_X509_pop_free(program->anchors, X509_free);
	EVP_PKEY_free(program->key);
	memset(program, 0, sizeof(*program));
}

void program_give_anchors(const struct program *program, struct phone *phone)
{
	if (sk_X509_num(program->anchors) == 0)
		return;
	sk_X509_pop_free(phone->anchors, X509_free);
	phone->anchors = X509_chain_up_ref(program->anchors);
	phone_profiles_changed(phone);
}

int program_fail(const struct err *err)
{
	(void)fprintf(stderr, "virtual-phones: %s\n", err->text);
	return 1;
}

void program_print_json(const json_t *json)
{
	if (json_dumpf(json, stdout, JSON_INDENT(1)) == 0)
		(void)putchar('\n');
}

void program_print_report(const json_t *report)
{
	const json_t *error = json_object_get(report, "error");
	const char *serial =
	    json_string_value(json_object_get(report, "serial"));
	const json_t *done = json_object_get(report, "done");
	const json_t *item;
	size_t i;

	for (i = 0; i < json_array_size(done); i++) {
		item = json_array_get(done, i);
		(void)printf("%s  %s: %s\n", serial,
		    json_string_value(json_object_get(item, "what")),
		    json_string_value(json_object_get(item, "detail")));
	}
	(void)fflush(stdout);
	if (error)
		(void)fprintf(stderr, "virtual-phones: %s: %s\n", serial,
		    json_string_value(json_object_get(error, "text")));
	else if (json_array_size(done) == 0)
		(void)printf("%s  nothing to do\n", serial);
}
