#include "tests/phones/net_line.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/cms.h"

struct net_line {
	struct line line; /* first: the table of calls */
	const struct net_options *options;
	CURL *curl; /* holds the connection */
};

/* What one exchange needs inside curl's callbacks. */
struct exchange {
	const struct line_request *request;
	struct line_reply *reply;
	bool show_identity; /* in the TLS handshake */
	struct curl_slist *headers;
	size_t sent; /* bytes of the body that are out */
};

int net_start(struct err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, ERR_IO, "libcurl does not start");
	return 0;
}

void net_stop(void)
{
	curl_global_cleanup();
}

static size_t on_body(char *data, size_t one, size_t len, void *arg)
{
	struct exchange *exchange = arg;
	struct buf *body = &exchange->reply->body;

	(void)one;
	if (body->len + len > LINE_REPLY_MAX)
		return 0;
	buf_append(body, data, len);
	return body->failed ? 0 : len;
}

/* A phone that drops the line never sees even the status. */
static size_t on_header(char *data, size_t one, size_t len, void *arg)
{
	struct exchange *exchange = arg;

	(void)data;
	(void)one;
	if (exchange->request->drop_reply &&
	    exchange->sent == exchange->request->body_len)
		return 0;
	return len;
}

static size_t on_read(char *out, size_t one, size_t len, void *arg)
{
	struct exchange *exchange = arg;
	size_t left = exchange->request->body_len - exchange->sent;
	size_t part = left < one * len ? left : one * len;

	if (part > 0)
		memcpy(out, exchange->request->body + exchange->sent, part);
	exchange->sent += part;
	return part;
}

static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct exchange *exchange = arg;

	if (origin != SEEK_SET || offset < 0 ||
	    (size_t)offset > exchange->request->body_len)
		return CURL_SEEKFUNC_FAIL;
	exchange->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* Anchors and identity go in as objects: PEM would be parsed each time. */
static CURLcode on_ssl(CURL *curl, void *ssl_ctx, void *arg)
{
	const struct exchange *exchange = arg;
	const struct line_request *request = exchange->request;
	X509_STORE *store = SSL_CTX_get_cert_store(ssl_ctx);
	int i;

	(void)curl;
	for (i = 0; request->anchors && i < sk_X509_num(request->anchors); i++)
		if (!X509_STORE_add_cert(
		        store, sk_X509_value(request->anchors, i)))
			return CURLE_SSL_CERTPROBLEM;
	if (!exchange->show_identity)
		return CURLE_OK;
	if (SSL_CTX_use_certificate(ssl_ctx, request->identity->certificate) !=
	        1 ||
	    SSL_CTX_use_PrivateKey(ssl_ctx, request->identity->key) != 1)
		return CURLE_SSL_CERTPROBLEM;
	return CURLE_OK;
}

static int add_header(struct exchange *exchange, const char *name,
    const char *value, struct err *err)
{
	struct curl_slist *list = NULL;
	struct buf line = {0};

	buf_printf(&line, "%s: %s", name, value);
	if (buf_check(&line, NULL) == 0)
		list = curl_slist_append(
		    exchange->headers, (const char *)line.data);
	buf_clear(&line);
	if (!list)
		return err_memory(err);
	exchange->headers = list;
	return 0;
}

static int add_signature(struct exchange *exchange, struct err *err)
{
	const struct line_request *request = exchange->request;
	char *value = NULL;
	int rc;

	rc = cms_sign_header(
	    request->identity, request->body, request->body_len, &value, err);
	if (rc == 0)
		rc = add_header(exchange, "Mdm-Signature", value, err);
	free(value);
	return rc;
}

static int add_client_cert(struct exchange *exchange, struct err *err)
{
	char *value =
	    cms_client_cert_header(exchange->request->identity->certificate);
	int rc;

	rc = value ? add_header(exchange, "Client-Cert", value, err)
	           : err_memory(err);
	free(value);
	return rc;
}

static int add_headers(const struct net_options *options,
    struct exchange *exchange, struct err *err)
{
	const struct line_request *request = exchange->request;
	int rc = 0;

