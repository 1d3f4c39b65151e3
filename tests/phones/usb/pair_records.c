#include "tests/phones/usb/pair_records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/files.h"

#define RECORD_ID_MAX 64
#define PATH_BYTES 4096

struct pair_records {
	char folder[PATH_BYTES];
	char buid[UUID_TEXT_MAX];
};

/* Like a host of Apple's, upper case. */
static int load_buid(
    struct pair_records *records, const struct rng *rng, struct err *err)
{
	char path[PATH_BYTES + 16];
	struct buf text = {0};
	size_t i;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/SystemBUID", records->folder);
	rc = files_read(path, &text, NULL);
	if (rc == 0 && text.len > 0 && uuid_is_valid((char *)text.data)) {
		(void)str_copy(
		    records->buid, sizeof(records->buid), (char *)text.data);
		buf_clear(&text);
		return 0;
	}
	buf_clear(&text);
	uuid_make(0, rng, records->buid);
	for (i = 0; records->buid[i]; i++)
		if (records->buid[i] >= 'a' && records->buid[i] <= 'f')
			records->buid[i] = (char)(records->buid[i] - 32);
	return files_write(path, records->buid, strlen(records->buid), err);
}

int pair_records_open(const char *socket, const struct rng *rng,
    struct pair_records **out, struct err *err)
{
	struct pair_records *records = calloc(1, sizeof(*records));
	int len;
	int rc;

	if (!records)
		return err_memory(err);
	len = snprintf(
	    records->folder, sizeof(records->folder), "%s.records", socket);
	if (len < 0 || (size_t)len >= sizeof(records->folder))
		rc = err_set(err, ERR_LIMIT, "socket path too long");
	else
		rc = files_make_folder(records->folder, err);
	if (rc == 0)
		rc = load_buid(records, rng, err);
	if (rc < 0) {
		free(records);
		return rc;
	}
	*out = records;
	return 0;
}

void pair_records_close(struct pair_records *records)
{
	free(records);
}

const char *pair_records_buid(const struct pair_records *records)
{
	return records->buid;
}

bool pair_records_is_id(const char *id)
{
	size_t len = strlen(id);

	return len > 0 && len <= RECORD_ID_MAX &&
	    strspn(id,
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	        "0123456789-") == len;
}

static int make_path(const struct pair_records *records, const char *id,
    char *out, size_t size, struct err *err)
{
	if (!pair_records_is_id(id))
		return err_set(err, ERR_INVALID, "no id of a pair record");
	if (snprintf(out, size, "%s/%s.plist", records->folder, id) >=
	    (int)size)
		return err_set(err, ERR_LIMIT, "path too long");
	return 0;
}

int pair_records_load(const struct pair_records *records, const char *id,
    struct buf *out, struct err *err)
{
	char path[PATH_BYTES];
	int rc;

	rc = make_path(records, id, path, sizeof(path), err);
	return rc < 0 ? rc : files_read(path, out, err);
}

int pair_records_save(const struct pair_records *records, const char *id,
    const uint8_t *data, size_t len, struct err *err)
{
	char path[PATH_BYTES];
	int rc;

	rc = make_path(records, id, path, sizeof(path), err);
	return rc < 0 ? rc : files_write(path, data, len, err);
}

int pair_records_remove(
    const struct pair_records *records, const char *id, struct err *err)
{
	char path[PATH_BYTES];
	int rc;

	rc = make_path(records, id, path, sizeof(path), err);
	if (rc == 0 && unlink(path) < 0)
		rc = err_set(err, ERR_NOT_FOUND, "no such pair record");
	return rc;
}
