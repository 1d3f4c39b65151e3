#include "server/service/audit/audit_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/service/audit/audit.h"
#include "server/service/audit/audit_chain.h"
#include "server/service/audit/audit_signature.h"

struct mark {
	int64_t seq;
	int64_t at;
	uint8_t sha256[AUDIT_HASH];
};

/* A person with emptied bodies; cleared by the entry that tells of it. */
struct emptied {
	char person_id[STORE_ID];
	int64_t seq; /* the first */
};

struct audit_judge {
	char org_id[STORE_ID];
	struct audit_signature_key *key; /* NULL: none */
	struct audit_hasher *hasher;
	struct audit_head last;
	int64_t begin_seq; /* the entries come behind this one */
	bool wants_signed;
	bool is_linked; /* last.sha256 is to be believed */
	struct mark *marks;
	size_t mark_count;
	size_t mark_at; /* those before are done with */
	bool is_sorted;
	struct emptied *emptied;
	size_t emptied_count;
	struct audit_finding finding;
};

int audit_judge_new(const char *org_id, const char *orders_key,
    struct audit_judge **out, struct err *err)
{
	struct audit_judge *judge = calloc(1, sizeof(*judge));
	int rc;

	if (!judge)
		return err_memory(err);
	(void)snprintf(judge->org_id, sizeof(judge->org_id), "%s", org_id);
	judge->is_linked = true;
	rc = audit_hasher_new(&judge->hasher, err);
	if (rc == 0 && orders_key)
		rc = audit_signature_key_new(orders_key, &judge->key, err);
	if (rc < 0) {
		audit_judge_free(judge);
		return rc;
	}
	*out = judge;
	return 0;
}

void audit_judge_free(struct audit_judge *judge)
{
	if (!judge)
		return;
	audit_signature_key_free(judge->key);
	audit_hasher_free(judge->hasher);
	free(judge->marks);
	free(judge->emptied);
	free(judge);
}

void audit_judge_fault(struct audit_judge *judge, const char *format, ...)
{
	struct audit_finding *finding = &judge->finding;
	va_list args;

	if (finding->faults < AUDIT_FAULTS_KEPT) {
		va_start(args, format);
		(void)vsnprintf(finding->sentences[finding->faults],
		    sizeof(finding->sentences[0]), format, args);
		va_end(args);
	}
	finding->faults++;
}

/* Room for one more, doubled at the powers of two. */
static void *grown(void *rows, size_t count, size_t size)
{
	if (count > 0 && (count & (count - 1)) != 0)
		return rows;
	return reallocarray(rows, count ? 2 * count : 1, size);
}

/* ---- checkpoints ---- */

int audit_judge_checkpoint(struct audit_judge *judge,
    const struct audit_checkpoint *row, struct err *err)
{
	struct mark *marks;

	if (!judge->key) {
		audit_judge_fault(judge,
		    "the checkpoint at entry %lld cannot be checked without "
		    "the public key",
		    (long long)row->seq);
		return 0;
	}
	if (strcmp(row->org_id, judge->org_id) != 0 ||
	    !audit_signature_holds(judge->key, row)) {
		audit_judge_fault(judge,
		    "the checkpoint at entry %lld is not signed by this "
		    "server's key",
		    (long long)row->seq);
		return 0;
	}
	marks = grown(judge->marks, judge->mark_count, sizeof(*marks));
	if (!marks)
		return err_memory(err);
	judge->marks = marks;
	marks[judge->mark_count].seq = row->seq;
	marks[judge->mark_count].at = row->at;
	memcpy(marks[judge->mark_count++].sha256, row->sha256, AUDIT_HASH);
	judge->is_sorted = false;
	return 0;
}

static int mark_order(const void *a, const void *b)
{
	const struct mark *left = a;
	const struct mark *right = b;

	return (left->seq > right->seq) - (left->seq < right->seq);
}

/* Those of entries that are not among ours say nothing here. */
static void marks_sort(struct audit_judge *judge)
{
	if (judge->is_sorted)
		return;
	if (judge->mark_count > 1)
		qsort(judge->marks, judge->mark_count, sizeof(struct mark),
		    mark_order);
	judge->mark_at = 0;
	while (judge->mark_at < judge->mark_count &&
	    judge->marks[judge->mark_at].seq < judge->last.seq)
		judge->mark_at++;
	judge->is_sorted = true;
}

