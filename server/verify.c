/*
 * verify: is what was written still what it was? Without a file the audit log
 * of every organisation in the database; with one, an exported log or a
 * receipt, which needs neither database nor server.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/world.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/config.h"
#include "server/keeper/keeper.h"
#include "server/paths.h"
#include "server/programs.h"
#include "server/receipts/receipt_verify.h"
#include "server/service/audit/audit_file.h"
#include "server/service/audit/audit_log.h"
#include "server/store/store.h"

#define KEY_MAX 8192
#define EXIT_UNSIGNED 3 /* without fault, and vouched for by nobody */
#define HELD_MAX 100000 /* eleven years of one each hour */

struct verify {
	const struct options *options;
	struct config *config; /* NULL: none could be read, a file needs none */
	char orders_key[KEY_MAX];
	bool has_key;
	struct audit_checkpoint *held;
	size_t held_count;
	bool is_broken;
	bool is_unsigned;
};

/* ---- saying ---- */

/* A log that is younger than its first checkpoint, or pretends to be. */
static bool is_unsigned(const struct audit_finding *found)
{
	return found->entries + found->hidden > 0 && found->vouched_seq == 0;
}

static const char *word_of(const struct audit_finding *found)
{
	if (found->faults > 0)
		return "NOT WHOLE";
	if (is_unsigned(found))
		return "not signed yet: nobody vouches for any of it";
	return found->last_seq > 0 ? "whole" : "nothing is noted";
}

static void say_vouched(const struct audit_finding *finding)
{
	char when[TIME_TEXT_MAX];

	if (finding->vouched_seq == 0) {
		(void)printf("  no signed checkpoint vouches for it\n");
		return;
	}
	time_rfc3339(finding->vouched_at, when);
	(void)printf("  signed up to entry %" PRId64 " at %s (%" PRId64
	             " checkpoint%s); %" PRId64 " after it\n",
	    finding->vouched_seq, when, finding->checkpoints,
	    finding->checkpoints == 1 ? "" : "s",
	    finding->last_seq - finding->vouched_seq);
}

static void say_finding(
    struct verify *verify, const char *name, const struct audit_finding *found)
{
	int64_t shown = found->faults < AUDIT_FAULTS_KEPT ? found->faults
	                                                  : AUDIT_FAULTS_KEPT;
	int64_t i;

	(void)printf("%s: %" PRId64 " entries", name, found->entries);
	if (found->hidden > 0)
		(void)printf(
		    ", %" PRId64 " more by their hashes", found->hidden);
	if (found->purged > 0)
		(void)printf(", %" PRId64 " purged", found->purged);
	(void)printf("\n");
	say_vouched(found);
	for (i = 0; i < shown; i++)
		(void)printf("  FAULT: %s\n", found->sentences[i]);
	if (found->faults > shown)
		(void)printf(
		    "  and %" PRId64 " faults more\n", found->faults - shown);
	(void)printf("  %s\n", word_of(found));
	/* Nothing was altered, perhaps: it was only not told who may sign. */
	if (found->faults && !verify->has_key)
		(void)printf("  no public key was given: name the one that "
		             "checkpoints are signed with, --key orders.pub\n");
	verify->is_broken = verify->is_broken || found->faults > 0;
	verify->is_unsigned = verify->is_unsigned || is_unsigned(found);
}

/* ---- what it needs ---- */

/* The public half of what signs checkpoints: named, or of the key folder. */
static int load_key(struct verify *verify, struct err *err)
{
	const char *named = verify->options->key;
	char path[PATHS_MAX];
	FILE *file;
	size_t len;
	int rc = 0;

	if (!named && !verify->config)
		return 0;
	if (!named)
		rc = paths_join(
		    path, verify->config->keys, KEEPER_ORDERS_PUBLIC_KEY, err);
	if (rc < 0)
		return rc;
	file = fopen(named ? named : path, "re");
	if (!file)
		return err_set(err, ERR_IO, "%s: %s", named ? named : path,
		    strerror(errno));
	len = fread(verify->orders_key, 1, KEY_MAX - 1, file);
	(void)fclose(file);
	verify->orders_key[len] = '\0';
	verify->has_key = true;
	return 0;
}

static const char *key_of(const struct verify *verify)
{
	return verify->has_key ? verify->orders_key : NULL;
}

