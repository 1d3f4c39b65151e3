/*
 * mcinstall: com.apple.mobile.MCInstall: profiles, the cloud configuration,
 * erasing, and after a supervisor's signature most of what MDM may do. One
 * request, one answer; a table here, the bigger answers in files of their own.
 */
#ifndef TESTS_PHONES_USB_MCINSTALL_H
#define TESTS_PHONES_USB_MCINSTALL_H

#include "tests/phones/usb/talk.h"

#define MC_DOMAIN_TUNNEL "DMCTunnelErrorDomain"
#define MC_DOMAIN_CLOUD "MCCloudConfigErrorDomain"
#define MC_DOMAIN_INSTALL "MCInstallationErrorDomain"
#define MC_DOMAIN_PAYLOAD "MCPayloadErrorDomain"
#define MC_DOMAIN_KEYBAG "DMCKeybagErrorDomain"

enum mc_error {
	MC_CANNOT_INSTALL = 4001,
	MC_LOCKED_PROFILE = 4008,
	MC_NOT_INTERACTIVE = 4020,
	MC_PAYLOAD_FAILED = 1009,
	MC_WRONG_TYPE = 14000,
	MC_CLOUD_EXISTS = 14002,
	MC_WIFI_FAILED = 14004,
	MC_CLOUD_NOT_FOUND = 33001, /* our choice: no capture shows it */
	MC_CLOUD_MALFORMED = 33002,
	MC_NOT_ACTIVATED = 33003,
	MC_IN_BUSINESS_MANAGER = 33004,
	MC_PASSCODE_SET = 37002
};

enum mc_after {
	MC_NOTHING,
	MC_ERASE,
	MC_RESTART,
	MC_SHUT_DOWN,
	MC_SETUP,
	MC_POLL
};

/* One connection: escalation ends with it. */
struct mcinstall {
	struct talk *talk;
	uint8_t challenge[DEVICE_CHALLENGE_MAX];
	size_t challenge_len;
	bool escalated; /* a supervisor's signature was taken */
	bool migrated;  /* and ProceedWithKeybagMigration came */
};

struct mc_exchange {
	struct mcinstall *mcinstall;
	struct session *session;
	plist_t request;
	plist_t answer;      /* what stands beside Status */
	const char *status;  /* "Acknowledged" */
	enum mc_after after; /* once the answer is out */
};

typedef void mc_fn(struct mc_exchange *exchange);

/* Status Error with one item more in its ErrorChain. */
void mc_fail(struct mc_exchange *exchange, const char *domain,
    enum mc_error code, const char *text);
void mc_format_error(struct mc_exchange *exchange);

/* mcinstall_cloud.c */
mc_fn mc_get_cloud_configuration;
mc_fn mc_set_cloud_configuration;
mc_fn mc_download_cloud_configuration;
mc_fn mc_establish_provisional_enrollment;

/* mcinstall_profile.c */
mc_fn mc_get_profile_list;
mc_fn mc_install_profile;
mc_fn mc_install_profile_silent;
mc_fn mc_remove_profile;
mc_fn mc_store_profile;
mc_fn mc_get_stored_profile;

/* mcinstall_escalated.c: the part of a supervisor; NULL: no such request. */
mc_fn *mc_find_escalated(const char *request_type);

#endif
