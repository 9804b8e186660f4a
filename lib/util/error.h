/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one error value. A function that can fail takes `struct error *err` last, returns -1 or NULL, and
 * has then filled *err exactly once; callers add what they know with error_wrap() and pass it up. Only
 * main programs print it. Nothing here allocates, so that "out of memory" can be told too.
 */
#ifndef BERTH_UTIL_ERROR_H
#define BERTH_UTIL_ERROR_H

#include "util/common.h"

#include <stdarg.h>

/* Exit statuses of all programs; part of the interface for scripts. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_FOUND = 3,
	EXIT_WRONG_STATE = 4,
	EXIT_DENIED = 5,
	EXIT_TIMEOUT = 6,
	EXIT_NO_CONNECTION = 7,
	EXIT_PARTLY = 8,
};

/* What went wrong, by libvirt's numbers (libvirt/virterror.h), and the exit status it means. */
#define ERROR_CODES(X) \
	X(OK,                    0, EXIT_DONE) \
	X(INTERNAL,              1, EXIT_FAILED) \
	X(NO_MEMORY,             2, EXIT_FAILED) \
	X(NO_SUPPORT,            3, EXIT_FAILED) \
	X(UNKNOWN_HOST,          4, EXIT_NO_CONNECTION) \
	X(NO_CONNECT,            5, EXIT_NO_CONNECTION) \
	X(INVALID_CONN,          6, EXIT_NO_CONNECTION) \
	X(INVALID_DOMAIN,        7, EXIT_NOT_FOUND) \
	X(INVALID_ARG,           8, EXIT_FAILED) \
	X(OPERATION_FAILED,      9, EXIT_FAILED) \
	X(OS_TYPE,              16, EXIT_FAILED) \
	X(NO_KERNEL,            17, EXIT_FAILED) \
	X(XML,                  27, EXIT_FAILED) \
	X(OPERATION_DENIED,     29, EXIT_DENIED) \
	X(DOM_EXIST,            28, EXIT_FAILED) \
	X(RPC,                  39, EXIT_NO_CONNECTION) \
	X(XML_DETAIL,           35, EXIT_FAILED) \
	X(SYSTEM,               38, EXIT_FAILED) \
	X(NO_DOMAIN,            42, EXIT_NOT_FOUND) \
	X(NO_NETWORK,           43, EXIT_NOT_FOUND) \
	X(INVALID_MAC,          44, EXIT_FAILED) \
	X(AUTH_FAILED,          45, EXIT_DENIED) \
	X(NO_STORAGE_POOL,      49, EXIT_NOT_FOUND) \
	X(NO_STORAGE_VOL,       50, EXIT_NOT_FOUND) \
	X(NO_NODE_DEVICE,       53, EXIT_NOT_FOUND) \
	X(OPERATION_INVALID,    55, EXIT_WRONG_STATE) \
	X(NO_INTERFACE,         57, EXIT_NOT_FOUND) \
	X(MULTIPLE_INTERFACES,  59, EXIT_FAILED) \
	X(NO_NWFILTER,          62, EXIT_NOT_FOUND) \
	X(INVALID_SECRET,       65, EXIT_DENIED) \
	X(NO_SECRET,            66, EXIT_NOT_FOUND) \
	X(CONFIG_UNSUPPORTED,   67, EXIT_FAILED) \
	X(OPERATION_TIMEOUT,    68, EXIT_TIMEOUT) \
	X(NO_DOMAIN_SNAPSHOT,   72, EXIT_NOT_FOUND) \
	X(INVALID_STREAM,       73, EXIT_FAILED) \
	X(ARGUMENT_UNSUPPORTED, 74, EXIT_FAILED) \
	X(OPERATION_ABORTED,    78, EXIT_FAILED) \
	X(AUTH_CANCELLED,       79, EXIT_DENIED) \
	X(NO_DOMAIN_METADATA,   80, EXIT_NOT_FOUND) \
	X(OPERATION_UNSUPPORTED, 84, EXIT_FAILED) \
	X(AGENT_UNRESPONSIVE,   86, EXIT_TIMEOUT) \
	X(RESOURCE_BUSY,        87, EXIT_TIMEOUT) \
	X(ACCESS_DENIED,        88, EXIT_DENIED) \
	X(STORAGE_VOL_EXIST,    90, EXIT_FAILED) \
	X(CPU_INCOMPATIBLE,     91, EXIT_FAILED) \
	X(XML_INVALID_SCHEMA,   92, EXIT_FAILED) \
	X(NO_CLIENT,            96, EXIT_NOT_FOUND) \
	X(DEVICE_MISSING,       99, EXIT_NOT_FOUND) \
	X(NO_DOMAIN_CHECKPOINT, 103, EXIT_NOT_FOUND) \
	X(NO_NWFILTER_BINDING,  101, EXIT_NOT_FOUND) \
	X(NO_NETWORK_PORT,      107, EXIT_NOT_FOUND) \
	X(NO_NETWORK_METADATA,  111, EXIT_NOT_FOUND)

enum error_code {
#define X(name, number, status) ERR_##name = number,
	ERROR_CODES(X)
#undef X
};

/* Who reports an error to libvirt's clients, by libvirt's numbers (virErrorDomain): only servers say it. */
enum error_from {
	ERROR_FROM_RPC = 7,
	ERROR_FROM_QEMU = 10,
	ERROR_FROM_TEST = 12,
	ERROR_FROM_LXC = 17,
	ERROR_FROM_STORAGE = 18,
	ERROR_FROM_NETWORK = 19,
	ERROR_FROM_DOMAIN = 20,
	ERROR_FROM_NODEDEV = 22,
	ERROR_FROM_INTERFACE = 26,
	ERROR_FROM_SECRET = 30,
	ERROR_FROM_NWFILTER = 33,
	ERROR_FROM_SNAPSHOT = 35,
	ERROR_FROM_CHECKPOINT = 69,
};

struct error {
	enum error_code code;
	int sys;           /* the errno behind it, or 0 */
	char text[1016];   /* what failed, on which object, why; no newline at the end */
};

/* Sets *err (err may be NULL) and returns -1, so that `return error_set(...)` reads well. errno is kept. */
int error_set(struct error *err, enum error_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same from errno: the text gets ": " and strerror(errno); the code follows from errno: EACCES and EPERM
 * are ERR_ACCESS_DENIED, ENOMEM ERR_NO_MEMORY, ETIMEDOUT ERR_OPERATION_TIMEOUT, everything else ERR_SYSTEM. */
int error_errno(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Puts "fmt: " in front of the text that is there, unless it begins so already. Returns -1. */
int error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The exit status that a code means. */
enum exit_status error_exit_status(enum error_code code);

/* The code's name, "NO_DOMAIN", for JSON and logs; "UNKNOWN" for a number that is not in the list. */
const char *error_code_name(enum error_code code);

#endif
