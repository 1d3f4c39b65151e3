#include "tests/phones/usb/talk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/lockdown.h"
#include "tests/phones/usb/lockdown_frame.h"
#include "tests/phones/usb/service.h"
#include "tests/phones/usb/tls_server.h"
#include "tests/phones/usb/usb_state.h"

#define LEAVE_MS 200 /* between an answer and what it announced */

static void sleep_ms(int64_t ms)
{
	struct timespec span = {ms / 1000, ms % 1000 * 1000000};

	if (ms > 0)
		(void)nanosleep(&span, NULL);
}

static struct usb_behaviour behaviour_of(struct talk *talk)
{
	struct usb_behaviour behaviour;

	hub_lock(talk->hub);
	behaviour = talk->device->behaviour;
	hub_unlock(talk->hub);
	return behaviour;
}

/* Pulled, and perhaps plugged in again. */
static void pull_cable(struct talk *talk, int64_t replug_ms)
{
	hub_replug(talk->hub, talk->device, replug_ms > 0 ? replug_ms : -1);
}

/*
 * Counts a request; false: the cable was pulled instead. A drop happens once:
 * what comes after the phone is back runs through.
 */
static bool count_request(struct talk *talk, const char *name)
{
	struct usb_device *device = talk->device;
	struct usb_behaviour *behaviour = &device->behaviour;
	bool dropped = false;
	int64_t replug_ms;
	int64_t number;

	hub_lock(talk->hub);
	number = ++device->requests;
	device_log(device, talk->service, name,
	    clock_now(hub_world(talk->hub)->clock));
	if (behaviour->drop_at > 0 && number >= behaviour->drop_at) {
		behaviour->drop_at = 0;
		dropped = true;
	}
	talk->drop_answer =
	    behaviour->drop_after > 0 && number >= behaviour->drop_after;
	if (talk->drop_answer)
		behaviour->drop_after = 0;
	talk->mangle =
	    number >= behaviour->mangle_at ? behaviour->mangle : MANGLE_NOTHING;
	replug_ms = behaviour->replug_ms;
	hub_unlock(talk->hub);
	if (dropped)
		pull_cable(talk, replug_ms);
	return !dropped;
}

int talk_read(struct talk *talk, const char *key, plist_t *out)
{
	uint8_t header[LOCKDOWN_HEADER_BYTES];
	plist_t request = NULL;
	const char *name;
	uint8_t *body;
	size_t len;
	int rc;

	if (wire_read(&talk->wire, header, sizeof(header)) < 0 ||
	    lockdown_length_parse(header, &len, NULL) < 0)
		return -1;
	body = malloc(len);
	if (!body)
		return -1;
	rc = wire_read(&talk->wire, body, len);
	if (rc == 0)
		rc = lockdown_body_parse(body, len, &request, NULL);
	free(body);
	if (rc < 0)
		return -1;
	name = property_string(request, key);
	if (!count_request(talk, name ? name : "?")) {
		plist_free(request);
		return -1;
	}
	*out = request;
	return 0;
}

static int write_frame(struct talk *talk, const struct buf *frame)
{
	return wire_write(&talk->wire, frame->data, frame->len);
}

static int write_mangled(struct talk *talk, plist_t answer)
{
	struct buf frame = {0};
	bool written;
	int rc = -1;

	if (talk->mangle == MANGLE_HANG)
		wire_hang(&talk->wire);
	if (talk->mangle == MANGLE_HANG || talk->mangle == MANGLE_CLOSE)
		return -1;
	written = usb_behaviour_mangle(talk->mangle, answer, &frame);
	if (!written)
		rc = lockdown_frame_encode(answer, &frame, NULL);
	if (written || rc == 0)
		rc = write_frame(talk, &frame);
	buf_clear(&frame);
	if (talk->mangle == MANGLE_BAD_LENGTH)
		wire_hang(&talk->wire); /* the rest never comes */
	return talk->mangle == MANGLE_HALF_FRAME ? -1 : rc;
}

int talk_write(struct talk *talk, plist_t answer)
{
	struct usb_behaviour behaviour = behaviour_of(talk);
	int rc;

	sleep_ms(behaviour.slow_ms);
	if (talk->drop_answer) {
		plist_free(answer);
		pull_cable(talk, behaviour.replug_ms);
		return -1;
	}
	if (talk->mangle != MANGLE_NOTHING) {
		rc = write_mangled(talk, answer);
		plist_free(answer);
		return rc;
	}
	return talk_tell(talk, answer);
}

