/*
 * program: the commands of workphone-connector and how they end.
 */
#ifndef AGENT_CONNECTOR_PROGRAM_H
#define AGENT_CONNECTOR_PROGRAM_H

#include <stdbool.h>

#define PROGRAM_DONE 0
#define PROGRAM_FAILED 1
#define PROGRAM_USAGE 2
#define PROGRAM_GAPS 3
#define PROGRAM_SOURCE 4
#define PROGRAM_SERVER 5

struct program_options {
	const char *config; /* NULL: the default */
	const char *out;    /* keygen */
	bool is_dry;
	bool is_json;
	bool is_quiet;
};

int program_csv(const struct program_options *options);
int program_http_json(const struct program_options *options);
int program_vvm(const struct program_options *options);
int program_run(const struct program_options *options);
int program_keygen(const struct program_options *options);
int program_check_config(const struct program_options *options);

#endif
