#include "proto/apple/device_location.h"

#include <math.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define MILLION 1000000.0
#define ACCURACY_MAX 100000.0 /* a hundred kilometres: nothing is known */

static int take_degrees(
    plist_t body, const char *key, double max, int64_t *out, struct err *err)
{
	double value = NAN;
	int rc = xplist_get_real(body, key, &value, err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_INVALID, "key %s: absent", key);
	if (!isfinite(value) || fabs(value) > max)
		return err_set(
		    err, ERR_INVALID, "%s is no place on this earth", key);
	*out = llround(value * MILLION);
	return 0;
}

int device_location_parse(
    plist_t body, struct device_location *out, struct err *err)
{
	struct device_location said = {.accuracy_m = -1};
	double accuracy = -1;
	char when[64] = "";
	int rc;

	if ((rc = take_degrees(body, "Latitude", 90, &said.latitude, err)) <
	        0 ||
	    (rc = take_degrees(body, "Longitude", 180, &said.longitude, err)) <
	        0)
		return rc;
	if (xplist_get_real(body, "HorizontalAccuracy", &accuracy, NULL) > 0 &&
	    isfinite(accuracy) && accuracy >= 0 && accuracy <= ACCURACY_MAX)
		said.accuracy_m = llround(accuracy);
	if (xplist_get_string(body, "Timestamp", when, sizeof(when), NULL) >
	        0 &&
	    time_rfc3339_parse(when, &said.at) < 0)
		said.at = 0;
	*out = said;
	return 0;
}
