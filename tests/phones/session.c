#include "tests/phones/session.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/behaviour.h"
#include "tests/phones/command.h"
#include "tests/phones/declarative.h"
#include "tests/phones/dump.h"
#include "tests/phones/enrol.h"
#include "tests/phones/passcode.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"

#define ROUNDS_MAX 2000 /* commands in one waking; then it sleeps */

void session_init(struct session *session, struct phone *phone,
    struct line *line, const struct session_world *world)
{
	session->phone = phone;
	session->line = line;
	session->world = world;
	session->done = json_array();
}

void session_clear(struct session *session)
{
	json_decref(session->done);
	memset(session, 0, sizeof(*session));
}

int64_t session_now(const struct session *session)
{
	return clock_now(session->world->clock);
}

bool session_has_network(const struct session *session)
{
	return session->line &&
	    session_now(session) >=
	    session->phone->behaviour.network_lost_until;
}

void session_note(
    struct session *session, const char *what, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)json_array_append_new(session->done,
	    json_pack("{s:s, s:s+}", "what", what, "detail", text, ""));
}

int session_send(struct session *session, const char *name, const char *method,
    const char *url, const char *content_type, const struct buf *body,
    bool identified, struct line_reply *reply, struct err *err)
{
	struct phone *phone = session->phone;
	const char *dump = session->world->dump;
	struct line_request request = {.method = method,
	    .url = url,
	    .content_type = content_type,
	    .body = body ? body->data : NULL,
	    .body_len = body ? body->len : 0,
	    .anchors = profile_trusted(phone)};
	unsigned number = dump ? dump_next_number() : 0;
	char text[128];
	int rc;

	if (!session_has_network(session))
		return err_set(err, ERR_IO, "the phone has no network");
	if (identified) {
		request.identity = &phone->mdm.identity;
		request.sign =
		    phone->mdm.sign_message && !session->world->never_sign;
		request.drop_reply = behaviour_takes_lost_reply(phone, name);
	}
	(void)snprintf(text, sizeof(text), "sent-%s", name);
	dump_write(dump, number, phone->hardware.serial, text, request.body,
	    request.body_len);
	rc = line_send(session->line, &request, reply, err);
	if (rc < 0)
		return rc;
	(void)snprintf(text, sizeof(text), "got-%ld", reply->status);
	dump_write(dump, number, phone->hardware.serial, text, reply->body.data,
	    reply->body.len);
	return 0;
}

/*
 * What a status means to a phone: 200 is well; 401, and 403 with Apple's code,
 * mean that it is no longer managed (Apple: "Unrecognized device").
 */
int session_judge(struct session *session, const char *name,
    const struct line_reply *reply, struct err *err)
{
	static const char code[] = "com.apple.unrecognized.device";
	bool disowned = reply->status == 401;

	if (reply->status == 200)
		return 0;
	if (reply->status == 403 && reply->body.data &&
	    memmem(reply->body.data, reply->body.len, code, strlen(code)))
		disowned = true;
	if (disowned) {
		session_note(
		    session, "disowned", "%s: status %ld", name, reply->status);
		phone_forget_mdm(session->phone);
		line_hang_up(session->line);
		return err_set(err, ERR_DENIED,
		    "%s: status %ld: the server disowned the phone", name,
		    reply->status);
	}
	return err_set(err, reply->status >= 500 ? ERR_IO : ERR_INVALID,
	    "%s: status %ld", name, reply->status);
}

static int talk_checkin(struct session *session, const char *type,
    plist_t message, struct line_reply *reply, struct err *err)
{
	struct phone *phone = session->phone;
	struct buf body = {0};
	char name[64];
	int rc;

	property_set_string(message, "MessageType", type);
	/* Apple's DeclarativeManagement alone has no Topic. */
	if (strcmp(type, "DeclarativeManagement") != 0)
		property_set_string(message, "Topic", phone->mdm.topic);
	property_set_string(message, "UDID", phone->hardware.udid);
	(void)snprintf(name, sizeof(name), "checkin-%s", type);
	rc = property_encode(message, &body, err);
	if (rc == 0)
		rc = session_send(session, name, "PUT", phone->mdm.checkin_url,
		    "application/x-apple-aspen-mdm-checkin", &body, true, reply,
		    err);
	if (rc == 0)
		rc = session_judge(session, type, reply, err);
	if (rc == 0)
		session_note(session, "checkin", "%s", type);
	buf_clear(&body);
	return rc;
}

static int send_checkin(
    struct session *session, const char *type, plist_t message, struct err *err)
{
	struct line_reply reply = {0};
	int rc = talk_checkin(session, type, message, &reply, err);

	line_reply_clear(&reply);
	return rc;
}

int session_declarative(struct session *session, const char *endpoint,
    const struct buf *data, struct line_reply *reply, struct err *err)
{
	CLEANUP(plist) plist_t message = plist_new_dict();

	property_set_string(message, "Endpoint", endpoint);
	if (data)
		property_set_data(message, "Data", data->data, data->len);
	return talk_checkin(
	    session, "DeclarativeManagement", message, reply, err);
}

