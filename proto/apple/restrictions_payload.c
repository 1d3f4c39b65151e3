#include "proto/apple/restrictions_payload.h"

#include "proto/apple/xplist.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"

/* clang-format off */
static const struct restriction_key keys[RESTRICTION_COUNT] = {
	[RESTRICTION_ESIM_MODIFICATION] =
	    {"allowESIMModification", ENROLMENT_SUPERVISED, "12.1", false},
	[RESTRICTION_ESIM_OUTGOING_TRANSFERS] =
	    {"allowESIMOutgoingTransfers", ENROLMENT_SUPERVISED, "18.0", false},
	[RESTRICTION_CELLULAR_PLAN_MODIFICATION] =
	    {"allowCellularPlanModification", ENROLMENT_SUPERVISED, "11.0", false},
	[RESTRICTION_PRESERVE_ESIM_ON_ERASE] =
	    {"forcePreserveESIMOnErase", ENROLMENT_SUPERVISED, "17.2", true},
	[RESTRICTION_LIVE_VOICEMAIL] =
	    {"allowLiveVoicemail", ENROLMENT_SUPERVISED, "17.2", false},
	[RESTRICTION_OPEN_MANAGED_TO_UNMANAGED] =
	    {"allowOpenFromManagedToUnmanaged", ENROLMENT_ANY, "7.0", false},
	[RESTRICTION_OPEN_UNMANAGED_TO_MANAGED] =
	    {"allowOpenFromUnmanagedToManaged", ENROLMENT_ANY, "7.0", false},
	[RESTRICTION_MANAGED_PASTEBOARD] =
	    {"requireManagedPasteboard", ENROLMENT_ANY, "15.0", true},
	[RESTRICTION_MANAGED_CLOUD_SYNC] =
	    {"allowManagedAppsCloudSync", ENROLMENT_ANY, "8.0", false},
	[RESTRICTION_MANAGED_TO_WRITE_CONTACTS] =
	    {"allowManagedToWriteUnmanagedContacts", ENROLMENT_OWNED, "12.0", false},
	[RESTRICTION_UNMANAGED_TO_READ_CONTACTS] =
	    {"allowUnmanagedToReadManagedContacts", ENROLMENT_ANY, "12.0", false},
	[RESTRICTION_AIRDROP_UNMANAGED] =
	    {"forceAirDropUnmanaged", ENROLMENT_ANY, "9.0", true},
	[RESTRICTION_ENCRYPTED_BACKUP] =
	    {"forceEncryptedBackup", ENROLMENT_ANY, "4.0", true},
};
/* clang-format on */

const struct restriction_key *restriction_key_find(enum restriction which)
{
	return (unsigned)which < RESTRICTION_COUNT ? &keys[which] : NULL;
}

const char *enrolment_kind_name(enum enrolment_kind kind)
{
	switch (kind) {
	case ENROLMENT_SUPERVISED:
		return "supervised";
	case ENROLMENT_DEVICE:
		return "device";
	case ENROLMENT_USER:
		return "user";
	}
	return "unknown";
}

void restrictions_init(struct restrictions *restrictions)
{
	size_t i;

	for (i = 0; i < RESTRICTION_COUNT; i++)
		restrictions->values[i] = RESTRICTION_UNSET;
}

void restrictions_tighten(
    struct restrictions *restrictions, enum restriction which, bool value)
{
	int *now = &restrictions->values[which];

	if (*now == RESTRICTION_UNSET || value == keys[which].restricts)
		*now = value;
}

int restrictions_payload_settings(const struct restrictions *restrictions,
    enum enrolment_kind kind, plist_t *settings, struct err *err)
{
	CLEANUP(plist) plist_t dict = plist_new_dict();
	size_t i;

	if (!dict)
		return err_memory(err);
	for (i = 0; i < RESTRICTION_COUNT; i++)
		if (restrictions->values[i] != RESTRICTION_UNSET &&
		    (keys[i].enrolments & (unsigned)kind))
			xplist_set_bool(
			    dict, keys[i].key, restrictions->values[i] == 1);
	*settings = NULL;
	if (plist_dict_get_size(dict) == 0)
		return 0;
	*settings = dict;
	dict = NULL;
	return 0;
}
