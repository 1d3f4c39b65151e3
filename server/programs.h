/*
 * programs: the sub-commands of workphone-server. Each takes the parsed options
 * and returns the process's exit status.
 */
#ifndef SERVER_PROGRAMS_H
#define SERVER_PROGRAMS_H

#include "program/commands.h"

#define OPTION_VALUES_MAX 32

struct options {
	const char *config;                       /* --config */
	const char *organisation_name;            /* --organisation-name */
	const char *phones_url;                   /* --phones-url */
	const char *hosts[OPTION_VALUES_MAX + 1]; /* --host, repeated */
	const char *sets[OPTION_VALUES_MAX + 1];  /* --set, repeated */
	const char *file;        /* verify: the word behind it; NULL: none */
	const char *twin;        /* verify: a second one; NULL: none */
	const char *key;         /* --key */
	const char *checkpoints; /* --checkpoints */
	const char *ca;          /* --ca */
};

int program_init(const struct options *options);
int program_check_config(const struct options *options);
int program_migrate(const struct options *options);
int program_serve(const struct options *options);
int program_verify(const struct options *options);

struct err;
/* "workphone-server: <sentence>" on standard error; EXIT_FAILED. */
int program_fail(const struct err *err);

#endif
