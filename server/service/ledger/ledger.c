/* The ledger's footing: who writes, and things found as people name them. */
#include "server/service/ledger/ledger.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

int ledger_init(struct ledger *ledger, struct service *service,
    const struct actor *actor, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(service, actor->org_id);
	enum calendar_zone zone = CALENDAR_STOCKHOLM;

	if (!tenant)
		return err_set(
		    err, ERR_NOT_FOUND, "no such organisation is served here");
	*ledger = (struct ledger){
	    .service = service,
	    .now = clock_now(service->clock),
	};
	(void)str_copy(ledger->org_id, sizeof(ledger->org_id), actor->org_id);
	(void)str_copy(ledger->by, sizeof(ledger->by), actor->name);
	(void)str_copy(
	    ledger->person_id, sizeof(ledger->person_id), actor->person_id);
	(void)calendar_zone_find(tenant->organisation.time_zone, &zone);
	ledger->today = calendar_day_at(zone, ledger->now);
	return 0;
}

const char *ledger_effect_name(enum ledger_effect effect)
{
	static const char *const names[LEDGER_EFFECT_COUNT] = {
	    "unchanged", "added", "changed", "ended"};

	return names[effect];
}

/* ---- finding ---- */

/* Not found by this name of it: the next is tried, without its sentence. */
static bool goes_on(int rc)
{
	return rc == -ERR_NOT_FOUND;
}

static int nobody(const char *what, const char *text, struct err *err)
{
	return err_set(
	    err, ERR_NOT_FOUND, "there is no %s \"%.100s\"", what, text);
}

static int find_mail(struct txn *txn, const char *org_id, const char *text,
    struct person_row *out, struct err *err)
{
	char mail[LIMIT_NAME + 1];
	size_t i;

	if (!strchr(text, '@') || str_copy(mail, sizeof(mail), text) < 0)
		return -ERR_NOT_FOUND;
	for (i = 0; mail[i]; i++)
		mail[i] = (char)tolower((unsigned char)mail[i]);
	return store_person_find_mail(txn, org_id, mail, out, err);
}

int ledger_person_find(struct txn *txn, const char *org_id, const char *text,
    struct person_row *out, struct err *err)
{
	int rc = store_person_load(txn, org_id, text, out, err);

	if (goes_on(rc))
		rc = store_person_find_external(txn, org_id, text, out, err);
	if (goes_on(rc))
		rc = find_mail(txn, org_id, text, out, err);
	if (goes_on(rc))
		rc = store_person_find_name(txn, org_id, text, out, err);
	if (rc == -ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
		    "several people are called \"%.100s\"; name one by mail "
		    "address, external id or id",
		    text);
	return goes_on(rc) ? nobody("person", text, err) : rc;
}

int ledger_unit_find(struct txn *txn, const char *org_id, const char *text,
    struct unit_row *out, struct err *err)
{
	int rc = store_unit_load(txn, org_id, text, out, err);

	if (goes_on(rc))
		rc = store_unit_find_external(txn, org_id, text, out, err);
	if (goes_on(rc))
		rc = store_unit_find_name(txn, org_id, text, out, err);
	if (rc == -ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
		    "several units are called \"%.100s\"; name one by its "
		    "external id or id",
		    text);
	return goes_on(rc) ? nobody("unit", text, err) : rc;
}

int ledger_phone_find(struct txn *txn, const char *org_id, const char *text,
    struct device *out, struct err *err)
{
	int rc = store_device_load_of(txn, org_id, text, out, err);

	if (goes_on(rc))
		rc = store_device_find_serial(txn, org_id, text, out, err);
	if (goes_on(rc))
		rc = store_device_find_imei(txn, org_id, text, out, err);
	return goes_on(rc) ? nobody("phone", text, err) : rc;
}

int ledger_subscription_find(struct txn *txn, const char *org_id,
    const char *text, struct subscription_row *out, struct err *err)
{
	int rc = store_subscription_load(txn, org_id, text, out, err);

	if (goes_on(rc))
		rc = store_subscription_find_iccid(txn, org_id, text, out, err);
	if (goes_on(rc))
		rc =
		    store_subscription_find_number(txn, org_id, text, out, err);
	if (rc == -ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
		    "several subscriptions have the number %.40s; name one by "
		    "its ICCID",
		    text);
	return goes_on(rc) ? nobody("subscription", text, err) : rc;
}
