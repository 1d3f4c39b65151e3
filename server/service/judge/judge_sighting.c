#include "server/service/judge/judge_sighting.h"

#include <stdio.h>
#include <string.h>

#include "policies/sim.h"
#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence_fact.h"
#include "proto/station/station_facts.h"
#include "server/service/judge/judge_known.h"
#include "server/store/store_imei.h"

/* Which subscription ------------------------------------------------------- */

static int find(struct txn *txn, const char *org_id, const char *iccid,
    struct subscription_row *out)
{
	return store_subscription_find_iccid(txn, org_id, iccid, out, NULL);
}

/* Every last digit that the shorter spelling may have lost. */
static int find_longer(struct txn *txn, const char *org_id, const char *iccid,
    struct subscription_row *out)
{
	char longer[SIM_NUMBER_MAX];
	char digit;

	for (digit = '0'; digit <= '9'; digit++) {
		(void)snprintf(longer, sizeof(longer), "%s%c", iccid, digit);
		if (find(txn, org_id, longer, out) == 0)
			return 0;
	}
	return -ERR_NOT_FOUND;
}

int sighting_find_subscription(struct txn *txn, const char *org_id,
    const char *iccid, struct subscription_row *out, struct err *err)
{
	char number[SIM_NUMBER_MAX];
	char shorter[SIM_NUMBER_MAX];
	size_t len;

	if (sim_iccid_normalise(iccid, number, NULL) != 0)
		return err_set(err, ERR_NOT_FOUND, "this is no SIM's number");
	if (find(txn, org_id, number, out) == 0)
		return 0;
	(void)str_copy(shorter, sizeof(shorter), number);
	for (len = strlen(shorter); len > 18; len--) {
		shorter[len - 1] = '\0';
		if (find(txn, org_id, shorter, out) == 0)
			return 0;
	}
	if (strlen(number) < 20 && find_longer(txn, org_id, number, out) == 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "this SIM is none of ours");
}

/* Keeping -------------------------------------------------------------------- */

struct former {
	const struct evidence_item_row *now;
	int64_t first_at;
};

static int take_former(void *arg, const struct evidence_item_row *row)
{
	struct former *former = arg;

	if (strcmp(row->source, former->now->source) == 0 &&
	    strcmp(row->word, former->now->word) == 0)
		former->first_at = row->number;
	return 0;
}

int sighting_save(struct txn *txn, struct evidence_item_row *item, bool *taken,
    struct err *err)
{
	struct former former = {item, 0};
	int rc = store_evidence_item_each(txn, item->org_id, item->subject_kind,
	    item->subject_id, item->fact, take_former, &former, err);

	if (rc < 0)
		return rc;
	item->number =
	    former.first_at > 0 ? former.first_at : item->observed_at;
	return store_evidence_item_save(txn, item, taken, err);
}

struct sighting {
	struct txn *txn;
	struct service *service;
	const struct device *device;
	const char *source; /* "mdm", "bench" */
	enum evidence_method method;
	int64_t at;
};

static void item_begin(const struct sighting *sighting, enum store_subject kind,
    const char *id, const char *fact, struct evidence_item_row *out)
{
	*out = (struct evidence_item_row){
	    .subject_kind = kind,
	    .observed_at = sighting->at,
	    .valid_until =
	        sighting->at + evidence_fact_fresh_ms(EVIDENCE_FACT_SIM_DEVICE),
	    .received_at = sighting->at,
	};
	(void)str_copy(
	    out->org_id, sizeof(out->org_id), sighting->device->org_id);
	(void)str_copy(out->subject_id, sizeof(out->subject_id), id);
	(void)str_copy(out->fact, sizeof(out->fact), fact);
	(void)str_copy(out->source, sizeof(out->source), sighting->source);
	(void)str_copy(out->method, sizeof(out->method),
	    evidence_method_name(sighting->method));
}

static int judge_sim(struct sighting *sighting, const char *id, struct err *err)
{
	return judge_changed(sighting->txn, sighting->service,
	    sighting->device->org_id, STORE_SUBJECT_SUBSCRIPTION, id,
	    JUDGE_FACT(PACK_FACT_SIM_LOCATION), err);
}

