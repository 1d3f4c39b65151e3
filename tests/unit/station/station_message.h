/*
 * station_message: what the tests of messages between agent and server share.
 */
#ifndef TESTS_UNIT_STATION_STATION_MESSAGE_H
#define TESTS_UNIT_STATION_STATION_MESSAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define ID "0192c2a0-5b7e-7c3d-9f00-0123456789ab"
#define ID2 "0192c2a0-5b7e-7c3d-9f00-0123456789ac"
#define PUT(member, text)                                                      \
	assert_int_equal(str_copy(member, sizeof(member), text), 0)

#endif
