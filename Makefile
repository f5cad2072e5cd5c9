# Everything that people and CI run. `make help` lists it.

SWIFT ?= swift
# What every build is told besides, as in CI: what is built with other flags is built anew.
SWIFT_FLAGS ?=
# BUILT=1: what is needed has been built before, and nothing is. For CI, as SwiftPM takes up to a minute to find
# out that there is nothing to do.
compile := $(if $(BUILT),: built before:,$(SWIFT) build $(SWIFT_FLAGS))
# Where the release build and the demo live; both are ignored by git.
BUILD := .build
GAVEL := $(BUILD)/release/gavel
LISTEN ?= 127.0.0.1:8080
DATABASE ?= demo.db

# Many tests run real servers and clients. All of them at once on a few cores, and each of them is so
# slow that honest timeouts of the programs under test run out.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8

.DEFAULT_GOAL := help
.PHONY: help packages run demo build test tests format lint model crash bench autobahn clean
.PHONY: protobuf protobuf-check operations operations-page fuzz fuzzers
.PHONY: terminal manual install uninstall api docs
.PHONY: hostile drain clients browser simulate instructions instructions-accept peers crowd

help: ## This list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

packages: ## Installs the system packages that are missing (apt).
	@.ci/packages

run: build ## Builds, migrates, starts the server with a demo sale, and says where.
	@trap : INT; $(GAVEL) demo --database $(DATABASE) --listen $(LISTEN) || { status=$$?; \
		echo "make run LISTEN=127.0.0.1:9000 DATABASE=other.db goes elsewhere." >&2; exit $$status; }

demo: run ## The same.

build: packages ## The release build: .build/release/gavel
	$(compile) -c release --product gavel

# What the tests are run with:
#   debug     a debug build
#   release   a release build, which takes a quarter of an hour on two cores and then four times the seeds;
#             it has a folder of its own, as its modules are testable
#   built     what `make build` builds, if TESTABLE was set then, too. CI builds all of it once
TESTED ?= debug
tested.release := -c release -Xswiftc -enable-testing --scratch-path .build-tested
tested.built := -c release
tested := $(tested.$(TESTED))

test: tests ## Builds and passes all tests.
	@.ci/packages curl openssl python3
	$(SWIFT) test $(tested) --skip-build

tests: packages ## Builds all tests.
	$(compile) $(tested) --build-tests

terminal: build ## The command line on a real terminal: live table, tables, progress, completions.
	.ci/packages zsh fish
	Tests/Terminal/install $(BUILD)/terminal
	$(BUILD)/terminal/bin/python Tests/Terminal/test.py $(GAVEL)

