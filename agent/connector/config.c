#include "agent/connector/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/config_keys.h"
#include "agent/connector/input.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

/* ---- the shape of the file ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

/* clang-format off */
static const cyaml_schema_field_t csv_fields[] = {
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, struct csv_config, file, 1, TEXT_MAX),
    TEXT(struct csv_config, encoding),
    TEXT(struct csv_config, delimiter),
    TEXT(struct csv_config, header),
    TEXT(struct csv_config, max_age),
    CYAML_FIELD_MAPPING("subject", CYAML_FLAG_DEFAULT, struct csv_config, subject, subject_fields),
    LIST(struct csv_config, facts, fact_schema, 32),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t csv_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct csv_config, csv_fields),
};
static const cyaml_schema_field_t http_fields[] = {
    TEXT(struct http_config, map),
    TEXT(struct http_config, base_url),
    TEXT(struct http_config, ca_file),
    TEXT(struct http_config, auth),
    TEXT(struct http_config, token_file),
    TEXT(struct http_config, token_url),
    TEXT(struct http_config, client_id),
    TEXT(struct http_config, client_secret_file),
    TEXT(struct http_config, scope),
    TEXT(struct http_config, subjects_file),
    TEXT(struct http_config, pause),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t vvm_fields[] = {
    TEXT(struct vvm_config, server),
    TEXT(struct vvm_config, ca_file),
    TEXT(struct vvm_config, mailboxes_file),
    TEXT(struct vvm_config, user),
    TEXT(struct vvm_config, password_file),
    TEXT(struct vvm_config, dialect),
    TEXT(struct vvm_config, folder),
    TEXT(struct vvm_config, open),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t target_fields[] = {
    TEXT(struct target_number, number),
    TEXT(struct target_number, says),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t target_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct target_number, target_fields),
};
static const cyaml_schema_field_t config_fields[] = {
    TEXT(struct connector_config, server),
    TEXT(struct connector_config, ca_file),
    TEXT(struct connector_config, connector),
    TEXT(struct connector_config, key_file),
    TEXT(struct connector_config, state),
    TEXT(struct connector_config, country),
    TEXT(struct connector_config, timeout),
    TEXT(struct connector_config, equipment_file),
    LIST(struct connector_config, targets, target_schema, 1000),
    LIST(struct connector_config, csv, csv_schema, 32),
    SECTION(struct connector_config, http_json, http_fields),
    SECTION(struct connector_config, vvm, vvm_fields),
    CYAML_FIELD_END,
};
static const struct cyaml_schema_value config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct connector_config, config_fields),
};
/* clang-format on */

#pragma GCC diagnostic pop

/* ---- what a text may be ---- */

static bool is_https(const char *text, const char *scheme, bool has_path)
{
	const char *host = text + strlen(scheme);

	return strncmp(text, scheme, strlen(scheme)) == 0 && *host &&
	    *host != '/' && !strpbrk(host, "?# \t@\\") &&
	    (has_path || !strchr(host, '/')) && strlen(text) < 500;
}

static const char *check_server(const char *text)
{
	return !*text || is_https(text, "https://", false)
	    ? NULL
	    : "is no address; write https://office.example.org:8443";
}

static const char *check_url(const char *text)
{
	return is_https(text, "https://", true)
	    ? NULL
	    : "is no address; it begins with https://";
}

static const char *check_imaps(const char *text)
{
	return is_https(text, "imaps://", false)
	    ? NULL
	    : "is no address; write imaps://mail.example.org:993";
}

static const char *check_name(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return len && !text[len] && len < EVIDENCE_CONNECTOR_MAX
	    ? NULL
	    : "is no name; write a-z, 0-9 and . _ -";
}

static const char *check_country(const char *text)
{
	return !*text || evidence_country_is_known(text)
	    ? NULL
	    : "is no country known here; write SE, DK, NO or FI";
}

