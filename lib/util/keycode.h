/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of a PC keyboard by the numbers and names that code sets give them. */
#ifndef BERTH_UTIL_KEYCODE_H
#define BERTH_UTIL_KEYCODE_H

/* libvirt's virKeycodeSet. */
enum keycode_set {
	KEYCODE_LINUX, KEYCODE_XT, KEYCODE_ATSET1, KEYCODE_ATSET2, KEYCODE_ATSET3, KEYCODE_OSX, KEYCODE_XT_KBD, KEYCODE_USB, KEYCODE_WIN32,
	KEYCODE_QNUM, KEYCODE_SETS
};

/* Their words, as virsh send-key has them: "linux", "xt" ... "qnum" (also "rfb"). -1: no such set. */
int keycode_set_of(const char *word);

/* The key's QNUM (XT scan code set 1, extended keys with 0x80), which QEMU takes; -1: the set has no such key. */
int keycode_to_qnum(unsigned set, unsigned code);

/* The code of a key's name in a set: "KEY_ENTER" (linux), "VK_RETURN" (win32), "kVK_Return" (osx). -1: unknown. */
int keycode_of_name(unsigned set, const char *name);

#endif
