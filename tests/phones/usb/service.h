/*
 * service: what StartService opens: one table of names.
 */
#ifndef TESTS_PHONES_USB_SERVICE_H
#define TESTS_PHONES_USB_SERVICE_H

#include "tests/phones/usb/talk.h"

struct service {
	const char *name;
	bool open;         /* without session and TLS */
	bool while_locked; /* needs neither a PIN nor an escrow bag */
	void (*serve)(struct talk *talk);
};

const struct service *service_find(const char *name);

/* Each until the connection ends. */
void mcinstall_serve(struct talk *talk);
void activationd_serve(struct talk *talk);
void diagnostics_serve(struct talk *talk);
void notification_serve(struct talk *talk);
void misagent_serve(struct talk *talk);
void syslog_serve(struct talk *talk);

#endif