static int open_held(struct verify *verify, FILE **out, struct err *err)
{
	const char *path = verify->options->checkpoints;

	*out = NULL;
	if (!path)
		return 0;
	*out = fopen(path, "re");
	return *out ? 0 : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

static int add_held(
    struct verify *verify, const char *line, size_t len, struct err *err)
{
	struct audit_checkpoint *rows;

	if (verify->held_count >= HELD_MAX)
		return err_set(err, ERR_LIMIT, "too many checkpoints");
	rows =
	    reallocarray(verify->held, verify->held_count + 1, sizeof(*rows));
	if (!rows)
		return err_memory(err);
	verify->held = rows;
	return audit_file_parse_checkpoint(
	    line, len, &rows[verify->held_count++], err);
}

static int load_held(struct verify *verify, struct err *err)
{
	char line[2048];
	FILE *file;
	int rc = open_held(verify, &file, err);

	while (rc == 0 && file && fgets(line, sizeof(line), file)) {
		size_t len = strcspn(line, "\n");

		if (len > 0)
			rc = add_held(verify, line, len, err);
	}
	if (file)
		(void)fclose(file);
	if (rc < 0)
		(void)err_prefix(err, "%s", verify->options->checkpoints);
	return rc;
}

/* ---- the database ---- */

struct one {
	struct verify *verify;
	struct txn *txn;
	struct err *err;
	struct audit_finding finding;
};

static int verify_organisation(void *arg, const struct organisation *row)
{
	struct one *one = arg;
	struct audit_held held = {one->verify->held, one->verify->held_count};
	int rc = audit_verify(one->txn, row->id, key_of(one->verify), &held,
	    &one->finding, one->err);

	if (rc == 0)
		say_finding(one->verify, row->name, &one->finding);
	return rc;
}

static int verify_organisations(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;

	one->txn = txn;
	one->err = err;
	return store_organisation_each(txn, verify_organisation, one, err);
}

static int verify_database(struct verify *verify, struct err *err)
{
	char path[PATHS_MAX];
	struct log log;
	struct store_config config = {
	    .path = path,
	    .readers = 1,
	    .queue_max = 1,
	    .log = &log,
	    .clock = world_clock(),
	};
	struct one one = {.verify = verify};
	struct store *store = NULL;
	int rc = paths_join(path, verify->config->data, PATHS_DATABASE, err);

	world_log(&log, LOG_LEVEL_WARNING);
	if (rc == 0)
		rc = load_held(verify, err);
	if (rc == 0)
		rc = store_open(&config, &store, err);
	if (rc == 0)
		rc = store_read(store, verify_organisations, &one, err);
	store_close(store);
	return rc;
}

/* ---- files ---- */

static int verify_export(struct verify *verify, FILE *file, struct err *err)
{
	struct audit_file *found = calloc(1, sizeof(*found));
	FILE *held = NULL;
	int rc = found ? open_held(verify, &held, err) : err_memory(err);

	if (rc == 0)
		rc = audit_file_judge(file, held, key_of(verify), found, err);
	if (rc == 0 && found->person_id[0])
		(void)printf("about the person %s\n", found->person_id);
	if (rc == 0 && found->device_id[0])
		(void)printf("about the phone %s\n", found->device_id);
	if (rc == 0)
		say_finding(verify, found->org_id, &found->finding);
	if (held)
		(void)fclose(held);
	free(found);
	return rc;
}

/* ---- receipts ---- */

/* The CA's certificate: named, or of the key folder. */
static int find_ca(
    const struct verify *verify, char out[PATHS_MAX], struct err *err)
{
	const char *named = verify->options->ca;

	if (!named && !verify->config)
		return err_set(err, ERR_INVALID,
		    "a receipt is checked against the organisation's CA: "
		    "--ca FILE");
	if (!named)
		return paths_join(
		    out, verify->config->keys, KEEPER_CA_CERTIFICATE, err);
	if (snprintf(out, PATHS_MAX, "%s", named) >= PATHS_MAX)
		return err_set(err, ERR_LIMIT, "path is too long");
	return 0;
}

static int say_receipt(
    const char *path, const struct receipt_verdict *verdict, struct err *err)
{
	struct buf text = {0};
	int rc = receipt_verdict_explain(verdict, &text, err);

	if (rc == 0)
		(void)printf("%s\n%s", path, (const char *)text.data);
	buf_clear(&text);
	return rc;
}

static int verify_receipt(struct verify *verify, const char *path,
    struct receipt_verdict *out, struct err *err)
{
	char ca[PATHS_MAX];
	int rc = find_ca(verify, ca, err);

	if (rc == 0)
		rc = receipt_verify_file(path, ca, out, err);
	return rc < 0 ? rc : say_receipt(path, out, err);
}

/* A PDF and its twin are checked each by itself, then against each other. */
static int verify_receipts(struct verify *verify, struct err *err)
{
	const struct options *options = verify->options;
	struct receipt_verdict *verdicts = calloc(2, sizeof(*verdicts));
	int rc = verdicts
	    ? verify_receipt(verify, options->file, &verdicts[0], err)
	    : err_memory(err);

	if (rc == 0 && options->twin)
		rc = verify_receipt(verify, options->twin, &verdicts[1], err);
	if (rc == 0 && options->twin)
		rc = receipt_verdict_compare(&verdicts[0], &verdicts[1], err);
	if (rc == 0 && options->twin)
		(void)printf("both say the same\n");
	free(verdicts);
	return rc;
}

static int verify_file(struct verify *verify, struct err *err)
{
	const char *path = verify->options->file;
	FILE *file = fopen(path, "re");
	char start[64];
	size_t len;
	int rc;

	if (!file)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	len = fread(start, 1, sizeof(start), file);
	rewind(file);
	if (audit_file_is(start, len))
		rc = verify_export(verify, file, err);
	else
		rc = verify_receipts(verify, err);
	(void)fclose(file);
	return rc;
}

int program_verify(const struct options *options)
{
	struct verify verify = {.options = options};
	struct err err = {0};
	int rc =
	    config_load(options->config, options->sets, &verify.config, &err);

	/* Elsewhere there is no configuration: a file does without. */
	if (rc < 0 && options->file) {
		verify.config = NULL;
		rc = 0;
	}
	if (rc == 0)
		rc = load_key(&verify, &err);
	if (rc == 0)
		rc = options->file ? verify_file(&verify, &err)
		                   : verify_database(&verify, &err);
	config_free(verify.config);
	free(verify.held);
	if (rc < 0)
		return program_fail(&err);
	if (verify.is_broken)
		return EXIT_FAILED;
	return verify.is_unsigned ? EXIT_UNSIGNED : EXIT_DONE;
}
