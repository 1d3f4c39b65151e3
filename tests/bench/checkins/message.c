#include "tests/bench/checkins/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"

#define TOKEN_BYTES 32
#define UNLOCK_BYTES 1400 /* as in published captures */

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                         \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "              \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"                \
	"<plist version=\"1.0\">\n<dict>\n"
#define TAIL "</dict>\n</plist>\n"

#define TEXT(key, value) "\t<key>" key "</key>\n\t<string>" value "</string>\n"
#define YES(key) "\t<key>" key "</key>\n\t<true/>\n"
#define NO(key) "\t<key>" key "</key>\n\t<false/>\n"

static const char security_info[] =
    "\t<key>SecurityInfo</key>\n\t<dict>\n"
    "\t<key>HardwareEncryptionCaps</key>\n\t<integer>3</integer>\n" YES(
        "PasscodePresent") YES("PasscodeCompliant")
        YES("PasscodeCompliantWithProfiles") "\t<key>PasscodeLockGracePeriod</"
                                             "key>\n\t<integer>0</integer>\n"
                                             "\t<key>"
                                             "PasscodeLockGracePeriodEnforced</"
                                             "key>\n\t<integer>0</integer>\n"
                                             "\t<key>ManagementStatus</"
                                             "key>\n\t<dict>\n" NO("EnrolledVia"
                                                                   "DEP")
                                                 NO("IsUserEnrollment") "\t</"
                                                                        "dict>"
                                                                        "\n\t</"
                                                                        "dict>"
                                                                        "\n";

static const char device_information[] =
    "\t<key>QueryResponses</key>\n\t<dict>\n" TEXT(
        "DeviceName", "Telefon") TEXT("OSVersion",
        "17.5.1") TEXT("BuildVersion", "21F90") TEXT("ModelName",
        "iPhone") TEXT("Model", "MPVN3") TEXT("ProductName",
        "iPhone14,7") TEXT("SerialNumber", "VBENCH0001") TEXT("IMEI",
        "35 735005 003432 4") TEXT("MEID", "35735005003432") TEXT("WiFiMAC",
        "02:00:5e:10:00:01") TEXT("BluetoothMAC",
        "02:00:5e:10:00:02") "\t<key>DeviceCapacity</key>\n\t<real>128</real>\n"
                             "\t<key>AvailableDeviceCapacity</"
                             "key>\n\t<real>79.0144</real>\n"
                             "\t<key>BatteryLevel</"
                             "key>\n\t<real>0.83999997377395630</real>\n"
                             "\t<key>CellularTechnology</key>\n\t<integer>3</"
                             "integer>\n" YES("IsSupervised") NO("IsDeviceLocat"
                                                                 "orServiceEnab"
                                                                 "led") NO("IsA"
                                                                           "cti"
                                                                           "vat"
                                                                           "ion"
                                                                           "Loc"
                                                                           "kEn"
                                                                           "abl"
                                                                           "ed")
                                 NO("IsCloudBackupEnabled") "\t<key>"
                                                            "ServiceSubscriptio"
                                                            "ns<"
                                                            "/key>\n\t<array>"
                                                            "\n\t<"
                                                            "dict>\n" TEXT(
                                                                "Carrie"
                                                                "rSetti"
                                                                "ngsVer"
                                                                "sion",
                                                                "61.0") TEXT("C"
                                                                             "u"
                                                                             "r"
                                                                             "r"
                                                                             "e"
                                                                             "n"
                                                                             "t"
                                                                             "C"
                                                                             "a"
                                                                             "r"
                                                                             "r"
                                                                             "i"
                                                                             "e"
                                                                             "r"
                                                                             "N"
                                                                             "e"
                                                                             "t"
                                                                             "w"
                                                                             "o"
                                                                             "r"
                                                                             "k",
                                                                "Bench") TEXT("Cur"
                                                                              "ren"
                                                                              "tMC"
                                                                              "C",
                                                                "240") TEXT("Cu"
                                                                            "rr"
                                                                            "e"
                                                                            "nt"
                                                                            "MN"
                                                                            "C",
                                                                "99") TEXT("ICC"
                                                                           "ID",
                                                                "8946 9900 "
                                                                "0000 "
                                                                "0000 0018") TEXT("IMEI",
                                                                "35 735005 "
                                                                "003432 "
                                                                "4") YES("IsDat"
                                                                         "aPr"
                                                                         "eferr"
                                                                         "ed")
                                                                NO("IsRoaming") YES(
                                                                    "IsVoicePre"
                                                                    "fer"
                                                                    "red") TEXT("L"
                                                                                "a"
                                                                                "b"
                                                                                "e"
                                                                                "l",
                                                                    "Primary") TEXT("PhoneNum"
                                                                                    "ber",
                                                                    "+46701740"
                                                                    "605") TEXT("Slot",
                                                                    "CTSubscri"
                                                                    "ptionSlot"
                                                                    "One") "\t"
                                                                           "</"
                                                                           "di"
                                                                           "ct"
                                                                           ">"
                                                                           "\n"
                                                                           "\t"
                                                                           "</"
                                                                           "ar"
                                                                           "ra"
                                                                           "y>"
                                                                           "\n"
                                                                           "\t"
                                                                           "</"
                                                                           "di"
                                                                           "ct"
                                                                           ">"
                                                                           "\n";

