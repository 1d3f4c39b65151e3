/*
 * cmd_state: the commands that work on the state folder while no run holds it:
 * poll, list, show, set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/action.h"
#include "tests/phones/engine.h"
#include "tests/phones/phone_state.h"
#include "tests/phones/program.h"

static json_t *poll_phone(
    struct program *program, struct phone *phone, size_t *failed)
{
	struct session session;
	struct line *line = NULL;
	struct err err = {0};
	json_t *report;
	int rc;

	program_give_anchors(program, phone);
	rc = net_line_new(&program->net, &line, &err);
	session_init(&session, phone, line, &program->world);
	if (rc == 0)
		rc = session_run(&session, &err);
	if (phone->changed &&
	    folder_save(program->folder, phone, rc < 0 ? NULL : &err) < 0)
		rc = -(int)ERR_IO;
	report = engine_report(&session, rc, &err);
	*failed += rc < 0;
	session_clear(&session);
	line_free(line);
	return report;
}

static int load_wanted(struct program *program, const struct options *options,
    struct phone ***out, size_t *count, struct err *err)
{
	struct phone **phones;
	int rc;

	if (options->argument_count == 0)
		return folder_load_all(program->folder, out, count, err);
	phones = calloc(1, sizeof(*phones));
	if (!phones)
		return err_memory(err);
	rc = folder_load(
	    program->folder, options->arguments[0], &phones[0], err);
	if (rc < 0) {
		free(phones);
		return rc;
	}
	*out = phones;
	*count = 1;
	return 0;
}

int command_poll(const struct options *options)
{
	struct program program;
	struct phone **phones = NULL;
	struct err err = {0};
	json_t *reports;
	json_t *report;
	size_t failed = 0;
	size_t count = 0;
	size_t i;
	int rc;

	if (program_open(&program, options, &err) < 0)
		return program_fail(&err);
	rc = load_wanted(&program, options, &phones, &count, &err);
	reports = json_array();
	for (i = 0; i < count; i++) {
		report = poll_phone(&program, phones[i], &failed);
		if (!options->json)
			program_print_report(report);
		(void)json_array_append_new(reports, report);
	}
	if (rc == 0 && options->json)
		program_print_json(reports);
	json_decref(reports);
	folder_free_all(phones, count);
	program_close(&program);
	if (rc < 0)
		return program_fail(&err);
	return failed > 0;
}

static const char *pin_word(const struct phone *phone)
{
	if (!phone->pin.set)
		return "no PIN";
	return phone->pin.simple ? "simple PIN" : "PIN";
}

static const char *life_word(const struct phone *phone)
{
	if (phone->mdm.enrolled)
		return "enrolled";
	return phone->erased ? "erased" : "not enrolled";
}

static void print_phone(const struct phone *phone)
{
	(void)printf("%-14s %-26s %-12s %-10s %2zu profiles %4zu commands%s  "
	             "%s\n",
	    phone->hardware.serial, phone->hardware.udid, life_word(phone),
	    pin_word(phone), json_array_size(phone->profiles),
	    json_array_size(phone->log),
	    json_array_size(phone->anomalies) ? "  ANOMALIES" : "",
	    phone->hardware.name);
}

int command_list(const struct options *options)
{
	struct program program;
	struct phone **phones = NULL;
	struct err err = {0};
	json_t *list;
	size_t count = 0;
	size_t i;
	int rc;

	if (program_open(&program, options, &err) < 0)
		return program_fail(&err);
	rc = folder_load_all(program.folder, &phones, &count, &err);
	list = json_array();
	for (i = 0; i < count; i++) {
		if (options->json)
			(void)json_array_append_new(
			    list, phone_state_summary(phones[i]));
		else
			print_phone(phones[i]);
	}
	if (rc == 0 && options->json)
		program_print_json(list);
	json_decref(list);
	folder_free_all(phones, count);
	program_close(&program);
	return rc < 0 ? program_fail(&err) : 0;
}

int command_show(const struct options *options)
{
	struct program program;
	struct phone *phone = NULL;
	struct err err = {0};
	json_t *summary;
	int rc;

	if (program_open(&program, options, &err) < 0)
		return program_fail(&err);
	rc = folder_load(program.folder, options->arguments[0], &phone, &err);
	if (rc == 0) {
		summary = phone_state_summary(phone);
		program_print_json(summary);
		json_decref(summary);
	}
	phone_free(phone);
	program_close(&program);
	return rc < 0 ? program_fail(&err) : 0;
}

/* "not_now=3", "clear_pin": an action and its argument. */
static int apply(struct session *session, const char *word, struct err *err)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	char name[64];

	if (len >= sizeof(name))
		return err_set(err, ERR_INVALID, "unknown action '%s'", word);
	memcpy(name, word, len);
	name[len] = '\0';
	return action_run(session, name, equals ? equals + 1 : NULL, err);
}

int command_set(const struct options *options)
{
	struct program program;
	struct session session = {0};
	struct phone *phone = NULL;
	struct err err = {0};
	int rc;
	int i;

	if (program_open(&program, options, &err) < 0)
		return program_fail(&err);
	rc = folder_load(program.folder, options->arguments[0], &phone, &err);
	if (rc == 0) {
		session_init(&session, phone, NULL, &program.world);
		for (i = 1; rc == 0 && i < options->argument_count; i++)
			rc = apply(&session, options->arguments[i], &err);
		if (rc == 0)
			rc = folder_save(program.folder, phone, &err);
		session_clear(&session);
	}
	phone_free(phone);
	program_close(&program);
	return rc < 0 ? program_fail(&err) : 0;
}
