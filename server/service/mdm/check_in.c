/*
 * Check-in: the messages by which a life begins, is kept reachable and ends.
 * Authenticate starts a new life and ends the former one with everything that
 * was queued in it (DESIGN invariant 3).
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/service/departure/return_case.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/mdm/visit.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

/* ---- TokenUpdate ---- */

static int token_update(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	const struct checkin_token_update *said = &visit->checkin->token_update;
	struct life life;
	int rc = store_life_load(txn, visit->identity->life_id, &life, err);

	if (rc < 0)
		return rc;
	if (life_next(life.state, LIFE_EVENT_TOKEN_UPDATE, &life.state) < 0)
		return err_set(err, ERR_DENIED, "this enrolment has ended");
	visit->is_first_token = life.enrolled_at == 0;
	if (visit->is_first_token)
		life.enrolled_at = visit->now;
	memcpy(life.push_token, said->push_token, said->push_token_len);
	life.push_token_len = said->push_token_len;
	COPY(life.push_magic, said->push_magic);
	COPY(life.topic, visit->checkin->topic);
	life.awaiting_configuration = said->awaiting_configuration;
	life.last_seen_at = visit->now;
	if ((rc = store_life_save(txn, &life, err)) < 0)
		return rc;
	/* Quirk 9: a message without a token keeps the stored one. */
	if (visit->sealed.len > 0 &&
	    (rc = store_secret_save(txn, life.id, SECRET_UNLOCK,
	         visit->sealed.data, visit->sealed.len, visit->now, err)) < 0)
		return rc;
	rc = escrow_keep(txn, visit->service, ESCROW_UNLOCK_TOKEN,
	    visit->identity, &visit->escrow, visit->now, err);
	if (rc == 0 && visit->is_first_token)
		rc = return_life_began(txn, visit->service, life.org_id,
		    life.device_id, life.awaiting_configuration, visit->now,
		    err);
	if (rc < 0)
		return rc;
	return policy_orders_queue(
	    txn, &visit->orders, life.org_id, life.device_id, life.id, err);
}

int visit_seal(struct visit *visit, const char *kind,
    const struct secret *secret, struct err *err)
{
	char context[128];

	if (secret->len == 0)
		return 0;
	(void)snprintf(
	    context, sizeof(context), "%s:%s", kind, visit->identity->life_id);
	return keeper_seal(visit->service->keeper, context, secret->data,
	    secret->len, &visit->sealed, err);
}

/*
 * A new life gets the policy. Later, an unlock token comes when somebody set or
 * changed the passcode: a good moment to ask about it.
 */
static int make_orders(struct visit *visit, struct err *err)
{
	const struct checkin_token_update *said = &visit->checkin->token_update;
	unsigned what = POLICY_ORDERS_POLICY | POLICY_ORDERS_QUERIES;
	const char *reason = "the phone has enrolled";

	if (visit->identity->life_state != LIFE_AUTHENTICATED) {
		if (said->unlock_token.len == 0)
			return 0;
		what = POLICY_ORDERS_SECURITY;
		reason = "the passcode may have changed";
	} else if (said->awaiting_configuration) {
		what |= POLICY_ORDERS_CONFIGURED;
	}
	return policy_orders_make(visit->service, visit->identity->org_id, what,
	    "policy", reason, &visit->orders, err);
}

static int on_token_update(struct visit *visit, struct err *err)
{
	const struct checkin_token_update *said = &visit->checkin->token_update;
	struct service *service = visit->service;
	int rc = visit_seal(visit, SECRET_UNLOCK, &said->unlock_token, err);

	if (rc == 0)
		rc = escrow_seal(service, ESCROW_UNLOCK_TOKEN, visit->identity,
		    said->unlock_token.data, said->unlock_token.len,
		    &visit->escrow, err);
	if (rc == 0)
		rc = make_orders(visit, err);
	if (rc == 0)
		rc = store_write_repeatable(
		    service->store, token_update, visit, err);
	if (rc < 0)
		return rc;
	service_count(service, SERVICE_TOKEN_UPDATES);
	if (visit->is_first_token)
		log_info(service->log, "phone_enrolled", LOG_DEVICE,
		    visit->identity->device_id, LOG_LIFE,
		    visit->identity->life_id, NULL);
	return 0;
}

