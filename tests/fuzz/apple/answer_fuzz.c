/*
 * Question: can an answer, or the facts inside it, make a reader crash, leak
 * or run away, and do facts survive being stored?
 */
#include <stdlib.h>
#include <string.h>

#include "proto/apple/answer.h"
#include "proto/apple/facts.h"
#include "proto/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_device_facts(plist_t body)
{
	struct device_facts facts;
	struct device_facts again;
	struct buf json = {0};

	if (device_facts_parse(body, &facts, NULL) != 0)
		return;
	if (device_facts_encode(&facts, &json, NULL) != 0 ||
	    device_facts_parse_json(
	        (const char *)json.data, json.len, &again, NULL) != 0)
		abort();
	again.ignored = facts.ignored;
	if (memcmp(&facts, &again, sizeof(facts)) != 0)
		abort();
	buf_clear(&json);
}

static void try_other_facts(plist_t body)
{
	struct security_facts security;
	struct profile_list_facts list;
	struct buf json = {0};

	if (security_facts_parse(body, &security, NULL) == 0 &&
	    security_facts_encode(&security, &json, NULL) != 0)
		abort();
	if (profile_list_facts_parse(body, &list, NULL) == 0) {
		if (profile_list_facts_encode(&list, &json, NULL) != 0)
			abort();
		profile_list_facts_clear(&list);
	}
	buf_clear(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer answer;
	char text[64];

	if (answer_parse(data, size, &answer, NULL) != 0)
		return 0;
	if ((answer.status == ANSWER_IDLE) != (answer.command_uuid[0] == '\0'))
		abort();
	answer_errors_text(&answer, text, sizeof(text));
	(void)answer_error_means_done("RemoveProfile", &answer);
	try_device_facts(answer.body);
	try_other_facts(answer.body);
	answer_clear(&answer);
	return 0;
}
