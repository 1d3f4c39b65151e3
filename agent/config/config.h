/*
 * config: the agent's configuration file (YAML), typed and checked, with
 * defaults; every key is described in workphone-agent(8).
 */
#ifndef AGENT_CONFIG_CONFIG_H
#define AGENT_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* "1-4.2" as sysfs names the port → what is written beside it: "A3". */
struct agent_port {
	char *path;
	char *label;
};

struct agent_config {
	char *server; /* https://host:port; as joined when empty */
	char *ca_file;
	char *state;   /* folder */
	char *usbmuxd; /* "UNIX:/path" or "127.0.0.1:27015" */
	char *usb;     /* "on": look at USB itself too; "off" */
	char *pair;    /* "on": ask a phone for trust when plugged in; "off" */
	char *poll;    /* how often orders are asked for */
	char *erase_confirm; /* an erased phone is back by then */
	char *log_level;
	struct agent_port *ports;
	unsigned ports_count;
};

/*
 * path NULL or absent with is_default: the defaults. USBMUXD_SOCKET_ADDRESS in
 * the environment stands over the default of `usbmuxd` and under the file.
 * An error names file, line and what to write. agent_config_free().
 */
int agent_config_load(const char *path, bool is_default,
    struct agent_config **out, struct err *err);
/* Replaces one text key ("state", …) before the checks of _check(). */
int agent_config_set(struct agent_config *config, const char *key,
    const char *value, struct err *err);
int agent_config_check(const struct agent_config *config, struct err *err);
void agent_config_free(struct agent_config *config);

/* The label of a port; NULL: none was given. */
const char *agent_config_label(
    const struct agent_config *config, const char *path);

#endif
