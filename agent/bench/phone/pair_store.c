#include "agent/bench/phone/pair_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usbmuxd.h>

#include "agent/bench/phone/pair_record.h"
#include "proto/apple/xplist.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

/* usbmuxd is ours, what lies in its folder may be anybody's: parsed through the
 * same door as what comes from a network. */
static int read_record(const char *udid, plist_t *out, struct err *err)
{
	char *data = NULL;
	uint32_t size = 0;
	int rc;

	if (usbmuxd_read_pair_record(udid, &data, &size) != 0 || !data) {
		free(data);
		return err_set(err, ERR_NOT_FOUND, "no pair record");
	}
	rc = xplist_parse(
	    (const uint8_t *)data, size, PAIR_RECORD_MAX, out, err);
	explicit_bzero(data, size);
	free(data);
	return rc;
}

/* The tree's private keys are overwritten before it goes. */
static void free_record(plist_t record)
{
	xplist_wipe_data(record, "RootPrivateKey");
	xplist_wipe_data(record, "HostPrivateKey");
	xplist_wipe_data(record, "EscrowBag");
	plist_free(record);
}

static int need_host_id(plist_t record, char out[UUID_TEXT_MAX])
{
	return xplist_need_string(record, "HostID", out, UUID_TEXT_MAX, NULL);
}

bool pair_store_summary(const char *udid, struct pair_summary *out)
{
	struct pair_summary summary = {.has_escrow = false};
	plist_t record = NULL;
	const uint8_t *data;
	size_t len;
	bool found;

	if (read_record(udid, &record, NULL) < 0)
		return false;
	found = need_host_id(record, summary.host_id) > 0;
	summary.has_escrow =
	    xplist_get_data(record, "EscrowBag", &data, &len, NULL) == 1 &&
	    len > 0;
	free_record(record);
	if (found)
		*out = summary;
	return found;
}

int pair_store_system_buid(char *out, size_t size, struct err *err)
{
	char *buid = NULL;
	int rc = 0;

	if (usbmuxd_read_buid(&buid) != 0 || !buid ||
	    str_copy(out, size, buid) < 0)
		rc = err_set(err, ERR_IO, "usbmuxd does not name itself");
	free(buid);
	return rc;
}

int pair_store_save(
    const char *udid, uint32_t mux_id, plist_t record, struct err *err)
{
	struct buf xml = {0};
	int rc = xplist_encode(record, &xml, err);

	if (rc == 0 &&
	    usbmuxd_save_pair_record_with_device_id(
	        udid, mux_id, (const char *)xml.data, (uint32_t)xml.len) != 0)
		rc = err_set(
		    err, ERR_IO, "usbmuxd does not keep the pair record");
	if (xml.data)
		explicit_bzero(xml.data, xml.cap);
	buf_clear(&xml);
	return rc;
}

static int write_aside(const char *folder, const char *udid,
    const char *host_id, const struct buf *xml, struct err *err)
{
	char path[4096];
	int fd;
	int rc = 0;

	if (!uuid_is_valid(host_id) ||
	    snprintf(path, sizeof(path), "%s/%s.%s.plist", folder, udid,
	        host_id) >= (int)sizeof(path))
		return err_set(err, ERR_INVALID, "no name for a pair record");
	fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (write(fd, xml->data, xml->len) != (ssize_t)xml->len ||
	    fsync(fd) != 0)
		rc = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	(void)close(fd);
	return rc;
}

int pair_store_put_aside(const char *folder, const char *udid, struct err *err)
{
	plist_t record = NULL;
	struct buf xml = {0};
	char host_id[UUID_TEXT_MAX];
	int rc = read_record(udid, &record, err);

	if (rc == -(int)ERR_NOT_FOUND)
		return 0;
	/* What cannot be read proves nothing and is only removed. */
	if (rc == 0 && need_host_id(record, host_id) > 0) {
		rc = xplist_encode(record, &xml, err);
		if (rc == 0)
			rc = write_aside(folder, udid, host_id, &xml, err);
	} else {
		rc = 0;
	}
	if (rc == 0 && usbmuxd_delete_pair_record(udid) != 0)
		rc = err_set(
		    err, ERR_IO, "usbmuxd does not let go of a pair record");
	if (record)
		free_record(record);
	if (xml.data)
		explicit_bzero(xml.data, xml.cap);
	buf_clear(&xml);
	return rc;
}
