/* cmd_enrol: `virtual-phones enrol`: new phones, one a link, several at once. */
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/engine.h"
#include "tests/phones/enrol.h"
#include "tests/phones/files.h"
#include "tests/phones/program.h"

#define THREADS_MAX 256

/* One line of the list of links. */
struct wish {
	char *url;
	char *serial; /* NULL: made up */
	char *name;   /* NULL: as said for all */
};

struct job {
	const struct options *options;
	struct program *program;
	struct wish *wishes;
	size_t count;
	pthread_mutex_t lock; /* around what follows */
	size_t next;
	size_t failed;
	json_t *reports;
};

static void wishes_free(struct wish *wishes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(wishes[i].url);
		free(wishes[i].serial);
		free(wishes[i].name);
	}
	free(wishes);
}

static int push_wish(struct job *job, const struct wish *wish, struct err *err)
{
	struct wish *more =
	    realloc(job->wishes, (job->count + 1) * sizeof(*job->wishes));

	if (!more)
		return err_memory(err);
	job->wishes = more;
	job->wishes[job->count++] = *wish;
	return 0;
}

static char *take_word(char **at)
{
	char *word;
	size_t len;

	*at += strspn(*at, " \t\r");
	len = strcspn(*at, " \t\r");
	if (len == 0)
		return NULL;
	word = strndup(*at, len);
	*at += len;
	return word;
}

/* "URL [SERIAL [NAME with blanks]]"; empty lines and # are passed over. */
static int parse_line(struct job *job, char *line, struct err *err)
{
	struct wish wish = {0};
	char *at = line;

	wish.url = take_word(&at);
	if (!wish.url || wish.url[0] == '#') {
		free(wish.url);
		return 0;
	}
	wish.serial = take_word(&at);
	at += strspn(at, " \t\r");
	at[strcspn(at, "\r")] = '\0';
	wish.name = *at ? strdup(at) : NULL;
	return push_wish(job, &wish, err);
}

static int read_urls(struct job *job, const char *file, struct err *err)
{
	struct buf text = {0};
	char *rest = NULL;
	char *line;
	int rc;

	if (strcmp(file, "-") == 0)
		rc = files_read_stream(stdin, &text, err);
	else
		rc = files_read(file, &text, err);
	rest = (char *)text.data;
	while (rc == 0 && rest && (line = strsep(&rest, "\n")) != NULL)
		rc = parse_line(job, line, err);
	buf_clear(&text);
	return rc;
}

static int read_arguments(struct job *job, struct err *err)
{
	struct wish wish = {0};
	int rc = 0;
	int i;

	for (i = 0; rc == 0 && i < job->options->argument_count; i++) {
		wish.url = strdup(job->options->arguments[i]);
		rc = wish.url ? push_wish(job, &wish, err) : err_memory(err);
	}
	return rc;
}

/* Ten letters and digits without those that look alike, as Apple's are. */
static void make_serial(const struct rng *rng, char out[16])
{
	static const char letters[] = "0123456789CDFGHJKLMNPQRTVWXY";
	uint8_t random[10];
	size_t i;

	rng_fill(rng, random, sizeof(random));
	for (i = 0; i < sizeof(random); i++)
		out[i] = letters[random[i] % (sizeof(letters) - 1)];
	out[0] = 'V'; /* for virtual */
	out[sizeof(random)] = '\0';
}

static int name_serials(struct job *job, struct err *err)
{
	const char *wanted = job->options->serial;
	char made[16];
	char *serial = NULL;
	size_t i;

	for (i = 0; i < job->count; i++) {
		if (job->wishes[i].serial)
			continue;
		make_serial(job->program->world.rng, made);
		if (wanted && job->count > 1) {
			if (asprintf(&serial, "%s%zu", wanted, i + 1) < 0)
				serial = NULL;
		} else {
			serial = strdup(wanted ? wanted : made);
		}
		if (!serial)
			return err_memory(err);
		job->wishes[i].serial = serial;
	}
	return 0;
}

/* A phone that was here before gets what its new user says of it. */
static void set_up_again(
    const struct job *job, const struct wish *wish, struct phone *phone)
{
	const struct options *options = job->options;
	const char *name = wish->name ? wish->name : options->name;

	if (name)
		(void)snprintf(phone->hardware.name,
		    sizeof(phone->hardware.name), "%s", name);
	if (options->pin)
		phone_set_pin(phone, 6, false, false,
		    clock_now(job->program->world.clock));
	else if (options->no_pin)
		phone_clear_pin(phone);
}

/* The phone of that serial if the folder has it, else a new one. */
static int get_phone(struct job *job, const struct wish *wish,
    struct phone **out, struct err *err)
{
	const struct options *options = job->options;
	struct phone_shape shape = {.serial = wish->serial,
	    .name = wish->name ? wish->name : options->name,
	    .product_name = options->model,
	    .os_version = options->os_version,
	    .sims = (unsigned)options->sims,
	    .pin = options->pin && !options->no_pin,
	    .supervised = options->supervised,
	    .now_ms = clock_now(job->program->world.clock)};
	struct phone *phone = NULL;
	int rc;

