/*
 * help: usage, written from the tables in args.h.
 */
#ifndef SERVER_CLI_HELP_H
#define SERVER_CLI_HELP_H

#include <stdio.h>

struct cli_command;

/* All commands, one line each. */
void help_print(FILE *file);
void help_command_print(FILE *file, const struct cli_command *command);

#endif