static const char *check_duration(const char *text)
{
	int64_t ms;

	return time_duration_parse(text, &ms) == 0
	    ? NULL
	    : "is no duration; write 30s, 1h or 31d";
}

static const char *check_folder(const char *text)
{
	size_t len = strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-/");

	return len && !text[len] && len < 64 ? NULL : "is no name of a folder";
}

static const struct key config_keys[] = {
    KEY(struct connector_config, server, "", NULL, check_server),
    KEY(struct connector_config, ca_file, NULL, NULL, check_any),
    KEY(struct connector_config, connector, "!", NULL, check_name),
    KEY(struct connector_config, key_file, NULL, NULL, check_any),
    KEY(struct connector_config, state, NULL, NULL, check_any),
    KEY(struct connector_config, country, "", NULL, check_country),
    KEY(struct connector_config, timeout, "30s", NULL, check_duration),
    KEY(struct connector_config, equipment_file, NULL, NULL, check_any),
};

static const struct key csv_keys[] = {
    KEY(struct csv_config, encoding, "auto", "auto utf-8 latin-1", NULL),
    KEY(struct csv_config, delimiter, "auto", "auto , ; tab |", NULL),
    KEY(struct csv_config, header, "yes", "yes no", NULL),
    KEY(struct csv_config, max_age, "31d", NULL, check_duration),
};

static const struct key http_keys[] = {
    KEY(struct http_config, map, "!", NULL, check_any),
    KEY(struct http_config, base_url, "!", NULL, check_url),
    KEY(struct http_config, ca_file, NULL, NULL, check_any),
    KEY(struct http_config, auth, "bearer", "bearer oauth2 none", NULL),
    KEY(struct http_config, token_file, NULL, NULL, check_any),
    KEY(struct http_config, token_url, NULL, NULL, check_url),
    KEY(struct http_config, client_id, NULL, NULL, check_any),
    KEY(struct http_config, client_secret_file, NULL, NULL, check_any),
    KEY(struct http_config, scope, NULL, NULL, check_any),
    KEY(struct http_config, subjects_file, NULL, NULL, check_any),
    KEY(struct http_config, pause, "0s", NULL, check_duration),
};

static const struct key vvm_keys[] = {
    KEY(struct vvm_config, server, "!", NULL, check_imaps),
    KEY(struct vvm_config, ca_file, NULL, NULL, check_any),
    KEY(struct vvm_config, mailboxes_file, "!", NULL, check_any),
    KEY(struct vvm_config, user, NULL, NULL, check_any),
    KEY(struct vvm_config, password_file, NULL, NULL, check_any),
    KEY(struct vvm_config, dialect, "auto", "auto omtp alu", NULL),
    KEY(struct vvm_config, folder, "Greetings", NULL, check_folder),
    KEY(struct vvm_config, open, "examine", "examine select", NULL),
};

/* Facts that name phones are compared with the organisation's own. */
static bool names_phones(const struct fact_map *facts, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (facts[i].imei_from && facts[i].imei_from[0] != '{')
			return true;
	return false;
}

static int check_equipment(const struct connector_config *config,
    const struct fact_map *facts, unsigned count,
    const struct xyaml_outline *outline, const char *path, struct err *err)
{
	if (!names_phones(facts, count) || config->equipment_file)
		return 0;
	return xyaml_err(outline, path, err, ERR_INVALID,
	    "%s: sim.device needs `equipment_file`, the IMEIs of your own "
	    "phones: others are never sent on",
	    path);
}

/* ---- sections ---- */

static int take_csv(struct connector_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	char path[40];
	char prefix[48];
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < config->csv_count; i++) {
		struct csv_config *csv = &config->csv[i];

		(void)snprintf(path, sizeof(path), "csv[%u]", i);
		(void)snprintf(prefix, sizeof(prefix), "%s.", path);
		rc = take_keys(
		    csv, csv_keys, COUNT(csv_keys), outline, prefix, err);
		if (rc == 0)
			rc = check_subject(&csv->subject, outline, path, err);
		if (rc == 0)
			rc = check_facts(csv->facts, csv->facts_count,
			    EVIDENCE_METHOD_CSV, outline, path, err);
		if (rc == 0)
			rc = check_equipment(config, csv->facts,
			    csv->facts_count, outline, path, err);
	}
	return rc;
}

