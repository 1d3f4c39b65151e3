/*
 * imap_answer_fuzz: does anything that a mail server may write hurt the reader,
 * and can a folder's name that it gives only be one that is a plain word?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/imap_answer.h"
#include "proto/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *wire = (const char *)data;
	char folder[IMAP_FOLDER_MAX];
	struct imap_greetings greetings;
	struct err err = {0};
	char value[64];

	if (imap_folder_find(wire, size, "Greetings", folder, &err) == 0) {
		if (strpbrk(folder, " \r\n\t\"\\{}()%*") || !folder[0])
			abort();
	} else if (err.code == ERR_NONE || !err.text[0]) {
		abort();
	}
	if (imap_greetings_parse(wire, size, &greetings, NULL) == 0 &&
	    (greetings.count > IMAP_GREETINGS_MAX ||
	        (greetings.count == 0 && greetings.on) ||
	        !evidence_fact_has_word(
	            EVIDENCE_FACT_GREETING, imap_greetings_word(&greetings))))
		abort();
	if (imap_metadata_find(wire, size,
	        "/private/vendor/vendor.alu/messaging/GreetingType", value,
	        sizeof(value), NULL) == 0 &&
	    strlen(value) >= sizeof(value))
		abort();
	return 0;
}
