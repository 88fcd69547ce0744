# The one entry to everything. A comment after ## is what `make help` prints.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# CALLED_FROM is the folder in which the user typed the command. Without -C it is CURDIR (PWD can be wrong: env -C DIR make). With -C, or without
# /proc to see make's own command line, only PWD knows it.
export CALLED_FROM := $(if $(shell [ ! -e /proc/$$PPID/cmdline ] || grep -qzE '^(-[[:alpha:]]*C|--di)' /proc/$$PPID/cmdline && echo C),$(PWD),$(CURDIR))
# With -f alone it would work on the folder in which it was typed.
$(if $(wildcard tools/play.sh),,$(error this is not the folder of the Makefile: go there, or name it with make -C))
# A mistyped variable would be passed over, and INVENTROY=hosts would harden this machine. Most variables of the environment are others'.
VARIABLES := INVENTORY LIMIT ARGS CORE
UNKNOWN := $(filter-out $(VARIABLES),$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))
$(if $(strip $(UNKNOWN)),$(error $(strip $(UNKNOWN)): make does not know a variable of this name. It knows $(VARIABLES)))
NEAR := $(if $(filter harden audit rollback report compare upgrade,$(MAKECMDGOALS)),$(shell awk -v known="INVENTORY LIMIT ARGS" -f tools/near.awk))
$(if $(NEAR),$(error $(NEAR): make does not know a variable of this name. It knows $(VARIABLES). Unset it if it is for another program))
# make takes --check for the beginning of its own --check-symlink-times (-L), and would harden.
$(if $(findstring L,$(firstword -$(MAKEFLAGS))),$(error --check: make takes it for an option of its own: write ARGS=--check))
# Neither would do what was asked for: INVENTORY=$UNSET is no inventory, and LIMIT=$UNSET no limit.
EMPTY := $(foreach name,INVENTORY LIMIT,$(if $(filter-out undefined file,$(origin $(name))),$(if $(strip $($(name))),,$(name))))
$(if $(strip $(EMPTY)),$(error $(strip $(EMPTY)): it is empty: give it a value, or leave it out))
$(if $(filter test-core,$(MAKECMDGOALS)),$(if $(strip $(CORE)),,$(error CORE: name the ansible-core to test on, such as CORE=2.18)))
# make itself would harden first, and then say that there is no target of the second name.
NO_TARGETS := $(filter-out $(shell sed -nE 's/^([a-z-]+):.*\#\# .*/\1/p' Makefile),$(MAKECMDGOALS))
$(if $(NO_TARGETS),$(error $(NO_TARGETS): there is no target of this name: see make help))
# By this link, which git ignores, ansible-playbook typed in playbooks/ finds the collection in its own clone. Not in one of somebody else.
LINK := playbooks/collections/ansible_collections/photon/hardening
$(shell [ -e $(LINK) ] || [ ! -w playbooks ] || { mkdir -p $(dir $(LINK)) && ln -s ../../../.. $(LINK); })

.PHONY: help
help: ## list the targets
	@printf '%d targets: make TARGET\n' "$$(grep -cE '^[a-z-]+:.*## ' $(MAKEFILE_LIST))"
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do printf '  %-15s %s\n' "$$name" "$$what"; done
	@printf '\nINVENTORY=hosts LIMIT=web ARGS="--check --diff" go to ansible-playbook; without an inventory it is this machine.\n'
	@printf 'A login that sudo asks for a password: ARGS=-K\n'

.PHONY: harden audit rollback report compare upgrade
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

upgrade: ## upgrade Photon OS and harden it again: ARGS="-e photon_upgrade_to_version=5.0 --check" looks first
	@tools/play.sh photon_upgrade.yml $(ARGS)

