#include "tests/bench/checkins/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "proto/base/err.h"

enum column {
	COLUMN_UDID,
	COLUMN_SERIAL,
	COLUMN_CERT_FILE,
	COLUMN_KEY_FILE,
	COLUMN_CLIENT_CERT,
	COLUMN_TOPIC,
	COLUMN_PUSH_MAGIC,
	COLUMN_COUNT
};

static FILE *open_in(const char *folder, const char *name, struct err *err)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		(void)err_set(err, ERR_IO, "cannot read %s", path);
	return file;
}

static int load_identity(const char *folder, char **columns,
    struct roster_phone *phone, struct err *err)
{
	FILE *file = open_in(folder, columns[COLUMN_CERT_FILE], err);

	if (!file)
		return -(int)ERR_IO;
	phone->certificate = PEM_read_X509(file, NULL, NULL, NULL);
	(void)fclose(file);
	if (!(file = open_in(folder, columns[COLUMN_KEY_FILE], err)))
		return -(int)ERR_IO;
	phone->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	if (!phone->certificate || !phone->key)
		return err_set(err, ERR_CRYPTO, "no identity of %s",
		    columns[COLUMN_SERIAL]);
	return 0;
}

/* Thousands of equal RSA keys would cost memory and caches for nothing. */
static void share_key(struct roster *roster)
{
	struct roster_phone *last = &roster->phones[roster->count - 1];
	EVP_PKEY *first = roster->phones[0].key;

	if (last->key == first || EVP_PKEY_eq(last->key, first) != 1)
		return;
	EVP_PKEY_free(last->key);
	(void)EVP_PKEY_up_ref(first);
	last->key = first;
}

static int take_row(
    const char *folder, char *line, struct roster *roster, struct err *err)
{
	struct roster_phone *more;
	struct roster_phone *phone;
	char *columns[COLUMN_COUNT];
	size_t i;
	int rc;

	for (i = 0; i < COLUMN_COUNT; i++)
		if (!(columns[i] = strsep(&line, "\t")))
			return err_set(err, ERR_INVALID, "a column is missing");
	more = realloc(roster->phones, (roster->count + 1) * sizeof(*more));
	if (!more)
		return err_memory(err);
	roster->phones = more;
	phone = &more[roster->count++];
	memset(phone, 0, sizeof(*phone));
	phone->udid = strdup(columns[COLUMN_UDID]);
	phone->client_cert = strdup(columns[COLUMN_CLIENT_CERT]);
	phone->topic = strdup(columns[COLUMN_TOPIC]);
	phone->push_magic = strdup(columns[COLUMN_PUSH_MAGIC]);
	rc = load_identity(folder, columns, phone, err);
	if (rc == 0)
		share_key(roster);
	return rc;
}

int roster_load(const char *folder, size_t skip, size_t most,
    struct roster *out, struct err *err)
{
	FILE *table = open_in(folder, "phones.tsv", err);
	char *line = NULL;
	size_t room = 0;
	size_t row = 0;
	int rc = 0;

	if (!table)
		return -(int)ERR_IO;
	while (rc == 0 && out->count < most && getline(&line, &room, table) > 0)
		if (row++ > skip) /* the first row names the columns */
			rc = take_row(folder, line, out, err);
	free(line);
	(void)fclose(table);
	if (rc == 0 && out->count == 0)
		return err_set(err, ERR_INVALID, "no phone in %s", folder);
	return rc;
}

void roster_clear(struct roster *roster)
{
	size_t i;

	for (i = 0; i < roster->count; i++) {
		struct roster_phone *phone = &roster->phones[i];

		free(phone->udid);
		free(phone->client_cert);
		free(phone->topic);
		free(phone->push_magic);
		X509_free(phone->certificate);
		EVP_PKEY_free(phone->key);
	}
	free(roster->phones);
	*roster = (struct roster){0};
}