static void mark_check(struct audit_judge *judge, const struct mark *mark)
{
	struct audit_finding *finding = &judge->finding;

	if (mark->seq != judge->last.seq)
		return; /* the gap was told */
	if (memcmp(mark->sha256, judge->last.sha256, AUDIT_HASH) != 0) {
		audit_judge_fault(judge,
		    "entry %lld is not the one that was signed: the log was "
		    "made anew before it",
		    (long long)mark->seq);
		return;
	}
	finding->checkpoints++;
	finding->vouched_seq = mark->seq;
	finding->vouched_at = mark->at;
}

static void marks_check(struct audit_judge *judge)
{
	marks_sort(judge);
	while (judge->mark_at < judge->mark_count &&
	    judge->marks[judge->mark_at].seq <= judge->last.seq)
		mark_check(judge, &judge->marks[judge->mark_at++]);
}

void audit_judge_begin(
    struct audit_judge *judge, int64_t seq, const uint8_t sha256[AUDIT_HASH])
{
	judge->begin_seq = seq;
	judge->last.seq = seq;
	memcpy(judge->last.sha256, sha256, AUDIT_HASH);
	judge->is_sorted = false;
	marks_check(judge);
}

void audit_judge_want_signed(struct audit_judge *judge)
{
	judge->wants_signed = true;
}

/* ---- links ---- */

/* Gaps and repetitions. After one the link cannot be checked. A number may be
 * anything: what is not ours to believe must not overflow. */
static void seq_check(struct audit_judge *judge, int64_t seq)
{
	uint64_t step = (uint64_t)seq - (uint64_t)judge->last.seq;
	unsigned long long due = (uint64_t)judge->last.seq + 1;

	if (step == 1 && seq > judge->last.seq)
		return;
	judge->is_linked = false;
	if (seq <= judge->last.seq)
		audit_judge_fault(judge, "entry %lld stands behind entry %lld",
		    (long long)seq, (long long)judge->last.seq);
	else if (step == 2)
		audit_judge_fault(judge, "entry %llu is missing", due);
	else
		audit_judge_fault(judge, "entries %llu to %lld are missing",
		    due, (long long)seq - 1);
}

/* sha256 as it should be; zeros when what stands before is not known. */
static int link_reckon(struct audit_judge *judge,
    const uint8_t entry[AUDIT_HASH], uint8_t out[AUDIT_HASH], struct err *err)
{
	if (!judge->is_linked) {
		memset(out, 0, AUDIT_HASH);
		return 0;
	}
	return audit_link_hash(
	    judge->hasher, judge->last.sha256, entry, out, err);
}

int audit_judge_hidden(struct audit_judge *judge, int64_t seq,
    const uint8_t entry_sha256[AUDIT_HASH], struct err *err)
{
	uint8_t sha256[AUDIT_HASH];
	int rc;

	seq_check(judge, seq);
	rc = link_reckon(judge, entry_sha256, sha256, err);
	if (rc < 0)
		return rc;
	judge->finding.hidden++;
	judge->last.seq = seq;
	memcpy(judge->last.sha256, sha256, AUDIT_HASH);
	marks_check(judge);
	return 0;
}

/* ---- bodies ---- */

static struct emptied *emptied_find(
    struct audit_judge *judge, const char *person_id, size_t *place)
{
	size_t low = 0;
	size_t high = judge->emptied_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(judge->emptied[middle].person_id, person_id);

		if (order == 0) {
			*place = middle;
			return &judge->emptied[middle];
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return NULL;
}

static int emptied_note(
    struct audit_judge *judge, const struct audit_row *row, struct err *err)
{
	struct emptied *rows;
	size_t place;

	judge->finding.purged++;
	if (!row->person_id[0] || strlen(row->person_id) >= STORE_ID) {
		audit_judge_fault(judge,
		    "the body of entry %lld was emptied, and it is about "
		    "nobody",
		    (long long)row->seq);
		return 0;
	}
	if (emptied_find(judge, row->person_id, &place))
		return 0;
	rows = grown(judge->emptied, judge->emptied_count, sizeof(*rows));
	if (!rows)
		return err_memory(err);
	judge->emptied = rows;
	memmove(rows + place + 1, rows + place,
	    (judge->emptied_count++ - place) * sizeof(*rows));
	(void)snprintf(rows[place].person_id, sizeof(rows[place].person_id),
	    "%s", row->person_id);
	rows[place].seq = row->seq;
	return 0;
}

static void emptied_explain(
    struct audit_judge *judge, const struct audit_row *row)
{
	struct emptied *found;
	size_t place;

