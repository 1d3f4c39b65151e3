/*
 * net_line: a line over TLS by libcurl, one connection a phone. Redirects are
 * not followed; nothing is kept from one phone to another.
 */
#ifndef TESTS_PHONES_NET_LINE_H
#define TESTS_PHONES_NET_LINE_H

#include "tests/phones/line.h"

struct net_options {
	/*
	 * "http://127.0.0.1:8446": speak plain HTTP to this proxy port in place
	 * of the server, with the identity in a Client-Cert header (RFC 9440).
	 */
	const char *proxy_url;
	bool sign;       /* Mdm-Signature instead of a TLS client certificate */
	bool keep_alive; /* keep the connection between wakings */
	long timeout_s;  /* for one exchange; 0: 30 */
};

/* Once, before any thread. */
int net_start(struct err *err);
void net_stop(void);

/* options must outlive the line. */
int net_line_new(
    const struct net_options *options, struct line **out, struct err *err);

#endif
