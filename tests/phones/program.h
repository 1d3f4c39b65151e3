/*
 * program: what the sub-commands share: clock, randomness, network, key, and
 * the printing of what phones did.
 */
#ifndef TESTS_PHONES_PROGRAM_H
#define TESTS_PHONES_PROGRAM_H

#include "tests/phones/folder.h"
#include "tests/phones/net_line.h"
#include "tests/phones/options.h"
#include "tests/phones/session.h"

struct program {
	struct session_world world;
	struct net_options net;
	struct folder *folder;
	STACK_OF(X509) * anchors; /* of --ca-file */
	EVP_PKEY *key;            /* of --shared-key */
};

/* Opens the state folder, loads --ca-file, makes --shared-key. */
int program_open(
    struct program *program, const struct options *options, struct err *err);
void program_close(struct program *program);

/* --ca-file takes the place of what the phone trusted from the start. */
void program_give_anchors(const struct program *program, struct phone *phone);

/* "virtual-phones: sentence" on stderr; gives the exit status 1. */
int program_fail(const struct err *err);

/* One phone's report (engine_report) as lines, or as JSON. */
void program_print_report(const json_t *report);
void program_print_json(const json_t *json);

/* The sub-commands; each gives the exit status. */
int command_enrol(const struct options *options);
int command_run(const struct options *options);
int command_poll(const struct options *options);
int command_list(const struct options *options);
int command_show(const struct options *options);
int command_set(const struct options *options);
int command_do(const struct options *options);
int command_export(const struct options *options);

#endif
