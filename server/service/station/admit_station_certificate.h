/*
 * admit_station_certificate: the certificate of a station, issued for a request
 * that came from outside, and what the station is told with it.
 */
#ifndef SERVER_SERVICE_STATION_ADMIT_STATION_CERTIFICATE_H
#define SERVER_SERVICE_STATION_ADMIT_STATION_CERTIFICATE_H

#include "server/service/station/bench.h"

struct station_certificate {
	struct buf der; /* owned */
	char sha256[STORE_SHA256];
	char public_key[512]; /* PEM */
	int64_t not_after;
};

/* csr: PEM. -ERR_INVALID, -ERR_CRYPTO, or the keeper's. */
int station_certificate_issue(struct service *service, const char *station_id,
    const char *csr, int64_t now, struct station_certificate *out,
    struct err *err);
void station_certificate_clear(struct station_certificate *certificate);

int station_certificate_answer(struct service *service,
    const struct station_row *row, const struct station_certificate *issued,
    int64_t now, struct station_join_answer *out, struct err *err);

#endif
