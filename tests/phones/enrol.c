#include "tests/phones/enrol.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/phones/scep_client.h"

#define TYPE_MDM "com.apple.mdm"
#define TYPE_SCEP "com.apple.security.scep"
#define TOPIC_PREFIX "com.apple.mgmt."

/* Everything an enrolment profile decides, before any key is made. */
struct plan {
	struct profile profile;
	struct phone_mdm mdm; /* no identity yet */
	struct scep_settings scep;
};

static void plan_clear(struct plan *plan)
{
	profile_clear(&plan->profile);
	memset(plan, 0, sizeof(*plan));
}

static int check_url(const char *name, const char *url, struct err *err)
{
	/* Plain HTTP is for a proxy on loopback only. */
	if (strncmp(url, "https://", 8) == 0 ||
	    strncmp(url, "http://127.0.0.1", 16) == 0 ||
	    strncmp(url, "http://localhost", 16) == 0)
		return 0;
	return err_set(err, ERR_INVALID, "MDM payload: %s is not https", name);
}

static int parse_mdm(plist_t payload, struct phone_mdm *mdm, struct err *err)
{
	const char *url = property_string(payload, "CheckInURL");
	int rc;

	rc = property_copy(payload, "ServerURL", mdm->server_url,
	    sizeof(mdm->server_url), err);
	if (rc == 0)
		rc = property_copy(
		    payload, "Topic", mdm->topic, sizeof(mdm->topic), err);
	if (rc < 0)
		return err_prefix(err, "MDM payload");
	if (str_copy(mdm->checkin_url, sizeof(mdm->checkin_url),
	        url ? url : mdm->server_url) < 0)
		return err_set(
		    err, ERR_LIMIT, "MDM payload: CheckInURL is too long");
	if (check_url("ServerURL", mdm->server_url, err) < 0 ||
	    check_url("CheckInURL", mdm->checkin_url, err) < 0)
		return -(int)ERR_INVALID;
	if (strncmp(mdm->topic, TOPIC_PREFIX, strlen(TOPIC_PREFIX)) != 0)
		return err_set(err, ERR_INVALID,
		    "MDM payload: Topic does not begin with " TOPIC_PREFIX);
	mdm->access_rights = property_integer(payload, "AccessRights", 0);
	mdm->sign_message = property_bool(payload, "SignMessage", false);
	mdm->check_out_when_removed =
	    property_bool(payload, "CheckOutWhenRemoved", false);
	if (mdm->access_rights <= 0)
		return err_set(
		    err, ERR_INVALID, "MDM payload: AccessRights is missing");
	return 0;
}

/* IdentityCertificateUUID must name the SCEP payload of the same profile. */
static int check_identity(plist_t mdm, plist_t scep, struct err *err)
{
	const char *wanted = property_string(mdm, "IdentityCertificateUUID");
	const char *got = property_string(scep, "PayloadUUID");

	if (!wanted || !got || strcmp(wanted, got) != 0)
		return err_set(err, ERR_INVALID,
		    "MDM payload: IdentityCertificateUUID names no SCEP "
		    "payload");
	return 0;
}

static int plan_parse(struct session *session, const uint8_t *data, size_t len,
    struct plan *plan, struct err *err)
{
	plist_t scep;
	plist_t mdm;
	int rc;

	rc = profile_open(
	    data, len, profile_trusted(session->phone), &plan->profile, err);
	if (rc < 0)
		return err_prefix(err, "enrolment profile");
	if (!plan->profile.is_signed && !session->world->allow_unsigned)
		return err_set(
		    err, ERR_CRYPTO, "enrolment profile: not signed");
	mdm = profile_get_payload(&plan->profile, TYPE_MDM);
	scep = profile_get_payload(&plan->profile, TYPE_SCEP);
	if (!mdm || !scep)
		return err_set(err, ERR_INVALID,
		    "enrolment profile: no %s payload",
		    mdm ? TYPE_SCEP : TYPE_MDM);
	rc = check_identity(mdm, scep, err);
	if (rc == 0)
		rc = parse_mdm(mdm, &plan->mdm, err);
	if (rc == 0)
		rc = scep_settings_parse(scep, &plan->scep, err);
	if (rc == 0)
		rc = str_copy(plan->mdm.profile_identifier,
		    sizeof(plan->mdm.profile_identifier),
		    profile_identifier(&plan->profile));
	return rc;
}

static int make_key(struct session *session, const struct plan *plan,
    EVP_PKEY **out, struct err *err)
{
	EVP_PKEY *shared = session->world->key;

	if (shared && EVP_PKEY_up_ref(shared)) {
		*out = shared;
		return 0;
	}
	return scep_make_key(plan->scep.scep.key_size, out, err);
}

static int get_identity(struct session *session, const struct plan *plan,
    struct phone_identity *out, struct err *err)
{
	struct phone_identity identity = {0};
	int rc;

	rc = make_key(session, plan, &identity.key, err);
	if (rc == 0)
		rc = scep_request_certificate(session, &plan->scep,
		    identity.key, NULL, &identity.certificate, err);
	if (rc < 0) {
		phone_identity_clear(&identity);
		return rc;
	}
	session_note(
	    session, "scep", "certificate from %s", plan->scep.scep.url);
	*out = identity;
	return 0;
}

static void begin_life(struct session *session, const struct plan *plan,
    struct phone_identity *identity)
{
	struct phone *phone = session->phone;
	bool unlock_due = phone->pin.set;

