# Everything here gets what it needs first (tools/bootstrap); `make help` says what there is.
PREFIX  ?= /usr/local
DESTDIR ?=
TARGET  := $(shell uname -m)-unknown-linux-gnu
export PATH := $(CURDIR)/.cache/bin:$(PATH):/usr/sbin:/sbin

.PHONY: help build install check test bench demo fire-drill clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

build:  ## dist/ppm-<target> for x86_64 and aarch64, one file each
	@tools/bootstrap
	@deno run -q -A tools/build.ts

install:  ## dist/ppm-<this machine> as $(DESTDIR)$(PREFIX)/bin/ppm, its man page, what makes shells complete it, schemas for editors
	@test -e dist/ppm-$(TARGET) -a -e dist/ppm.1 || $(MAKE) --no-print-directory build
	install -D -m 755 dist/ppm-$(TARGET) $(DESTDIR)$(PREFIX)/bin/ppm
	install -D -m 644 dist/ppm.1 $(DESTDIR)$(PREFIX)/share/man/man1/ppm.1
	install -D -m 644 src/completion/ppm.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ppm
	install -D -m 644 src/completion/ppm.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ppm
	install -D -m 644 src/completion/ppm.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ppm.fish
	install -d $(DESTDIR)$(PREFIX)/share/ppm
	set -e; for file in config appinfo state claims; do \
	  dist/ppm-$(TARGET) schema $$file >$(DESTDIR)$(PREFIX)/share/ppm/$$file.schema.json; done
	chmod 644 $(DESTDIR)$(PREFIX)/share/ppm/*.schema.json

check:  ## seconds: format, lint, types, unit tests
	@tools/bootstrap
	@deno run -q -A tools/test.ts check

test:  ## all tests, on Debian 12 and 13 servers; needs root. PPM_SOAK=1: each on both, at every moment
	@tools/bootstrap servers
	@deno run -q -A tools/test.ts

bench:  ## speed and memory, side by side with the yardsticks
	@tools/bootstrap servers
	@deno run -q -A tools/build.ts
	@deno run -q -A tests/bench/main.ts

demo:  ## a disposable server, an application on it, and what ppm does for it
	@tools/bootstrap servers
	@deno run -q -A tools/build.ts
	@tests/servers/demo

fire-drill:  ## four applications, their server destroyed, one playbook on the other Debian release: both ways, timed
	@tools/bootstrap servers
	@deno run -q -A tools/build.ts
	@deno run -q -A tests/servers/fire_drill.ts

clean:  ## removes dist/ and .cache/
	rm -rf dist .cache