int session_authenticate(struct session *session, struct err *err)
{
	const struct phone_hardware *hardware = &session->phone->hardware;
	CLEANUP(plist) plist_t message = plist_new_dict();
	char imei[24];

	command_imei_text(hardware->imei, imei);
	property_set_string(message, "BuildVersion", hardware->build_version);
	property_set_string(message, "IMEI", imei);
	property_set_string(message, "MEID", hardware->meid);
	property_set_string(message, "OSVersion", hardware->os_version);
	property_set_string(message, "ProductName", hardware->product_name);
	property_set_string(message, "SerialNumber", hardware->serial);
	return send_checkin(session, "Authenticate", message, err);
}

int session_token_update(struct session *session, struct err *err)
{
	struct phone_mdm *mdm = &session->phone->mdm;
	CLEANUP(plist) plist_t message = plist_new_dict();
	bool with_unlock = mdm->unlock_token_due && mdm->token_update_due;
	struct buf token = {0};
	int rc;

	property_set_bool(message, "AwaitingConfiguration", false);
	property_set_string(message, "PushMagic", mdm->push_magic);
	property_set_data(
	    message, "Token", mdm->push_token, sizeof(mdm->push_token));
	if (with_unlock) {
		rc = passcode_make_unlock_token(
		    session->world->rng, &token, err);
		if (rc < 0)
			goto out;
		property_set_data(
		    message, "UnlockToken", token.data, token.len);
	}
	rc = send_checkin(session, "TokenUpdate", message, err);
	if (rc == 0 && with_unlock) {
		buf_clear(&mdm->unlock_token);
		mdm->unlock_token = token;
		memset(&token, 0, sizeof(token));
		mdm->unlock_token_due = false;
	}
	if (rc == 0) {
		/* iOS makes the escrow keybag after it is enrolled. */
		mdm->token_update_due = mdm->unlock_token_due;
		session->phone->changed = true;
	}
out:
	buf_clear(&token);
	return rc;
}

int session_check_out(struct session *session, struct err *err)
{
	CLEANUP(plist) plist_t message = plist_new_dict();

	return send_checkin(session, "CheckOut", message, err);
}

int session_connect(struct session *session, const char *name,
    const struct buf *body, struct line_reply *reply, struct err *err)
{
	int rc;

	line_reply_clear(reply);
	rc = session_send(session, name, "PUT", session->phone->mdm.server_url,
	    "application/x-apple-aspen-mdm", body, true, reply, err);
	return rc < 0 ? rc : session_judge(session, name, reply, err);
}

static int send_idle(
    struct session *session, struct line_reply *reply, struct err *err)
{
	CLEANUP(plist) plist_t message = plist_new_dict();
	struct buf body = {0};
	int rc;

	property_set_string(message, "Status", "Idle");
	property_set_string(message, "UDID", session->phone->hardware.udid);
	rc = property_encode(message, &body, err);
	if (rc == 0)
		rc = session_connect(session, "answer-Idle", &body, reply, err);
	buf_clear(&body);
	return rc;
}

/* An answer that was refused for good is not sent again and again. */
static void settle_unanswered(
    struct session *session, const char *status, int rc, long http)
{
	struct phone_mdm *mdm = &session->phone->mdm;

	if (rc == 0)
		phone_log_answer(
		    session->phone, mdm->unanswered_uuid, status, true);
	else if (http >= 400 && http < 500)
		phone_note_anomaly(session->phone,
		    "the answer %s to %s was refused with status %ld",
		    status ? status : "sent again", mdm->unanswered_uuid, http);
	else
		return; /* not known: sent again first thing next time */
	buf_clear(&mdm->unanswered);
	mdm->unanswered_uuid[0] = '\0';
	session->phone->changed = true;
}

static int deliver(struct session *session, const char *name,
    const char *status, struct line_reply *reply, struct err *err)
{
	struct phone *phone = session->phone;
	unsigned lives = phone->lives;
	int rc;

	rc = session_connect(session, name, &phone->mdm.unanswered, reply, err);
	if (phone->mdm.enrolled && phone->lives == lives)
		settle_unanswered(session, status, rc, reply->status);
	return rc;
}

int session_answer(struct session *session, const struct session_command *cmd,
    const char *status, plist_t extra, struct line_reply *reply,
    struct err *err)
{
	struct phone *phone = session->phone;
	struct phone_mdm *mdm = &phone->mdm;
	struct buf copy = {0};
	char name[192];
	int rc;