static const char profile_list[] =
    "\t<key>ProfileList</key>\n\t<array>\n\t<dict>\n" NO("HasRemovalPasscode")
        NO("IsEncrypted") YES(
            "IsManaged") "\t<key>PayloadContent</"
                         "key>\n\t<array>\n\t<dict>\n" TEXT(
                             "PayloadDisplayName",
                             "Passcode") TEXT("PayloadIdentifier",
                             "org.example.bench.passcode") TEXT("PayloadType",
                             "com.apple.mobiledevice."
                             "passwordpolicy") "\t<key>"
                                               "PayloadVersion</"
                                               "key>\n\t<integer>1<"
                                               "/integer>\n"
                                               "\t</dict>\n\t</"
                                               "array>\n" TEXT("PayloadDisplayN"
                                                               "ame",
                                                   "Rules of the "
                                                   "bench") TEXT("P"
                                                                 "a"
                                                                 "y"
                                                                 "l"
                                                                 "o"
                                                                 "a"
                                                                 "d"
                                                                 "I"
                                                                 "d"
                                                                 "e"
                                                                 "n"
                                                                 "t"
                                                                 "i"
                                                                 "f"
                                                                 "i"
                                                                 "e"
                                                                 "r",
                                                   "org.example."
                                                   "bench") TEXT("P"
                                                                 "a"
                                                                 "y"
                                                                 "l"
                                                                 "o"
                                                                 "a"
                                                                 "d"
                                                                 "O"
                                                                 "r"
                                                                 "g"
                                                                 "a"
                                                                 "n"
                                                                 "i"
                                                                 "z"
                                                                 "a"
                                                                 "t"
                                                                 "i"
                                                                 "o"
                                                                 "n",
                                                   "Bench") NO("PayloadRemov"
                                                               "alDisallowe"
                                                               "d")
                                                   TEXT("PayloadUUI"
                                                        "D",
                                                       "5D2B1C58-"
                                                       "7D0A-4C37-"
                                                       "9B6B-"
                                                       "3C2A41C5B0E"
                                                       "1") "\t<"
                                                            "key>"
                                                            "Payloa"
                                                            "dVersi"
                                                            "on</"
                                                            "key>"
                                                            "\n\t<"
                                                            "intege"
                                                            "r>1</"
                                                            "intege"
                                                            "r>\n"
                                                            "\t</"
                                                            "dict>"
                                                            "\n\t</"
                                                            "array>"
                                                            "\n";

static const struct {
	const char *request_type;
	const char *facts;
} answers[] = {
    {"SecurityInfo", security_info},
    {"DeviceInformation", device_information},
    {"ProfileList", profile_list},
};

