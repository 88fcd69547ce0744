# The one entry to everything. A comment after ## is what `make help` prints.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# `make -C clone harden INVENTORY=hosts` means the hosts file of the folder it was typed in. Without -C that is this folder: PWD may be stale
# (env -C DIR make). With it only PWD says, and it is believed, as where there is no /proc to see make's own command line.
export CALLED_FROM := $(if $(shell [ ! -e /proc/$$PPID/cmdline ] || grep -qzE '^(-[[:alpha:]]*C|--di)' /proc/$$PPID/cmdline && echo C),$(PWD),$(CURDIR))
export INVENTORY LIMIT

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do printf '  %-15s %s\n' "$$name" "$$what"; done
	@printf '\nINVENTORY=hosts LIMIT=web ARGS="--check --diff" go to ansible-playbook; without an inventory it is this machine.\n'
	@printf 'A login that sudo asks for a password: ARGS=-K\n'

.PHONY: harden audit rollback compare
harden: ## harden the hosts of INVENTORY (this machine); try ARGS="--check --diff" first
	@tools/play.sh harden.yml $(ARGS)

audit: ## report what harden would change; writes nothing on the hosts
	@tools/play.sh audit.yml $(ARGS)

rollback: ## put back what was there before the first run
	@tools/play.sh rollback.yml $(ARGS)

report: ## write a report of what earlier runs kept; no host is contacted
	@tools/play.sh report.yml $(ARGS)

compare: ## compare two hosts, profiles or saved results: ARGS="-e left=photon3 -e right=centos8"
	@tools/play.sh compare.yml $(ARGS)

.PHONY: test test-all test-boot test-kernel test-units test-formats test-gates test-molecule test-vm bench bench-fleet mutants
test: ## units, boot order, kernel, formats, gates, molecule and a VM: what CI runs
	@bash tests/run.sh units boot kernel formats gates molecule vm

test-all: ## test with thousands of boot orders, three kernels, container engines and other uses on two, a controller's timer, and the benchmark
	@bash tests/run.sh units boot-all kernel formats gates molecule vm-all vm-containers vm-uses vm-controller fleet bench

test-kernel: ## our table of what the kernel itself does against this machine's kernel, in a network namespace
	@bash tests/run.sh kernel

test-units: ## pytest on the oldest and newest ansible-core, and on Python 3.6
	@bash tests/run.sh units

test-boot: ## our boot order against the real systemd-sysctl of three Debian suites
	@bash tests/run.sh boot

test-formats: ## each format of a report, read by the code of those that it is for
	@bash tests/run.sh formats

test-gates: ## linters, ansible-test sanity, documentation, tarball
	@bash tests/run.sh gates

test-molecule: ## the role in containers
	@bash tests/run.sh molecule

test-vm: ## the role on a real kernel, with a reboot
	@bash tests/run.sh vm

bench: ## what a run costs, on 1 and 20 hosts; ARGS="--rounds 7 --judge" fails where a goal is missed
	@bash tests/bench.sh --quick $(ARGS)

bench-fleet: ## what a run costs, on 50 and 200 hosts, and what its reports add
	@bash tests/bench.sh --fleet --quick --rounds 5 $(ARGS)

mutants: ## do the unit tests notice a change of the code? try ARGS=plugins/module_utils/_values.py
	@bash tests/mutants/run.sh $(ARGS)

.PHONY: catalogue
catalogue: ## write the tables of README.md and docs/ from catalogue.yml and controls.yml
	@bash tools/catalogue.sh

.PHONY: clean
clean: ## remove what make and the tests made in this checkout (the cache outside stays)
	rm -rf .venv reports .ansible .pytest_cache .ruff_cache tests/output
