#include <string.h>

#include "policies/sim.h"
#include "proto/base/err.h"
#include "proto/evidence/evidence_subject.h"

#define SUFFIX 12 /* digits of a SIM's number that some operators print */

static int normalise(
    enum evidence_subject_kind kind, const char *text, char out[SIM_NUMBER_MAX])
{
	struct evidence_subject subject;
	int rc;

	if (!text)
		return -ERR_INVALID;
	rc = evidence_subject_make(kind, text, NULL, &subject, NULL);
	if (rc)
		return rc;
	if (strlen(subject.value) >= SIM_NUMBER_MAX)
		return -ERR_INVALID;
	memcpy(out, subject.value, strlen(subject.value) + 1);
	return 0;
}

static void hint_set(enum sim_hint *hint, bool holds)
{
	if (hint)
		*hint = holds ? SIM_HINT_NONE : SIM_HINT_TYPO;
}

int sim_iccid_normalise(
    const char *text, char out[SIM_NUMBER_MAX], enum sim_hint *hint)
{
	int rc = normalise(EVIDENCE_SUBJECT_ICCID, text, out);

	/* 18 digits carry no check digit. */
	if (rc == 0)
		hint_set(hint, strlen(out) == 18 || evidence_luhn_holds(out));
	return rc;
}

int sim_imei_normalise(
    const char *text, char out[SIM_NUMBER_MAX], enum sim_hint *hint)
{
	int rc = normalise(EVIDENCE_SUBJECT_IMEI, text, out);

	if (rc == 0)
		hint_set(hint, evidence_luhn_holds(out));
	return rc;
}

int sim_eid_normalise(
    const char *text, char out[SIM_NUMBER_MAX], enum sim_hint *hint)
{
	int rc = normalise(EVIDENCE_SUBJECT_EID, text, out);

	if (rc == 0)
		hint_set(hint, evidence_eid_holds(out));
	return rc;
}

bool sim_iccid_is_same(const char *a, const char *b)
{
	return evidence_iccid_is_same(a, b);
}

/* The 12 digits alone of what an export wrote; false: it is something else. */
static bool suffix_of(const char *text, char out[SUFFIX + 1])
{
	size_t len = 0;

	for (; *text; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		if (*text < '0' || *text > '9' || len == SUFFIX)
			return false;
		out[len++] = *text;
	}
	out[len] = '\0';
	return len == SUFFIX;
}

/* With and without the check digit: an issuer may print either end. */
static bool ends_with(const char *iccid, const char *suffix)
{
	size_t len = strlen(iccid);

	return len >= SUFFIX &&
	    memcmp(iccid + len - SUFFIX, suffix, SUFFIX) == 0;
}

static bool is_operator(const struct sim_candidate *candidate, const char *name)
{
	return !name || !candidate->operator_name ||
	    strcmp(candidate->operator_name, name) == 0;
}

size_t sim_iccid_match(const struct sim_candidate *candidates, size_t count,
    const char *text, const char *operator_name)
{
	char iccid[SIM_NUMBER_MAX];
	char suffix[SUFFIX + 1];
	bool whole = sim_iccid_normalise(text, iccid, NULL) == 0;
	size_t found = SIM_NO_MATCH;
	size_t i;

	if (!whole && (!text || !suffix_of(text, suffix)))
		return SIM_NO_MATCH;
	for (i = 0; i < count; i++) {
		if (!is_operator(&candidates[i], operator_name) ||
		    !(whole ? sim_iccid_is_same(candidates[i].iccid, iccid)
		            : ends_with(candidates[i].iccid, suffix)))
			continue;
		if (found != SIM_NO_MATCH)
			return SIM_NO_MATCH;
		found = i;
	}
	return found;
}
