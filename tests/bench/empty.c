/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cheapest dynamically linked program: what a query is compared with. */
int main(void)
{
	return 0;
}
