/* csv: exports of an operator or exchange, row by row. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/connector/input.h"
#include "agent/connector/run.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/csv/csv.h"

#define FILE_MAX_BYTES (256LL * 1024 * 1024)
#define COLUMN_NAME_MAX 128

struct open_file {
	const struct csv_config *config;
	const char *name; /* for people: without its folders */
	int fd;
	int64_t written_ms;
};

struct source {
	const struct connector_config *config;
	struct open_file *files;
	unsigned count;
};

/* One file being read. */
struct reading {
	const struct csv_config *config;
	const char *name;
	struct run *run;
	struct map_world world;
	const struct csv_row *row; /* in hand */
	char (*columns)[COLUMN_NAME_MAX];
	size_t column_count;
	bool has_header;
};

/* ---- opening ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int open_one(
    const struct csv_config *config, struct open_file *out, struct err *err)
{
	struct stat about;

	*out = (struct open_file){
	    .config = config, .name = base_name(config->file)};
	out->fd = open(config->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (out->fd < 0 || fstat(out->fd, &about) != 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", config->file, strerror(errno));
	if (!S_ISREG(about.st_mode) || about.st_size > FILE_MAX_BYTES)
		return err_set(err, ERR_LIMIT,
		    "%s is no file of at most %lld bytes", config->file,
		    FILE_MAX_BYTES);
	out->written_ms = (int64_t)about.st_mtim.tv_sec * TIME_SECOND_MS;
	return 0;
}

static void csv_source_close(struct source *source)
{
	for (unsigned i = 0; source && i < source->count; i++)
		if (source->files[i].fd >= 0)
			(void)close(source->files[i].fd);
	if (source)
		free(source->files);
	free(source);
}

static int csv_source_open(
    const struct connector_config *config, struct source **out, struct err *err)
{
	struct source *source = calloc(1, sizeof(*source));
	int rc = source ? 0 : err_memory(err);

	if (rc == 0)
		source->files =
		    calloc(config->csv_count, sizeof(*source->files));
	if (rc == 0 && !source->files)
		rc = err_memory(err);
	for (unsigned i = 0; rc == 0 && i < config->csv_count; i++) {
		source->count = i + 1;
		rc = open_one(&config->csv[i], &source->files[i], err);
	}
	if (rc < 0) {
		csv_source_close(source);
		return rc;
	}
	source->config = config;
	*out = source;
	return 0;
}

/* ---- rows ---- */

/* "#3" or a name of the header → its index; -1: there is none. */
static int column_index(const struct reading *reading, const char *from)
{
	uint64_t number;

	if (from[0] == '#' &&
	    str_number_parse(from + 1, CSV_COLUMNS_MAX, &number) == 0 &&
	    number > 0)
		return (int)number - 1;
	for (size_t i = 0; i < reading->column_count; i++)
		if (strcasecmp(reading->columns[i], from) == 0)
			return (int)i;
	return -1;
}

static int get_cell(
    void *arg, const char *from, size_t index, char out[MAP_TEXT_MAX])
{
	const struct reading *reading = arg;
	int column = column_index(reading, from);

	if (index > 0 || column < 0 || (size_t)column >= reading->row->count)
		return 0;
	return str_copy(out, MAP_TEXT_MAX, reading->row->cells[column]) < 0 ? -1
	                                                                    : 1;
}

static int need_column(
    const struct reading *reading, const char *from, struct err *err)
{
	if (!from || column_index(reading, from) >= 0)
		return 0;
	return err_set(err, ERR_INVALID,
	    "%s has no column \"%.60s\"; the file may be another one, or the "
	    "operator changed it",
	    reading->name, from);
}

static int need_fact(
    const struct reading *reading, const struct fact_map *fact, struct err *err)
{
	const char *const columns[] = {fact->from, fact->target_from,
	    fact->count_from, fact->age_from, fact->until_from,
	    fact->checked_from, fact->imei_from, fact->seen_from};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(columns) / sizeof(*columns);
	     i++)
		rc = need_column(reading, columns[i], err);
	for (unsigned i = 0; rc == 0 && i < fact->values_count; i++)
		rc = need_column(reading, fact->values[i].from, err);
	for (unsigned i = 0; rc == 0 && i < fact->when_count; i++)
		rc = need_column(reading, fact->when[i].from, err);
	return rc;
}

static int check_columns(const struct reading *reading, struct err *err)
{
	const struct csv_config *config = reading->config;
	int rc = need_column(reading, config->subject.from, err);

	if (rc == 0)
		rc = need_column(reading, config->subject.or_from, err);
	for (unsigned i = 0; rc == 0 && i < config->facts_count; i++)
		rc = need_fact(reading, &config->facts[i], err);
	return rc;
}

static int take_header(
    struct reading *reading, const struct csv_row *row, struct err *err)
{
	if (row->fault != CSV_FINE)
		return err_set(err, ERR_INVALID,
		    "%s: the header, line %lu, has %s", reading->name,
		    row->line, csv_fault_text(row->fault));
	reading->columns = calloc(row->count, sizeof(*reading->columns));
	if (!reading->columns)
		return err_memory(err);
	for (size_t i = 0; i < row->count; i++) {
		const char *cell = row->cells[i];
		size_t len;

		cell += strspn(cell, " \t");
		len = strlen(cell);
		while (len && strchr(" \t", cell[len - 1]))
			len--;
		if (len >= COLUMN_NAME_MAX)
			len = 0; /* no column that a map could name */
		memcpy(reading->columns[i], cell, len);
	}
	reading->column_count = row->count;
	reading->has_header = true;
	return check_columns(reading, err);
}

