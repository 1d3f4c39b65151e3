#include "tests/phones/behaviour.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"

#define HELD_MAX 64

static bool take_one(struct phone *phone, unsigned *counter)
{
	if (*counter == 0)
		return false;
	(*counter)--;
	phone->changed = true;
	return true;
}

/* A locked iPhone puts off what needs its keys. */
static bool needs_unlocked(const char *request_type)
{
	static const char *const types[] = {
	    "InstallProfile", "RemoveProfile", "CertificateList"};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], request_type) == 0)
			return true;
	return false;
}

bool behaviour_takes_not_now(struct phone *phone, const char *request_type)
{
	if (phone->locked && phone->behaviour.not_now_when_locked &&
	    needs_unlocked(request_type))
		return true;
	return take_one(phone, &phone->behaviour.not_now);
}

bool behaviour_takes_second_answer(struct phone *phone)
{
	return take_one(phone, &phone->behaviour.answer_twice);
}

bool behaviour_takes_lost_answer(struct phone *phone)
{
	return take_one(phone, &phone->behaviour.lose_answer);
}

bool behaviour_takes_lost_reply(struct phone *phone, const char *name)
{
	return strncmp(name, "answer-", 7) == 0 &&
	    strcmp(name, "answer-Idle") != 0 &&
	    take_one(phone, &phone->behaviour.lose_reply);
}

struct held {
	struct session_command commands[HELD_MAX];
	size_t count;
};

static bool is_held(const struct held *held, const char *uuid)
{
	size_t i;

	for (i = 0; i < held->count; i++)
		if (strcmp(held->commands[i].uuid, uuid) == 0)
			return true;
	return false;
}

static int say_not_now(struct session *session,
    const struct session_command *cmd, struct line_reply *reply,
    struct err *err)
{
	CLEANUP(plist) plist_t nothing = plist_new_dict();

	return session_answer(session, cmd, "NotNow", nothing, reply, err);
}

/* Collects commands until the server has no other; 0 or an error. */
static int collect(struct session *session, struct held *held,
    struct line_reply *reply, struct err *err)
{
	struct session_command cmd = {0};
	int rc = 0;

	while (rc == 0 && reply->body.len > 0 && held->count < HELD_MAX) {
		rc = session_command_parse(session, reply, &cmd, err);
		if (rc < 0)
			return rc;
		if (is_held(held, cmd.uuid)) {
			session_command_clear(&cmd);
			break;
		}
		held->commands[held->count++] = cmd;
		rc = say_not_now(session, &cmd, reply, err);
	}
	return rc;
}

int behaviour_talk_out_of_order(
    struct session *session, struct line_reply *reply, struct err *err)
{
	static const char idle[] = "answer-Idle";
	struct phone *phone = session->phone;
	CLEANUP(plist) plist_t message = plist_new_dict();
	struct held held = {0};
	struct buf body = {0};
	size_t i;
	int rc;

	(void)take_one(phone, &phone->behaviour.out_of_order);
	property_set_string(message, "Status", "Idle");
	property_set_string(message, "UDID", phone->hardware.udid);
	rc = property_encode(message, &body, err);
	if (rc == 0)
		rc = session_connect(session, idle, &body, reply, err);
	if (rc == 0)
		rc = collect(session, &held, reply, err);
	for (i = held.count; rc == 0 && phone->mdm.enrolled && i-- > 0;)
		rc = session_execute(session, &held.commands[i], reply, err);
	for (i = 0; i < held.count; i++)
		session_command_clear(&held.commands[i]);
	buf_clear(&body);
	return rc;
}

/* Each kind fills a body; the server must answer with 4xx or 5xx. */
struct rubbish {
	const char *name;
	void (*make)(const struct phone *phone, struct buf *body);
	bool may_be_200; /* well formed, only meant for nobody */
};

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">";

static void make_empty(const struct phone *phone, struct buf *body)
{
	(void)phone;
	buf_append_str(body, "");
}

static void make_noise(const struct phone *phone, struct buf *body)
{
	(void)phone;
	buf_append_str(body, "GET / HTTP/1.1\r\n\r\n\x01\x02\xfe\xff rubbish");
}

static void make_zeros(const struct phone *phone, struct buf *body)
{
	static const char zeros[4096];

	(void)phone;
	buf_append(body, zeros, sizeof(zeros));
}

static void make_cut(const struct phone *phone, struct buf *body)
{
	buf_printf(body,
	    "%s<dict><key>Status</key><string>Idle</string><key>UDID</key>"
	    "<string>%s</str",
	    head, phone->hardware.udid);
}

static void make_binary(const struct phone *phone, struct buf *body)
{
	(void)phone;
	buf_append(body,
	    "bplist00\xd0\x08\0\0\0\0\0\0\x01\x01\0\0\0\0\0\0\0\1"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09",
	    42);
}

