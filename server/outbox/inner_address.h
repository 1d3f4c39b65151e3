/*
 * inner_address: is an address one that the internet reaches, or one of an
 * inner network: loopback, private, link-local, shared, mapped or otherwise
 * special (RFC 6890 and the IANA special-purpose registries)? A webhook's
 * address is looked at when it is connected to, after its name was resolved, so
 * a name that changes its mind gains nothing. Pure.
 */
#ifndef SERVER_OUTBOX_INNER_ADDRESS_H
#define SERVER_OUTBOX_INNER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct sockaddr;

#define INNER_ALLOWED_MAX 32

/* Inner networks that the configuration allows. */
struct inner_allowed {
	struct inner_net {
		uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
		unsigned bits;       /* of these 128 */
	} nets[INNER_ALLOWED_MAX];
	size_t count;
};

/* "10.20.0.0/16, ::1, 127.0.0.1"; "": none. -ERR_INVALID names the piece. */
int inner_allowed_parse(
    const char *text, struct inner_allowed *out, struct err *err);

/* True for everything that is not plainly public, unknown families too. */
bool inner_address_is(const struct sockaddr *address);
/* Public, or within one of the networks allowed. */
bool inner_address_may(
    const struct inner_allowed *allowed, const struct sockaddr *address);

#endif