/* A fault of the row as a whole; NULL: none. */
static const char *row_fault(
    const struct reading *reading, const struct csv_row *row)
{
	if (row->fault != CSV_FINE)
		return csv_fault_text(row->fault);
	if (reading->column_count && row->count < reading->column_count)
		return "fewer cells than the header";
	if (reading->column_count && row->count > reading->column_count)
		return "more cells than the header";
	return NULL;
}

static int take_facts(struct reading *reading, const struct csv_row *row,
    const struct evidence_subject *subject, struct err *err)
{
	const struct csv_config *config = reading->config;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < config->facts_count; i++) {
		struct evidence_item item = {.subject = *subject};
		struct map_fault fault;

		if (fact_map_apply(
		        &config->facts[i], &reading->world, &item, &fault) < 0)
			run_skip(
			    reading->run, reading->name, row->line, &fault);
		else
			rc = run_add(reading->run, &item, err);
	}
	return rc;
}

static int take_row(
    struct reading *reading, const struct csv_row *row, struct err *err)
{
	struct evidence_subject subject;
	struct map_fault fault;
	const char *wrong = row_fault(reading, row);
	char column[32] = "";

	run_step(reading->run);
	if (row->column)
		(void)snprintf(
		    column, sizeof(column), "column %u", row->column);
	if (wrong) {
		run_skip_text(
		    reading->run, reading->name, row->line, column, wrong);
		return 0;
	}
	reading->row = row;
	if (subject_map_apply(&reading->config->subject, &reading->world,
	        &subject, &fault) < 0) {
		run_skip(reading->run, reading->name, row->line, &fault);
		return 0;
	}
	return take_facts(reading, row, &subject, err);
}

static int on_row(void *arg, const struct csv_row *row, struct err *err)
{
	struct reading *reading = arg;

	if (run_is_stopped(reading->run))
		return err_set(err, ERR_CONFLICT, "stopped by a signal");
	if (!reading->has_header)
		return take_header(reading, row, err);
	return take_row(reading, row, err);
}

/* ---- reading ---- */

static struct csv_options options_of(struct reading *reading)
{
	const struct csv_config *config = reading->config;
	struct csv_options options = {.on_row = on_row, .arg = reading};

	if (strcmp(config->encoding, "utf-8") == 0)
		options.encoding = CSV_ENCODING_UTF8;
	if (strcmp(config->encoding, "latin-1") == 0)
		options.encoding = CSV_ENCODING_LATIN1;
	if (strcmp(config->delimiter, "tab") == 0)
		options.delimiter = '\t';
	else if (strcmp(config->delimiter, "auto") != 0)
		options.delimiter = config->delimiter[0];
	return options;
}

static int feed_file(
    struct csv *csv, const struct open_file *file, struct err *err)
{
	char chunk[65536];
	ssize_t got;
	int rc = 0;

	while (rc == 0 && (got = read(file->fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0)
			return err_set(
			    err, ERR_IO, "%s: %s", file->name, strerror(errno));
		rc = csv_feed(csv, chunk, (size_t)got, err);
	}
	return rc == 0 ? csv_end(csv, err) : rc;
}

static int check_age(const struct open_file *file,
    const struct map_world *world, struct err *err)
{
	int64_t max_age = 0;

	(void)time_duration_parse(file->config->max_age, &max_age);
	if (world->now_ms - file->written_ms > max_age)
		return err_set(err, ERR_EXPIRED,
		    "%s was written more than %s ago; export it anew",
		    file->name, file->config->max_age);
	return 0;
}

static int run_file(
    const struct open_file *file, struct run *run, struct err *err)
{
	struct reading reading = {
	    .config = file->config, .name = file->name, .run = run};
	struct csv_options options = options_of(&reading);
	struct csv *csv = NULL;
	int rc;

	run_world(run, &reading.world);
	reading.world.get = get_cell;
	reading.world.arg = &reading;
	/* What the file says was so when it was written. */
	reading.world.seen_ms = file->written_ms < reading.world.now_ms
	    ? file->written_ms
	    : reading.world.now_ms;
	reading.has_header = strcmp(file->config->header, "no") == 0;
	rc = check_age(file, &reading.world, err);
	if (rc == 0)
		rc = csv_new(&options, &csv, err);
	if (rc == 0)
		rc = feed_file(csv, file, err);
	if (rc == 0 && !reading.has_header)
		rc = err_set(err, ERR_INVALID, "%s is empty", file->name);
	csv_free(csv);
	free(reading.columns);
	return rc;
}

static int csv_source_run(
    struct source *source, struct run *run, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < source->count; i++)
		rc = run_file(&source->files[i], run, err);
	return rc;
}

const struct source_kind source_csv = {"csv", EVIDENCE_METHOD_CSV, false,
    csv_source_open, csv_source_run, csv_source_close};
