/*
 * stations: the handlers of what bench stations ask for, on the listener of the
 * phones. A station is known by its own TLS client certificate; no phone's
 * certificate opens these doors, and no station's those of the phones. Every
 * answer that is not 200 is {"error": sentence}.
 */
#ifndef SERVER_STATIONS_STATIONS_H
#define SERVER_STATIONS_STATIONS_H

#include "server/http/http.h"

/* POST /station/v1/join: the one without a certificate */
http_handle_fn stations_handle_join;
/* POST /station/v1/renew */
http_handle_fn stations_handle_renew;
/* POST /station/v1/reports */
http_handle_fn stations_handle_reports;
/* GET /station/v1/orders?udid=…&serial=… (pairs, in that order) */
http_handle_fn stations_handle_orders;
/* POST /station/v1/challenge */
http_handle_fn stations_handle_challenge;

#endif
