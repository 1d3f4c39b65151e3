/*
 * vvm: voicemail greetings over IMAPS, as OMTP Visual Voice Mail 1.3 keeps
 * them. It lists, examines and fetches header fields and flags; it never stores
 * a flag, never opens INBOX and never fetches a recording.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/imap_answer.h"
#include "agent/connector/imaps.h"
#include "agent/connector/input.h"
#include "agent/connector/run.h"
#include "program/credential.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define USER_MAX 256
#define MAILBOXES_MAX 200000
#define TROUBLES_MAX 3
#define ALU_ENTRY "/private/vendor/vendor.alu/messaging/GreetingType"
#define FETCH                                                                  \
	"UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (X-CNS-Greeting-Type)])"

struct mailbox {
	struct evidence_subject subject;
	char user[USER_MAX];
	struct secret password; /* empty: that of the service user */
	unsigned long line;
};

struct source {
	const struct connector_config *config;
	struct mailbox *boxes;
	size_t count;
	size_t room;
	struct secret password; /* of the service user */
	struct imaps *imaps;
	int64_t timeout_ms;
	unsigned troubles;
};

/* ---- opening ---- */

static int add_mailbox(
    struct source *source, struct mailbox **out, struct err *err)
{
	if (source->count == source->room) {
		size_t room = source->room ? 2 * source->room : 256;
		void *more = source->count >= MAILBOXES_MAX
		    ? NULL
		    : realloc(source->boxes, room * sizeof(*source->boxes));

		if (!more)
			return err_set(err, ERR_LIMIT, "too many mailboxes");
		source->boxes = more;
		source->room = room;
	}
	*out = &source->boxes[source->count++];
	**out = (struct mailbox){.line = 0};
	return 0;
}

static int on_mailbox(void *arg, const struct input_row *row, struct err *err)
{
	struct source *source = arg;
	struct mailbox *box = NULL;
	int rc = add_mailbox(source, &box, err);

	if (rc < 0)
		return rc;
	box->line = row->line;
	rc = evidence_subject_make(EVIDENCE_SUBJECT_TEL, row->cells[0],
	    source->config->country, &box->subject, err);
	if (rc < 0)
		return rc;
	if (!row->cells[1][0] ||
	    str_copy(box->user, sizeof(box->user), row->cells[1]) < 0)
		return err_set(err, ERR_INVALID, "its user is none");
	if (!row->cells[2][0] && !source->password.data)
		return err_set(err, ERR_INVALID,
		    "it has no password, and no service user is configured");
	return row->cells[2][0] ? secret_set(&box->password, row->cells[2],
	                              strlen(row->cells[2]), err)
	                        : 0;
}

static void vvm_source_close(struct source *source)
{
	if (!source)
		return;
	for (size_t i = 0; i < source->count; i++)
		secret_clear(&source->boxes[i].password);
	secret_clear(&source->password);
	imaps_free(source->imaps);
	free(source->boxes);
	free(source);
}

static int open_parts(struct source *source, struct err *err)
{
	static const char *const columns[INPUT_COLUMNS] = {
	    "tel", "user", "password"};
	const struct vvm_config *vvm = source->config->vvm;
	char path[1024];
	int rc = credential_path(vvm->mailboxes_file, path, sizeof(path), err);

	(void)time_duration_parse(source->config->timeout, &source->timeout_ms);
	if (rc == 0 && vvm->password_file)
		rc = input_secret(vvm->password_file, &source->password, err);
	if (rc == 0 && strcmp(path, vvm->mailboxes_file) == 0)
		rc = input_is_private(path, err);
	if (rc == 0)
		rc = input_table(path, columns, on_mailbox, source, err);
	if (rc == 0)
		rc = imaps_new(&source->imaps, vvm->ca_file, err);
	return rc;
}

static int vvm_source_open(
    const struct connector_config *config, struct source **out, struct err *err)
{
	struct source *source = calloc(1, sizeof(*source));
	int rc;

	if (!source)
		return err_memory(err);
	source->config = config;
	rc = open_parts(source, err);
	if (rc < 0) {
		vvm_source_close(source);
		return rc;
	}
	*out = source;
	return 0;
}

/* ---- looking ---- */

static void log_in(struct source *source, const struct mailbox *box)
{
	const struct vvm_config *vvm = source->config->vvm;
	bool is_own = box->password.data != NULL;
	const struct imaps_login login = {.server = vvm->server,
	    .timeout_ms = source->timeout_ms,
	    .user = is_own ? box->user : vvm->user,
	    .password = is_own ? &box->password : &source->password,
	    .act_for = is_own ? NULL : box->user};

	imaps_login(source->imaps, &login);
}

