/*
 * handler_ctx: what every handler gets as its ctx, and the bits that name our
 * listeners in the route table.
 */
#ifndef SERVER_SERVICE_HANDLER_CTX_H
#define SERVER_SERVICE_HANDLER_CTX_H

struct service;
struct ops;
struct caller_checks;
struct office;

#define LISTENER_PHONES 1u       /* TLS; client certificate requested */
#define LISTENER_PHONES_PROXY 2u /* plain; identity from Client-Cert */
#define LISTENER_OPS 4u
#define LISTENER_ADMIN 8u   /* local unix socket */
#define LISTENER_OFFICE 16u /* TLS; people and programs, by API token */

struct handler_ctx {
	struct service *service;
	struct ops *ops;               /* health and metrics; owned by main */
	struct caller_checks *callers; /* certificates checked before */
	struct office *office;         /* NULL: no office listener */
};

#endif
