# SPDX-License-Identifier: LGPL-2.1-or-later
# The canonical form without anything else of berth: for the corpus and for timing.
$(BUILD)/tests/corpus/%: $(BUILD)/tests/corpus/%.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_BIN) -o $@ $< $(LIB) $(LIBS_BIN)

.PHONY: canon
canon: $(BUILD)/tests/corpus/canon $(BUILD)/tests/corpus/netconf
