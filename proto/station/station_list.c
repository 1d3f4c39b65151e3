/* The lists: signed documents, whose the phones are, and the receipt. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/codec.h"
#include "proto/station/station.h"

struct list_rule {
	const char *key;
	const char *what;
	size_t body_max;  /* of the whole */
	size_t count_max; /* documents */
	const struct codec_field *item;
};

#define SIGNED(max_bytes)                                                      \
	{                                                                      \
		{CODEC_AT(struct station_signed, body), .kind = CODEC_BYTES,   \
		    .is_required = true, .max = max_bytes},                    \
		    {CODEC_AT(struct station_signed, signature),               \
		        .kind = CODEC_BYTES, .is_required = true,              \
		        .max = STATION_SIGNATURE_MAX},                         \
		    CODEC_END,                                                 \
	}

static const struct codec_field report_item[] = SIGNED(STATION_REPORT_MAX);
static const struct codec_field order_item[] = SIGNED(STATION_ORDER_MAX);

static const struct list_rule reports_rule = {"reports", "the reports",
    STATION_BODY_MAX, STATION_REPORTS_MAX, report_item};
static const struct list_rule orders_rule = {"orders", "the orders",
    STATION_ORDERS_BODY_MAX, STATION_ORDERS_MAX, order_item};

void station_signed_clear(struct station_signed *one)
{
	station_bytes_clear(&one->body);
	station_bytes_clear(&one->signature);
}

void station_signed_list_clear(struct station_signed_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		station_signed_clear(&list->items[i]);
	free(list->items);
	*list = (struct station_signed_list){NULL, 0};
}

/* NULL: err says why. */
static json_t *list_array(const struct list_rule *rule,
    const struct station_signed_list *list, struct err *err)
{
	struct err why = {0};
	json_t *items = json_array();
	int rc = 0;

	if (list->count > rule->count_max) {
		json_decref(items);
		(void)err_set(err, ERR_LIMIT, "%s: more than %zu", rule->what,
		    rule->count_max);
		return NULL;
	}
	for (size_t i = 0; items && rc == 0 && i < list->count; i++) {
		json_t *item = codec_object(rule->item, &list->items[i], &why);

		rc = item ? json_array_append_new(items, item) : -1;
	}
	if (rc == 0 && items)
		return items;
	json_decref(items);
	if (why.code)
		(void)err_set(err, why.code, "%s: %s", rule->what, why.text);
	else
		(void)err_memory(err);
	return NULL;
}

static int list_encode(const struct list_rule *rule,
    const struct station_signed_list *list, struct buf *json, struct err *err)
{
	struct err why = {0};
	json_t *items = list_array(rule, list, &why);

	if (!items)
		return err_set(err, why.code, "%s", why.text);
	return codec_dump(json_pack("{s:o}", rule->key, items), json, err);
}

static int items_load(const struct list_rule *rule, const json_t *items,
    struct station_signed_list *list, struct err *err)
{
	size_t count = json_array_size(items);
	int rc = 0;

	list->items = calloc(count ? count : 1, sizeof(*list->items));
	if (!list->items)
		return err_memory(err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		list->count = i + 1;
		rc = codec_load(rule->item, json_array_get(items, i),
		    rule->what, &list->items[i], err);
	}
	return rc;
}

static int list_load(const struct list_rule *rule, const json_t *root,
    struct station_signed_list *out, struct err *err)
{
	struct station_signed_list list = {0};
	const json_t *items = json_object_get(root, rule->key);
	int rc;

	if (!json_is_array(items))
		return err_set(err, ERR_INVALID, "%s: \"%s\" is no list",
		    rule->what, rule->key);
	if (json_array_size(items) > rule->count_max)
		return err_set(err, ERR_LIMIT, "%s: more than %zu", rule->what,
		    rule->count_max);
	rc = items_load(rule, items, &list, err);
	if (rc == 0)
		*out = list;
	else
		station_signed_list_clear(&list);
	return rc;
}

static int list_parse(const struct list_rule *rule, const char *json,
    size_t len, struct station_signed_list *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	int rc = codec_parse(json, len, rule->body_max, rule->what, &root, err);

	return rc == 0 ? list_load(rule, root, out, err) : rc;
}

int station_reports_encode(
    const struct station_signed_list *list, struct buf *json, struct err *err)
{
	return list_encode(&reports_rule, list, json, err);
}

int station_reports_parse(const char *json, size_t len,
    struct station_signed_list *out, struct err *err)
{
	return list_parse(&reports_rule, json, len, out, err);
}

int station_orders_encode(
    const struct station_signed_list *list, struct buf *json, struct err *err)
{
	return list_encode(&orders_rule, list, json, err);
}

int station_orders_parse(const char *json, size_t len,
    struct station_signed_list *out, struct err *err)
{
	return list_parse(&orders_rule, json, len, out, err);
}

/* ---- orders, and whose the phones are ---- */

#define OWNER "a phone's owner"

static const struct codec_field owner_fields[] = {
    {CODEC_AT(struct station_owner, udid), .is_required = true},
    {CODEC_AT(struct station_owner, person)},
    {CODEC_AT(struct station_owner, label)},
    CODEC_END,
};

