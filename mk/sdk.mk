# SPDX-License-Identifier: BSD-3-Clause
# A folder that others build applications with (docs/application.md).

SDK := $(O)/sdk/k3metal-$(shell cat VERSION)
API := $(O)/api

.PHONY: sdk api
sdk: $(LIBRARY) $(addprefix $(O)/modules/,$(addsuffix .o,$(MODULES))) twin measure-plugin api
	@tools/make-sdk --output $(SDK) --build $(O) --newlib $(NEWLIB) --libfdt $(LIBFDT) \
	    --cflags "$(APP_FLAGS)" --ldflags "$(LDFLAGS)" --modules "$(MODULES)" \
	    --documentation $(API)/html $(public-headers)

# The reference of the public headers.
api: $(API)/html/index.html

$(API)/html/index.html: $(public-headers) sdk/Doxyfile sdk/doxygen-filter VERSION | $(SETUP)/sdk
	@mkdir -p $(API)
	@{ cat sdk/Doxyfile; echo "INPUT = $(public-headers)"; echo "OUTPUT_DIRECTORY = $(API)"; \
	   echo "STRIP_FROM_PATH = . arch/arm64/include arch/common/include drivers/gic/include"; echo "PROJECT_NUMBER = $$(cat VERSION)"; } | doxygen - >$(API)/log 2>&1 \
	    || { tail -n 5 $(API)/log; exit 1; }