.PHONY: test test-all test-boot test-kernel test-units test-core test-formats test-runner test-gates test-install test-galaxy test-mitogen test-molecule
.PHONY: test-upgrade test-vm test-browser screenshot bench bench-fleet bench-scale mutants
test: ## units, boot order, kernel, formats, AWX's runner, gates, an installation, molecule and a VM
	@bash tests/run.sh units boot kernel formats runner gates install molecule vm

test-all: ## test with every ansible-core, a real Galaxy server, thousands of boot orders, more VMs, browsers, and the benchmark
	@bash tests/run.sh units core-2.17 core-2.18 core-2.19 core-2.20 boot-all kernel formats runner gates install galaxy mitogen molecule \
	  vm-all vm-guest vm-containers vm-uses vm-controller fleet upgrade browser bench

test-kernel: ## check the table of kernel side effects against this machine's kernel, in a network namespace
	@bash tests/run.sh kernel

test-units: ## pytest on the oldest and newest ansible-core, and on Python 3.6
	@bash tests/run.sh units

test-core: ## pytest and ansible-test sanity on one ansible-core: CORE=2.18
	@bash tests/run.sh $(addprefix core-,$(CORE))

test-boot: ## our boot order against the real systemd-sysctl of three Debian suites
	@bash tests/run.sh boot

test-formats: ## each format of a report, read by the code of the program for which it is made
	@bash tests/run.sh formats

test-runner: ## what an AWX does with the collection: ansible-runner, recorded answers of AWX's API, execution environments
	@bash tests/run.sh runner

test-gates: ## linters, ansible-test sanity, documentation, tarball
	@bash tests/run.sh gates

test-install: ## the tarball from a Galaxy server on loopback into an empty home, and every playbook from there
	@bash tests/run.sh install

test-galaxy: ## the same with a real Galaxy server, which imports it first
	@bash tests/run.sh galaxy

test-mitogen: ## an audit by Mitogen finds what Ansible's own finds
	@bash tests/run.sh mitogen

test-molecule: ## the role in containers
	@bash tests/run.sh molecule

test-upgrade: ## the upgrade of Photon OS over ssh, against recordings of the real photon-upgrade.sh
	@bash tests/run.sh upgrade

test-vm: ## the role on a real kernel, with a reboot
	@bash tests/run.sh vm

test-browser: ## the HTML report in a real browser: its figures, by keyboard, on paper, with hostile texts; try ARGS="-k paper"
	@bash tests/browser/run.sh $(ARGS)

screenshot: ## make the pictures of the report anew
	@bash tests/browser/run.sh --screenshots

bench: ## what a run costs, on 1 and 20 hosts; ARGS="--rounds 7 --judge" fails where a goal is missed
	@bash tests/bench.sh --quick $(ARGS)

bench-fleet: ## what a run costs, on 50 and 200 hosts, and what its reports add
	@bash tests/bench.sh --fleet --quick --rounds 5 $(ARGS)

bench-scale: ## how forks, batches and Ansible's strategy `free` change the time on 50 hosts; one round
	@bash tests/bench.sh --scale 50

mutants: ## mutation tests of the unit tests; try ARGS=plugins/module_utils/_values.py
	@bash tests/mutants/run.sh $(ARGS)

.PHONY: changelog build release
changelog: ## turn changelogs/fragments into the release that galaxy.yml names (docs/release.md)
	@tools/changelog.sh

build: ## pack the collection into dist/, with its checksum
	@tools/venv.sh && PATH="$(CURDIR)/.venv/bin:$$PATH" tools/build.sh

release: ## the same of a clean clone, with a bill of materials (CycloneDX)
	@tools/venv.sh && PATH="$(CURDIR)/.venv/bin:$$PATH" tools/release.sh

.PHONY: catalogue
catalogue: ## write the tables of docs/ from catalogue.yml and controls.yml
	@bash tools/catalogue.sh

.PHONY: clean
clean: ## remove what make and the tests made in this checkout (not the cache, which is outside)
	rm -rf .venv dist playbooks/collections reports .ansible .pytest_cache .ruff_cache tests/output