/* One line of the phone. Not ours: nothing is kept of it. */
static int take_line(
    struct sighting *sighting, const char *iccid, struct err *err)
{
	struct subscription_row subscription;
	struct evidence_item_row item;
	int rc = sighting_find_subscription(sighting->txn,
	    sighting->device->org_id, iccid, &subscription, NULL);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	item_begin(sighting, STORE_SUBJECT_SUBSCRIPTION, subscription.id,
	    SIGHTING_FACT, &item);
	(void)snprintf(item.word, sizeof(item.word), SIGHTING_AT "%s",
	    sighting->device->id);
	rc = sighting_save(sighting->txn, &item, NULL, err);
	return rc < 0 ? rc : judge_sim(sighting, subscription.id, err);
}

/* That the phone listed its lines at all: what it lacks, it lacks. */
static int take_inventory(struct sighting *sighting, struct err *err)
{
	struct evidence_item_row item;

	item_begin(sighting, STORE_SUBJECT_PHONE, sighting->device->id,
	    INVENTORY_FACT, &item);
	(void)str_copy(item.word, sizeof(item.word), "listed");
	return store_evidence_item_save(sighting->txn, &item, NULL, err);
}

/* Cards that belong into this phone and may have gone. */
struct belonging {
	char ids[LIMIT_SUBSCRIPTIONS][STORE_ID];
	size_t count;
};

static int take_belonging(void *arg, const struct assignment_row *row)
{
	struct belonging *belonging = arg;

	if (row->subscription_id[0] && belonging->count < LIMIT_SUBSCRIPTIONS)
		(void)str_copy(belonging->ids[belonging->count++], STORE_ID,
		    row->subscription_id);
	return 0;
}

static int judge_belonging(struct sighting *sighting, struct err *err)
{
	struct belonging belonging = {.count = 0};
	size_t i;
	int rc = store_assignment_each_device(sighting->txn,
	    sighting->device->org_id, sighting->device->id, true,
	    take_belonging, &belonging, err);

	for (i = 0; rc == 0 && i < belonging.count; i++)
		rc = judge_sim(sighting, belonging.ids[i], err);
	return rc;
}

/* By which numbers networks know the phone. */
static int keep_imei(
    struct sighting *sighting, const char *text, struct err *err)
{
	char imei[SIM_NUMBER_MAX];

	if (sim_imei_normalise(text, imei, NULL) != 0)
		return 0; /* none told */
	return store_imei_save(sighting->txn, sighting->device->org_id,
	    sighting->device->id, imei, err);
}

int sighting_take_answer(struct txn *txn, struct service *service,
    const struct device *device, const struct device_facts *said, int64_t now,
    struct err *err)
{
	struct sighting sighting = {
	    txn, service, device, "mdm", EVIDENCE_METHOD_MDM, now};
	size_t i;
	int rc;

	if (device->is_private)
		return store_imei_clear(txn, device->org_id, device->id, err);
	rc = keep_imei(&sighting, said->imei, err);
	for (i = 0; rc == 0 && i < said->subscription_count; i++)
		rc = keep_imei(&sighting, said->subscriptions[i].imei, err);
	/* An answer without any line was not asked for them. */
	if (rc < 0 || said->subscription_count == 0)
		return rc;
	rc = take_inventory(&sighting, err);
	for (i = 0; rc == 0 && i < said->subscription_count; i++)
		rc = take_line(&sighting, said->subscriptions[i].iccid, err);
	return rc == 0 ? judge_belonging(&sighting, err) : rc;
}

int sighting_take_bench(struct txn *txn, struct service *service,
    const struct device *device, const struct station_facts *seen, int64_t at,
    struct err *err)
{
	struct sighting sighting = {
	    txn, service, device, "bench", EVIDENCE_METHOD_USB, at};
	size_t i;
	int rc = 0;

	if (device->is_private)
		return 0;
	if ((rc = keep_imei(&sighting, seen->imei, err)) < 0 ||
	    (rc = keep_imei(&sighting, seen->imei2, err)) < 0)
		return rc;
	if (seen->is_sim_list_whole == STATION_YES)
		rc = take_inventory(&sighting, err);
	for (i = 0; rc == 0 && i < seen->sim_count; i++)
		rc = take_line(&sighting, seen->sims[i].iccid, err);
	return rc == 0 ? judge_belonging(&sighting, err) : rc;
}
