/*
 * mux_watch: hears from usbmuxd which phones are attached, in the daemon's own
 * loop. It comes back by itself when the socket appears late or dies (each
 * second), and then every phone it knew is first reported as detached. No
 * thread, no libusbmuxd: its callbacks run under a lock, its wait does not
 * notice a custom socket, and it drops LocationID, by which a phone is tied to
 * its port.
 */
#ifndef AGENT_BENCH_USB_MUX_WATCH_H
#define AGENT_BENCH_USB_MUX_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/bench/usb/mux_message.h"

struct err;
struct mux_watch;

struct mux_hooks {
	void (*on_attached)(void *arg, const struct mux_device *device);
	void (*on_detached)(void *arg, const struct mux_device *device);
	void (*on_paired)(void *arg, const struct mux_device *device);
	void *arg;
};

#define MUX_DEFAULT_ADDRESS "UNIX:/var/run/usbmuxd"

/*
 * address: "UNIX:/path", "host:port" or "[v6]:port" (numeric host), as
 * USBMUXD_SOCKET_ADDRESS has it. ERR_INVALID: none of these.
 */
int mux_watch_new(const char *address, const struct mux_hooks *hooks,
    struct mux_watch **out, struct err *err);
void mux_watch_free(struct mux_watch *watch);

/* To poll: -1 while there is no connection; events as poll(2) has them. */
int mux_watch_fd(const struct mux_watch *watch, short *events);
/* When to call mux_watch_step() without anything to read; monotonic ms. */
int64_t mux_watch_due(const struct mux_watch *watch);
/* Never blocks. now_ms: monotonic. */
void mux_watch_step(struct mux_watch *watch, int64_t now_ms);

/* The list of phones present has been read since the connection was made. */
bool mux_watch_is_synced(const struct mux_watch *watch);
/* What is wrong with the connection; "" when nothing is. */
const char *mux_watch_trouble(const struct mux_watch *watch);

#endif
