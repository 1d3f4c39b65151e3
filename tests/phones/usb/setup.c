#include "tests/phones/usb/setup.h"

#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/usb_state.h"

#define TRY_AGAIN_MS 1000

int setup_install(
    struct session *session, const uint8_t *data, size_t len, struct err *err)
{
	struct phone *phone = session->phone;
	struct profile profile = {0};
	int rc;

	rc = profile_open(data, len, profile_trusted(phone), &profile, err);
	if (rc < 0)
		return rc;
	if (!profile_get_payload(&profile, "com.apple.mdm"))
		profile_install(phone, profile_record(&profile, false));
	else if (phone->mdm.enrolled)
		rc =
		    err_set(err, ERR_CONFLICT, "the phone is enrolled already");
	else
		rc = enrol_by_profile(session, data, len, err);
	profile_clear(&profile);
	return rc;
}

/* Whatever was handed over for the end of setup. */
static int install_stored(struct session *session, struct err *err)
{
	struct buf data = {0};
	int rc;

	rc = usb_state_bytes(session->phone, USB_STORED_PROFILE, &data, err);
	if (rc == 0 && data.len > 0)
		rc = setup_install(session, data.data, data.len, err);
	if (rc == 0)
		usb_state_set_text(session->phone, USB_STORED_PROFILE, NULL);
	buf_clear(&data);
	return rc;
}

static int enrol_by_cloud(struct session *session, struct err *err)
{
	CLEANUP(plist) plist_t cloud = usb_state_cloud(session->phone);
	const char *url = property_string(cloud, "ConfigurationURL");
	int rc = 0;

	if (url && !session->phone->mdm.enrolled)
		rc = enrol_by_url(session, url, err);
	if (rc == 0 && url)
		(void)session_run(session, NULL);
	return rc;
}

int setup_walk(struct session *session, struct err *err)
{
	struct phone *phone = session->phone;
	int rc;

	if (phone->setup_done)
		return err_set(err, ERR_CONFLICT, "setup is done");
	if (!usb_state_is_activated(phone) &&
	    usb_state_flag(phone, USB_ACTIVATION_LOCKED))
		return err_set(err, ERR_CONFLICT,
		    "the phone is locked to its owner's account");
	usb_state_set_text(phone, USB_ACTIVATION, "Activated");
	rc = enrol_by_cloud(session, err);
	if (rc < 0)
		return rc;
	phone->setup_done = true;
	phone->erased = false;
	phone->changed = true;
	return install_stored(session, err);
}

struct walk {
	bool again;
};

static void walk_once(struct session *session, void *arg)
{
	struct walk *walk = arg;
	struct err err = {0};
	int rc;

	/* An erase in between took the configuration: nobody walks then. */
	if (session->phone->setup_done ||
	    !usb_state_text(session->phone, USB_CLOUD))
		return;
	rc = setup_walk(session, &err);
	walk->again = rc == -(int)ERR_IO || rc == -(int)ERR_TIMEOUT;
	if (rc < 0 && !walk->again)
		phone_note_anomaly(
		    session->phone, "Setup Assistant: %s", err.text);
}

static void walk_on(struct hub *hub, struct usb_device *device)
{
	struct walk walk = {0};

	(void)hub_visit(hub, device, walk_once, &walk);
	if (walk.again)
		hub_later(hub, device, TRY_AGAIN_MS, walk_on);
}

void setup_begin(struct hub *hub, struct usb_device *device)
{
	int64_t ms;

	hub_lock(hub);
	ms = device->behaviour.setup_ms;
	hub_unlock(hub);
	if (ms >= 0)
		hub_later(hub, device, ms, walk_on);
}