int talk_tell(struct talk *talk, plist_t message)
{
	struct buf frame = {0};
	int rc;

	rc = lockdown_frame_encode(message, &frame, NULL);
	if (rc == 0)
		rc = write_frame(talk, &frame);
	buf_clear(&frame);
	plist_free(message);
	return rc < 0 ? -1 : 0;
}

struct tls_visit {
	const char *host_id;
	enum usb_tls tls;
	SSL_CTX *context;
};

static void make_context(struct session *session, void *arg)
{
	struct tls_visit *visit = arg;
	struct pairing pairing = {0};
	EVP_PKEY *key = NULL;

	if (usb_state_get_key(
	        session->phone, session->world->key, &key, NULL) == 0 &&
	    pairing_load(session->phone, visit->host_id, &pairing, NULL) == 0)
		visit->context = tls_server_new(&pairing, key, visit->tls);
	pairing_clear(&pairing);
	EVP_PKEY_free(key);
}

int talk_start_tls(struct talk *talk, const char *host_id)
{
	struct usb_behaviour behaviour = behaviour_of(talk);
	struct tls_visit visit = {.host_id = host_id, .tls = behaviour.tls};
	int rc = -1;

	if (behaviour.tls == TLS_HANG)
		wire_hang(&talk->wire);
	if (behaviour.tls == TLS_HANG || behaviour.tls == TLS_CLOSE)
		return -1;
	talk_visit(talk, make_context, &visit);
	if (visit.context)
		rc = wire_start_tls(&talk->wire, visit.context);
	SSL_CTX_free(visit.context); /* the connection holds its own */
	return rc;
}

void talk_visit(struct talk *talk,
    void (*visit)(struct session *session, void *arg), void *arg)
{
	(void)hub_visit(talk->hub, talk->device, visit, arg);
}

static void lock_after_start(struct session *session, void *arg)
{
	struct phone *phone = session->phone;

	(void)arg;
	phone->locked = phone->pin.set;
	usb_state_set_flag(phone, USB_LOCKED_SINCE_START, phone->pin.set);
}

static void restart(struct hub *hub, struct usb_device *device)
{
	int64_t ms;

	hub_lock(hub);
	ms = device->behaviour.return_ms;
	hub_unlock(hub);
	(void)hub_visit(hub, device, lock_after_start, NULL);
	hub_replug(hub, device, ms);
}

static void shut_down(struct hub *hub, struct usb_device *device)
{
	(void)hub_visit(hub, device, lock_after_start, NULL);
	hub_replug(hub, device, -1);
}

/* Told over USB and over the air within the same moment it erases itself once:
 * a connection of before an erase cannot ask for the next one. */
static void erase_phone(struct session *session, void *arg)
{
	const int64_t *asked = arg;

	if (usb_state_number(session->phone, USB_ERASES) >= *asked)
		return;
	line_hang_up(session->line);
	phone_erase(session->phone);
}

/* The hub sees the erase and takes the phone away (hub.c). */
static void erase(struct hub *hub, struct usb_device *device)
{
	int64_t asked;

	hub_lock(hub);
	asked = device->erase_asked;
	hub_unlock(hub);
	(void)hub_visit(hub, device, erase_phone, &asked);
}

void talk_restart_later(struct talk *talk)
{
	hub_later(talk->hub, talk->device, LEAVE_MS, restart);
}

void talk_shut_down_later(struct talk *talk)
{
	hub_later(talk->hub, talk->device, LEAVE_MS, shut_down);
}

void talk_erase_later(struct talk *talk)
{
	hub_lock(talk->hub);
	talk->device->erase_asked = talk->erases + 1;
	hub_unlock(talk->hub);
	hub_later(talk->hub, talk->device, LEAVE_MS, erase);
}

void talk_serve(struct talk *talk)
{
	const struct service *service = talk->port.service;

	hub_lock(talk->hub);
	talk->erases = talk->device->erases;
	hub_unlock(talk->hub);
	talk->service = service ? service->name : "lockdownd";
	if (!service) {
		lockdown_serve(talk);
		return;
	}
	if (talk->port.tls && talk_start_tls(talk, talk->port.host_id) < 0)
		return;
	service->serve(talk);
}
