/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secret-value: writes the value of a secret, named by UUID or by TYPE and ID, to standard output. For supervisors of guests, which know nothing of secrets themselves. */
#include "secret/secret.h"

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (secret_value_main(argc, argv, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return err.code == ERR_NO_SECRET ? ENOENT : EINVAL;
}
