/* Taking the audit log away: whole, or of one person or phone. */
#include <stdio.h>
#include <string.h>

#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/audit/audit_chain.h"
#include "server/service/audit/audit_lines.h"
#include "server/service/audit/audit_log.h"
#include "server/service/ledger/ledger.h"
#include "server/store/store_people.h"

/* Hidden entries are short: many of them fit into one part. */
#define HIDDEN_PER_ENTRY 10
/* An answer of the API stays below this, but for its last entry. */
#define PART_MAX (1024 * 1024)

struct part {
	struct service *service;
	const struct actor *actor;
	const struct audit_export *ask;
	struct buf *out;
	char person_id[STORE_ID];
	char device_id[STORE_ID];
	int64_t last_seq;
	int room; /* in hidden entries */
	struct audit_hasher *hasher;
	bool is_full;
	int rc;
	struct err *err;
};

static int find_whom(struct txn *txn, void *arg, struct err *err)
{
	struct part *part = arg;
	const char *org_id = part->actor->org_id;
	struct person_row person;
	struct device device;
	int rc = 0;

	if (part->ask->person && part->ask->device)
		return err_set(err, ERR_INVALID,
		    "ask for a person or for a phone, not for both");
	if (part->ask->person) {
		rc = ledger_person_find(
		    txn, org_id, part->ask->person, &person, err);
		if (rc == 0)
			(void)str_copy(part->person_id, sizeof(part->person_id),
			    person.id);
	}
	if (part->ask->device) {
		rc = ledger_phone_find(
		    txn, org_id, part->ask->device, &device, err);
		if (rc == 0)
			(void)str_copy(part->device_id, sizeof(part->device_id),
			    device.id);
	}
	return rc;
}

/* Whoever takes the log away is in it, before it goes. */
static int note_export(struct txn *txn, void *arg, struct err *err)
{
	struct part *part = arg;
	bool is_about = part->person_id[0] || part->device_id[0];
	struct audit_note note = {
	    .action = AUDIT_EXPORTED,
	    .org_id = part->actor->org_id,
	    .by = part->actor->name,
	    .subject_kind = part->person_id[0] ? "person"
	        : part->device_id[0]           ? "device"
	                                       : "organisation",
	    .subject_id = part->person_id[0] ? part->person_id
	        : is_about                   ? part->device_id
	                                     : part->actor->org_id,
	    .person_id = part->person_id,
	    .device_id = part->device_id,
	    .params = {{"format", part->ask->is_csv ? "csv" : "jsonl"}},
	};

	return audit_write(txn, part->service, &note, err);
}

static bool is_shown(const struct part *part, const struct audit_row *row)
{
	if (part->person_id[0])
		return strcmp(row->person_id, part->person_id) == 0;
	if (part->device_id[0])
		return strcmp(row->device_id, part->device_id) == 0;
	return true;
}

static int hide(struct part *part, const struct audit_row *row)
{
	uint8_t entry[AUDIT_HASH];
	int rc;

	part->room--;
	if (part->ask->is_csv)
		return 0;
	rc = audit_entry_hash(part->hasher, row, entry, part->err);
	if (rc == 0)
		audit_lines_hidden(part->out, row->seq, entry);
	return rc;
}

/* Positive: the part is full. */
static int put_entry(void *arg, const struct audit_row *row)
{
	struct part *part = arg;

	if (part->room <= 0 || part->out->len >= PART_MAX) {
		part->is_full = true;
		return 1;
	}
	part->last_seq = row->seq;
	if (!is_shown(part, row))
		return part->rc = hide(part, row);
	part->room -= HIDDEN_PER_ENTRY;
	if (part->ask->is_csv)
		return part->rc = audit_csv_entry(part->out, row, part->err);
	audit_lines_entry(part->out, row);
	return 0;
}

static int put_checkpoint(void *arg, const struct audit_checkpoint *row)
{
	struct part *part = arg;

	audit_lines_checkpoint(part->out, row);
	return 0;
}

static int put_start(struct txn *txn, struct part *part, struct err *err)
{
	struct audit_about about = {
	    .org_id = part->actor->org_id,
	    .person_id = part->person_id,
	    .device_id = part->device_id,
	};

	if (part->ask->is_csv) {
		audit_csv_head(part->out);
		return 0;
	}
	audit_lines_head(part->out, &about);
	return store_audit_checkpoint_each(
	    txn, about.org_id, 0, put_checkpoint, part, err);
}

/* What came to the log since the first part is in the last one. */
static int put_end(struct txn *txn, struct part *part, struct err *err)
{
	struct audit_head head;
	int rc;

	if (part->is_full || part->ask->is_csv)
		return 0;
	rc = store_audit_head_load(txn, part->actor->org_id, &head, err);
	if (rc == 0)
		audit_lines_end(part->out, &head);
	return rc;
}

static int put_part(struct txn *txn, void *arg, struct err *err)
{
	struct part *part = arg;
	struct audit_filter filter = {
	    .org_id = part->actor->org_id, .after_seq = part->ask->after_seq};
	int rc = 0;

	if (part->ask->is_csv) {
		filter.person_id = part->person_id[0] ? part->person_id : NULL;
		filter.device_id = part->device_id[0] ? part->device_id : NULL;
	}
	part->err = err;
	if (part->ask->after_seq == 0)
		rc = put_start(txn, part, err);
	if (rc == 0)
		rc = store_audit_each(txn, &filter, put_entry, part, err);
	if (rc >= 0)
		rc = part->rc;
	if (rc == 0)
		rc = put_end(txn, part, err);
	return rc == 0 ? buf_check(part->out, err) : rc;
}

int service_audit_export(struct service *service, const struct actor *actor,
    const struct audit_export *ask, struct buf *out, int64_t *next_seq,
    struct err *err)
{
	struct part part = {
	    .service = service,
	    .actor = actor,
	    .ask = ask,
	    .out = out,
	    .room = ask->limit * HIDDEN_PER_ENTRY,
	};
	int rc = audit_hasher_new(&part.hasher, err);

	if (rc == 0)
		rc = store_read(service->store, find_whom, &part, err);
	if (rc == 0 && ask->after_seq == 0)
		rc = store_write(service->store, note_export, &part, err);
	/* What nobody signed proves nothing to whoever reads it elsewhere. */
	if (rc == 0 && ask->after_seq == 0 && !ask->is_csv)
		rc = audit_checkpoint_now(service, actor->org_id, err);
	if (rc == 0)
		rc = store_read(service->store, put_part, &part, err);
	if (rc == 0)
		*next_seq = part.is_full ? part.last_seq : 0;
	audit_hasher_free(part.hasher);
	return rc;
}
