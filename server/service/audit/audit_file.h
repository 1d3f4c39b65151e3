/*
 * audit_file: is an exported audit log (audit_lines.h) whole? Reads JSON Lines
 * from anybody, judges them without database and server. In the export of one
 * person or phone all other entries stand by their hashes, so that those shown
 * are proven; that none about them is hidden it cannot prove. One of which
 * nobody signed an entry is not whole: anybody could have written it.
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_FILE_H
#define SERVER_SERVICE_AUDIT_AUDIT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "server/service/audit/audit_judge.h"

/* A body of 32 KiB, its quotes escaped once more, and what stands around it. */
#define AUDIT_LINE_MAX (128 * 1024)

struct audit_file {
	char org_id[STORE_ID];
	char person_id[STORE_ID]; /* "": of all */
	char device_id[STORE_ID];
	struct audit_finding finding;
};

/* Does this look like one of ours? For telling kinds of files apart. */
bool audit_file_is(const char *start, size_t len);

/*
 * orders_key: as audit_judge_new(). held: more checkpoints, one JSON line each
 * as `workphone audit checkpoint` prints them; NULL: none.
 * -ERR_INVALID: no audit export at all; faults are in the finding.
 */
int audit_file_judge(FILE *file, FILE *held, const char *orders_key,
    struct audit_file *out, struct err *err);

/* One line of held checkpoints. */
int audit_file_parse_checkpoint(const char *line, size_t len,
    struct audit_checkpoint *out, struct err *err);

#endif
