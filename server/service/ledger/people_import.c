#include "server/service/ledger/people_import.h"

#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/service/roster/roster_csv.h"
#include "server/service/roster/roster_lines.h"
#include "server/service/roster/roster_map.h"
#include "server/service/service.h"

#define MAP_MARK "#:"

void people_plan_clear(struct people_plan *plan)
{
	roster_plan_free(plan->plan);
	roster_free(plan->roster);
	*plan = (struct people_plan){.plan = NULL};
}

/* ---- the map ---- */

/* Moves the lines of the map at the top into out, and *data behind them. */
static int take_map(
    const char **data, size_t *len, struct buf *out, struct err *err)
{
	const char *end;
	size_t line;
	size_t skip;

	while (*len >= 2 && memcmp(*data, MAP_MARK, 2) == 0) {
		end = memchr(*data, '\n', *len);
		line = end ? (size_t)(end - *data) + 1 : *len;
		/* YAML counts blanks: the one behind the mark is the mark's. */
		skip = line > 2 && (*data)[2] == ' ' ? 3 : 2;
		buf_append(out, *data + skip, line - skip);
		*data += line;
		*len -= line;
	}
	if (out->len > 0 && memchr(out->data, 0, out->len))
		return err_set(err, ERR_INVALID, "the map is no text");
	return buf_check(out, err);
}

struct stored_map {
	const char *org_id;
	const char *source;
	struct source_row row;
};

static int load_map(struct txn *txn, void *arg, struct err *err)
{
	struct stored_map *stored = arg;
	int rc = store_source_find(
	    txn, stored->org_id, stored->source, &stored->row, err);

	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* ---- the roster ---- */

static int read_csv(struct service *service, const struct actor *actor,
    const struct people_import *request, struct roster **out, struct err *err)
{
	struct stored_map stored = {actor->org_id, request->source, {.id = ""}};
	const char *data = request->data;
	size_t len = request->len;
	struct buf text = {0};
	struct roster_map map;
	const char *said;
	int rc = take_map(&data, &len, &text, err);

	if (rc == 0 && text.len == 0)
		rc = store_read(service->store, load_map, &stored, err);
	said = text.len > 0 ? (const char *)text.data : stored.row.map;
	if (rc == 0)
		rc = roster_map_parse(said, &map, err);
	if (rc < 0 && text.len == 0 && stored.row.id[0])
		rc = err_prefix(err, "the map that is remembered of \"%.60s\"",
		    request->source);
	if (rc == 0)
		rc = roster_csv_read(
		    request->source, request->kind, &map, data, len, out, err);
	if (rc == 0)
		rc = roster_set_map(*out, said, err);
	buf_clear(&text);
	return rc;
}

static int read_roster(struct service *service, const struct actor *actor,
    const struct people_import *request, struct roster **out, struct err *err)
{
	if (request->format == PEOPLE_LINES)
		return roster_lines_read(request->source, request->kind,
		    request->data, request->len, out, err);
	return read_csv(service, actor, request, out, err);
}

int service_people_plan(struct service *service, const struct actor *actor,
    const struct people_import *request, struct people_plan *out,
    struct err *err)
{
	int rc;

	*out = (struct people_plan){.plan = NULL};
	rc = read_roster(service, actor, request, &out->roster, err);
	return rc < 0 ? rc
	              : service_roster_plan(service, actor, out->roster,
	                    &request->options, &out->plan, err);
}

int service_people_import(struct service *service, const struct actor *actor,
    const struct people_import *request, struct people_plan *out,
    struct err *err)
{
	int rc;

	*out = (struct people_plan){.plan = NULL};
	rc = read_roster(service, actor, request, &out->roster, err);
	return rc < 0 ? rc
	              : service_roster_apply(service, actor, out->roster,
	                    &request->options, &out->plan, err);
}
