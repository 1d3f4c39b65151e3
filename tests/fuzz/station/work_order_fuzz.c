/*
 * work_order_fuzz: does any order that claims to come from a server hurt the
 * agent that reads it, and is one that was read never fine for a phone or a
 * station that it does not name? What was taken is written and read again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/work_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_judge(const struct work_order *order)
{
	enum work_order_refusal found = work_order_judge(order, order->station,
	    order->udid, order->serial, false, order->not_before_ms);

	if (found != WORK_ORDER_FINE)
		abort();
	if (work_order_judge(order, order->station, "another", order->serial,
	        false, order->not_before_ms) == WORK_ORDER_FINE &&
	    strcmp(order->udid, "another") != 0)
		abort();
	if (work_order_judge(order, order->station, order->udid, order->serial,
	        true, order->not_before_ms) == WORK_ORDER_FINE)
		abort();
	if (work_order_judge(order, order->station, order->udid, order->serial,
	        false, order->expires_at_ms) == WORK_ORDER_FINE)
		abort();
}

static void read_again(const struct work_order *order)
{
	struct work_order *again = malloc(sizeof(*again));
	struct buf json = {0};

	if (!again)
		abort();
	/* A time at the edge of the format may not be written. */
	if (work_order_encode(order, &json, NULL) == 0) {
		if (work_order_parse(
		        (const char *)json.data, json.len, again, NULL) != 0)
			abort();
		if (again->kind != order->kind ||
		    again->profile.len != order->profile.len ||
		    again->supervisor_count != order->supervisor_count)
			abort();
		work_order_clear(again);
	}
	buf_clear(&json);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work_order *order = malloc(sizeof(*order));
	struct station_work work = {.owners = NULL};
	struct station_signed_list list = {0};
	struct err err = {0};

	if (!order)
		abort();
	if (work_order_parse((const char *)data, size, order, &err) == 0) {
		check_judge(order);
		read_again(order);
		work_order_clear(order);
	} else if (err.code == ERR_NONE || !err.text[0]) {
		abort();
	}
	(void)station_orders_parse((const char *)data, size, &list, NULL);
	(void)station_work_parse((const char *)data, size, &work, NULL);
	station_work_clear(&work);
	station_signed_list_clear(&list);
	free(order);
	return 0;
}
