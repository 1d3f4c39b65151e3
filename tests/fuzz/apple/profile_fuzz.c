/*
 * Question: can an imported profile, plain or signed, or a command, make a
 * reader crash, leak or run away?
 */
#include <stdlib.h>

#include "proto/apple/mdm_command.h"
#include "proto/apple/profile_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile_info info;
	struct mdm_command command;

	if (profile_parse(data, size, &info, NULL) == 0) {
		if (info.uuid[0] == '\0')
			abort();
		profile_info_clear(&info);
	}
	if (mdm_command_parse(data, size, &command, NULL) == 0) {
		if (command.uuid[0] == '\0' || command.request_type[0] == '\0')
			abort();
		mdm_command_clear(&command);
	}
	return 0;
}
