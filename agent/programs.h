/*
 * programs: the sub-commands of workphone-agent and their options.
 */
#ifndef AGENT_PROGRAMS_H
#define AGENT_PROGRAMS_H

#include <stdbool.h>

#include "program/commands.h"

struct agent_config;
struct err;

struct options {
	const char *config; /* NULL: the default, which may be absent */
	/* Keys of the file, from the command line; NULL: not given. */
	const char *server;
	const char *ca_file;
	const char *state;
	const char *usbmuxd;
	const char *usb;
	const char *poll;
	const char *erase_confirm;
	const char *code;
	const char *name;
	const char *wait; /* once: at most this long */
	bool json;
	bool plain; /* watch: no colours */
};

int program_run(const struct options *options);
int program_once(const struct options *options);
int program_watch(const struct options *options);
int program_join(const struct options *options);
int program_check_config(const struct options *options);

/* File, then command line, checked. agent_config_free(). */
int programs_load(
    const struct options *options, struct agent_config **out, struct err *err);
int programs_fail(const struct err *err);

#endif
