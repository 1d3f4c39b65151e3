#include "agent/bench/phone/cloud.h"

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/station/work_order.h"

static void set_certificates(plist_t dict, const char *key,
    const struct station_bytes *certificates, size_t count)
{
	plist_t list = plist_new_array();
	size_t i;

	for (i = 0; i < count; i++)
		plist_array_append_item(list,
		    plist_new_data((const char *)certificates[i].data,
		        certificates[i].len));
	plist_dict_set_item(dict, key, list);
}

static void set_skips(plist_t dict, const struct work_order_cloud *cloud)
{
	plist_t list = plist_new_array();
	size_t i;

	for (i = 0; i < cloud->skip_count; i++)
		plist_array_append_item(
		    list, plist_new_string(cloud->skip_setup[i]));
	plist_dict_set_item(dict, "SkipSetup", list);
}

int cloud_encode(
    const struct work_order_cloud *cloud, plist_t *out, struct err *err)
{
	CLEANUP(plist) plist_t dict = plist_new_dict();

	if (xplist_set_text(
	        dict, "OrganizationName", cloud->organisation, err) < 0 ||
	    xplist_set_text(dict, "OrganizationMagic", cloud->magic, err) < 0)
		return -(int)ERR_INVALID;
	xplist_set_bool(dict, "IsSupervised", true);
	xplist_set_bool(dict, "IsMultiUser", false);
	xplist_set_bool(dict, "AllowPairing", cloud->allow_pairing);
	xplist_set_bool(dict, "AwaitDeviceConfigured", cloud->await_configured);
	set_certificates(dict, "SupervisorHostCertificates", cloud->supervisors,
	    cloud->supervisor_count);
	set_skips(dict, cloud);
	if (cloud->configuration_url[0]) {
		if (xplist_set_text(dict, "ConfigurationURL",
		        cloud->configuration_url, err) < 0)
			return -(int)ERR_INVALID;
		set_certificates(dict, "AnchorCertificates", cloud->anchors,
		    cloud->anchor_count);
	}
	*out = dict;
	dict = NULL;
	return 0;
}
