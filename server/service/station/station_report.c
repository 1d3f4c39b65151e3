/*
 * Reports: what stations saw and did. Each is believed once, on its signature;
 * all of one delivery are kept in one transaction, before the station is told
 * that it may forget them (DESIGN invariant 6).
 */
#include "proto/station/station_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/service/station/bench.h"
#include "server/service/station/bench_effect.h"

/* Beyond this the station's times are not to be compared with ours. */
#define SKEW_WARN_MS (5 * TIME_MINUTE_MS)

struct delivery {
	struct service *service;
	struct station_row station; /* reloaded inside the transaction */
	const struct station_signed_list *list;
	/* As parsed. Refused: id "", and of the rest the number alone; 0 when
	 * the station is not known to have said it. */
	struct station_report *reports;
	char (*refusals)[STATION_SENTENCE_MAX];
	char (*ids)[UUID_TEXT_MAX]; /* also of those that were refused */
	int64_t now;
	unsigned taken; /* new ones */
};

/* ---- before the transaction: signatures and shapes ---- */

static void refuse(struct delivery *delivery, size_t at, const char *why)
{
	int64_t sequence = delivery->reports[at].sequence;

	memset(&delivery->reports[at], 0, sizeof(delivery->reports[at]));
	delivery->reports[at].sequence = sequence;
	(void)snprintf(delivery->refusals[at], STATION_SENTENCE_MAX, "%s", why);
}

static void read_one(struct delivery *delivery, EVP_PKEY *key, size_t at)
{
	const struct station_signed *one = &delivery->list->items[at];
	const char *json = (const char *)one->body.data;
	struct err err = {0};

	if (station_verify(key, STATION_REPORT_CONTEXT, one, &err) < 0) {
		refuse(delivery, at, err.text);
		return;
	}
	(void)station_report_parse_id(json, one->body.len, delivery->ids[at]);
	if (station_report_parse(
	        json, one->body.len, &delivery->reports[at], &err) == 0)
		return;
	refuse(delivery, at, err.text);
	(void)station_report_parse_sequence(
	    json, one->body.len, &delivery->reports[at].sequence);
}

static int read_all(struct delivery *delivery, struct err *err)
{
	EVP_PKEY *key = NULL;
	int rc = station_key_parse(delivery->station.public_key, &key, err);

	for (size_t i = 0; rc == 0 && i < delivery->list->count; i++)
		read_one(delivery, key, i);
	EVP_PKEY_free(key);
	return rc;
}

/* ---- in the transaction ---- */

static void fill_row(const struct delivery *delivery,
    const struct station_report *report, struct station_report_row *row)
{
	const struct station_row *station = &delivery->station;

	(void)str_copy(row->id, sizeof(row->id), report->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), station->org_id);
	(void)str_copy(row->station_id, sizeof(row->station_id), station->id);
	row->sequence = report->sequence;
	(void)str_copy(row->kind, sizeof(row->kind),
	    station_report_kind_name(report->kind));
	(void)str_copy(row->udid, sizeof(row->udid), report->udid);
	(void)str_copy(row->serial, sizeof(row->serial), report->serial);
	row->at = report->at_ms;
	row->received_at = delivery->now;
}

/* A later number leaves a gap; the reports that come late close it. */
static int note_sequence(struct txn *txn, struct station_row *station,
    int64_t sequence, struct err *err)
{
	int64_t count = 0;
	int rc;

	if (sequence > station->last_sequence) {
		station->gaps += sequence - station->last_sequence - 1;
		station->last_sequence = sequence;
		return 0;
	}
	rc =
	    store_station_report_count(txn, station->id, sequence, &count, err);
	if (rc == 0 && count == 0 && station->gaps > 0)
		station->gaps--;
	return rc;
}

/* It came, so it is not missing. One that came late, or twice, says nothing: no
 * trace of it is kept by which that could be told. */
static int note_number(
    struct txn *txn, struct delivery *delivery, size_t at, struct err *err)
{
	int64_t sequence = delivery->reports[at].sequence;

	return sequence > delivery->station.last_sequence
	    ? note_sequence(txn, &delivery->station, sequence, err)
	    : 0;
}

/* 1: seen before; 0: new and kept. */
static int keep_one(
    struct txn *txn, struct delivery *delivery, size_t at, struct err *err)
{
	const struct station_signed *one = &delivery->list->items[at];
	const struct station_report *report = &delivery->reports[at];
	struct station_report_row row = {0};
	struct station_report_row known;
	int rc = store_station_report_load(txn, report->id, &known, NULL);

	if (rc == 0) {
		if (strcmp(known.station_id, delivery->station.id) != 0)
			refuse(delivery, at, "this id is another station's");
		/* Told again under a new number: none is missing. */
		rc = note_number(txn, delivery, at, err);
		return rc < 0 ? rc : 1;
	}
	if (rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "a report cannot be looked up");
	rc = note_sequence(txn, &delivery->station, report->sequence, err);
	if (rc < 0)
		return rc;
	fill_row(delivery, report, &row);
	return store_station_report_insert(txn, &row, one->body.data,
	    one->body.len, one->signature.data, one->signature.len, err);
}

