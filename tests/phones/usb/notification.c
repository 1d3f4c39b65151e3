/*
 * notification: com.apple.mobile.notification_proxy, and the same without
 * trust, on which a host hears that the user tapped in the trust dialog.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/phones/property.h"
#include "tests/phones/usb/service.h"

#define NAMES_MAX 64
#define POSTED_MAX 4096

struct proxy {
	struct talk *talk;
	int pipe[2];
	char *names[NAMES_MAX]; /* observed; owned */
	size_t count;
	bool end;
};

static bool is_observed(const struct proxy *proxy, const char *name)
{
	size_t i;

	for (i = 0; i < proxy->count; i++)
		if (strcmp(proxy->names[i], name) == 0)
			return true;
	return false;
}

static void observe(struct proxy *proxy, const char *name)
{
	if (!name || proxy->count == NAMES_MAX || is_observed(proxy, name))
		return;
	proxy->names[proxy->count] = strdup(name);
	if (proxy->names[proxy->count])
		proxy->count++;
}

static void post(struct proxy *proxy, const char *name)
{
	if (!name)
		return;
	hub_lock(proxy->talk->hub);
	device_post(proxy->talk->device, name);
	hub_unlock(proxy->talk->hub);
}

static int say_death(struct proxy *proxy)
{
	plist_t answer = plist_new_dict();

	property_set_string(answer, "Command", "ProxyDeath");
	proxy->end = true;
	return talk_write(proxy->talk, answer);
}

static int take_request(struct proxy *proxy)
{
	const char *command;
	plist_t request;
	int rc = 0;

	if (talk_read(proxy->talk, "Command", &request) < 0)
		return -1;
	command = property_string(request, "Command");
	if (command && strcmp(command, "ObserveNotification") == 0)
		observe(proxy, property_string(request, "Name"));
	else if (command && strcmp(command, "PostNotification") == 0)
		post(proxy, property_string(request, "Name"));
	else if (command && strcmp(command, "Shutdown") == 0)
		rc = say_death(proxy);
	plist_free(request);
	return rc;
}

static int relay(struct proxy *proxy, const char *name)
{
	plist_t message;

	if (!is_observed(proxy, name))
		return 0;
	message = plist_new_dict();
	property_set_string(message, "Command", "RelayNotification");
	property_set_string(message, "Name", name);
	return talk_tell(proxy->talk, message);
}

/* Whole lines only: each was written in one piece. */
static int relay_posted(struct proxy *proxy)
{
	char text[POSTED_MAX + 1];
	char *line = text;
	char *end;
	ssize_t got;
	int rc = 0;

	got = read(proxy->pipe[0], text, POSTED_MAX);
	if (got <= 0)
		return -1;
	text[got] = '\0';
	while (rc == 0 && (end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		rc = relay(proxy, line);
		line = end + 1;
	}
	return rc;
}

static void serve(struct proxy *proxy)
{
	enum wire_event event;
	int rc = 0;

	while (rc == 0 && !proxy->end) {
		event = wire_wait(&proxy->talk->wire, proxy->pipe[0]);
		if (event == WIRE_READABLE)
			rc = take_request(proxy);
		else if (event == WIRE_OTHER)
			rc = relay_posted(proxy);
		else
			rc = -1;
	}
}

void notification_serve(struct talk *talk)
{
	struct proxy proxy = {.talk = talk};
	bool added;
	size_t i;

	if (pipe2(proxy.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	hub_lock(talk->hub);
	added = device_add_observer(talk->device, proxy.pipe[1]);
	hub_unlock(talk->hub);
	if (added)
		serve(&proxy);
	hub_lock(talk->hub);
	device_remove_observer(talk->device, proxy.pipe[1]);
	hub_unlock(talk->hub);
	(void)close(proxy.pipe[0]);
	(void)close(proxy.pipe[1]);
	for (i = 0; i < proxy.count; i++)
		free(proxy.names[i]);
}