/* ---- CheckOut ---- */

static int check_out(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;

	int rc = life_end(txn, visit->service, visit->identity->life_id,
	    LIFE_EVENT_CHECK_OUT, "the phone left management", visit->now, err);

	return rc < 0
	    ? rc
	    : return_life_ended(txn, visit->service, visit->identity->org_id,
	          visit->identity->device_id, visit->now, err);
}

static int on_check_out(struct visit *visit, struct err *err)
{
	struct service *service = visit->service;
	int rc = store_write(service->store, check_out, visit, err);

	if (rc < 0)
		return rc;
	service_count(service, SERVICE_CHECK_OUTS);
	log_warning(service->log, "phone_checked_out", LOG_DEVICE,
	    visit->identity->device_id, LOG_LIFE, visit->identity->life_id,
	    NULL);
	return 0;
}

/* ---- which message may come from whom ---- */

static int check_identity(const struct visit *visit, struct err *err)
{
	const struct identity *identity = visit->identity;

	if (visit->checkin->type == CHECKIN_AUTHENTICATE)
		return 0; /* checked against link and device */
	if (!identity->life_id[0])
		return err_set(
		    err, ERR_DENIED, "this certificate has not enrolled yet");
	if (identity->certificate_state == CERTIFICATE_DEAD ||
	    !life_is_open(identity->life_state))
		return err_set(err, ERR_DENIED,
		    "certificate of an enrolment that has ended");
	if (strcmp(identity->udid, checkin_device_id(visit->checkin)) != 0)
		return err_set(
		    err, ERR_DENIED, "certificate belongs to another phone");
	return 0;
}

static int dispatch(struct visit *visit, struct buf *reply, struct err *err)
{
	switch (visit->checkin->type) {
	case CHECKIN_AUTHENTICATE:
		return visit_authenticate(visit, err);
	case CHECKIN_TOKEN_UPDATE:
		return on_token_update(visit, err);
	case CHECKIN_CHECK_OUT:
		return on_check_out(visit, err);
	case CHECKIN_SET_BOOTSTRAP_TOKEN:
		return visit_set_bootstrap(visit, err);
	case CHECKIN_GET_BOOTSTRAP_TOKEN:
		return visit_get_bootstrap(visit, reply, err);
	case CHECKIN_DECLARATIVE_MANAGEMENT:
		return visit_declarative(visit, reply, err);
	case CHECKIN_USER_AUTHENTICATE:
	case CHECKIN_GET_TOKEN:
	case CHECKIN_TYPE_COUNT:
		break;
	}
	return err_set(err, ERR_UNSUPPORTED, "%s is not offered here",
	    checkin_type_name(visit->checkin->type));
}

/* One person, one phone: what users' channels report is not kept. */
static bool is_of_user(const struct checkin *checkin)
{
	return checkin_is_user_channel(checkin) &&
	    checkin->type != CHECKIN_USER_AUTHENTICATE;
}

int service_check_in(struct service *service, const char *certificate_sha256,
    const struct identity *identity, const struct checkin *checkin,
    struct buf *reply, struct err *err)
{
	struct visit visit = {
	    .service = service,
	    .certificate_sha256 = certificate_sha256,
	    .identity = identity,
	    .checkin = checkin,
	    .now = clock_now(service->clock),
	};
	int rc = check_identity(&visit, err);

	if (rc == 0 && !is_of_user(checkin))
		rc = dispatch(&visit, reply, err);
	if (rc == 0 && identity->life_id[0])
		last_seen_touch(
		    service->last_seen, identity->life_id, visit.now);
	policy_orders_clear(&visit.orders);
	if (visit.sealed.data)
		explicit_bzero(visit.sealed.data, visit.sealed.len);
	buf_clear(&visit.sealed);
	escrow_sealed_clear(&visit.escrow);
	return rc;
}
