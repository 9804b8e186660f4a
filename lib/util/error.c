/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/error.h"

#include <string.h>

static enum error_code code_of_errno(int e)
{
	switch (e) {
	case EACCES:
	case EPERM:
		return ERR_ACCESS_DENIED;
	case ENOMEM:
		return ERR_NO_MEMORY;
	case ETIMEDOUT:
		return ERR_OPERATION_TIMEOUT;
	default:
		return ERR_SYSTEM;
	}
}

int error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	if (err) {
		err->code = code;
		err->sys = 0;
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	errno = saved;
	return -1;
}

int error_errno(struct error *err, const char *fmt, ...)
{
	va_list ap;
	int saved = errno;
	int n;

	if (err) {
		err->code = code_of_errno(saved);
		err->sys = saved;
		va_start(ap, fmt);
		n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
		if (n >= 0 && (size_t)n < sizeof(err->text))
			snprintf(err->text + n, sizeof(err->text) - n, ": %s", strerror(saved));
	}
	errno = saved;
	return -1;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	va_list ap;
	int saved = errno;
	int n;

	if (err) {
		memcpy(old, err->text, sizeof(old));
		va_start(ap, fmt);
		n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
		/* who says it first and who passes it on both know the object: once is enough */
		if (n > 0 && (size_t)n < sizeof(old) && old[n] == ':' && !memcmp(old, err->text, (size_t)n))
			memcpy(err->text, old, sizeof(old));
		else if (n >= 0 && (size_t)n < sizeof(err->text))
			snprintf(err->text + n, sizeof(err->text) - n, ": %s", old);
	}
	errno = saved;
	return -1;
}

static const struct {
	enum error_code code;
	enum exit_status status;
	const char *name;
} codes[] = {
#define X(name, number, status) { ERR_##name, status, #name },
	ERROR_CODES(X)
#undef X
};

enum exit_status error_exit_status(enum error_code code)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].status;
	return EXIT_FAILED;
}

const char *error_code_name(enum error_code code)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "UNKNOWN";
}
