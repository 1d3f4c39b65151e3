/*
 * outbox_setup: the outbox as the configuration wants it. Reads the files that
 * it names, so it comes before the fence.
 */
#ifndef SERVER_OUTBOX_SETUP_H
#define SERVER_OUTBOX_SETUP_H

struct config;
struct err;
struct outbox;
struct outbox_health;
struct service;

/* Also tells the service whether and how people are told. health: the
 * caller's, initialised here. Texts of config are borrowed. */
int outbox_setup(const struct config *config, struct service *service,
    struct outbox_health *health, struct outbox **out, struct err *err);

/* Could it be set up? Starts nothing. */
int outbox_setup_check(const struct config *config, struct err *err);

#endif