void station_work_clear(struct station_work *work)
{
	station_signed_list_clear(&work->orders);
	if (work->owners)
		explicit_bzero(
		    work->owners, work->owner_count * sizeof(*work->owners));
	free(work->owners);
	*work = (struct station_work){.owners = NULL};
}

int station_work_encode(
    const struct station_work *work, struct buf *json, struct err *err)
{
	struct err why = {0};
	json_t *orders = list_array(&orders_rule, &work->orders, &why);
	json_t *phones = orders ? json_array() : NULL;
	int rc = phones ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < work->owner_count; i++) {
		json_t *one =
		    codec_object(owner_fields, &work->owners[i], &why);

		rc = one ? json_array_append_new(phones, one) : -1;
	}
	if (rc == 0)
		return codec_dump(
		    json_pack("{s:o,s:o}", "orders", orders, "phones", phones),
		    json, err);
	json_decref(orders);
	json_decref(phones);
	return why.code ? err_set(err, why.code, "%s", why.text)
	                : err_memory(err);
}

static int owners_load(
    const json_t *phones, struct station_work *work, struct err *err)
{
	size_t count = json_array_size(phones);
	int rc = 0;

	if (phones && (!json_is_array(phones) || count > STATION_PHONES_MAX))
		return err_set(
		    err, ERR_INVALID, "the phones are no list of their size");
	if (count == 0)
		return 0;
	work->owners = calloc(count, sizeof(*work->owners));
	if (!work->owners)
		return err_memory(err);
	work->owner_count = count;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = codec_load(owner_fields, json_array_get(phones, i), OWNER,
		    &work->owners[i], err);
	return rc;
}

int station_work_parse(
    const char *json, size_t len, struct station_work *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct station_work work = {.owners = NULL};
	int rc = codec_parse(
	    json, len, orders_rule.body_max, orders_rule.what, &root, err);

	if (rc == 0)
		rc = list_load(&orders_rule, root, &work.orders, err);
	if (rc == 0)
		rc = owners_load(json_object_get(root, "phones"), &work, err);
	if (rc == 0)
		*out = work;
	else
		station_work_clear(&work);
	return rc;
}

/* ---- the receipt ---- */

static const struct codec_field refused_fields[] = {
    {CODEC_AT(struct station_refused_report, id), .kind = CODEC_UUID},
    {CODEC_AT(struct station_refused_report, reason)},
    CODEC_END,
};

void station_receipt_clear(struct station_receipt *receipt)
{
	free(receipt->accepted);
	free(receipt->refused);
	memset(receipt, 0, sizeof(*receipt));
}

int station_receipt_encode(
    const struct station_receipt *receipt, struct buf *json, struct err *err)
{
	json_t *accepted = json_array();
	json_t *refused = json_array();
	int rc = accepted && refused ? 0 : -1;
	size_t i;

	for (i = 0; rc == 0 && i < receipt->accepted_count; i++)
		rc = json_array_append_new(
		    accepted, json_string(receipt->accepted[i]));
	for (i = 0; rc == 0 && i < receipt->refused_count; i++)
		rc = json_array_append_new(refused,
		    codec_object(refused_fields, &receipt->refused[i], NULL));
	if (rc == 0)
		return codec_dump(json_pack("{s:o,s:o}", "accepted", accepted,
		                      "refused", refused),
		    json, err);
	json_decref(accepted);
	json_decref(refused);
	return err_memory(err);
}

static int receipt_load(const json_t *accepted, const json_t *refused,
    struct station_receipt *receipt, struct err *err)
{
	const char *id;
	size_t i;
	int rc = 0;

	for (i = 0; i < json_array_size(accepted); i++) {
		id = json_string_value(json_array_get(accepted, i));
		if (!id || !uuid_is_valid(id))
			return err_set(
			    err, ERR_INVALID, "the receipt: an id is wrong");
		(void)str_copy(receipt->accepted[i], UUID_TEXT_MAX, id);
	}
	receipt->accepted_count = i;
	for (i = 0; rc == 0 && i < json_array_size(refused); i++)
		rc = codec_load(refused_fields, json_array_get(refused, i),
		    "the receipt", &receipt->refused[i], err);
	receipt->refused_count = i;
	return rc;
}

int station_receipt_parse(
    const char *json, size_t len, struct station_receipt *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct station_receipt receipt = {0};
	const json_t *accepted;
	const json_t *refused;
	int rc =
	    codec_parse(json, len, STATION_BODY_MAX, "the receipt", &root, err);

	if (rc != 0)
		return rc;
	accepted = json_object_get(root, "accepted");
	refused = json_object_get(root, "refused");
	if (!json_is_array(accepted) || !json_is_array(refused) ||
	    json_array_size(accepted) > STATION_REPORTS_MAX ||
	    json_array_size(refused) > STATION_REPORTS_MAX)
		return err_set(
		    err, ERR_INVALID, "the receipt: no lists of its size");
	receipt.accepted =
	    calloc(STATION_REPORTS_MAX, sizeof(*receipt.accepted));
	receipt.refused = calloc(STATION_REPORTS_MAX, sizeof(*receipt.refused));
	if (!receipt.accepted || !receipt.refused)
		rc = err_memory(err);
	if (rc == 0)
		rc = receipt_load(accepted, refused, &receipt, err);
	if (rc == 0)
		*out = receipt;
	else
		station_receipt_clear(&receipt);
	return rc;
}