	if (strcmp(row->action, audit_action_word(AUDIT_PURGED)) != 0)
		return;
	found = emptied_find(judge, row->person_id, &place);
	if (found)
		memmove(found, found + 1,
		    (--judge->emptied_count - place) * sizeof(*found));
}

static int body_check(
    struct audit_judge *judge, const struct audit_row *row, struct err *err)
{
	uint8_t sha256[AUDIT_HASH];
	int rc;

	if (row->body_len == 0 && row->salt_len == 0)
		return emptied_note(judge, row, err);
	rc = audit_body_hash(judge->hasher, row, sha256, err);
	if (rc == 0 && memcmp(sha256, row->body_sha256, AUDIT_HASH) != 0)
		audit_judge_fault(judge, "the body of entry %lld was changed",
		    (long long)row->seq);
	return rc;
}

int audit_judge_entry(
    struct audit_judge *judge, const struct audit_row *row, struct err *err)
{
	uint8_t entry[AUDIT_HASH];
	uint8_t sha256[AUDIT_HASH];
	int rc;

	seq_check(judge, row->seq);
	if (strcmp(row->org_id, judge->org_id) != 0)
		audit_judge_fault(judge,
		    "entry %lld is of another organisation",
		    (long long)row->seq);
	rc = body_check(judge, row, err);
	if (rc == 0)
		rc = audit_entry_hash(judge->hasher, row, entry, err);
	if (rc == 0)
		rc = link_reckon(judge, entry, sha256, err);
	if (rc < 0)
		return rc;
	if (judge->is_linked && memcmp(sha256, row->sha256, AUDIT_HASH) != 0)
		audit_judge_fault(
		    judge, "entry %lld was changed", (long long)row->seq);
	emptied_explain(judge, row);
	judge->finding.entries++;
	judge->finding.last_at = row->at;
	judge->last.seq = row->seq;
	/* What follows is judged by what stands here: one fault, told once. */
	memcpy(judge->last.sha256, row->sha256, AUDIT_HASH);
	judge->is_linked = true;
	marks_check(judge);
	return 0;
}

/* ---- the end ---- */

static void head_check(struct audit_judge *judge, const struct audit_head *head)
{
	if (head->seq > judge->last.seq)
		audit_judge_fault(judge,
		    "the log ends at entry %lld and should at %lld: its end "
		    "was cut off",
		    (long long)judge->last.seq, (long long)head->seq);
	else if (head->seq != judge->last.seq ||
	    memcmp(head->sha256, judge->last.sha256, AUDIT_HASH) != 0)
		audit_judge_fault(judge,
		    "the last entry, %lld, is not the one that the log's head "
		    "names",
		    (long long)judge->last.seq);
}

static void signed_check(struct audit_judge *judge)
{
	const struct audit_finding *finding = &judge->finding;

	if (!judge->wants_signed || finding->faults > 0 ||
	    finding->vouched_seq > judge->begin_seq)
		return;
	audit_judge_fault(judge, "%s",
	    judge->key
	        ? "nobody signed any of it: no checkpoint names an entry that "
	          "stands here"
	        : "without the public key nobody vouches for any of it");
}

void audit_judge_end(struct audit_judge *judge, const struct audit_head *head,
    struct audit_finding *out)
{
	size_t i;

	marks_check(judge);
	for (i = judge->mark_at; i < judge->mark_count; i++)
		audit_judge_fault(judge,
		    "a signed checkpoint names entry %lld, and the log ends at "
		    "%lld: its end was cut off",
		    (long long)judge->marks[i].seq, (long long)judge->last.seq);
	if (head)
		head_check(judge, head);
	for (i = 0; i < judge->emptied_count; i++)
		audit_judge_fault(judge,
		    "the body of entry %lld was emptied, and no entry says "
		    "so",
		    (long long)judge->emptied[i].seq);
	signed_check(judge);
	judge->finding.last_seq = judge->last.seq;
	*out = judge->finding;
}
