#!/bin/bash
# describe_hub.sh PHONE…: a USB hub with a phone on each port, from 1-4.1 on, in
# the words of umockdev-run -d. The agent then sees ports where no USB is.
# PHONE is a UDID; recovery=TEXT or dfu=TEXT with what such a phone has as its
# serial; android=SERIAL.
set -euo pipefail

# A device descriptor and its configuration (USB 2.0, 9.6): a hub; a phone with
# the interface that usbmuxd talks to (class 255, 254, 2).
readonly hub_bytes=12010002090001406B1D020000010000000109021900010100E0000904\
000001090000000705810304000C
readonly phone_bytes=1201000200000040AC05A81200010000000109021200010100C0FA09\
04000000FFFE0200
# The interface of adb: class 255, 66, 1.
readonly android_bytes=1201000200000040D118E74E00010000000109021200010100C0FA0\
904000000FF420100

usb_device() { # PATH NUMBER VENDOR PRODUCT BYTES [SERIAL]
	local node
	printf -v node 'bus/usb/001/%03d' "$2"
	printf '%s\n' "P: $1" "N: $node=$5" "E: SUBSYSTEM=usb" \
		"E: DEVTYPE=usb_device" "E: DEVNAME=/dev/$node" "E: BUSNUM=001" \
		"E: DEVNUM=${node##*/}" "E: MAJOR=189" "E: MINOR=$(($2 - 1))" \
		"E: PRODUCT=${3#0}/${4#0}/100" "A: busnum=1\\n" "A: devnum=$2\\n" \
		"A: speed=480\\n" "A: bConfigurationValue=1\\n" \
		"A: idVendor=$3\\n" "A: idProduct=$4\\n"
	[[ -z ${6:-} ]] ||
		printf '%s\n' "A: serial=$6\\n" "A: product=iPhone\\n"
	printf '%s\n' "H: descriptors=$5" ""
}

usb_phone() { # PATH NUMBER PHONE
	local text=${3#*=}
	case $3 in
	recovery=*) usb_device "$1" "$2" 05ac 1281 \
		"${phone_bytes/A812/8112}" "$text" ;;
	dfu=*) usb_device "$1" "$2" 05ac 1227 \
		"${phone_bytes/A812/2712}" "$text" ;;
	android=*) usb_device "$1" "$2" 18d1 4ee7 "$android_bytes" "$text" ;;
	*) usb_device "$1" "$2" 05ac 12a8 "$phone_bytes" "${text//-/}" ;;
	esac
}

usb_hub() { # UDID…
	local root=/devices/pci0000:00/0000:00:14.0/usb1 port=0 udid
	usb_device "$root" 1 1d6b 0002 "$hub_bytes"
	usb_device "$root/1-4" 2 1d6b 0002 "$hub_bytes"
	for udid in "$@"; do
		port=$((port + 1))
		usb_phone "$root/1-4/1-4.$port" $((port + 4)) "$udid"
	done
}
usb_hub "$@"
