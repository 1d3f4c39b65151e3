/*
 * config: the server's one configuration file (YAML), typed and checked, with
 * defaults. Order of precedence: --set KEY=VALUE, environment
 * (WORKPHONE_LISTENERS_PHONES for listeners.phones), file, default. Every key
 * is described in docs/configuration.md.
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/log.h"

struct err;

struct config_tls {
	char *certificate; /* PEM chain; "" : the one init made */
	char *key;
	char *office_certificate; /* shown to people; "" : as to phones */
	char *office_key;
};

/* "address:port", "unix:/path", or "off". */
struct config_listeners {
	char *phones;
	char *phones_proxy;
	char *office;
	char *ops;
	char *admin;
};

struct config_limits {
	unsigned io_threads;
	unsigned workers;
	unsigned queue;
	unsigned connections;
	unsigned connections_per_address;
	unsigned header_bytes;
	/* A minute, of the office. */
	unsigned requests_per_token;
	unsigned requests_per_address;
	unsigned failures_per_address;
};

/* Durations: "10s", "15m", "12h", "7d". */
struct config_deadlines {
	char *handshake;
	char *header;
	char *body;
	char *idle;
	char *write;
};

struct config_times {
	char *link_valid;
	char *certificate_valid;
	char *silence;
	char *refresh;
	char *tick;
	char *stop;
};

/* Who sends mail for us; without a server nobody is told anything. */
struct config_mail {
	char *server;   /* "smtp.example.org:587"; "": none */
	char *security; /* "starttls", "tls", or "none" on loopback */
	char *user;
	char *password_file;
	char *from;
	char *reply_to;
	char *hello;
	char *ca_file;
	char *window; /* notices this close are one mail */
	char *gap;    /* between two mails to one person */
	char *give_up_after;
	unsigned per_minute;
};

struct config_webhooks {
	char *allow; /* inner networks: "10.20.0.0/16, 127.0.0.1" */
	char *plain_http;
	char *ca_file;
	char *timeout;
	char *give_up_after;
	char *keep;
};

struct config_log {
	char *level;
};

/* What may be erased without a second person (docs/guard.md). */
struct config_guard {
	unsigned destructive_per_hour;
	unsigned bulk_above;
	unsigned departures_per_day;
	unsigned departures_percent;
	char *approval_valid;
	char *approval_use;
};

/* After how long personal data go; or "never". */
struct config_retention {
	char *people_after;
	char *evidence_after;
};

/* One of several municipalities on this server. */
struct config_organisation {
	char *id;       /* short: "vastervik"; "" when there is no list */
	char *name;     /* "Västerviks kommun" */
	char *policy;   /* folder of a pack; "": none */
	char *language; /* "sv"; "": the pack's */
};

/* Paths are absolute once loaded: relative ones start at the file's folder. */
struct config {
	/* Name in the server's own certificates; with no list, of the one
	 * municipality. */
	char *organisation_name;
	char *former_organisation;                 /* refused with a sentence */
	struct config_organisation *organisations; /* at least one */
	unsigned organisations_count;
	char *phones_url; /* https://name:port, as phones reach us */
	char *office_url; /* likewise for people; "": made of phones_url */
	char *data;
	char *keys;
	char *policy;     /* without a list: folder of a pack; "": none */
	char *order_gate; /* "enforce" or "open" */
	struct config_tls *tls;
	struct config_listeners *listeners;
	struct config_limits *limits;
	struct config_deadlines *deadlines;
	struct config_times *times;
	struct config_mail *mail;
	struct config_webhooks *webhooks;
	struct config_log *log;
	struct config_guard *guard;
	struct config_retention *retention;
};

/* "listeners.phones=127.0.0.1:8444", from --set; ends with NULL. */
typedef const char *const *config_overrides;

/*
 * An error names file, line and what to write. *out: config_free().
 * overrides may be NULL.
 */
int config_load(const char *path, config_overrides overrides,
    struct config **out, struct err *err);
void config_free(struct config *config);

/* A duration that config_load() has checked; 0: "never". */
int64_t config_ms(const char *duration);

/* The commented file that `init` writes. */
int config_write_template(const char *path, const char *organisation_name,
    const char *phones_url, struct err *err);

#endif
