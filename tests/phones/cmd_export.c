/*
 * cmd_export: identities as files, so that tools that know nothing of these
 * phones can act as one of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/cms.h"
#include "tests/phones/files.h"
#include "tests/phones/pem.h"
#include "tests/phones/program.h"

#define TABLE "phones.tsv"

static int write_pem(const char *folder, const char *serial, const char *suffix,
    const struct buf *pem, struct err *err)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s.%s", folder, serial, suffix) >=
	    (int)sizeof(path))
		return err_set(err, ERR_LIMIT, "path too long: %s", folder);
	return files_write(path, pem->data, pem->len, err);
}

static int write_identity(
    const char *folder, const struct phone *phone, struct err *err)
{
	const struct phone_identity *identity = &phone->mdm.identity;
	struct buf certificate = {0};
	struct buf key = {0};
	int rc;

	rc = pem_append_certificate(&certificate, identity->certificate, err);
	if (rc == 0)
		rc = pem_append_key(&key, identity->key, err);
	if (rc == 0)
		rc = write_pem(
		    folder, phone->hardware.serial, "crt", &certificate, err);
	if (rc == 0)
		rc =
		    write_pem(folder, phone->hardware.serial, "key", &key, err);
	buf_clear(&certificate);
	buf_clear(&key);
	return rc;
}

static int append_row(
    struct buf *table, const struct phone *phone, struct err *err)
{
	const struct phone_mdm *mdm = &phone->mdm;
	char *header = cms_client_cert_header(mdm->identity.certificate);
	char token[2 * sizeof(mdm->push_token) + 1];

	if (!header)
		return err_memory(err);
	str_hex(token, mdm->push_token, sizeof(mdm->push_token));
	buf_printf(table, "%s\t%s\t%s.crt\t%s.key\t%s\t%s\t%s\t%s\t%s\t%s\n",
	    phone->hardware.udid, phone->hardware.serial,
	    phone->hardware.serial, phone->hardware.serial, header, mdm->topic,
	    mdm->push_magic, token, mdm->checkin_url, mdm->server_url);
	free(header);
	return buf_check(table, err);
}

static int export_all(const char *folder, struct phone **phones, size_t count,
    size_t *written, struct err *err)
{
	struct buf table = {0};
	char path[4096];
	size_t i;
	int rc;

	buf_append_str(&table,
	    "udid\tserial\tcert_file\tkey_file\tclient_cert\ttopic\t"
	    "push_magic\ttoken_hex\tcheckin_url\tserver_url\n");
	rc = files_make_folder(folder, err);
	for (i = 0; rc == 0 && i < count; i++) {
		if (!phones[i]->mdm.enrolled)
			continue;
		rc = write_identity(folder, phones[i], err);
		if (rc == 0)
			rc = append_row(&table, phones[i], err);
		*written += rc == 0;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folder, TABLE);
	if (rc == 0)
		rc = files_write(path, table.data, table.len, err);
	buf_clear(&table);
	return rc;
}

int command_export(const struct options *options)
{
	const char *folder = options->arguments[0];
	struct program program;
	struct phone **phones = NULL;
	struct err err = {0};
	size_t written = 0;
	size_t count = 0;
	int rc;

	if (program_open(&program, options, &err) < 0)
		return program_fail(&err);
	rc = folder_load_all(program.folder, &phones, &count, &err);
	if (rc == 0)
		rc = export_all(folder, phones, count, &written, &err);
	folder_free_all(phones, count);
	program_close(&program);
	if (rc < 0)
		return program_fail(&err);
	(void)printf("%zu identities and %s/%s\n", written, folder, TABLE);
	return 0;
}
