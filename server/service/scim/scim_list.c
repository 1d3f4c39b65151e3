/*
 * Lists of users and groups: those that a filter fits, one page of them (RFC
 * 7644 section 3.4.2). What a filter says of one key is looked up by it; any
 * other one is held against every row, which the page's size does not bound but
 * the organisation's does.
 */
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "server/service/scim/scim_inside.h"
#include "server/service/service.h"
#include "server/store/store.h"

struct listing {
	struct scim_ask *ask;
	const struct scim_list *list;
	struct txn *txn;
	bool shows;   /* groups, members are wanted */
	bool filters; /* or the filter asks for them */
	int64_t total;
	json_t *page;
	struct err *err;
};

/* Does the filter ask for this attribute? */
static bool asks_for(const struct scim_filter *filter, const char *name)
{
	int i;

	for (i = 0; filter && i < filter->count; i++)
		if (strcasecmp(filter->nodes[i].attr.name, name) == 0)
			return true;
	return false;
}

static bool is_on_page(const struct listing *in, int64_t number)
{
	return number >= in->list->start &&
	    number - in->list->start < in->list->count;
}

/* Takes shown. 1: it is on the page, counted; 0: it does not fit the filter. */
static int take(struct listing *in, json_t *shown, const char *extra)
{
	if (in->list->filter && !scim_filter_match(in->list->filter, shown)) {
		json_decref(shown);
		return 0;
	}
	in->total++;
	if (!is_on_page(in, in->total)) {
		json_decref(shown);
		return 0;
	}
	if (!in->shows)
		(void)json_object_del(shown, extra);
	return json_array_append_new(in->page, shown) < 0 ? err_memory(in->err)
	                                                  : 0;
}

static int on_user(void *arg, const struct scim_user_row *row)
{
	struct listing *in = arg;
	json_t *shown = NULL;
	int rc = scim_user_show(
	    in->txn, in->ask, row, in->shows || in->filters, &shown, in->err);

	return rc < 0 ? rc : take(in, shown, "groups");
}

static int on_group(void *arg, const struct scim_group_row *row)
{
	struct listing *in = arg;
	json_t *shown = NULL;
	int rc = scim_group_show(
	    in->txn, in->ask, row, in->shows || in->filters, &shown, in->err);

	return rc < 0 ? rc : take(in, shown, "members");
}

/* Only the page is read; the count is asked for. */
static int walk_users(struct listing *in, struct err *err)
{
	const char *org_id = in->ask->actor->org_id;
	int64_t total = 0;
	int rc = store_scim_user_count(in->txn, org_id, &total, err);

	in->total = in->list->start - 1;
	if (rc == 0 && in->list->count > 0)
		rc = store_scim_user_each(in->txn, org_id, in->list->start - 1,
		    in->list->count, on_user, in, err);
	in->total = total;
	return rc;
}

static int walk_groups(struct listing *in, struct err *err)
{
	const char *org_id = in->ask->actor->org_id;
	int64_t total = 0;
	int rc = store_scim_group_count(in->txn, org_id, &total, err);

	in->total = in->list->start - 1;
	if (rc == 0 && in->list->count > 0)
		rc = store_scim_group_each(in->txn, org_id, in->list->start - 1,
		    in->list->count, on_group, in, err);
	in->total = total;
	return rc;
}

static int list_users(struct txn *txn, void *arg, struct err *err)
{
	struct listing *in = arg;
	const char *org_id = in->ask->actor->org_id;
	const struct scim_filter *filter = in->list->filter;
	struct scim_user_row row;
	char folded[SCIM_TEXT];
	const char *text;
	int rc;

	in->txn = txn;
	if (!filter)
		return walk_users(in, err);
	if ((text = scim_filter_equal(filter, "userName"))) {
		scim_text_fold(text, folded);
		rc = store_scim_user_find_name(txn, org_id, folded, &row, err);
	} else if ((text = scim_filter_equal(filter, "id"))) {
		rc = store_scim_user_load(txn, org_id, text, &row, err);
	} else if ((text = scim_filter_equal(filter, "externalId"))) {
		return store_scim_user_each_external(
		    txn, org_id, text, on_user, in, err);
	} else {
		return store_scim_user_each(
		    txn, org_id, 0, 0, on_user, in, err);
	}
	if (rc == -ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : on_user(in, &row);
}

static int list_groups(struct txn *txn, void *arg, struct err *err)
{
	struct listing *in = arg;
	const char *org_id = in->ask->actor->org_id;
	const struct scim_filter *filter = in->list->filter;
	struct scim_group_row row;
	char folded[SCIM_TEXT];
	const char *text;
	int rc;

	in->txn = txn;
	if (!filter)
		return walk_groups(in, err);
	if ((text = scim_filter_equal(filter, "displayName"))) {
		scim_text_fold(text, folded);
		return store_scim_group_each_name(
		    txn, org_id, folded, on_group, in, err);
	}
	if ((text = scim_filter_equal(filter, "externalId")))
		return store_scim_group_each_external(
		    txn, org_id, text, on_group, in, err);
	text = scim_filter_equal(filter, "id");
	if (!text)
		return store_scim_group_each(
		    txn, org_id, 0, 0, on_group, in, err);
	rc = store_scim_group_load(txn, org_id, text, &row, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : on_group(in, &row);
}

static int answer(
    struct listing *in, store_fn *fn, json_t **out, struct err *err)
{
	int rc;

	in->page = json_array();
	if (!in->page)
		return err_memory(err);
	rc = store_read(in->ask->service->store, fn, in, err);
	if (rc < 0) {
		json_decref(in->page);
		return rc;
	}
	*out = json_pack("{s:[s], s:I, s:I, s:I, s:o}", "schemas",
	    SCIM_LIST_URN, "totalResults", (json_int_t)in->total, "startIndex",
	    (json_int_t)in->list->start, "itemsPerPage",
	    (json_int_t)json_array_size(in->page), "Resources", in->page);
	return *out ? 0 : err_memory(err);
}

int service_scim_user_list(struct scim_ask *ask, const struct scim_list *list,
    json_t **out, struct err *err)
{
	struct listing in = {
	    .ask = ask,
	    .list = list,
	    .shows = scim_wants(ask, "groups"),
	    .filters = asks_for(list->filter, "groups"),
	    .err = err,
	};

	return answer(&in, list_users, out, err);
}

int service_scim_group_list(struct scim_ask *ask, const struct scim_list *list,
    json_t **out, struct err *err)
{
	struct listing in = {
	    .ask = ask,
	    .list = list,
	    .shows = scim_wants(ask, "members"),
	    .filters = asks_for(list->filter, "members"),
	    .err = err,
	};

	return answer(&in, list_groups, out, err);
}