	/* curl would ask for leave before a large body and wait a second. */
	rc = add_header(exchange, "Expect", "", err);
	if (rc == 0 && request->content_type)
		rc = add_header(
		    exchange, "Content-Type", request->content_type, err);
	if (!request->identity || rc < 0)
		return rc;
	if (request->sign || options->sign)
		rc = add_signature(exchange, err);
	if (rc == 0 && options->proxy_url && !options->sign)
		rc = add_client_cert(exchange, err);
	return rc;
}

/* "https://host:1/path" → "http://127.0.0.1:2/path"; the caller's. */
static char *make_url(const struct net_options *options, const char *url)
{
	const char *path;
	struct buf full = {0};

	if (!options->proxy_url)
		return strdup(url);
	path = strstr(url, "://");
	path = path ? strchr(path + 3, '/') : NULL;
	buf_append_str(&full, options->proxy_url);
	while (full.len > 0 && full.data[full.len - 1] == '/')
		full.data[--full.len] = '\0';
	buf_append_str(&full, path ? path : "/");
	return (char *)buf_take(&full, NULL);
}

static void set_method(CURL *curl, struct exchange *exchange)
{
	const struct line_request *request = exchange->request;

	if (strcmp(request->method, "GET") == 0) {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(curl, CURLOPT_SEEKDATA, exchange);
	curl_easy_setopt(
	    curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_len);
}

static void set_options(struct net_line *net, struct exchange *exchange)
{
	long timeout = net->options->timeout_s ? net->options->timeout_s : 30;
	STACK_OF(X509) *anchors = exchange->request->anchors;
	CURL *curl = net->curl;

	curl_easy_reset(curl); /* keeps the connection */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "MDM/1.0");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, timeout);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->headers);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_ssl);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, exchange);
	if (anchors && sk_X509_num(anchors) > 0) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	set_method(curl, exchange);
}

static int perform(
    struct net_line *net, struct exchange *exchange, struct err *err)
{
	struct line_reply *reply = exchange->reply;
	char reason[CURL_ERROR_SIZE] = "";
	char *type = NULL;
	CURLcode code;

	curl_easy_setopt(net->curl, CURLOPT_ERRORBUFFER, reason);
	code = curl_easy_perform(net->curl);
	curl_easy_setopt(net->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code != CURLE_OK)
		return err_set(err,
		    code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_IO,
		    "%s: %s", exchange->request->url,
		    *reason ? reason : curl_easy_strerror(code));
	(void)curl_easy_getinfo(
	    net->curl, CURLINFO_RESPONSE_CODE, &reply->status);
	(void)curl_easy_getinfo(net->curl, CURLINFO_CONTENT_TYPE, &type);
	if (type)
		(void)snprintf(reply->content_type, sizeof(reply->content_type),
		    "%s", type);
	return 0;
}

static int net_send(struct line *line, const struct line_request *request,
    struct line_reply *reply, struct err *err)
{
	struct net_line *net = (struct net_line *)line;
	struct exchange exchange = {.request = request, .reply = reply};
	char *url = make_url(net->options, request->url);
	int rc;

	if (!url)
		return err_memory(err);
	if (!net->curl)
		net->curl = curl_easy_init();
	if (!net->curl) {
		free(url);
		return err_memory(err);
	}
	exchange.show_identity = request->identity && !net->options->sign &&
	    !net->options->proxy_url;
	rc = add_headers(net->options, &exchange, err);
	if (rc == 0) {
		set_options(net, &exchange);
		curl_easy_setopt(net->curl, CURLOPT_URL, url);
		rc = perform(net, &exchange, err);
	}
	curl_slist_free_all(exchange.headers);
	free(url);
	if (rc < 0)
		line_reply_clear(reply);
	return rc;
}

static void net_hang_up(struct line *line)
{
	struct net_line *net = (struct net_line *)line;

	curl_easy_cleanup(net->curl);
	net->curl = NULL;
}

static void net_free(struct line *line)
{
	net_hang_up(line);
	free(line);
}

static const struct line_calls net_calls = {net_send, net_hang_up, net_free};

int net_line_new(
    const struct net_options *options, struct line **out, struct err *err)
{
	struct net_line *net = calloc(1, sizeof(*net));

	if (!net)
		return err_memory(err);
	net->line.calls = &net_calls;
	net->options = options;
	*out = &net->line;
	return 0;
}
