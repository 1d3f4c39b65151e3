/* syslog: com.apple.syslog_relay: raw text, each line ended by newline, NUL. */
#include <stdio.h>
#include <time.h>

#include "tests/phones/usb/service.h"

#define LINE_BYTES 256

static int say(struct talk *talk, const char *process, const char *text)
{
	time_t now =
	    (time_t)(clock_now(hub_world(talk->hub)->clock) / TIME_SECOND_MS);
	char line[LINE_BYTES];
	char at[32];
	struct tm parts;
	int len;

	(void)gmtime_r(&now, &parts);
	(void)strftime(at, sizeof(at), "%b %e %H:%M:%S", &parts);
	len = snprintf(line, sizeof(line), "%s iPhone %s[101] <Notice>: %s\n",
	    at, process, text);
	if (len <= 0 || (size_t)len >= sizeof(line))
		return -1;
	return wire_write(&talk->wire, line, (size_t)len + 1);
}

void syslog_serve(struct talk *talk)
{
	if (say(talk, "profiled", "Profile list was read") == 0 &&
	    say(talk, "mdmd", "Nothing to do") == 0)
		wire_hang(&talk->wire);
}
