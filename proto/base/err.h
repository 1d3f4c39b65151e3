/*
 * err: the one error type. A function that can fail returns 0 or a negative
 * code and fills the caller's struct err (which may be NULL) with the code and
 * one plain sentence. `out` parameters stay untouched on failure.
 * It does not log and does not abort.
 */
#ifndef PROTO_BASE_ERR_H
#define PROTO_BASE_ERR_H

#define ERR_TEXT_MAX 400

enum err_code {
	ERR_NONE = 0,
	ERR_INVALID,     /* the input breaks its format */
	ERR_LIMIT,       /* the input is larger or deeper than a named limit */
	ERR_UNSUPPORTED, /* well formed, but nothing we take */
	ERR_NOT_FOUND,
	ERR_CONFLICT, /* the state does not allow it now */
	ERR_DENIED,   /* the caller may not */
	ERR_EXPIRED,  /* was valid once */
	ERR_BUSY,     /* try again later */
	ERR_FULL,     /* no room: disk, queue */
	ERR_TIMEOUT,
	ERR_IO,     /* the operating system or a neighbour failed */
	ERR_CRYPTO, /* a signature, key or certificate is wrong */
	ERR_MEMORY,
	ERR_INTERNAL, /* a fault of our own */
	ERR_CODE_COUNT
};

struct err {
	enum err_code code;
	char text[ERR_TEXT_MAX]; /* UTF-8, no newline, cut when too long */
};

/* Set code and sentence; returns -code, so `return err_set(…)` reads well. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "prefix: " before the sentence that is there; returns -err->code. */
int err_prefix(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Out of memory, in one call. */
int err_memory(struct err *err);

/* The stable name of a code: "invalid", "not_found", … */
const char *err_code_name(enum err_code code);

#endif
