#include "server/cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"

#define CLIENT_ANSWER_MAX ((size_t)256 * 1024 * 1024) /* 100,000 phones */
#define CLIENT_CONNECT_MS 5000L
#define CLIENT_TOTAL_MS 120000L
#define CLIENT_URL_MAX 4096 /* the server refuses longer request lines */

struct client {
	CURL *curl;
	const struct target *target; /* borrowed */
	char *authorization;         /* the header, owned; NULL: none */
	struct buf answer;
	int64_t server_time; /* of the Date header; 0: none */
	bool too_large;
};

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct client *client = arg;
	size_t len = size * count;

	if (client->answer.len + len > CLIENT_ANSWER_MAX) {
		client->too_large = true;
		return 0;
	}
	buf_append(&client->answer, data, len);
	return client->answer.failed ? 0 : len;
}

static bool socket_set(struct client *client)
{
	CURL *curl = client->curl;

	return curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
	           client->target->place.path) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK;
}

/* Certificates are checked, always: there is no option to leave it. */
static bool office_set(struct client *client)
{
	const struct target *target = client->target;
	CURL *curl = client->curl;

	if (asprintf(&client->authorization, "Authorization: Bearer %s",
	        (const char *)target->token.data) < 0) {
		client->authorization = NULL;
		return false;
	}
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSLVERSION,
	        (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    (!target->office.ca_file[0] ||
	        curl_easy_setopt(
	            curl, CURLOPT_CAINFO, target->office.ca_file) == CURLE_OK);
}

/* What is the same for every request. */
static bool options_set(struct client *client)
{
	CURL *curl = client->curl;

	return (client->target->is_office ? office_set(client)
	                                  : socket_set(client)) &&
	    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	        CLIENT_CONNECT_MS) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, CLIENT_TOTAL_MS) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client) == CURLE_OK;
}

int client_new(
    const struct target *target, struct client **out, struct err *err)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return err_memory(err);
	client->target = target;
	client->curl = curl_easy_init();
	if (!client->curl || !options_set(client)) {
		client_free(client);
		return err_set(
		    err, ERR_INTERNAL, "libcurl does not take its options");
	}
	*out = client;
	return 0;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	if (client->authorization)
		explicit_bzero(
		    client->authorization, strlen(client->authorization));
	free(client->authorization);
	buf_clear(&client->answer);
	free(client);
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
}

/* RFC 3986 section 2.3: all but the unreserved characters. */
void client_path_escape(struct buf *path, const char *text)
{
	/* "." and ".." would be taken for steps between folders. */
	bool is_dots = strcmp(text, ".") == 0 || strcmp(text, "..") == 0;

	for (; *text; text++) {
		if (is_unreserved(*text) && !is_dots)
			buf_append_char(path, *text);
		else
			buf_printf(path, "%%%02X", (unsigned char)*text);
	}
}

static int header_add(
    struct curl_slist **headers, const char *line, struct err *err)
{
	struct curl_slist *longer = curl_slist_append(*headers, line);

	if (!longer)
		return err_memory(err);
	*headers = longer;
	return 0;
}

/* *text stays with the request until it has ended. */
/* What is sent: its Content-Type header and text; text NULL: nothing. */
struct sent {
	const char *type;
	const char *text;
	size_t len; /* 0: up to its NUL */
};

static int body_set(struct client *client, const char *method,
    const struct sent *sent, struct curl_slist **headers, struct err *err)
{
	CURL *curl = client->curl;
	int rc = 0;

	(void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
	if (client->authorization)
		rc = header_add(headers, client->authorization, err);
	if (rc == 0 && sent->text) {
		rc = header_add(headers, sent->type, err);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		    sent->len > 0 ? (curl_off_t)sent->len : (curl_off_t)-1);
		if (rc == 0 &&
		    (curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent->text) !=
		            CURLE_OK ||
		        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) !=
		            CURLE_OK))
			rc = err_memory(err);
	}
	if (rc == 0 && *headers &&
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers) != CURLE_OK)
		rc = err_memory(err);
	return rc;
}

static void no_connection_explain(const struct target *target, struct err *err)
{
	const struct socket_place *place = &target->place;

	if (target->is_office)
		(void)err_set(
		    err, ERR_IO, "no server answers at %s", target->office.url);
	else if (access(place->path, W_OK) < 0 && errno == EACCES)
		(void)err_set(err, ERR_DENIED,
		    "this user may not use the admin socket %s; it is its "
		    "owner's alone",
		    place->path);
	else
		(void)err_set(err, ERR_IO,
		    "no server answers at %s (from %.120s); start one with "
		    "./start.sh demo, or name its socket with --socket",
		    place->path, place->origin);
}

