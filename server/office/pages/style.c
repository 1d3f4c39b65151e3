#include "server/office/pages/style.h"

#include <pthread.h>
#include <stdio.h>

#include "server/service/digest.h"

#define NAME_HEX 16

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char address[64];
static char etag[STORE_SHA256 + 2];

static void names_make(void)
{
	char sha256[STORE_SHA256];

	digest_sha256(style_bytes, style_len, sha256);
	(void)snprintf(address, sizeof(address), STYLE_PATH "pages-%.*s.css",
	    NAME_HEX, sha256);
	(void)snprintf(etag, sizeof(etag), "\"%s\"", sha256);
}

const char *style_address(void)
{
	(void)pthread_once(&once, names_make);
	return address;
}

const char *style_file_name(void)
{
	return style_address() + sizeof(STYLE_PATH) - 1;
}

const char *style_etag(void)
{
	(void)pthread_once(&once, names_make);
	return etag;
}