static int take_http(struct http_config *http,
    const struct xyaml_outline *outline, struct err *err)
{
	int rc = take_keys(
	    http, http_keys, COUNT(http_keys), outline, "http_json.", err);

	if (rc < 0)
		return rc;
	if (strcmp(http->auth, "bearer") == 0 && !http->token_file)
		return xyaml_err(outline, "http_json.auth", err, ERR_INVALID,
		    "http_json: bearer needs token_file");
	if (strcmp(http->auth, "oauth2") == 0 &&
	    (!http->token_url || !http->client_id || !http->client_secret_file))
		return xyaml_err(outline, "http_json.auth", err, ERR_INVALID,
		    "http_json: oauth2 needs token_url, client_id and "
		    "client_secret_file");
	return 0;
}

static int take_vvm(struct vvm_config *vvm, const struct xyaml_outline *outline,
    struct err *err)
{
	int rc =
	    take_keys(vvm, vvm_keys, COUNT(vvm_keys), outline, "vvm.", err);

	if (rc == 0 && !vvm->user != !vvm->password_file)
		return xyaml_err(outline, "vvm.user", err, ERR_INVALID,
		    "vvm: user and password_file stand together");
	return rc;
}

static int take_targets(const struct connector_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	struct err why = {0};
	char where[40];

	for (unsigned i = 0; i < config->targets_count; i++) {
		(void)snprintf(where, sizeof(where), "targets[%u]", i);
		if (target_number_check(&config->targets[i], &why) < 0)
			return xyaml_err(outline, where, err, ERR_INVALID,
			    "%s: %s", where, why.text);
	}
	return 0;
}

static int take_config(struct connector_config *config,
    const struct xyaml_outline *outline, struct err *err)
{
	int sections = (config->csv_count > 0) + (config->http_json != NULL) +
	    (config->vvm != NULL);
	int rc = take_keys(
	    config, config_keys, COUNT(config_keys), outline, "", err);

	if (rc == 0 && sections != 1)
		return xyaml_err(outline, "", err, ERR_INVALID,
		    "the file has one section: csv, http_json or vvm");
	if (rc == 0 && config->server[0] &&
	    (!config->key_file || !config->state))
		return xyaml_err(outline, "server", err, ERR_INVALID,
		    "sending to a server needs key_file and state");
	if (rc == 0)
		rc = take_targets(config, outline, err);
	if (rc == 0)
		rc = take_csv(config, outline, err);
	if (rc == 0 && config->http_json)
		rc = take_http(config->http_json, outline, err);
	if (rc == 0 && config->vvm)
		rc = take_vvm(config->vvm, outline, err);
	return rc;
}

const char *connector_config_kind(const struct connector_config *config)
{
	if (config->csv_count > 0)
		return "csv";
	return config->http_json ? "http-json" : "vvm";
}

void connector_config_free(struct connector_config *config)
{
	if (config)
		xyaml_free(&config_schema, config);
}

int connector_config_load(
    const char *path, struct connector_config **out, struct err *err)
{
	struct xyaml_outline *outline = NULL;
	struct xyaml_text text = {.name = path, .max = CONFIG_MAX};
	struct buf data = {0};
	void *loaded = NULL;
	int rc = input_read(path, CONFIG_MAX, &data, err);

	text.data = data.data;
	text.len = data.len;
	if (rc == 0)
		rc = xyaml_load(&text, &config_schema, &loaded, &outline, err);
	if (rc == 0)
		rc = take_config(loaded, outline, err);
	if (rc == 0)
		*out = loaded;
	else
		connector_config_free(loaded);
	xyaml_outline_free(outline);
	buf_clear(&data);
	return rc;
}
