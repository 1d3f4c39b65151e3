#include "server/outbox/inner_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define V4_BITS 96 /* what stands before the IPv4 address in ::ffff:0:0/96 */

static const struct {
	const char *net;
	unsigned bits;
} special_v4[] = {
    {"0.0.0.0", 8},       /* this network */
    {"10.0.0.0", 8},      /* private */
    {"100.64.0.0", 10},   /* shared by carriers */
    {"127.0.0.0", 8},     /* loopback */
    {"169.254.0.0", 16},  /* link-local, cloud metadata */
    {"172.16.0.0", 12},   /* private */
    {"192.0.0.0", 24},    /* protocol assignments */
    {"192.0.2.0", 24},    /* documentation */
    {"192.88.99.0", 24},  /* 6to4 relays */
    {"192.168.0.0", 16},  /* private */
    {"198.18.0.0", 15},   /* benchmarks */
    {"198.51.100.0", 24}, /* documentation */
    {"203.0.113.0", 24},  /* documentation */
    {"224.0.0.0", 4},     /* multicast */
    {"240.0.0.0", 4},     /* reserved, broadcast */
};

/* Within 2000::/3; everything outside it is special anyway. */
static const struct {
	const char *net;
	unsigned bits;
} special_v6[] = {
    {"2001::", 23},     /* protocol assignments, Teredo, ORCHID */
    {"2001:db8::", 32}, /* documentation */
    {"2002::", 16},     /* 6to4: an IPv4 address within */
    {"3fff::", 20},     /* documentation */
};

static bool has_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 ||
	    (a[bytes] >> (8 - rest)) == (b[bytes] >> (8 - rest));
}

static bool is_inner_v4(const uint8_t address[4])
{
	uint8_t net[4];
	size_t i;

	for (i = 0; i < sizeof(special_v4) / sizeof(special_v4[0]); i++)
		if (inet_pton(AF_INET, special_v4[i].net, net) != 1 ||
		    has_prefix(address, net, special_v4[i].bits))
			return true;
	return false;
}

static bool is_inner_v6(const uint8_t address[16])
{
	static const uint8_t global[16] = {0x20};
	/* IPv4 through a translator (RFC 6052): what counts is within. */
	static const uint8_t translated[16] = {0, 0x64, 0xff, 0x9b};
	uint8_t net[16];
	size_t i;

	if (has_prefix(address, translated, 96))
		return is_inner_v4(address + 12);
	if (!has_prefix(address, global, 3))
		return true;
	for (i = 0; i < sizeof(special_v6) / sizeof(special_v6[0]); i++)
		if (inet_pton(AF_INET6, special_v6[i].net, net) != 1 ||
		    has_prefix(address, net, special_v6[i].bits))
			return true;
	return false;
}

/* As 16 bytes, IPv4 mapped; false: another family. */
static bool bytes_of(const struct sockaddr *address, uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		memcpy(out, mapped, sizeof(mapped));
		memcpy(out + sizeof(mapped), &v4.sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		memcpy(out, &v6.sin6_addr, 16);
		return true;
	}
	return false;
}

static bool is_inner(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (has_prefix(address, mapped, V4_BITS))
		return is_inner_v4(address + 12);
	return is_inner_v6(address);
}

bool inner_address_is(const struct sockaddr *address)
{
	uint8_t bytes[16];

	return !bytes_of(address, bytes) || is_inner(bytes);
}

bool inner_address_may(
    const struct inner_allowed *allowed, const struct sockaddr *address)
{
	uint8_t bytes[16];
	size_t i;

	if (!bytes_of(address, bytes))
		return false;
	if (!is_inner(bytes))
		return true;
	for (i = 0; i < allowed->count; i++)
		if (has_prefix(
		        bytes, allowed->nets[i].address, allowed->nets[i].bits))
			return true;
	return false;
}

/* ---- what the configuration allows ---- */

static bool net_parse(const char *text, struct inner_net *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	char address[64];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t bits = 0;
	bool is_v4;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	if (is_v4)
		(void)bytes_of((const struct sockaddr *)&v4, out->address);
	else if (inet_pton(AF_INET6, address, out->address) != 1)
		return false;
	out->bits = 128;
	if (!slash)
		return true;
	if (str_number_parse(slash + 1, is_v4 ? 32 : 128, &bits) < 0)
		return false;
	out->bits = (unsigned)bits + (is_v4 ? V4_BITS : 0);
	return true;
}

int inner_allowed_parse(
    const char *text, struct inner_allowed *out, struct err *err)
{
	struct inner_allowed found = {.count = 0};
	char piece[80];
	size_t len;

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		len = strcspn(text, ", ");
		if (found.count == INNER_ALLOWED_MAX)
			return err_set(err, ERR_LIMIT,
			    "at most %d networks can be allowed",
			    INNER_ALLOWED_MAX);
		(void)snprintf(piece, sizeof(piece), "%.*s", (int)len, text);
		if (len >= sizeof(piece) ||
		    !net_parse(piece, &found.nets[found.count++]))
			return err_set(err, ERR_INVALID,
			    "\"%s\" is no address or network; write for "
			    "example 10.20.0.0/16 or 127.0.0.1",
			    piece);
		text += len;
	}
	*out = found;
	return 0;
}
