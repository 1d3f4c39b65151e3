#include "agent/bench/uplink/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/uplink/files.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"

#define SUFFIX ".report"
#define SEQUENCE_FILE "sequence"
#define FILE_MAX (4 * STATION_REPORT_MAX)
#define NAME_MAX_LEN 80
#define SENT_MAX 256

/* Names are "<sequence>.<id>.report": sorted by age. */
struct item {
	uint64_t sequence;
	char id[UUID_TEXT_MAX];
};

struct outbox {
	char folder[512];
	EVP_PKEY *key;
	uint64_t sequence;  /* given last */
	struct item *items; /* owned, oldest first */
	size_t count;
	/* What the server has, the newest of it: a journal that was locked when
	 * its report went out offers it once more. */
	char sent[SENT_MAX][UUID_TEXT_MAX];
	size_t sent_next;
};

static void item_name(const struct item *item, char out[NAME_MAX_LEN])
{
	(void)snprintf(out, NAME_MAX_LEN, "%016" PRIu64 ".%s" SUFFIX,
	    item->sequence, item->id);
}

static int item_parse(const char *name, struct item *item)
{
	char number[17];

	if (strlen(name) != 16 + 1 + 36 + strlen(SUFFIX) || name[16] != '.')
		return -(int)ERR_INVALID;
	memcpy(number, name, 16);
	number[16] = '\0';
	memcpy(item->id, name + 17, 36);
	item->id[36] = '\0';
	if (!uuid_is_valid(item->id))
		return -(int)ERR_INVALID;
	return str_number_parse(number, INT64_MAX, &item->sequence);
}

static int item_add(struct outbox *outbox, const struct item *item)
{
	struct item *grown =
	    reallocarray(outbox->items, outbox->count + 1, sizeof(*grown));

	if (!grown)
		return -(int)ERR_MEMORY;
	outbox->items = grown;
	outbox->items[outbox->count++] = *item;
	return 0;
}

static int on_file(void *arg, const char *name)
{
	struct item item;

	if (item_parse(name, &item) < 0)
		return 0;
	return item_add(arg, &item);
}

static int by_sequence(const void *a, const void *b)
{
	const struct item *left = a;
	const struct item *right = b;

	return (left->sequence > right->sequence) -
	    (left->sequence < right->sequence);
}

static int load_sequence(struct outbox *outbox, struct err *err)
{
	struct buf text = {0};
	size_t i;
	int rc = files_read(outbox->folder, SEQUENCE_FILE, 64, &text, err);

	if (rc == -(int)ERR_NOT_FOUND)
		rc = 0;
	else if (rc == 0)
		rc = str_number_parse((const char *)text.data, INT64_MAX,
		         &outbox->sequence) < 0
		    ? err_set(err, ERR_INVALID,
		          "%s/%s is no number: this station must join anew",
		          outbox->folder, SEQUENCE_FILE)
		    : 0;
	buf_clear(&text);
	for (i = 0; i < outbox->count; i++)
		if (outbox->items[i].sequence > outbox->sequence)
			outbox->sequence = outbox->items[i].sequence;
	return rc;
}

int outbox_open(
    const char *folder, EVP_PKEY *key, struct outbox **out, struct err *err)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));
	int rc;

	if (!outbox)
		return err_memory(err);
	outbox->key = key;
	rc = str_copy(outbox->folder, sizeof(outbox->folder), folder);
	if (rc == 0)
		rc = files_each(folder, SUFFIX, on_file, outbox, err);
	if (rc == 0)
		rc = load_sequence(outbox, err);
	if (rc < 0) {
		outbox_free(outbox);
		return rc;
	}
	if (outbox->count > 0)
		qsort(outbox->items, outbox->count, sizeof(*outbox->items),
		    by_sequence);
	*out = outbox;
	return 0;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	free(outbox->items);
	free(outbox);
}

size_t outbox_count(const struct outbox *outbox)
{
	return outbox->count;
}

/* Written behind the report that has it. */
static int next_sequence(struct outbox *outbox, struct err *err)
{
	char text[32];
	int len =
	    snprintf(text, sizeof(text), "%" PRIu64, outbox->sequence + 1);
	int rc = files_write(
	    outbox->folder, SEQUENCE_FILE, text, (size_t)len, 0600, err);

	if (rc == 0)
		outbox->sequence++;
	return rc;
}

static int write_report(struct outbox *outbox,
    const struct station_report *report, const struct item *item,
    struct err *err)
{
	struct station_signed one = {.body = {NULL, 0}};
	struct station_signed_list list = {&one, 1};
	struct buf body = {0};
	struct buf file = {0};
	char name[NAME_MAX_LEN];
	int rc = station_report_encode(report, &body, err);

