/*
 * agent_facts_fuzz: can any dictionary of lockdown or MCInstall make the
 * readers of facts leave their memory, or make facts that cannot be told or
 * that claim a supervision of ours without its sign?
 */
#include <string.h>

#include "agent/bench/phone/facts_plist.h"
#include "agent/bench/phone/mcinstall.h"
#include "proto/apple/xplist.h"
#include "proto/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check(const struct station_facts *facts)
{
	struct station_facts back;
	struct buf json = {0};

	demand(station_facts_encode(facts, &json, NULL) == 0);
	demand(
	    station_facts_parse((char *)json.data, json.len, &back, NULL) == 0);
	buf_clear(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t der[] = {1, 2, 3};
	struct station_bytes certificate = {der, sizeof(der)};
	struct facts_ours ours = {"our-magic", &certificate, 1};
	struct facts_ours nobody = {"", NULL, 0};
	char detail[STATION_SENTENCE_MAX];
	struct station_facts facts;
	plist_t root = NULL;
	int native = 0;

	if (xplist_parse(data, size, 1 << 20, &root, NULL) < 0)
		return 0;
	station_facts_init(&facts);
	facts_add_common(&facts, root);
	facts_add_second_number(&facts, root);
	facts_add_backup(&facts, root);
	facts_add_find_my(&facts, root);
	facts_add_battery(&facts, root);
	facts_add_setup(&facts, root);
	facts_add_security(&facts, root);
	facts_add_cloud(&facts, root, &ours);
	/* usbmuxd's word, as everywhere. */
	(void)str_copy(facts.udid, sizeof(facts.udid), "00008110-1");
	check(&facts);
	facts_add_cloud(&facts, root, &nobody);
	demand(facts.cloud != STATION_CLOUD_OURS);
	(void)mcinstall_judge(root, &native, detail);
	demand(str_is_utf8(detail, strlen(detail)));
	plist_free(root);
	return 0;
}
