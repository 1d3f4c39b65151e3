/* Question: which addresses may a webhook lead to? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "proto/base/err.h"
#include "server/outbox/inner_address.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

static union address address_of(const char *text)
{
	union address address;

	memset(&address, 0, sizeof(address));
	if (strchr(text, ':')) {
		address.v6.sin6_family = AF_INET6;
		assert_int_equal(
		    inet_pton(AF_INET6, text, &address.v6.sin6_addr), 1);
	} else {
		address.v4.sin_family = AF_INET;
		assert_int_equal(
		    inet_pton(AF_INET, text, &address.v4.sin_addr), 1);
	}
	return address;
}

static void test_inner(void **state)
{
	static const char *const inner[] = {"127.0.0.1", "127.255.255.254",
	    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1",
	    "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
	    "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
	    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
	    "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
	    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "fe80::1",
	    "fec0::1", "fc00::1", "fdff::1", "ff02::1", "64:ff9b::a01:203",
	    "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1",
	    "100::1", "3fff::1", "::127.0.0.1", "5f00::1", "4000::1"};
	union address address;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		address = address_of(inner[i]);
		if (!inner_address_is(&address.any))
			fail_msg("%s is taken for public", inner[i]);
	}
	memset(&address, 0, sizeof(address));
	address.un.sun_family = AF_UNIX;
	assert_true(inner_address_is(&address.any));
}

static void test_public(void **state)
{
	static const char *const outer[] = {"1.1.1.1", "9.255.255.255",
	    "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	    "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0",
	    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
	    "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111",
	    "2a00:1450::1", "64:ff9b::808:808", "2001:200::1"};
	union address address;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(outer) / sizeof(outer[0]); i++) {
		address = address_of(outer[i]);
		if (inner_address_is(&address.any))
			fail_msg("%s is taken for inner", outer[i]);
	}
}

static void may(
    const struct inner_allowed *allowed, const char *text, bool expected)
{
	union address address = address_of(text);

	assert_int_equal(inner_address_may(allowed, &address.any), expected);
}

static void test_allowed(void **state)
{
	struct inner_allowed allowed = {.count = 0};

	(void)state;
	assert_int_equal(inner_allowed_parse("", &allowed, NULL), 0);
	may(&allowed, "10.1.2.3", false);
	may(&allowed, "8.8.8.8", true);
	assert_int_equal(
	    inner_allowed_parse(
	        "10.1.0.0/16, ::1,127.0.0.1 fd00::/8,172.20.0.0/14", &allowed,
	        NULL),
	    0);
	may(&allowed, "10.1.255.255", true);
	may(&allowed, "10.2.0.0", false);
	may(&allowed, "::ffff:10.1.2.3", true);
	may(&allowed, "127.0.0.1", true);
	may(&allowed, "127.0.0.2", false);
	may(&allowed, "::1", true);
	may(&allowed, "fd12::1", true);
	may(&allowed, "fc12::1", false);
	may(&allowed, "172.23.255.255", true);
	may(&allowed, "172.24.0.0", false);
}

static void test_nonsense_is_refused(void **state)
{
	static const char *const bad[] = {"10.0.0.0/33", "10.0.0/8", "x",
	    "::/129", "10.0.0.0/", "10.0.0.0/-1", "localhost",
	    "1.2.3.4;5.6.7.8", "10.0.0.0/8/8"};
	struct inner_allowed allowed = {.count = 7};
	char many[1000] = "";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    inner_allowed_parse(bad[i], &allowed, NULL), -ERR_INVALID);
	for (i = 0; i <= INNER_ALLOWED_MAX; i++)
		(void)strcat(many, "10.1.2.3,");
	assert_int_equal(inner_allowed_parse(many, &allowed, NULL), -ERR_LIMIT);
	assert_int_equal(allowed.count, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inner),
	    cmocka_unit_test(test_public),
	    cmocka_unit_test(test_allowed),
	    cmocka_unit_test(test_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
