/*
 * config: the configuration file of one connector, and the map of an API,
 * typed and checked; every key is described in docs/connectors.md. Texts are
 * owned by the struct; what is left out has its default, or is NULL.
 */
#ifndef AGENT_CONNECTOR_CONFIG_H
#define AGENT_CONNECTOR_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/connector/fact_map.h"

struct err;

struct csv_config {
	char *file;
	char *encoding;  /* "auto", "utf-8", "latin-1" */
	char *delimiter; /* "auto", ",", ";", "tab", "|" */
	char *header;    /* "yes"; "no": columns are named #1, #2 … */
	char *max_age;   /* an older file is refused: "31d" */
	struct subject_map subject;
	struct fact_map *facts;
	unsigned facts_count;
};

struct http_config {
	char *map; /* file */
	char *base_url;
	char *ca_file;    /* the only trust; NULL: the system's */
	char *auth;       /* "bearer", "oauth2", "none" */
	char *token_file; /* bearer */
	char *token_url;  /* oauth2: client credentials */
	char *client_id;
	char *client_secret_file;
	char *scope;
	char *subjects_file; /* tel, imei, key: for maps that ask one by one */
	char *pause;         /* between two requests: "100ms" is "0s" */
};

struct vvm_config {
	char *server; /* imaps://host:port */
	char *ca_file;
	char *mailboxes_file; /* tel, user, password */
	char *user;           /* a service user that may act for others */
	char *password_file;
	char *dialect; /* "auto", "omtp", "alu" */
	char *folder;
	char *open; /* "examine"; "select": see docs/connectors.md */
};

struct connector_config {
	char *server; /* https://host:port */
	char *ca_file;
	char *connector; /* its name at the server */
	char *key_file;
	char *state;   /* folder */
	char *country; /* of numbers written without one */
	char *timeout; /* of one request */
	char *equipment_file;
	struct target_number *targets;
	unsigned targets_count;
	struct csv_config *csv;
	unsigned csv_count;
	struct http_config *http_json; /* NULL: none */
	struct vvm_config *vvm;        /* NULL: none */
};

/* An error names file, line and what to write. */
int connector_config_load(
    const char *path, struct connector_config **out, struct err *err);
void connector_config_free(struct connector_config *config);

/* "csv", "http-json" or "vvm": the one section that the file has. */
const char *connector_config_kind(const struct connector_config *config);

/* ---- the map of an API ---- */

struct http_request {
	char *name;
	char *method; /* "GET", "POST" */
	char *path;   /* behind base_url; {tel}, {imei}, {key} */
	char *body;   /* JSON with the same; NULL: none */
	char *each;   /* "subject": once for each; "list": once for all;
	               * "collect": a list that gives the subjects */
	char *items;  /* list: pointer to the array; "" the whole */
	char *paging; /* "none", "link" (RFC 8288), "offset" */
	char *offset_parameter;
	char *limit_parameter;
	unsigned limit;
	char *skip;        /* statuses: nothing is known of this subject */
	char *unsupported; /* statuses: the API has no such request */
	char *key_from;    /* collect */
	struct subject_map *subject; /* lists; each: NULL, the subject's own */
	struct fact_map *facts;
	unsigned facts_count;
};

struct http_map {
	char *name;
	struct http_request *requests;
	unsigned requests_count;
};

int http_map_load(const char *path, struct http_map **out, struct err *err);
/* The same from memory; name: for sentences. */
int http_map_parse(const char *name, const uint8_t *data, size_t len,
    struct http_map **out, struct err *err);
void http_map_free(struct http_map *map);

/* Is status one of "404 422"? */
bool status_is_listed(const char *list, long status);

#endif
