#include "proto/apple/client_cert.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

static bool is_base64(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!((text[i] >= 'A' && text[i] <= 'Z') ||
		        (text[i] >= 'a' && text[i] <= 'z') ||
		        (text[i] >= '0' && text[i] <= '9') || text[i] == '+' ||
		        text[i] == '/' || text[i] == '='))
			return false;
	return true;
}

/* A field value may have blanks around it (RFC 9110 section 5.5). */
static void trim(const char **value, size_t *len)
{
	while (*len > 0 && (**value == ' ' || **value == '\t')) {
		(*value)++;
		(*len)--;
	}
	while (*len > 0 &&
	    ((*value)[*len - 1] == ' ' || (*value)[*len - 1] == '\t'))
		(*len)--;
}

int client_cert_header_parse(const char *value, size_t len, uint8_t **der,
    size_t *der_len, struct err *err)
{
	uint8_t *data;
	size_t data_len;
	int rc;

	if (len > LIMIT_SIGNATURE_HEADER)
		return err_set(err, ERR_LIMIT, "Client-Cert: too long");
	trim(&value, &len);
	/* RFC 8941 section 3.3.5: a byte sequence stands between colons. */
	if (len < 3 || value[0] != ':' || value[len - 1] != ':' ||
	    !is_base64(value + 1, len - 2))
		return err_set(err, ERR_INVALID,
		    "Client-Cert: not one byte sequence (RFC 9440)");
	rc = str_base64_parse(value + 1, len - 2, &data, &data_len, err);
	if (rc) {
		(void)err_prefix(err, "Client-Cert");
		return rc;
	}
	if (data_len == 0 || data_len > LIMIT_CERTIFICATE) {
		free(data);
		return err_set(
		    err, ERR_LIMIT, "Client-Cert: no certificate's length");
	}
	*der = data;
	*der_len = data_len;
	return 0;
}

int client_cert_header_encode(
    const uint8_t *der, size_t len, struct buf *value, struct err *err)
{
	char *text;

	if (len == 0 || len > LIMIT_CERTIFICATE)
		return err_set(
		    err, ERR_LIMIT, "Client-Cert: no certificate's length");
	text = str_base64(der, len);
	if (!text)
		return err_memory(err);
	buf_append_char(value, ':');
	buf_append_str(value, text);
	buf_append_char(value, ':');
	free(text);
	return buf_check(value, err);
}