	property_set_string(extra, "CommandUUID", cmd->uuid);
	property_set_string(extra, "Status", status);
	property_set_string(extra, "UDID", phone->hardware.udid);
	rc = property_encode(extra, &mdm->unanswered, err);
	if (rc < 0)
		return rc;
	(void)snprintf(mdm->unanswered_uuid, sizeof(mdm->unanswered_uuid), "%s",
	    cmd->uuid);
	(void)snprintf(
	    name, sizeof(name), "answer-%s-%s", cmd->request_type, status);
	phone_log_answer(phone, cmd->uuid, status, false);
	session_note(session, "command", "%s %s", cmd->request_type, status);
	if (behaviour_takes_lost_answer(phone)) {
		buf_clear(&mdm->unanswered);
		line_hang_up(session->line);
		return err_set(
		    err, ERR_IO, "the line dropped before an answer");
	}
	buf_append(&copy, mdm->unanswered.data, mdm->unanswered.len);
	rc = deliver(session, name, status, reply, err);
	if (rc == 0 && behaviour_takes_second_answer(phone))
		rc = session_connect(session, name, &copy, reply, err);
	buf_clear(&copy);
	return rc;
}

int session_command_parse(struct session *session,
    const struct line_reply *reply, struct session_command *out,
    struct err *err)
{
	struct session_command cmd = {0};
	int rc;

	rc = property_parse(reply->body.data, reply->body.len, &cmd.plist, err);
	if (rc == 0)
		rc = property_copy(
		    cmd.plist, "CommandUUID", cmd.uuid, sizeof(cmd.uuid), err);
	if (rc < 0) {
		phone_note_anomaly(session->phone,
		    "the server sent what is no command: %s",
		    err ? err->text : "?");
		session_command_clear(&cmd);
		return rc;
	}
	cmd.command = property_dict(cmd.plist, "Command");
	if (property_copy(cmd.command, "RequestType", cmd.request_type,
	        sizeof(cmd.request_type), NULL) < 0)
		(void)snprintf(
		    cmd.request_type, sizeof(cmd.request_type), "none");
	phone_log_command(
	    session->phone, cmd.uuid, cmd.request_type, session_now(session));
	*out = cmd;
	return 0;
}

void session_command_clear(struct session_command *cmd)
{
	if (cmd->plist)
		plist_free(cmd->plist);
	memset(cmd, 0, sizeof(*cmd));
}

/* The answer has gone, or was lost; now the phone does what it said. */
static void carry_out(struct session *session, enum command_after after)
{
	if (after == AFTER_ERASE) {
		session_note(session, "erased", "all content and settings");
		line_hang_up(session->line);
		phone_erase(session->phone);
	} else if (after == AFTER_REMOVE_MDM) {
		(void)enrol_remove(session, NULL);
	}
}

int session_execute(struct session *session, const struct session_command *cmd,
    struct line_reply *reply, struct err *err)
{
	struct command_answer answer;
	int rc;

	command_execute(session, cmd->command, &answer);
	rc = session_answer(
	    session, cmd, answer.status, answer.body, reply, err);
	if (answer.after != AFTER_NOTHING) {
		line_reply_clear(reply);
		carry_out(session, answer.after);
		rc = 0;
	}
	command_answer_clear(&answer);
	return rc;
}

static int handle_command(
    struct session *session, struct line_reply *reply, struct err *err)
{
	struct session_command cmd = {0};
	plist_t nothing;
	int rc;

	rc = session_command_parse(session, reply, &cmd, err);
	if (rc < 0)
		return rc;
	if (behaviour_takes_not_now(session->phone, cmd.request_type)) {
		nothing = plist_new_dict();
		rc = session_answer(
		    session, &cmd, "NotNow", nothing, reply, err);
		plist_free(nothing);
	} else {
		rc = session_execute(session, &cmd, reply, err);
	}
	session_command_clear(&cmd);
	return rc;
}

/* The first message of a waking, which the server answers with a command. */
static int open_talk(
    struct session *session, struct line_reply *reply, struct err *err)
{
	struct phone *phone = session->phone;

	if (phone->mdm.unanswered.len > 0) {
		session_note(session, "again", "an answer not known delivered");
		return deliver(session, "answer-again", NULL, reply, err);
	}
	if (phone->behaviour.out_of_order > 0)
		return behaviour_talk_out_of_order(session, reply, err);
	return send_idle(session, reply, err);
}

int session_run(struct session *session, struct err *err)
{
	struct phone *phone = session->phone;
	struct line_reply reply = {0};
	int rounds = 0;
	int rc = 0;

	if (!phone->mdm.enrolled)
		return 0;
	if (phone->behaviour.rubbish > 0)
		rc = behaviour_send_rubbish(session, err);
	while (rc == 0 && phone->mdm.token_update_due)
		rc = session_token_update(session, err);
	if (rc == 0)
		rc = open_talk(session, &reply, err);
	while (rc == 0 && phone->mdm.enrolled && reply.body.len > 0 &&
	    rounds++ < ROUNDS_MAX)
		rc = handle_command(session, &reply, err);
	line_reply_clear(&reply);
	if (rc == 0 && phone->mdm.enrolled)
		rc = declarative_run(session, err);
	return rc;
}
