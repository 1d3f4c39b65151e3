/*
 * http_address: how many connections one address has open. An IPv6 neighbour
 * owns a whole /64, so that is what is counted. Safe from any thread.
 */
#ifndef SERVER_HTTP_HTTP_ADDRESS_H
#define SERVER_HTTP_HTTP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "proto/base/err.h"

/* "ffff:…:ffff" with its NUL */
#define HTTP_PEER_MAX 46

struct http_address_table;

int http_address_table_new(unsigned connections_max, unsigned per_address_max,
    struct http_address_table **out, struct err *err);
void http_address_table_free(struct http_address_table *table);

/* False when the address has its share, or memory is out. */
bool http_address_enter(struct http_address_table *table, uint64_t key);
void http_address_leave(struct http_address_table *table, uint64_t key);

/* The key of an address; never 0 for IPv4 and IPv6, 0 for all others. */
uint64_t http_address_key(const struct sockaddr_storage *address);
/* Numeric text without the port; "unix" for a unix socket. */
void http_address_text(
    const struct sockaddr_storage *address, char out[HTTP_PEER_MAX]);

#endif
