/*
 * audit_file_fuzz: does any file that claims to be an exported audit log hurt
 * its reader, and does it never call more whole than it was given, nor vouch
 * for anything without a key?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/service/audit/audit_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of a checkpoint as of a file. */
static void parse_checkpoint(const uint8_t *data, size_t size)
{
	struct audit_checkpoint row;

	if (audit_file_parse_checkpoint((const char *)data, size, &row, NULL) ==
	        0 &&
	    row.signature_len > sizeof(row.signature))
		abort();
}

static void judge(const uint8_t *data, size_t size)
{
	/* Not changed by reading. */
	FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
	struct audit_file *found = calloc(1, sizeof(*found));
	int64_t lines = 0;
	size_t i;

	if (!file || !found)
		abort();
	for (i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (audit_file_judge(file, NULL, NULL, found, NULL) == 0) {
		/* A head and an end stand around every entry. */
		if (found->finding.faults == 0 &&
		    found->finding.entries + found->finding.hidden > lines)
			abort();
		/* Nobody vouches for what no key was given for. */
		if (found->finding.vouched_seq != 0)
			abort();
	}
	(void)fclose(file);
	free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	parse_checkpoint(data, size);
	judge(data, size);
	return 0;
}
