/*
 * phones: the handlers of what phones ask for: enrolment profile, SCEP,
 * check-in, connect. Each decodes, finds out who asks, calls one use case and
 * encodes its answer. A phone never gets 401, on which it would leave
 * management; what is wrong with a request is 400, what is wrong between us
 * and the certificate is 500, so that the phone tries again later.
 */
#ifndef SERVER_PHONES_PHONES_H
#define SERVER_PHONES_PHONES_H

#include "server/http/http.h"

/* GET /enrol/:token */
http_handle_fn phones_handle_enrol;
/* GET and POST /scep */
http_handle_fn phones_handle_scep;
/* PUT /mdm/checkin */
http_handle_fn phones_handle_check_in;
/* PUT /mdm/connect */
http_handle_fn phones_handle_connect;
/* PUT /mdm: either, by Content-Type */
http_handle_fn phones_handle_mdm;

#endif
