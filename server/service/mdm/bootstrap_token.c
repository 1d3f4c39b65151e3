/* The bootstrap token: kept sealed for the phone, given back to it alone. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/service/mdm/visit.h"

static int save_bootstrap(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	const char *life_id = visit->identity->life_id;

	if (visit->sealed.len == 0) /* Apple: none means remove */
		return store_secret_delete(txn, life_id, SECRET_BOOTSTRAP, err);
	return store_secret_save(txn, life_id, SECRET_BOOTSTRAP,
	    visit->sealed.data, visit->sealed.len, visit->now, err);
}

int visit_set_bootstrap(struct visit *visit, struct err *err)
{
	int rc = visit_seal(
	    visit, SECRET_BOOTSTRAP, &visit->checkin->bootstrap.token, err);

	if (rc < 0)
		return rc;
	return store_write(visit->service->store, save_bootstrap, visit, err);
}

static int load_bootstrap(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	uint8_t *sealed = NULL;
	size_t len = 0;
	int rc = store_secret_load(txn, visit->identity->life_id,
	    SECRET_BOOTSTRAP, &sealed, &len, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	buf_reset(&visit->sealed);
	buf_append(&visit->sealed, sealed, len);
	free(sealed);
	return buf_check(&visit->sealed, err);
}

static int encode_bootstrap(
    const struct secret *token, struct buf *reply, struct err *err)
{
	plist_t root = plist_new_dict();
	int rc = xplist_set_data(
	    root, "BootstrapToken", token->data, token->len, err);

	if (rc == 0)
		rc = xplist_encode(root, reply, err);
	xplist_wipe_data(root, "BootstrapToken");
	plist_free(root);
	return rc;
}

int visit_get_bootstrap(struct visit *visit, struct buf *reply, struct err *err)
{
	struct secret token = {0};
	char context[128];
	int rc = store_read(visit->service->store, load_bootstrap, visit, err);

	if (rc < 0 || visit->sealed.len == 0)
		return rc;
	(void)snprintf(context, sizeof(context), "%s:%s", SECRET_BOOTSTRAP,
	    visit->identity->life_id);
	rc = keeper_unseal(visit->service->keeper, context, visit->sealed.data,
	    visit->sealed.len, &token, err);
	if (rc == 0)
		rc = encode_bootstrap(&token, reply, err);
	secret_clear(&token);
	return rc;
}
