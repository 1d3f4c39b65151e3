#include "server/http/http_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Keys of IPv4 addresses are set apart from /64 prefixes by these bits. */
#define KEY_IPV4 (UINT64_C(0xffff) << 32)

struct entry {
	struct entry *next;
	uint64_t key;
	unsigned count;
};

struct http_address_table {
	pthread_mutex_t lock;
	unsigned per_address_max;
	uint64_t seed; /* neighbours choose their /64, not their bucket */
	size_t mask;
	struct entry *buckets[];
};

int http_address_table_new(unsigned connections_max, unsigned per_address_max,
    struct http_address_table **out, struct err *err)
{
	struct http_address_table *table;
	size_t buckets = 64;

	while (buckets < connections_max && buckets < 65536)
		buckets *= 2;
	table = calloc(1, sizeof(*table) + buckets * sizeof(table->buckets[0]));
	if (!table)
		return err_memory(err);
	if (getrandom(&table->seed, sizeof(table->seed), 0) !=
	    sizeof(table->seed)) {
		free(table);
		return err_set(err, ERR_IO, "no random bytes");
	}
	(void)pthread_mutex_init(&table->lock, NULL);
	table->per_address_max = per_address_max;
	table->mask = buckets - 1;
	*out = table;
	return 0;
}

void http_address_table_free(struct http_address_table *table)
{
	size_t i;

	if (!table)
		return;
	for (i = 0; i <= table->mask; i++) {
		while (table->buckets[i]) {
			struct entry *next = table->buckets[i]->next;

			free(table->buckets[i]);
			table->buckets[i] = next;
		}
	}
	(void)pthread_mutex_destroy(&table->lock);
	free(table);
}

/* The mixer of splitmix64. */
static size_t bucket_of(const struct http_address_table *table, uint64_t key)
{
	uint64_t x = key ^ table->seed;

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(x ^ (x >> 31)) & table->mask;
}

static bool enter_locked(struct http_address_table *table, uint64_t key)
{
	struct entry **at = &table->buckets[bucket_of(table, key)];
	struct entry *entry;

	for (entry = *at; entry; entry = entry->next) {
		if (entry->key != key)
			continue;
		if (entry->count >= table->per_address_max)
			return false;
		entry->count++;
		return true;
	}
	entry = malloc(sizeof(*entry));
	if (!entry)
		return false;
	entry->key = key;
	entry->count = 1;
	entry->next = *at;
	*at = entry;
	return true;
}

bool http_address_enter(struct http_address_table *table, uint64_t key)
{
	bool entered;

	(void)pthread_mutex_lock(&table->lock);
	entered = enter_locked(table, key);
	(void)pthread_mutex_unlock(&table->lock);
	return entered;
}

static void leave_locked(struct http_address_table *table, uint64_t key)
{
	struct entry **at = &table->buckets[bucket_of(table, key)];

	for (; *at; at = &(*at)->next) {
		struct entry *entry = *at;

		if (entry->key != key)
			continue;
		if (--entry->count == 0) {
			*at = entry->next;
			free(entry);
		}
		return;
	}
}

void http_address_leave(struct http_address_table *table, uint64_t key)
{
	(void)pthread_mutex_lock(&table->lock);
	leave_locked(table, key);
	(void)pthread_mutex_unlock(&table->lock);
}

uint64_t http_address_key(const struct sockaddr_storage *address)
{
	uint64_t key = 0;

	if (address->ss_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		return KEY_IPV4 | ntohl(in.sin_addr.s_addr);
	}
	if (address->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
			uint32_t v4;

			memcpy(&v4, in6.sin6_addr.s6_addr + 12, sizeof(v4));
			return KEY_IPV4 | ntohl(v4);
		}
		memcpy(&key, in6.sin6_addr.s6_addr, sizeof(key));
		/* ::1 and the like have an empty prefix. */
		return key ? key : 1;
	}
	return 0;
}

void http_address_text(
    const struct sockaddr_storage *address, char out[HTTP_PEER_MAX])
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	const char *text = NULL;

	if (address->ss_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		text = inet_ntop(AF_INET, &in.sin_addr, out, HTTP_PEER_MAX);
	} else if (address->ss_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
			text = inet_ntop(AF_INET, in6.sin6_addr.s6_addr + 12,
			    out, HTTP_PEER_MAX);
		else
			text = inet_ntop(
			    AF_INET6, &in6.sin6_addr, out, HTTP_PEER_MAX);
	}
	if (!text)
		memcpy(out, "unix", sizeof("unix"));
}
