/*
 * keeper_message_fuzz: can a server that was taken over hurt the keeper by what
 * it sends? The first byte is the operation, the rest is the message; keys are
 * made anew for each run.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/keeper/message.h"
#include "server/keeper/vault.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vault *vault;

static void folder_remove(const char *folder)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	char path[512];

	while (open_folder && (entry = readdir(open_folder))) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	closedir(open_folder);
	(void)rmdir(folder);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	static const char *const hosts[] = {"localhost"};
	char folder[] = "/tmp/workphone-fuzz-XXXXXX";

	(void)count;
	(void)arguments;
	if (!mkdtemp(folder) ||
	    keeper_init(folder, "Fuzz", hosts, 1, 1790000000000, NULL) != 0 ||
	    vault_load(folder, &vault, NULL) != 0)
		abort();
	folder_remove(folder);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keeper_message message = {0};
	struct err err = {0};
	struct buf out = {0};

	if (size == 0)
		return 0;
	if (keeper_message_parse(data[0], data + 1, size - 1, &message, &err) ==
	        0 &&
	    vault_serve(vault, &message, &out, &err) != 0 &&
	    (err.text[0] == '\0' || err.code == ERR_NONE))
		abort();
	buf_clear(&out);
	return 0;
}
