#include "tests/bench/checkins/samples.h"

#include <stdlib.h>

void samples_add(struct samples *samples, double value)
{
	if (samples->count == samples->room) {
		samples->room = samples->room ? samples->room * 2 : 4096;
		samples->values = realloc(
		    samples->values, samples->room * sizeof(*samples->values));
		if (!samples->values)
			abort();
	}
	samples->values[samples->count++] = (float)value;
}

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x > y) - (x < y);
}

void samples_sort(struct samples *samples)
{
	if (samples->count > 0)
		qsort(samples->values, samples->count, sizeof(float), compare);
}

double samples_at(const struct samples *samples, double part)
{
	size_t at = (size_t)((double)samples->count * part);

	if (samples->count == 0)
		return 0;
	return (double)
	    samples->values[at < samples->count ? at : samples->count - 1];
}

void samples_clear(struct samples *samples)
{
	free(samples->values);
	*samples = (struct samples){0};
}
