#include "server/service/account.h"

#include <stdio.h>
#include <string.h>

void account_name(const struct api_token_row *row, char out[LIMIT_NAME + 1])
{
	(void)snprintf(out, LIMIT_NAME + 1, "token:%.200s", row->name);
}

struct names {
	account_name_fn *fn;
	void *arg;
};

static int pass_name(void *arg, const struct api_token_row *row)
{
	const struct names *names = arg;
	char name[LIMIT_NAME + 1];

	account_name(row, name);
	return names->fn(names->arg, name);
}

int account_each_name(struct txn *txn, const char *org_id,
    const char *person_id, account_name_fn *fn, void *arg, struct err *err)
{
	struct names names = {fn, arg};

	return *person_id ? store_api_token_each_person(
	                        txn, org_id, person_id, pass_name, &names, err)
	                  : 0;
}

struct looking {
	const char *name;
	bool is_found;
};

static int is_name(void *arg, const char *name)
{
	struct looking *looking = arg;

	looking->is_found = strcmp(looking->name, name) == 0;
	return looking->is_found;
}

int account_is_of(struct txn *txn, const char *org_id, const char *name,
    const char *person_id, bool *out, struct err *err)
{
	struct looking looking = {name, false};
	int rc =
	    account_each_name(txn, org_id, person_id, is_name, &looking, err);

	*out = looking.is_found;
	return rc < 0 ? rc : 0;
}
