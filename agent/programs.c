#include "agent/programs.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/bench/station/station.h"
#include "agent/bench/uplink/files.h"
#include "agent/bench/uplink/uplink.h"
#include "agent/config/config.h"
#include "agent/watch/watch.h"
#include "program/world.h"
#include "proto/base/err.h"

#define DEFAULT_CONFIG "/etc/workphone/agent.yaml"
#define ONCE_LIMIT_MS (60 * TIME_SECOND_MS)

static volatile int stopping;

static void on_signal(int number)
{
	(void)number;
	stopping = 1;
}

static void on_child(int number)
{
	(void)number; /* only so that poll(2) returns */
}

static void catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_signal};
	struct sigaction child = {.sa_handler = on_child};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGHUP, &stop, NULL);
	(void)sigaction(SIGCHLD, &child, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

static int override(struct agent_config *config, const char *key,
    const char *value, struct err *err)
{
	return value ? agent_config_set(config, key, value, err) : 0;
}

int programs_load(
    const struct options *options, struct agent_config **out, struct err *err)
{
	struct agent_config *config = NULL;
	int rc = agent_config_load(
	    options->config ? options->config : DEFAULT_CONFIG,
	    !options->config, &config, err);

	if (rc == 0)
		rc = override(config, "server", options->server, err);
	if (rc == 0)
		rc = override(config, "ca_file", options->ca_file, err);
	if (rc == 0)
		rc = override(config, "state", options->state, err);
	if (rc == 0)
		rc = override(config, "usbmuxd", options->usbmuxd, err);
	if (rc == 0)
		rc = override(config, "usb", options->usb, err);
	if (rc == 0)
		rc = override(config, "poll", options->poll, err);
	if (rc == 0)
		rc = override(
		    config, "erase_confirm", options->erase_confirm, err);
	if (rc == 0)
		rc = agent_config_check(config, err);
	if (rc < 0) {
		agent_config_free(config);
		return rc;
	}
	*out = config;
	return 0;
}

/* ---- run, once ---- */

typedef int station_fn(
    struct station *station, const struct options *options, struct err *err);

static int with_station(const struct options *options, station_fn *fn,
    enum log_level least, struct err *err)
{
	struct agent_config *config = NULL;
	struct station *station = NULL;
	struct log log;
	struct station_world world = {
	    world_clock(), world_rng(), &log, world_monotonic};
	enum log_level level = LOG_LEVEL_INFO;
	int rc = programs_load(options, &config, err);

	if (rc < 0)
		return rc;
	(void)log_level_parse(config->log_level, &level);
	world_log(&log, level < least ? level : least);
	catch_signals();
	rc = station_new(config, &world, &station, err);
	if (rc == 0)
		rc = fn(station, options, err);
	station_free(station);
	agent_config_free(config);
	return rc;
}

static int run_forever(
    struct station *station, const struct options *options, struct err *err)
{
	(void)options;
	return station_run(station, &stopping, err);
}

int program_run(const struct options *options)
{
	struct err err = {0};

	if (with_station(options, run_forever, LOG_LEVEL_DEBUG, &err) < 0)
		return programs_fail(&err);
	return EXIT_DONE;
}

static int print_snapshot(
    struct station *station, const struct options *options, struct err *err)
{
	struct buf json = {0};
	struct buf text = {0};
	int rc = station_snapshot(station, &json, err);

	if (rc == 0 && options->json)
		(void)printf("%s\n", (char *)json.data);
	if (rc == 0 && !options->json) {
		rc = watch_render(
		    (char *)json.data, json.len, 0, 0, WATCH_PLAIN, &text, err);
		if (rc == 0)
			(void)fwrite(text.data, 1, text.len, stdout);
	}
	buf_clear(&json);
	buf_clear(&text);
	return rc;
}

static int run_once(
    struct station *station, const struct options *options, struct err *err)
{
	struct err odd = {0};
	int64_t limit = ONCE_LIMIT_MS;
	int rc;

	if (options->wait && time_duration_parse(options->wait, &limit) < 0)
		return err_set(
		    err, ERR_INVALID, "--wait: write for example 30s");
	rc = station_run_once(station, &stopping, limit, err);
	/* What was seen is printed all the same. */
	if (print_snapshot(station, options, &odd) < 0 && rc == 0)
		rc = err_set(err, odd.code, "%s", odd.text);
	return rc;
}

/* Where an agent runs already, it has seen what there is. */
static int ask_running(const struct options *options, struct err *err)
{
	struct agent_config *config = NULL;
	int rc = programs_load(options, &config, err);

	if (rc == 0)
		rc = watch_print_once(config->state, options->json, err);
	agent_config_free(config);
	return rc;
}

int program_once(const struct options *options)
{
	struct err err = {0};
	int rc = with_station(options, run_once, LOG_LEVEL_WARNING, &err);

	if (rc == -(int)ERR_BUSY)
		rc = ask_running(options, &err);
	return rc < 0 ? programs_fail(&err) : EXIT_DONE;
}

/* ---- the rest ---- */

int program_watch(const struct options *options)
{
	struct agent_config *config = NULL;
	struct err err = {0};
	int rc = programs_load(options, &config, &err);

	catch_signals();
	if (rc == 0)
		rc = watch_run(config->state, options->plain, &stopping, &err);
	agent_config_free(config);
	return rc < 0 ? programs_fail(&err) : EXIT_DONE;
}

static int join(const struct options *options,
    const struct agent_config *config, struct err *err)
{
	struct utsname host;
	char folder[512];
	const char *name = options->name;
	const char *ca = config->ca_file[0] ? config->ca_file : NULL;
	int rc;

	if (!config->server[0] || !options->code)
		return err_set(err, ERR_INVALID,
		    "join needs --server and --code, and --ca-file for a "
		    "server with a certificate of its own");
	if (!name)
		name = uname(&host) == 0 ? host.nodename : "station";
	(void)snprintf(folder, sizeof(folder), "%s/station", config->state);
	rc = files_make_folder(config->state, err);
	if (rc == 0)
		rc = files_make_folder(folder, err);
	if (rc == 0)
		rc = uplink_join(
		    config->server, ca, options->code, name, folder, err);
	return rc;
}

int program_join(const struct options *options)
{
	struct agent_config *config = NULL;
	struct err err = {0};
	int rc = programs_load(options, &config, &err);

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	if (rc == 0)
		rc = join(options, config, &err);
	curl_global_cleanup();
	agent_config_free(config);
	if (rc < 0)
		return programs_fail(&err);
	(void)printf("This station is known to the server now; start the "
	             "agent with `workphone-agent run`.\n");
	return EXIT_DONE;
}

int program_check_config(const struct options *options)
{
	struct agent_config *config = NULL;
	struct err err = {0};
	int rc = programs_load(options, &config, &err);

	agent_config_free(config);
	if (rc < 0)
		return programs_fail(&err);
	(void)printf("The configuration is sound.\n");
	return EXIT_DONE;
}
