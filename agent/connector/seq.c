#include "agent/connector/seq.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "agent/bench/uplink/files.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence.h"

#define FILE_NAME "seq"

struct seq {
	char folder[512];
	int lock;
	int64_t last;
};

static int take_lock(struct seq *seq, struct err *err)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/lock", seq->folder);
	seq->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (seq->lock < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (flock(seq->lock, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_BUSY,
		    "%s: another run of this connector is at work",
		    seq->folder);
	return 0;
}

static int read_last(struct seq *seq, struct err *err)
{
	struct buf text = {0};
	uint64_t number;
	int rc = files_read(seq->folder, FILE_NAME, 32, &text, err);

	if (rc == -(int)ERR_NOT_FOUND)
		return 0; /* the first run */
	if (rc < 0)
		return rc;
	if (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (text.len == 0 ||
	    str_number_parse(
	        (const char *)text.data, EVIDENCE_SEQ_MAX - 1, &number) < 0)
		rc = err_set(err, ERR_INVALID,
		    "%s/%s holds no number; remove it when no other run is "
		    "at work",
		    seq->folder, FILE_NAME);
	else
		seq->last = (int64_t)number;
	buf_clear(&text);
	return rc;
}

int seq_open(const char *folder, struct seq **out, struct err *err)
{
	struct seq *seq = calloc(1, sizeof(*seq));
	int rc;

	if (!seq)
		return err_memory(err);
	seq->lock = -1;
	rc = str_copy(seq->folder, sizeof(seq->folder), folder);
	if (rc < 0)
		rc = err_set(err, ERR_LIMIT, "a path is too long");
	if (rc == 0)
		rc = files_make_folder(folder, err);
	if (rc == 0)
		rc = take_lock(seq, err);
	if (rc == 0)
		rc = read_last(seq, err);
	if (rc < 0) {
		seq_close(seq);
		return rc;
	}
	*out = seq;
	return 0;
}

void seq_close(struct seq *seq)
{
	if (seq && seq->lock >= 0)
		(void)close(seq->lock);
	free(seq);
}

int seq_take(struct seq *seq, int64_t now_ms, int64_t *out, struct err *err)
{
	int64_t next = seq->last + 1;
	char text[32];
	int used;
	int rc;

	if (next < now_ms / TIME_SECOND_MS)
		next = now_ms / TIME_SECOND_MS;
	used = snprintf(text, sizeof(text), "%lld\n", (long long)next);
	rc = files_write(seq->folder, FILE_NAME, text, (size_t)used, 0600, err);
	if (rc < 0)
		return rc;
	seq->last = next;
	*out = next;
	return 0;
}
