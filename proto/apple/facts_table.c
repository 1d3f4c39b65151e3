#include "proto/apple/facts_table.h"

#define FIELD(type, kind, member, key)                                         \
	{                                                                      \
#member, key, kind, offsetof(struct type, member),             \
		    sizeof(((struct type *)0)->member)                         \
	}
#define END                                                                    \
	{                                                                      \
		NULL, NULL, FACT_KIND_TEXT, 0, 0                               \
	}

#define TEXT(member, key) FIELD(device_facts, FACT_KIND_TEXT, member, key)
#define NUMBER_TEXT(member, key)                                               \
	FIELD(device_facts, FACT_KIND_NUMBER_TEXT, member, key)
#define MAC(member, key) FIELD(device_facts, FACT_KIND_MAC, member, key)
#define BOOL(member, key) FIELD(device_facts, FACT_KIND_BOOL, member, key)
#define REAL(member, key) FIELD(device_facts, FACT_KIND_REAL, member, key)

/* Apple, "DeviceInformationResponse.QueryResponses". */
const struct fact_field device_fact_fields[] = {
    TEXT(udid, "UDID"),
    TEXT(serial_number, "SerialNumber"),
    TEXT(device_name, "DeviceName"),
    TEXT(model, "Model"),
    TEXT(model_name, "ModelName"),
    TEXT(model_number, "ModelNumber"),
    TEXT(product_name, "ProductName"),
    TEXT(os_version, "OSVersion"),
    TEXT(os_version_extra, "SupplementalOSVersionExtra"),
    TEXT(build_version, "BuildVersion"),
    NUMBER_TEXT(imei, "IMEI"),
    NUMBER_TEXT(meid, "MEID"),
    TEXT(modem_firmware, "ModemFirmwareVersion"),
    MAC(wifi_mac, "WiFiMAC"),
    MAC(bluetooth_mac, "BluetoothMAC"),
    TEXT(time_zone, "TimeZone"),
    TEXT(eas_identifier, "EASDeviceIdentifier"),
    REAL(battery_level, "BatteryLevel"),
    REAL(device_capacity, "DeviceCapacity"),
    REAL(available_capacity, "AvailableDeviceCapacity"),
    FIELD(device_facts, FACT_KIND_INTEGER, cellular_technology,
        "CellularTechnology"),
    FIELD(device_facts, FACT_KIND_DATE, last_cloud_backup_ms,
        "LastCloudBackupDate"),
    BOOL(is_supervised, "IsSupervised"),
    BOOL(is_device_locator_on, "IsDeviceLocatorServiceEnabled"),
    BOOL(is_activation_lock_on, "IsActivationLockEnabled"),
    BOOL(is_mdm_lost_mode_on, "IsMDMLostModeEnabled"),
    BOOL(is_cloud_backup_on, "IsCloudBackupEnabled"),
    BOOL(is_do_not_disturb_on, "IsDoNotDisturbInEffect"),
    BOOL(is_data_roaming_on, "DataRoamingEnabled"),
    BOOL(is_voice_roaming_on, "VoiceRoamingEnabled"),
    BOOL(is_roaming, "IsRoaming"),
    BOOL(is_personal_hotspot_on, "PersonalHotspotEnabled"),
    BOOL(is_network_tethered, "IsNetworkTethered"),
    BOOL(is_itunes_account_active, "iTunesStoreAccountIsActive"),
    BOOL(is_awaiting_configuration, "AwaitingConfiguration"),
    BOOL(is_multi_user, "IsMultiUser"),
    BOOL(is_diagnostics_on, "DiagnosticSubmissionEnabled"),
    BOOL(is_app_analytics_on, "AppAnalyticsEnabled"),
    END,
};

#define SIM(member, key)                                                       \
	FIELD(service_subscription, FACT_KIND_TEXT, member, key)
#define SIM_NUMBER(member, key)                                                \
	FIELD(service_subscription, FACT_KIND_NUMBER_TEXT, member, key)
#define SIM_BOOL(member, key)                                                  \
	FIELD(service_subscription, FACT_KIND_BOOL, member, key)

