/*
 * cleanup: scope-bound cleanup for foreign handles, one line a type:
 *   CLEANUP_DEFINE(X509, x509, X509_free)
 *   …
 *   CLEANUP(x509) X509 *cert = NULL;
 */
#ifndef PROTO_BASE_CLEANUP_H
#define PROTO_BASE_CLEANUP_H

#define CLEANUP_DEFINE(type, name, free_fn)                                    \
	static inline void cleanup_##name(type **handle)                       \
	{                                                                      \
		if (*handle)                                                   \
			free_fn(*handle);                                      \
	}

#define CLEANUP(name) __attribute__((cleanup(cleanup_##name)))

#endif
