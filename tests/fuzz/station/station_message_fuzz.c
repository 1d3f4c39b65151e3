/*
 * station_message_fuzz: does anything that a station, or somebody who pretends
 * to be one, may post hurt the server's reading of it? The first byte chooses
 * the message; what was taken is written and read again and must be the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/station.h"
#include "proto/station/station_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int rc)
{
	if (rc != 0)
		abort();
}

static void fuzz_report(const char *json, size_t len)
{
	struct station_report *one = malloc(sizeof(*one));
	struct station_report *two = malloc(sizeof(*two));
	struct err err = {0};
	struct buf text = {0};
	char id[UUID_TEXT_MAX];

	(void)station_report_parse_id(json, len, id);
	if (!one || !two)
		abort();
	if (station_report_parse(json, len, one, &err) == 0) {
		/* A time at the edge of the format may not be written. */
		if (station_report_encode(one, &text, NULL) == 0) {
			must(station_report_parse(
			    (const char *)text.data, text.len, two, NULL));
			if (one->kind != two->kind ||
			    strcmp(one->udid, two->udid) != 0 ||
			    memcmp(one->facts.sims, two->facts.sims,
			        sizeof(one->facts.sims)) != 0)
				abort();
		}
	} else if (err.code == ERR_NONE || !err.text[0]) {
		abort();
	}
	buf_clear(&text);
	free(one);
	free(two);
}

static void fuzz_reports(const char *json, size_t len)
{
	struct station_signed_list list = {0};
	struct buf text = {0};

	if (station_reports_parse(json, len, &list, NULL) == 0)
		(void)station_reports_encode(&list, &text, NULL);
	station_signed_list_clear(&list);
	buf_clear(&text);
}

static void fuzz_join(const char *json, size_t len)
{
	struct station_join_request *request = malloc(sizeof(*request));
	struct station_renew_request *renew;

	if (!request)
		abort();
	(void)station_join_request_parse(json, len, request, NULL);
	free(request);
	renew = malloc(sizeof(*renew));
	if (!renew)
		abort();
	(void)station_renew_request_parse(json, len, renew, NULL);
	free(renew);
}

static void fuzz_challenge(const char *json, size_t len)
{
	struct station_challenge challenge = {0};
	struct buf text = {0};

	if (station_challenge_parse(json, len, &challenge, NULL) == 0)
		(void)station_challenge_encode(&challenge, &text, NULL);
	station_challenge_clear(&challenge);
	buf_clear(&text);
}

static void fuzz_receipt(const char *json, size_t len)
{
	struct station_receipt receipt = {0};
	struct buf text = {0};

	if (station_receipt_parse(json, len, &receipt, NULL) == 0)
		must(station_receipt_encode(&receipt, &text, NULL));
	station_receipt_clear(&receipt);
	buf_clear(&text);
}

static void fuzz_answers(const char *json, size_t len)
{
	struct station_join_answer *answer = malloc(sizeof(*answer));
	struct station_bytes cms = {0};
	char sentence[STATION_SENTENCE_MAX];

	if (!answer)
		abort();
	(void)station_join_answer_parse(json, len, answer, NULL);
	(void)station_challenge_answer_parse(json, len, &cms, NULL);
	station_error_parse(json, len, sentence);
	station_bytes_clear(&cms);
	free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *, size_t) = {fuzz_report,
	    fuzz_reports, fuzz_join, fuzz_challenge, fuzz_receipt,
	    fuzz_answers};

	if (size > 0)
		readers[(data[0] - (unsigned)'0') % 6](
		    (const char *)data + 1, size - 1);
	return 0;
}