	rc = folder_load(job->program->folder, wish->serial, &phone, err);
	if (rc == 0)
		set_up_again(job, wish, phone);
	else if (rc == -(int)ERR_NOT_FOUND)
		rc = phone_new(&shape, &phone, err);
	if (rc < 0)
		return rc;
	program_give_anchors(job->program, phone);
	*out = phone;
	return 0;
}

static int enrol_phone(struct job *job, const struct wish *wish,
    struct session *session, struct err *err)
{
	int rc;

	rc = enrol_by_url(session, wish->url, err);
	if (rc == 0 && !job->options->no_poll)
		rc = session_run(session, err);
	/* A phone that got nowhere leaves no file behind. */
	if (session->phone->mdm.enrolled || session->phone->lives > 0)
		if (folder_save(job->program->folder, session->phone,
		        rc < 0 ? NULL : err) < 0 &&
		    rc == 0)
			rc = -(int)ERR_IO;
	return rc;
}

static void enrol_one(struct job *job, const struct wish *wish)
{
	struct phone *phone = NULL;
	struct line *line = NULL;
	struct session session = {0};
	json_t *report = NULL;
	struct err err = {0};
	int rc;

	rc = get_phone(job, wish, &phone, &err);
	if (rc == 0)
		rc = net_line_new(&job->program->net, &line, &err);
	if (rc == 0) {
		session_init(&session, phone, line, &job->program->world);
		rc = enrol_phone(job, wish, &session, &err);
		report = engine_report(&session, rc, &err);
		session_clear(&session);
	}
	if (!report)
		report = json_pack("{s:s, s:b, s:{s:s, s:s}}", "serial",
		    wish->serial, "ok", 0, "error", "code",
		    err_code_name(err.code), "text", err.text);
	pthread_mutex_lock(&job->lock);
	(void)json_array_append_new(job->reports, report);
	job->failed += rc < 0;
	pthread_mutex_unlock(&job->lock);
	line_free(line);
	phone_free(phone);
}

static void *enrol_some(void *arg)
{
	struct job *job = arg;
	size_t mine;

	for (;;) {
		pthread_mutex_lock(&job->lock);
		mine = job->next++;
		pthread_mutex_unlock(&job->lock);
		if (mine >= job->count)
			return NULL;
		enrol_one(job, &job->wishes[mine]);
	}
}

static void enrol_all(struct job *job)
{
	pthread_t threads[THREADS_MAX];
	size_t wanted = (size_t)job->options->threads;
	size_t started = 0;
	size_t i;

	if (wanted > THREADS_MAX)
		wanted = THREADS_MAX;
	if (wanted > job->count)
		wanted = job->count;
	while (started < wanted &&
	    pthread_create(&threads[started], NULL, enrol_some, job) == 0)
		started++;
	if (started == 0)
		(void)enrol_some(job);
	for (i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
}

static int gather(struct job *job, struct err *err)
{
	const struct options *options = job->options;
	int rc;

	rc = options->urls ? read_urls(job, options->urls, err)
	                   : read_arguments(job, err);
	if (rc < 0)
		return rc;
	if (job->count == 0)
		return err_set(err, ERR_INVALID,
		    "no enrolment link: give URLs or --urls FILE");
	if (options->count > 0 && (size_t)options->count > job->count)
		return err_set(err, ERR_INVALID,
		    "--count %ld, but only %zu links: each phone needs its own",
		    options->count, job->count);
	while (options->count > 0 && job->count > (size_t)options->count) {
		struct wish *last = &job->wishes[--job->count];

		free(last->url);
		free(last->serial);
		free(last->name);
	}
	return name_serials(job, err);
}

static void print_reports(const struct job *job, double seconds)
{
	size_t i;

	if (job->options->json) {
		program_print_json(job->reports);
		return;
	}
	/* With thousands only what went wrong is worth reading. */
	for (i = 0; i < json_array_size(job->reports); i++) {
		const json_t *report = json_array_get(job->reports, i);

		if (job->count <= 50 || json_object_get(report, "error"))
			program_print_report(report);
	}
	(void)printf("%zu of %zu phones enrolled in %.1f s\n",
	    job->count - job->failed, job->count, seconds);
	if (job->options->shared_key)
		(void)printf("they share one RSA key (--shared-key)\n");
}

static double monotonic_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int command_enrol(const struct options *options)
{
	struct program program;
	struct job job = {.options = options, .program = &program};
	struct err err = {0};
	double began;
	int rc;

	rc = program_open(&program, options, &err);
	if (rc < 0)
		return program_fail(&err);
	job.reports = json_array();
	(void)pthread_mutex_init(&job.lock, NULL);
	rc = gather(&job, &err);
	if (rc == 0) {
		began = monotonic_seconds();
		enrol_all(&job);
		print_reports(&job, monotonic_seconds() - began);
	}
	json_decref(job.reports);
	wishes_free(job.wishes, job.count);
	(void)pthread_mutex_destroy(&job.lock);
	program_close(&program);
	if (rc < 0)
		return program_fail(&err);
	return job.failed > 0;
}
