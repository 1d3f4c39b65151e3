/*
 * facts_table: the members of station_facts for those that carry them inside.
 * Internal to proto/station.
 */
#ifndef PROTO_STATION_FACTS_TABLE_H
#define PROTO_STATION_FACTS_TABLE_H

#include "proto/station/codec.h"
#include "proto/station/station_facts.h"

extern const struct codec_field station_fact_fields[];

/* Names by value, for other tables. */
extern const char *const station_tri_names[STATION_YES + 1];
extern const char *const station_activation_names[STATION_ACTIVATION_OTHER + 1];
extern const char *const station_cloud_names[STATION_CLOUD_FOREIGN + 1];

/* -ERR_INVALID: a contradiction that no phone can have told. */
int station_facts_check(const struct station_facts *facts, struct err *err);

#endif