	item_name(item, name);
	if (rc == 0)
		rc = station_sign(outbox->key, STATION_REPORT_CONTEXT,
		    body.data, body.len, &one, err);
	if (rc == 0)
		rc = station_reports_encode(&list, &file, err);
	if (rc == 0)
		rc = files_write(
		    outbox->folder, name, file.data, file.len, 0600, err);
	station_signed_clear(&one);
	buf_clear(&body);
	buf_clear(&file);
	return rc;
}

static bool is_known(const struct outbox *outbox, const char *id)
{
	size_t i;

	for (i = outbox->count; i > 0; i--)
		if (strcmp(outbox->items[i - 1].id, id) == 0)
			return true;
	for (i = 0; i < SENT_MAX; i++)
		if (strcmp(outbox->sent[i], id) == 0)
			return true;
	return false;
}

static bool is_dear(const struct station_report *report)
{
	return report->kind != STATION_REPORT_FACTS &&
	    report->kind != STATION_REPORT_ATTACHED &&
	    report->kind != STATION_REPORT_DETACHED;
}

int outbox_put(
    struct outbox *outbox, struct station_report *report, struct err *err)
{
	char name[NAME_MAX_LEN];
	struct item item;
	int rc;

	if (!outbox->key || is_known(outbox, report->id))
		return 0;
	if (outbox->count >=
	    (is_dear(report) ? OUTBOX_HARD_MAX : OUTBOX_SOFT_MAX))
		return err_set(err, ERR_FULL, "%zu reports wait for the server",
		    outbox->count);
	item.sequence = outbox->sequence + 1;
	report->sequence = (int64_t)item.sequence;
	if (str_copy(item.id, sizeof(item.id), report->id) < 0)
		return err_set(err, ERR_INVALID, "a report without an id");
	/* The report first: its name holds the number too, so that a station
	 * that dies in between neither skips one nor gives one twice. */
	rc = write_report(outbox, report, &item, err);
	if (rc == 0)
		rc = next_sequence(outbox, err);
	if (rc < 0) {
		item_name(&item, name);
		(void)files_remove(outbox->folder, name, NULL);
		return rc;
	}
	if (rc == 0 && item_add(outbox, &item) < 0)
		rc = err_memory(err);
	return rc;
}

static int read_item(struct outbox *outbox, const struct item *item,
    struct station_signed_list *out, struct err *err)
{
	char name[NAME_MAX_LEN];
	struct buf text = {0};
	struct station_signed_list one = {NULL, 0};
	struct station_signed *grown;
	int rc;

	item_name(item, name);
	rc = files_read(outbox->folder, name, FILE_MAX, &text, err);
	if (rc == 0)
		rc = station_reports_parse(
		    (const char *)text.data, text.len, &one, err);
	buf_clear(&text);
	if (rc < 0)
		return rc;
	grown = reallocarray(out->items, out->count + 1, sizeof(*out->items));
	if (!grown || one.count != 1) {
		if (grown)
			out->items = grown;
		station_signed_list_clear(&one);
		return err_set(err, ERR_INVALID, "%s cannot be read", name);
	}
	out->items = grown;
	out->items[out->count++] = one.items[0];
	free(one.items);
	return 0;
}

int outbox_oldest(struct outbox *outbox, size_t max, size_t bytes,
    struct station_signed_list *out, struct err *err)
{
	struct station_signed_list list = {NULL, 0};
	size_t used = 0;
	size_t i;
	int rc = 0;

	for (i = 0; i < outbox->count && list.count < max && used < bytes;
	     i++) {
		rc = read_item(outbox, &outbox->items[i], &list, err);
		if (rc < 0)
			break;
		used += list.items[list.count - 1].body.len;
	}
	/* One file that a bad disk spoilt does not hold up the others. */
	if (rc < 0 && list.count == 0) {
		(void)outbox_remove(outbox, outbox->items[i].id, NULL);
		station_signed_list_clear(&list);
		return rc;
	}
	*out = list;
	return 0;
}

int outbox_remove(struct outbox *outbox, const char *id, struct err *err)
{
	char name[NAME_MAX_LEN];
	size_t i;
	int rc;

	for (i = 0; i < outbox->count; i++)
		if (strcmp(outbox->items[i].id, id) == 0)
			break;
	if (i == outbox->count)
		return 0;
	item_name(&outbox->items[i], name);
	rc = files_remove(outbox->folder, name, err);
	memcpy(outbox->sent[outbox->sent_next++ % SENT_MAX],
	    outbox->items[i].id, UUID_TEXT_MAX);
	memmove(&outbox->items[i], &outbox->items[i + 1],
	    (--outbox->count - i) * sizeof(*outbox->items));
	return rc;
}