static int failure_explain(
    const struct client *client, CURLcode code, struct err *err)
{
	if (client->too_large) {
		(void)err_set(
		    err, ERR_LIMIT, "the server's answer is too large");
		return CLI_REFUSED;
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_SSL_CACERT_BADFILE)
		(void)err_set(err, ERR_CRYPTO,
		    "the certificate of %s is not trusted (%s); name its CA "
		    "with context add --ca-file",
		    target_name(client->target), curl_easy_strerror(code));
	else if (code == CURLE_COULDNT_CONNECT ||
	    code == CURLE_COULDNT_RESOLVE_HOST)
		no_connection_explain(client->target, err);
	else /* the order may have arrived: do not say that it has not */
		(void)err_set(err, ERR_IO,
		    "the connection to the server broke before its answer "
		    "(%s); look before you repeat an order",
		    curl_easy_strerror(code));
	return CLI_NO_SERVER;
}

static int status_exit(long status)
{
	switch (status) {
	case 404:
		return CLI_NOT_FOUND;
	case 401:
	case 403:
		return CLI_DENIED;
	case 409:
	case 412:
		return CLI_CONFLICT;
	case 429:
		return CLI_BUSY;
	default:
		return CLI_REFUSED;
	}
}

static int answer_take(
    struct client *client, long status, json_t **out, struct err *err)
{
	json_t *document = json_loadb((const char *)client->answer.data,
	    client->answer.len, JSON_REJECT_DUPLICATES, NULL);
	bool is_nameless = status == 400 || status == 404;
	const char *detail;

	if (document && status >= 200 && status < 300) {
		*out = document;
		return CLI_OK;
	}
	detail = json_string_value(json_object_get(document, "detail"));
	if (detail)
		(void)err_set(err, ERR_DENIED, "%s", detail);
	else if (is_nameless) /* no route takes it: "/" or ".." in a name */
		(void)err_set(err, ERR_NOT_FOUND,
		    "the server knows nothing by that name");
	else
		(void)err_set(err, ERR_INVALID,
		    "what answers at %s is not a Workphone server of this "
		    "version (HTTP status %ld)",
		    target_name(client->target), status);
	is_nameless = is_nameless && !detail;
	json_decref(document);
	return is_nameless ? CLI_NOT_FOUND : status_exit(status);
}

static void date_take(struct client *client)
{
	struct curl_header *header = NULL;
	time_t date = -1;

	if (curl_easy_header(client->curl, "Date", 0, CURLH_HEADER, -1,
	        &header) == CURLHE_OK)
		date = curl_getdate(header->value, NULL);
	client->server_time = date > 0 ? (int64_t)date * 1000 : 0;
}

int64_t client_server_time(const struct client *client)
{
	return client->server_time;
}

static int perform(struct client *client, const char *method, const char *path,
    const struct sent *sent, json_t **out, struct err *err)
{
	struct curl_slist *headers = NULL;
	struct buf url = {0};
	long status = 0;
	int code = CLI_REFUSED;
	CURLcode result;

	buf_reset(&client->answer);
	client->too_large = false;
	buf_append_str(&url,
	    client->target->is_office ? client->target->office.url
	                              : "http://workphone");
	buf_append_str(&url, path);
	if (client->target->organisation) {
		buf_append_str(&url,
		    strchr(path, '?') ? "&organisation=" : "?organisation=");
		client_path_escape(&url, client->target->organisation);
	}
	if (url.len > CLIENT_URL_MAX) {
		(void)err_set(err, ERR_LIMIT, "what is asked for is too long");
		goto out;
	}
	if (buf_check(&url, err) < 0 ||
	    body_set(client, method, sent, &headers, err) < 0)
		goto out;
	if (curl_easy_setopt(client->curl, CURLOPT_URL, url.data) != CURLE_OK) {
		(void)err_memory(err);
		goto out;
	}
	result = curl_easy_perform(client->curl);
	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	date_take(client);
	code = result == CURLE_OK ? answer_take(client, status, out, err)
	                          : failure_explain(client, result, err);
out:
	/* The headers of this request must not stay with the handle. */
	(void)curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	buf_clear(&url);
	return code;
}

int client_call(struct client *client, const char *method, const char *path,
    json_t *body, json_t **out, struct err *err)
{
	struct sent sent = {.type = "Content-Type: application/json"};
	char *text = NULL;
	int code;

	if (strcmp(method, "GET") != 0) {
		text = body ? json_dumps(body, JSON_COMPACT) : strdup("{}");
		if (!text) {
			json_decref(body);
			(void)err_memory(err);
			return CLI_REFUSED;
		}
	}
	sent.text = text;
	code = perform(client, method, path, &sent, out, err);
	free(text);
	json_decref(body);
	return code;
}

int client_send_lines(struct client *client, const char *path, const char *text,
    json_t **out, struct err *err)
{
	struct sent sent = {"Content-Type: application/jsonl", text, 0};

	return perform(client, "POST", path, &sent, out, err);
}

int client_send_csv(struct client *client, const char *path,
    const struct buf *bytes, json_t **out, struct err *err)
{
	struct sent sent = {
	    "Content-Type: text/csv", (const char *)bytes->data, bytes->len};

	return perform(client, "POST", path, &sent, out, err);
}