manual: build ## Man pages of every command: .build/man, checked with mandoc.
	.ci/packages mandoc
	.ci/manual $(GAVEL) $(BUILD)/man
	mandoc -T lint -W warning $(BUILD)/man/*.1

PREFIX ?= /usr/local
install: build ## Program, completions and man pages: PREFIX=/usr/local [DESTDIR=]
	.ci/manual $(GAVEL) $(BUILD)/man
	install -D -m 755 $(GAVEL) $(DESTDIR)$(PREFIX)/bin/gavel
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(GAVEL) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/gavel
	$(GAVEL) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_gavel
	$(GAVEL) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/gavel.fish

uninstall: ## Removes what `make install` has put there.
	rm -f $(DESTDIR)$(PREFIX)/bin/gavel $(DESTDIR)$(PREFIX)/share/man/man1/gavel.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/gavel-*.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/gavel \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_gavel \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/gavel.fish

format: ## Formats the sources.
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Migrations

lint: ## Complains about what `make format` would change, and more.
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Migrations

operations: build ## Metrics, unit and Containerfile, looked at with others' tools.
	.ci/operations $(GAVEL)

operations-page: build ## Writes the tables of docs/operations.md anew, from the code.
	python3 Tests/Operations/page.py $(GAVEL)

protobuf: ## Makes the Swift code of docs/gavel.v1.proto anew.
	SWIFT="$(SWIFT)" .ci/protobuf generate

protobuf-check: packages ## Was that code made from the schema as it is, and does Google's Python read it?
	SWIFT="$(SWIFT)" TESTED_FLAGS="$(tested)" .ci/protobuf check

SEQUENCES ?= 100000
model: packages ## The rules against a naive second model: SEQUENCES=100000 [SEED=]
	SEQUENCES=$(SEQUENCES) $(SWIFT) test -c release -Xswiftc -enable-testing --filter 'NaiveModelTests|NaiveRoomTests'

SEEDS ?= 10000
simulate: tests ## Lets everything fail, by seeds, and checks what clients were told: SEEDS=10000 [FROM=1] [SEED=] [TESTED=release]
	SIMULATION_SEEDS=$(SEEDS) SIMULATION_FROM=$(FROM) SIMULATION_SEED=$(SEED) $(SWIFT) test $(tested) --skip-build \
		--filter SimulationTests

ROUNDS ?= 50
STOP ?= 10
crash: tests ## Kills a real server under load and looks what is left: ROUNDS=50 STOP=10 [TESTED=release]
	CRASH_ROUNDS=$(ROUNDS) CRASH_STOP=$(STOP) $(SWIFT) test $(tested) --skip-build --filter CrashTests

SCENARIO ?= all
bench: packages ## Measures: SCENARIO=rules|ledger|receipts|bids|closing|handshakes|authentications|idle|drain|fanout|latency|restart|restore|snapshots|verify|all
	$(compile) -c release --product gavel
	$(compile) -c release --product gavel-benchmarks
	$(BUILD)/release/gavel-benchmarks $(SCENARIO)

instructions: packages ## Counts the instructions of each component, and compares them: [COMPONENTS="rules ledger"]
	.ci/packages valgrind binutils
	$(compile) -c release --product gavel-benchmarks
	python3 Tests/Instructions/measure.py $(BUILD)/release/gavel-benchmarks $(COMPONENTS)

instructions-accept: packages ## Keeps today's counts: what has become dearer has to be.
	.ci/packages valgrind binutils
	$(compile) -c release --product gavel-benchmarks
	python3 Tests/Instructions/measure.py $(BUILD)/release/gavel-benchmarks --accept $(COMPONENTS)

PEERS ?= full
peers: packages ## Gavel beside uWebSockets, nchan, NATS, Node, PostgreSQL and Redis: PEERS=full|quick
	$(compile) -c release --product gavel
	$(compile) -c release --product gavel-benchmarks
	Tests/Peers/install $(BUILD)/peers
	python3 Tests/Peers/compare.py --gavel $(BUILD)/release/gavel --environment $(BUILD)/peers \
		--benchmarks $(BUILD)/release/gavel-benchmarks $(if $(filter quick,$(PEERS)),--quick)

PAIRS ?= 5
hostile: packages ## A thousand hostile connections beside honest bidders: PAIRS=5
	$(compile) -c release --product gavel
	$(compile) -c release --product gavel-benchmarks
	$(BUILD)/release/gavel-benchmarks hostile --repeat $(PAIRS)

WATCHERS ?= 5000
drain: tests ## Stops a server in front of a full house: WATCHERS=5000
	DRAIN_WATCHERS=$(WATCHERS) DRAIN_SECONDS=10 $(SWIFT) test $(tested) --skip-build \
		--filter DrainCrowdTests

CROWD ?= 100000
crowd: build ## So many watchers of one lot, in a Linux of its own if need be: CROWD=100000
	Tests/Crowd/run $(GAVEL) $(BUILD)/crowd $(CROWD)

clients: build ## Real clients that are not ours talk to a server: curl, Python, Node, Chromium.
	Tests/ForeignClients/run $(GAVEL)

browser: build ## The pages in a real Chromium: [SCENARIOS="page_duel"]; screenshots in .build/browser/shots
	Tests/Browser/run $(GAVEL) $(SCENARIOS)

EXAMPLES ?= 5
api: build ## The HTTP API and its documents, looked at by schemathesis and validators: EXAMPLES=5
	python3 Tests/API/run $(GAVEL) --examples $(EXAMPLES)

docs: packages ## The reference of GavelClient, by DocC: .build/documentation
	.ci/documentation $(BUILD)/documentation

PROFILE ?= short
autobahn: packages ## The Autobahn suite against our frames (needs a Python 2.7): PROFILE=short|full [CASES=]
	$(compile) -c release --product gavel-echo
	python3 Tests/Conformance/autobahn.py --server $(BUILD)/release/gavel-echo \
		--environment $(BUILD)/autobahn --profile $(PROFILE) $(CASES)

SECONDS ?= 60
FUZZ ?= .build-fuzz
fuzz: fuzzers ## Fuzzes what reads strangers' bytes: SECONDS=60 [SUBJECT=frames]
	Tests/Fuzzing/run $(FUZZ)/release/gavel-fuzz $(SECONDS) $(FUZZ)/findings "$(SUBJECT)"

fuzzers: packages ## Builds the fuzzers.
	GAVEL_FUZZ=1 $(compile) -c release --scratch-path $(FUZZ) --product gavel-fuzz

clean: ## Removes what was built, and the demo.
	rm -rf $(BUILD) $(FUZZ) .build-tested demo.db demo.db-wal demo.db-shm demo.db.lock demo.db.sock demo.db.key