static void append_request(struct buf *out, const struct message_style *style,
    const struct roster_phone *phone, bool is_checkin, const struct buf *body)
{
	buf_printf(out,
	    "PUT /mdm/%s HTTP/1.1\r\nHost: %s\r\n"
	    "Content-Type: application/x-apple-aspen-mdm%s\r\n"
	    "User-Agent: MDM/1.0\r\nAccept: */*\r\nAccept-Language: sv-SE\r\n"
	    "Connection: keep-alive\r\nContent-Length: %zu\r\n",
	    is_checkin ? "checkin" : "connect", style->host,
	    is_checkin ? "-checkin" : "; charset=UTF-8", body->len);
	if (style->is_proxy)
		buf_printf(out, "Client-Cert: %s\r\n", phone->client_cert);
	buf_append_str(out, "\r\n");
	buf_append(out, body->data, body->len);
}

void message_append_idle(struct buf *out, const struct message_style *style,
    const struct roster_phone *phone)
{
	struct buf body = {0};

	buf_printf(&body, HEAD TEXT("Status", "Idle") TEXT("UDID", "%s") TAIL,
	    phone->udid);
	append_request(out, style, phone, false, &body);
	buf_clear(&body);
}

static void append_data(
    struct buf *out, const char *key, const uint8_t *data, size_t len)
{
	char *base64 = str_base64(data, len);

	if (!base64)
		abort();
	buf_printf(
	    out, "\t<key>%s</key>\n\t<data>\n\t%s\n\t</data>\n", key, base64);
	free(base64);
}

void message_append_token(struct buf *out, const struct message_style *style,
    struct roster_phone *phone, bool with_unlock_token)
{
	uint8_t token[TOKEN_BYTES] = {0x5a};
	uint8_t unlock[UNLOCK_BYTES] = {0x44, 0x41, 0x54, 0x41};
	struct buf body = {0};

	phone->tokens_sent++;
	memcpy(token + 4, &phone->tokens_sent, sizeof(phone->tokens_sent));
	memcpy(unlock + 4, &phone->tokens_sent, sizeof(phone->tokens_sent));
	buf_append_str(&body,
	    HEAD NO("AwaitingConfiguration")
	        TEXT("MessageType", "TokenUpdate"));
	buf_printf(&body,
	    TEXT("PushMagic", "%s") TEXT("Topic", "%s") TEXT("UDID", "%s"),
	    phone->push_magic, phone->topic, phone->udid);
	append_data(&body, "Token", token, sizeof(token));
	if (with_unlock_token)
		append_data(&body, "UnlockToken", unlock, sizeof(unlock));
	buf_append_str(&body, TAIL);
	append_request(out, style, phone, true, &body);
	buf_clear(&body);
}

/* The string behind <key>name</key>, whatever blanks stand between. */
static bool read_string(
    const char *body, const char *name, char out[MESSAGE_WORD])
{
	static const char open[] = "<string>";
	char key[MESSAGE_WORD];
	const char *at;
	size_t len;

	(void)snprintf(key, sizeof(key), "<key>%s</key>", name);
	if (!(at = strstr(body, key)) || !(at = strstr(at, open)))
		return false;
	at += sizeof(open) - 1;
	len = strcspn(at, "<");
	if (len >= MESSAGE_WORD)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

bool message_read_command(const char *body, struct message_command *out)
{
	return read_string(body, "CommandUUID", out->uuid) &&
	    read_string(body, "RequestType", out->request_type);
}

void message_append_answer(struct buf *out, const struct message_style *style,
    const struct roster_phone *phone, const struct message_command *command)
{
	struct buf body = {0};
	size_t i;

	buf_printf(&body, HEAD TEXT("CommandUUID", "%s"), command->uuid);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (strcmp(answers[i].request_type, command->request_type) == 0)
			buf_append_str(&body, answers[i].facts);
	buf_printf(&body,
	    TEXT("Status", "Acknowledged") TEXT("UDID", "%s") TAIL,
	    phone->udid);
	append_request(out, style, phone, false, &body);
	buf_clear(&body);
}