/* Apple, "ServiceSubscriptionProperty", iOS 12. */
const struct fact_field subscription_fact_fields[] = {
    SIM(slot, "Slot"),
    SIM(label, "Label"),
    SIM(label_id, "LabelID"),
    SIM_NUMBER(iccid, "ICCID"),
    SIM_NUMBER(eid, "EID"),
    SIM_NUMBER(imei, "IMEI"),
    SIM_NUMBER(meid, "MEID"),
    SIM(phone_number, "PhoneNumber"),
    SIM(carrier, "CurrentCarrierNetwork"),
    SIM(subscriber_carrier, "SubscriberCarrierNetwork"),
    SIM(carrier_settings, "CarrierSettingsVersion"),
    SIM(current_mcc, "CurrentMCC"),
    SIM(current_mnc, "CurrentMNC"),
    SIM(subscriber_mcc, NULL),
    SIM(subscriber_mnc, NULL),
    SIM_BOOL(is_data_preferred, "IsDataPreferred"),
    SIM_BOOL(is_voice_preferred, "IsVoicePreferred"),
    SIM_BOOL(is_roaming, "IsRoaming"),
    END,
};

/* The same facts as keys of QueryResponses, before iOS 12. */
const struct fact_field old_sim_fact_fields[] = {
    SIM_NUMBER(iccid, "ICCID"),
    SIM(phone_number, "PhoneNumber"),
    SIM(carrier, "CurrentCarrierNetwork"),
    SIM(subscriber_carrier, "SubscriberCarrierNetwork"),
    SIM(carrier_settings, "CarrierSettingsVersion"),
    SIM(current_mcc, "CurrentMCC"),
    SIM(current_mnc, "CurrentMNC"),
    SIM(subscriber_mcc, "SubscriberMCC"),
    SIM(subscriber_mnc, "SubscriberMNC"),
    END,
};

#define SECURITY_BOOL(member, key)                                             \
	FIELD(security_facts, FACT_KIND_BOOL, member, key)
#define SECURITY_INTEGER(member, key)                                          \
	FIELD(security_facts, FACT_KIND_INTEGER, member, key)

/* Apple, "SecurityInfoResponse.SecurityInfo". */
const struct fact_field security_fact_fields[] = {
    SECURITY_BOOL(passcode_present, "PasscodePresent"),
    SECURITY_BOOL(passcode_compliant, "PasscodeCompliant"),
    SECURITY_BOOL(
        passcode_compliant_with_profiles, "PasscodeCompliantWithProfiles"),
    SECURITY_BOOL(is_user_enrolment, NULL),
    SECURITY_INTEGER(hardware_encryption_caps, "HardwareEncryptionCaps"),
    SECURITY_INTEGER(passcode_grace_s, "PasscodeLockGracePeriod"),
    SECURITY_INTEGER(
        passcode_grace_enforced_s, "PasscodeLockGracePeriodEnforced"),
    SECURITY_INTEGER(auto_lock_s, "AutoLockTime"),
    END,
};

#define PROFILE_TEXT(member, key)                                              \
	FIELD(profile_fact, FACT_KIND_TEXT, member, key)
#define PROFILE_BOOL(member, key)                                              \
	FIELD(profile_fact, FACT_KIND_BOOL, member, key)
#define PROFILE_COUNT(member) FIELD(profile_fact, FACT_KIND_COUNT, member, NULL)

/* Apple, "ProfileListResponse.ProfileListItem". */
const struct fact_field profile_fact_fields[] = {
    PROFILE_TEXT(identifier, "PayloadIdentifier"),
    PROFILE_TEXT(uuid, "PayloadUUID"),
    PROFILE_TEXT(display_name, "PayloadDisplayName"),
    PROFILE_TEXT(organisation, "PayloadOrganization"),
    PROFILE_TEXT(source, "Source"),
    PROFILE_BOOL(is_managed, "IsManaged"),
    PROFILE_BOOL(is_removal_disallowed, "PayloadRemovalDisallowed"),
    PROFILE_BOOL(is_encrypted, "IsEncrypted"),
    PROFILE_COUNT(payload_count),
    PROFILE_COUNT(signer_count),
    END,
};