static int list(
    struct source *source, char folder[IMAP_FOLDER_MAX], struct err *err)
{
	struct buf wire = {0};
	int rc = imaps_command(source->imaps, "LIST \"\" \"*\"", &wire, err);

	if (rc == 0)
		rc = imap_folder_find((const char *)wire.data, wire.len,
		    source->config->vvm->folder, folder, err);
	buf_clear(&wire);
	return rc;
}

/* EXAMINE, or SELECT where the server only then shows what was recorded by
 * telephone (OMTP VVM 1.2 section 1.1.11). */
static int open_folder(
    struct source *source, const char *folder, struct err *err)
{
	bool is_select = strcmp(source->config->vvm->open, "select") == 0;
	char command[IMAP_FOLDER_MAX + 16];
	struct buf wire = {0};
	int rc;

	(void)snprintf(command, sizeof(command), "%s %s",
	    is_select ? "SELECT" : "EXAMINE", folder);
	rc = imaps_command(source->imaps, command, &wire, err);
	buf_clear(&wire);
	return rc;
}

static int look_omtp(struct source *source, const char *folder,
    enum evidence_word *out, struct err *err)
{
	struct imap_greetings greetings;
	struct buf wire = {0};
	int rc = open_folder(source, folder, err);

	if (rc == 0)
		rc = imaps_command(source->imaps, FETCH, &wire, err);
	if (rc == 0)
		rc = imap_greetings_parse(
		    (const char *)wire.data, wire.len, &greetings, err);
	if (rc == 0)
		*out = imap_greetings_word(&greetings);
	buf_clear(&wire);
	return rc;
}

static int look_alu(
    struct source *source, enum evidence_word *out, struct err *err)
{
	struct buf wire = {0};
	char type[64];
	int rc = imaps_command(
	    source->imaps, "GETMETADATA INBOX " ALU_ENTRY, &wire, err);

	if (rc == 0)
		rc = imap_metadata_find((const char *)wire.data, wire.len,
		    ALU_ENTRY, type, sizeof(type), err);
	if (rc == 0)
		*out = imap_alu_word(type);
	buf_clear(&wire);
	return rc;
}

/* auto: the folder if there is one, else the metadata; when that has nothing
 * either, the folder is what is said to be missing. */
static int look(struct source *source, enum evidence_word *out,
    const char **dialect, struct err *err)
{
	const char *wanted = source->config->vvm->dialect;
	char folder[IMAP_FOLDER_MAX];
	int rc = list(source, folder, err); /* and so the login */

	*dialect = "omtp";
	if (rc == 0 && strcmp(wanted, "alu") != 0)
		return look_omtp(source, folder, out, err);
	if (rc < 0 &&
	    (rc != -(int)ERR_NOT_FOUND || strcmp(wanted, "omtp") == 0))
		return rc;
	*dialect = "alu";
	if (strcmp(wanted, "alu") == 0)
		return look_alu(source, out, err);
	return look_alu(source, out, NULL) == 0 ? 0 : rc;
}

/* Ends the run, or only this mailbox? */
static bool is_of_all(struct source *source, int rc)
{
	if (rc == -(int)ERR_CRYPTO || rc == -(int)ERR_MEMORY)
		return true;
	if (rc == -(int)ERR_IO || rc == -(int)ERR_TIMEOUT)
		return ++source->troubles >= TROUBLES_MAX || source->count == 1;
	source->troubles = 0;
	return false;
}

static int look_into(struct source *source, const struct mailbox *box,
    struct run *run, struct err *err)
{
	struct map_world world;
	struct evidence_item item = {.subject = box->subject,
	    .fact = EVIDENCE_FACT_GREETING,
	    .method = EVIDENCE_METHOD_VVM};
	struct err why = {0};
	const char *dialect = "";
	int rc;

	run_step(run);
	run_world(run, &world);
	log_in(source, box);
	rc = look(source, &item.value.word, &dialect, &why);
	if (rc == 0) {
		source->troubles = 0;
		item.valid_until_ms =
		    world.now_ms + evidence_fact_fresh_ms(item.fact);
		(void)str_copy(item.detail, sizeof(item.detail), dialect);
		return run_add(run, &item, err);
	}
	if (is_of_all(source, rc))
		return err_set(err, why.code, "%s", why.text);
	run_skip_text(run, "mailboxes", box->line, "", why.text);
	return 0;
}

static int vvm_source_run(
    struct source *source, struct run *run, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < source->count; i++) {
		if (run_is_stopped(run))
			return err_set(
			    err, ERR_CONFLICT, "stopped by a signal");
		rc = look_into(source, &source->boxes[i], run, err);
	}
	return rc;
}

const struct source_kind source_vvm = {"vvm", EVIDENCE_METHOD_VVM, true,
    vvm_source_open, vvm_source_run, vvm_source_close};