/*
 * What is wrong with a report's meaning is said to the station and is no
 * reason to lose the others; a fault of the database undoes all.
 */
static int take_one(
    struct txn *txn, struct delivery *delivery, size_t at, struct err *err)
{
	struct bench_effect effect = {.service = delivery->service,
	    .station = &delivery->station,
	    .report = &delivery->reports[at],
	    .now = delivery->now};
	struct err why = {0};
	int rc = keep_one(txn, delivery, at, err);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	delivery->taken++;
	rc = bench_effect_apply(txn, &effect, &why);
	if (rc == -ERR_DENIED || rc == -ERR_CONFLICT || rc == -ERR_INVALID ||
	    rc == -ERR_NOT_FOUND) {
		refuse(delivery, at, why.text);
		return 0;
	}
	if (rc < 0 && err)
		*err = why;
	return rc;
}

static int take_all(struct txn *txn, void *arg, struct err *err)
{
	struct delivery *delivery = arg;
	int64_t newest = 0;
	int rc = store_station_load(
	    txn, delivery->station.id, &delivery->station, err);

	delivery->taken = 0;
	if (rc < 0)
		return rc;
	if (delivery->station.state != STATION_ADMITTED)
		return err_set(
		    err, ERR_DENIED, "this station has been revoked");
	for (size_t i = 0; rc == 0 && i < delivery->list->count; i++) {
		if (!delivery->reports[i].id[0]) {
			rc = note_number(txn, delivery, i, err);
			continue;
		}
		if (delivery->reports[i].at_ms > newest)
			newest = delivery->reports[i].at_ms;
		rc = take_one(txn, delivery, i, err);
	}
	delivery->station.last_report_at = delivery->now;
	/* Old reports after an outage say nothing of the clock of today. */
	if (newest)
		delivery->station.skew_ms = newest - delivery->now;
	return rc < 0 ? rc : store_station_save(txn, &delivery->station, err);
}

/* ---- the receipt ---- */

static int receipt_fill(const struct delivery *delivery,
    struct station_receipt *receipt, struct err *err)
{
	size_t count = delivery->list->count ? delivery->list->count : 1;

	receipt->accepted = calloc(count, sizeof(*receipt->accepted));
	receipt->refused = calloc(count, sizeof(*receipt->refused));
	if (!receipt->accepted || !receipt->refused) {
		station_receipt_clear(receipt);
		return err_memory(err);
	}
	for (size_t i = 0; i < delivery->list->count; i++) {
		const char *id = delivery->reports[i].id;
		struct station_refused_report *refused;

		if (id[0]) {
			memcpy(receipt->accepted[receipt->accepted_count++], id,
			    UUID_TEXT_MAX);
			continue;
		}
		refused = &receipt->refused[receipt->refused_count++];
		memcpy(refused->id, delivery->ids[i], UUID_TEXT_MAX);
		memcpy(refused->reason, delivery->refusals[i],
		    STATION_SENTENCE_MAX);
	}
	return 0;
}

static void log_delivery(const struct delivery *delivery)
{
	const struct log *log = delivery->service->log;
	const struct station_row *station = &delivery->station;
	char number[24];

	for (size_t i = 0; i < delivery->list->count; i++)
		if (!delivery->reports[i].id[0])
			log_warning(log, "station_report_refused", LOG_STATION,
			    station->id, LOG_ERROR, delivery->refusals[i],
			    NULL);
	if (station->gaps > 0 && delivery->taken > 0) {
		(void)snprintf(
		    number, sizeof(number), "%" PRId64, station->gaps);
		log_warning(log, "station_reports_missing", LOG_STATION,
		    station->id, LOG_COUNT, number, NULL);
	}
	if (delivery->taken > 0 &&
	    (station->skew_ms > SKEW_WARN_MS ||
	        station->skew_ms < -SKEW_WARN_MS)) {
		(void)snprintf(
		    number, sizeof(number), "%" PRId64, station->skew_ms);
		log_warning(log, "station_clock_differs", LOG_STATION,
		    station->id, LOG_MS, number, NULL);
	}
}

static int take(
    struct delivery *delivery, struct station_receipt *out, struct err *err)
{
	int rc = read_all(delivery, err);

	if (rc == 0)
		rc = store_write(
		    delivery->service->store, take_all, delivery, err);
	return rc == 0 ? receipt_fill(delivery, out, err) : rc;
}

int service_station_reports(struct service *service,
    const struct station_row *station, const struct station_signed_list *list,
    struct station_receipt *out, struct err *err)
{
	size_t count = list->count ? list->count : 1;
	struct delivery delivery = {.service = service,
	    .station = *station,
	    .list = list,
	    .reports = calloc(count, sizeof(*delivery.reports)),
	    .refusals = calloc(count, sizeof(*delivery.refusals)),
	    .ids = calloc(count, sizeof(*delivery.ids)),
	    .now = clock_now(service->clock)};
	struct station_receipt receipt = {0};
	int rc = delivery.reports && delivery.refusals && delivery.ids
	    ? take(&delivery, &receipt, err)
	    : err_memory(err);

	if (rc == 0) {
		log_delivery(&delivery);
		*out = receipt;
	}
	free(delivery.reports);
	free(delivery.refusals);
	free(delivery.ids);
	return rc;
}
