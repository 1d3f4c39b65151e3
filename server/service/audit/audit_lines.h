/*
 * audit_lines: the audit log as text to take away. JSON Lines, one object a
 * line, hold all that is needed to check them (audit_file.h); CSV is for
 * spreadsheets and holds the same without hashes. Pure.
 *
 *	{"format":"workphone-audit-1","organisation_id":…,"after_seq":0,
 *	 "after_sha256":…,"person_id":null,"device_id":null}
 *	{"checkpoint":{"seq":…,"at":…,"sha256":…,"signature":…}}
 *	{"seq":1,"at":…,"action":…,…,"body":…,"salt":…,"body_sha256":…,
 *	 "sha256":…}
 *	{"seq":2,"entry_sha256":…}		one that is not shown
 *	{"end_seq":2,"sha256":…}		the newest entry of the log
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_LINES_H
#define SERVER_SERVICE_AUDIT_AUDIT_LINES_H

#include "server/store/store_audit.h"

struct buf;
struct err;

#define AUDIT_FORMAT "workphone-audit-1"

struct audit_about {
	const char *org_id;
	int64_t after_seq;
	uint8_t after_sha256[AUDIT_HASH];
	const char *person_id; /* NULL: of all */
	const char *device_id;
};

void audit_lines_head(struct buf *out, const struct audit_about *about);
void audit_lines_checkpoint(
    struct buf *out, const struct audit_checkpoint *row);
void audit_lines_entry(struct buf *out, const struct audit_row *row);
void audit_lines_hidden(
    struct buf *out, int64_t seq, const uint8_t entry_sha256[AUDIT_HASH]);

void audit_lines_end(struct buf *out, const struct audit_head *head);

/* RFC 4180 with CRLF; a cell that a spreadsheet would take for a formula (it
 * begins with = + - @ tab or return) gets an apostrophe before it. */
void audit_csv_head(struct buf *out);
/* A body that is no JSON of ours leaves its cells empty; only memory fails an
 * export. */
int audit_csv_entry(
    struct buf *out, const struct audit_row *row, struct err *err);
/* One cell with its quotes, harmless. */
void audit_csv_cell(struct buf *out, const char *text);

#endif
