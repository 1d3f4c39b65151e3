#include "server/service/phone/phone_kind.h"

#include "proto/apple/facts.h"
#include "proto/base/err.h"

int phone_kind_is_supervised(
    struct txn *txn, const char *life_id, bool *out, struct err *err)
{
	struct device_facts facts;
	struct facts_row row = {0};
	int rc = store_facts_load(txn, life_id, "DeviceInformation", &row, err);

	*out = false;
	if (rc == 0)
		rc = device_facts_parse_json(
		    row.json, row.json_len, &facts, err);
	if (rc == 0)
		*out = facts.is_supervised == FACT_YES;
	store_facts_clear(&row);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}
