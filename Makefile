# Every target works on a plain Debian 12: cmake/install-deps.sh first installs what is missing.
# ARGS= goes to what a target runs: make run ARGS='--emulate 3.4', make test ARGS='-R Txn'

MAKEFLAGS += --no-print-directory
# Tests wait, for leases to run out above all, more than they compute.
TEST_JOBS := $(shell expr 2 \* $$(nproc))
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run build test test-matrix conformance conformance-report proof differential fuzz mutations bench docs lint check-format format asan tsan clean

help:  ## say what the targets do
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 28

run: build/build.ninja  ## build fake-etcd and serve on http://127.0.0.1:2379
	@cmake --build build --target fake-etcd
	@echo "Try, in another terminal:  ETCDCTL_API=3 etcdctl put greeting hello   (Ctrl-C ends this)"
	@exec build/bin/fake-etcd $(ARGS)

build: build/build.ninja  ## build everything into build/ (programs in build/bin/)
	@cmake --build build

test: build  ## unit tests, gRPC tests, conformance on the fake and on real etcd 3.4, etcdctl
	@ctest --preset dev -j$(TEST_JOBS) $(ARGS)
	@echo "All of it passed."

test-matrix: deps-matrix build  ## real etcd 3.5 to 3.7, their etcdctl, other languages' clients, Patroni
	@conformance/clients/setup.sh check
	@ctest --preset matrix -j$(TEST_JOBS) $(ARGS)

conformance: build  ## only the conformance suite, on the fake and on real etcd 3.4
	@ctest --preset dev -j$(TEST_JOBS) -L conformance $(ARGS)

conformance-report: deps-matrix build  ## all of these on every release, and a page of what came of it
	@conformance/clients/setup.sh check
	@ctest --preset report -j$(TEST_JOBS) --output-junit conformance-results.xml $(ARGS); \
	  conformance/report.py build/conformance-results.xml build

proof: conformance-report mutations fuzz  ## all that says that the fake is etcd: that page, mutations, fuzzers

differential: build  ## lock-step with real etcd 3.4 to 3.7: a fixed seed, and a fresh one
	@conformance/differential/run.sh $(ARGS)

fuzz: deps-fuzz  ## what libFuzzer drives, each for a minute; ARGS='600 engine_fuzz' for longer
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz
	@conformance/fuzz.sh $(ARGS)

mutations: build  ## break the fake in many ways, and see each one noticed
	@conformance/targets/real/build.sh 3.4
	@conformance/mutations/run.py $(ARGS)

bench: build  ## the benchmarks, and the table of bench/README.md
	@conformance/targets/real/build.sh 3.4
	@bench/run.sh $(ARGS)

docs:  ## the public headers and the pages of docs/ as a site: build/docs/html/index.html
	@cmake/install-deps.sh docs
	@mkdir -p build/docs
	@doxygen docs/Doxyfile
	@echo "open build/docs/html/index.html"

lint: check-format  ## clang-format, clang-tidy and clang's thread-safety analysis
	@cmake --preset tidy >/dev/null
	@cmake --build --preset tidy

check-format: deps-lint  ## fail where a source is not as .clang-format says
	@git ls-files '*.h' '*.cc' | xargs clang-format-14 --dry-run --Werror

format: deps-lint  ## rewrite the sources as .clang-format says
	@git ls-files '*.h' '*.cc' | xargs clang-format-14 -i

# SUITE_FROM=build has the programs of conformance/ that make build built do the asking.
asan: deps  ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --preset asan -DETCDPP_SUITE_FROM=$(abspath $(SUITE_FROM)) >/dev/null
	@cmake --build --preset asan
	@ulimit -s 65536 && ctest --preset asan -j$(TEST_JOBS) $(ARGS)  # frames are many times as large

tsan: deps  ## the gRPC-free unit tests under ThreadSanitizer
	@cmake --preset tsan >/dev/null
	@cmake --build --preset tsan --target unit_tests
	@ctest --preset tsan -j$(TEST_JOBS) $(ARGS)

clean:  ## remove build/
	@rm -rf build

.PHONY: deps deps-lint deps-fuzz deps-matrix
deps:
	@cmake/install-deps.sh build
deps-lint:
	@cmake/install-deps.sh build lint
deps-fuzz:
	@cmake/install-deps.sh build fuzz
deps-matrix:
	@cmake/install-deps.sh build matrix

# CMake reruns itself when its files change; make only sees to the first time.
build/build.ninja: | deps
	@cmake --preset dev
