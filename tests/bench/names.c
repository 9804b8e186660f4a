/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a directory and prints its names: what a listing is compared with. */
#include <dirent.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;

	if (!dir)
		return 1;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			puts(entry->d_name);
	closedir(dir);
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