static void make_no_status(const struct phone *phone, struct buf *body)
{
	buf_printf(body,
	    "%s<dict><key>UDID</key><string>%s</string></dict></plist>", head,
	    phone->hardware.udid);
}

static void make_unknown_status(const struct phone *phone, struct buf *body)
{
	buf_printf(body,
	    "%s<dict><key>Status</key><string>Perhaps</string><key>UDID</key>"
	    "<string>%s</string></dict></plist>",
	    head, phone->hardware.udid);
}

static void make_no_udid(const struct phone *phone, struct buf *body)
{
	(void)phone;
	buf_printf(body,
	    "%s<dict><key>Status</key><string>Idle</string></dict></plist>",
	    head);
}

static void make_other_udid(const struct phone *phone, struct buf *body)
{
	(void)phone;
	buf_printf(body,
	    "%s<dict><key>Status</key><string>Idle</string><key>UDID</key>"
	    "<string>00008110-000000000000FFFF</string></dict></plist>",
	    head);
}

static void make_deep(const struct phone *phone, struct buf *body)
{
	int i;

	(void)phone;
	buf_append_str(body, head);
	for (i = 0; i < 5000; i++)
		buf_append_str(body, "<array>");
}

static void make_entities(const struct phone *phone, struct buf *body)
{
	(void)phone;
	buf_append_str(body,
	    "<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"aaaaaaaa\">"
	    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><plist><dict><key>"
	    "Status</key><string>&b;&b;</string></dict></plist>");
}

static void make_unknown_uuid(const struct phone *phone, struct buf *body)
{
	buf_printf(body,
	    "%s<dict><key>CommandUUID</key><string>00000000-0000-4000-8000-"
	    "000000000000</string><key>Status</key><string>Acknowledged"
	    "</string><key>UDID</key><string>%s</string></dict></plist>",
	    head, phone->hardware.udid);
}

static void make_huge(const struct phone *phone, struct buf *body)
{
	size_t i;

	buf_printf(body,
	    "%s<dict><key>Status</key><string>Idle</string><key>UDID</key>"
	    "<string>%s</string><key>Filling</key><string>",
	    head, phone->hardware.udid);
	for (i = 0; i < 5 * 1024; i++)
		buf_printf(body, "%01024d", 0);
	buf_append_str(body, "</string></dict></plist>");
}

static const struct rubbish kinds[] = {
    {"empty", make_empty, false},
    {"noise", make_noise, false},
    {"zeros", make_zeros, false},
    {"cut", make_cut, false},
    {"binary", make_binary, false},
    {"no-status", make_no_status, false},
    {"unknown-status", make_unknown_status, false},
    {"no-udid", make_no_udid, false},
    {"other-udid", make_other_udid, false},
    {"deep", make_deep, false},
    {"entities", make_entities, false},
    {"unknown-uuid", make_unknown_uuid, true},
    {"huge", make_huge, false},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

unsigned behaviour_rubbish_kinds(void)
{
	return KIND_COUNT;
}

static int send_one(
    struct session *session, const struct rubbish *kind, struct err *err)
{
	struct line_reply reply = {0};
	struct buf body = {0};
	char name[64];
	int rc;

	kind->make(session->phone, &body);
	rc = buf_check(&body, err);
	(void)snprintf(name, sizeof(name), "rubbish-%s", kind->name);
	if (rc == 0)
		rc = session_send(session, name, "PUT",
		    session->phone->mdm.server_url,
		    "application/x-apple-aspen-mdm", &body, true, &reply, err);
	if (rc == 0) {
		session_note(session, "rubbish", "%s: status %ld", kind->name,
		    reply.status);
		/* Cutting the line on an oversized body is an answer too. */
		if ((reply.status < 400 && !kind->may_be_200) ||
		    reply.status == 401 || reply.status == 403)
			phone_note_anomaly(session->phone,
			    "rubbish '%s' was answered with status %ld",
			    kind->name, reply.status);
	} else {
		session_note(session, "rubbish", "%s: %s", kind->name,
		    err ? err->text : "no answer");
		line_hang_up(session->line);
	}
	line_reply_clear(&reply);
	buf_clear(&body);
	return 0;
}

int behaviour_send_rubbish(struct session *session, struct err *err)
{
	struct phone *phone = session->phone;
	unsigned next = 0;
	int rc = 0;

	if (!session_has_network(session))
		return err_set(err, ERR_IO, "the phone has no network");
	while (rc == 0 && take_one(phone, &phone->behaviour.rubbish))
		rc = send_one(session, &kinds[next++ % KIND_COUNT], err);
	return rc;
}
