/*
 * evidence_report_fuzz: does any body that claims to be a report hurt its
 * reader, and is what was taken the same after it was written and read again?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/evidence/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const struct evidence_report *report)
{
	struct evidence_report again;
	struct err err = {0};
	struct buf json = {0};
	struct buf twice = {0};

	/* Short spellings of JSON can grow above the limit. */
	if (evidence_report_encode(report, &json, &err) != 0) {
		if (err.code != ERR_LIMIT)
			abort();
		return;
	}
	if (evidence_report_parse(json.data, json.len, &again, NULL) != 0)
		abort();
	if (again.item_count != report->item_count ||
	    again.seq != report->seq ||
	    evidence_report_encode(&again, &twice, NULL) != 0 ||
	    twice.len != json.len ||
	    memcmp(twice.data, json.data, json.len) != 0)
		abort();
	evidence_report_clear(&again);
	buf_clear(&json);
	buf_clear(&twice);
}

static void fuzz_subjects(const uint8_t *data, size_t size)
{
	static const char *const countries[] = {"SE", "DK", "NO", "FI", NULL};
	struct evidence_subject subject;
	struct evidence_subject again;
	char spelled[EVIDENCE_SUBJECT_TEXT_MAX];
	char text[200];

	if (size < 1 || size > sizeof(text))
		return;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (evidence_subject_make(data[0] % EVIDENCE_SUBJECT_KIND_COUNT, text,
	        countries[data[0] / 8 % 5], &subject, NULL) != 0)
		return;
	evidence_subject_text(&subject, spelled);
	if (evidence_subject_parse(spelled, &again, NULL) != 0 ||
	    !evidence_subject_equal(&subject, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence_report report;
	struct err err = {0};

	fuzz_subjects(data, size);
	if (evidence_report_parse(data, size, &report, &err) == 0) {
		for (size_t i = 0; i < report.item_count; i++)
			if (!evidence_fact_is_reportable(report.items[i].fact))
				abort();
		read_again(&report);
		evidence_report_clear(&report);
	} else if (err.code == ERR_NONE || !err.text[0]) {
		abort();
	}
	return 0;
}