	phone_mdm_clear(&phone->mdm);
	phone->mdm = plan->mdm;
	phone->mdm.scep = plan->scep.scep;
	phone->mdm.identity = *identity;
	memset(identity, 0, sizeof(*identity));
	phone->mdm.unlock_token_due = unlock_due;
	phone->mdm.enrolled_at = session_now(session);
	uuid_make(
	    session_now(session), session->world->rng, phone->mdm.push_magic);
	rng_fill(session->world->rng, phone->mdm.push_token,
	    sizeof(phone->mdm.push_token));
	profile_install(phone, profile_record(&plan->profile, false));
	phone->lives++;
	phone->erased = false;
	phone->setup_done = true;
	phone->mdm.enrolled = true;
	phone->changed = true;
}

int enrol_by_profile(struct session *session, const uint8_t *profile,
    size_t len, struct err *err)
{
	struct phone_identity identity = {0};
	struct plan plan = {0};
	int rc;

	if (session->phone->mdm.enrolled) {
		line_hang_up(session->line);
		phone_forget_mdm(session->phone);
	}
	rc = plan_parse(session, profile, len, &plan, err);
	if (rc == 0)
		rc = get_identity(session, &plan, &identity, err);
	if (rc < 0)
		goto out;
	begin_life(session, &plan, &identity);
	line_hang_up(session->line); /* the identity comes with a new one */
	rc = session_authenticate(session, err);
	if (rc == 0)
		rc = session_token_update(session, err);
	if (rc == 0)
		session_note(session, "enrolled", "%s", plan.mdm.server_url);
	else
		phone_forget_mdm(session->phone);
out:
	phone_identity_clear(&identity);
	plan_clear(&plan);
	return rc;
}

int enrol_by_url(struct session *session, const char *url, struct err *err)
{
	struct line_reply reply = {0};
	int rc;

	rc = session_send(
	    session, "profile", "GET", url, NULL, NULL, false, &reply, err);
	if (rc == 0 && reply.status != 200)
		rc = err_set(err, reply.status >= 500 ? ERR_IO : ERR_DENIED,
		    "the enrolment link was answered with status %ld",
		    reply.status);
	if (rc == 0 &&
	    strncmp(reply.content_type, "application/x-apple-aspen-config",
	        32) != 0)
		rc = err_set(err, ERR_INVALID,
		    "the enrolment link gave '%s', not a profile",
		    reply.content_type);
	if (rc == 0)
		rc = enrol_by_profile(
		    session, reply.body.data, reply.body.len, err);
	line_reply_clear(&reply);
	return rc;
}

int enrol_replace(struct session *session, const uint8_t *profile, size_t len,
    struct err *err)
{
	struct phone_mdm *mdm = &session->phone->mdm;
	struct phone_identity identity = {0};
	struct plan plan = {0};
	int rc;

	rc = plan_parse(session, profile, len, &plan, err);
	if (rc == 0)
		rc = get_identity(session, &plan, &identity, err);
	if (rc < 0)
		goto out;
	phone_identity_clear(&mdm->identity);
	mdm->identity = identity;
	memset(&identity, 0, sizeof(identity));
	mdm->scep = plan.scep.scep;
	memcpy(mdm->server_url, plan.mdm.server_url, sizeof(mdm->server_url));
	memcpy(
	    mdm->checkin_url, plan.mdm.checkin_url, sizeof(mdm->checkin_url));
	mdm->sign_message = plan.mdm.sign_message;
	mdm->check_out_when_removed = plan.mdm.check_out_when_removed;
	mdm->access_rights = plan.mdm.access_rights;
	profile_install(session->phone, profile_record(&plan.profile, false));
	line_hang_up(session->line);
out:
	phone_identity_clear(&identity);
	plan_clear(&plan);
	return rc;
}

int enrol_remove(struct session *session, struct err *err)
{
	int rc = 0;

	if (!session->phone->mdm.enrolled)
		return err_set(err, ERR_CONFLICT, "the phone is not enrolled");
	/* Best effort, as Apple says: never sent again. */
	if (session->phone->mdm.check_out_when_removed)
		rc = session_check_out(session, err);
	session_note(session, "removed", "the enrolment profile");
	phone_forget_mdm(session->phone);
	line_hang_up(session->line);
	return rc;
}

int enrol_renew(struct session *session, struct err *err)
{
	struct phone_mdm *mdm = &session->phone->mdm;
	struct scep_settings settings = {.scep = mdm->scep};
	struct phone_identity identity = {0};
	int rc;

	if (!mdm->enrolled)
		return err_set(err, ERR_CONFLICT, "the phone is not enrolled");
	(void)str_copy(
	    settings.subject[0].type, sizeof(settings.subject[0].type), "CN");
	(void)str_copy(settings.subject[0].value,
	    sizeof(settings.subject[0].value), mdm->scep.common_name);
	settings.subject_count = *mdm->scep.common_name ? 1 : 0;
	rc = scep_make_key(mdm->scep.key_size, &identity.key, err);
	if (rc == 0)
		rc = scep_request_certificate(session, &settings, identity.key,
		    &mdm->identity, &identity.certificate, err);
	if (rc < 0) {
		phone_identity_clear(&identity);
		return rc;
	}
	phone_identity_clear(&mdm->identity);
	mdm->identity = identity;
	line_hang_up(session->line);
	session->phone->changed = true;
	session_note(session, "renewed", "certificate by RenewalReq");
	return 0;
}
