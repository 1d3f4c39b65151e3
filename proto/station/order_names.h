/*
 * order_names: the names of a work order's kinds and refusals for the tables
 * of reports. Internal to proto/station.
 */
#ifndef PROTO_STATION_ORDER_NAMES_H
#define PROTO_STATION_ORDER_NAMES_H

#include "proto/station/work_order.h"

extern const char *const work_order_kind_names[WORK_ORDER_KIND_COUNT];
extern const char *const work_order_refusal_names[WORK_ORDER_REFUSAL_COUNT];

#endif
