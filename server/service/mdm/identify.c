/* Who a certificate stands for; a renewed one takes over at its first use. */
#include <string.h>

#include "proto/base/err.h"
#include "server/service/mdm/known_identity.h"
#include "server/service/service.h"

struct lookup {
	const char *sha256;
	struct identity identity;
};

static int look_up(struct txn *txn, void *arg, struct err *err)
{
	struct lookup *lookup = arg;

	return store_identity_find(txn, lookup->sha256, &lookup->identity, err);
}

/*
 * The renewal becomes the one certificate of its life, and the former is dead.
 * Not earlier: if the answer that carried it was lost, the phone still holds
 * the former one only.
 */
static int promote(struct txn *txn, void *arg, struct err *err)
{
	struct lookup *lookup = arg;
	struct certificate row;
	int rc = store_certificate_load(txn, lookup->sha256, &row, err);

	if (rc < 0 || row.state != CERTIFICATE_RENEWAL)
		return rc;
	rc = store_certificate_retire(txn, row.life_id, row.sha256, err);
	if (rc < 0)
		return rc;
	row.state = CERTIFICATE_CURRENT;
	if ((rc = store_certificate_save(txn, &row, err)) < 0)
		return rc;
	return look_up(txn, lookup, err);
}

int service_identify(struct service *service, const char *certificate_sha256,
    struct identity *out, struct err *err)
{
	struct lookup lookup = {.sha256 = certificate_sha256};
	uint64_t retirements = store_retirements(service->store);
	int rc;

	if (known_identity_find(
	        service->known, certificate_sha256, retirements, out))
		return 0;
	rc = store_read(service->store, look_up, &lookup, err);
	if (rc == 0 &&
	    lookup.identity.certificate_state == CERTIFICATE_RENEWAL &&
	    life_is_open(lookup.identity.life_state))
		rc = store_write(service->store, promote, &lookup, err);
	if (rc < 0)
		return rc;
	known_identity_note(
	    service->known, certificate_sha256, retirements, &lookup.identity);
	*out = lookup.identity;
	return 0;
}
