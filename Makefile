# `make run` tries formsvc out, `make test` runs every test. Both need Python 3.11 or newer and nothing else.

MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet --quiet

# What a person's shell says about other environments must not steer this one. Settings that say
# how packages are reached (PIP_INDEX_URL, PIP_PROXY, PIP_CERT …) stay.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PIP_CONSTRAINT PIP_DRY_RUN PIP_NO_BINARY PIP_NO_BUILD_ISOLATION PIP_NO_DEPS \
	PIP_ONLY_BINARY PIP_PREFIX PIP_PYTHON PIP_QUIET PIP_REQUIRE_HASHES PIP_REQUIREMENT PIP_ROOT PIP_TARGET PIP_USER PIP_VERBOSE

.PHONY: run test lint lock messages bench clean
.NOTPARALLEL:

run: .venv/run.stamp
	@exec .venv/bin/formsvc run

test: .venv/dev.stamp
	@$(PY) tests/machine.py
	@$(PY) -m pytest --numprocesses 2 --dist worksteal

lint: .venv/dev.stamp
	@$(PY) -m ruff check --quiet
	@$(PY) -m ruff format --check --quiet
	@$(PY) -m mypy --no-error-summary

bench: .venv/dev.stamp
	@$(PY) -m benchmarks

# `make lock UPGRADE=1` takes the newest versions; without it only what pyproject.toml asks for changes.
COMPILE = $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url $(if $(UPGRADE),--upgrade)

lock: .venv/dev.stamp
	@$(COMPILE) --group build --output-file requirements.lock
	@$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

CATALOGUE = formsvc/translations/zh_CN/LC_MESSAGES/messages.po

messages: .venv/dev.stamp
	@.venv/bin/pybabel -q extract -F pyproject.toml --no-location -w 120 --sort-output -o .venv/messages.pot .
	@.venv/bin/pybabel -q update -l zh_CN -i .venv/messages.pot -o $(CATALOGUE) --no-fuzzy-matching --ignore-obsolete -w 120 --omit-header

clean:
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is younger than what it was made from: the second call has nothing to do.

.venv/run.stamp: .venv/place requirements.lock pyproject.toml
	@echo 'Installing the locked packages (once) …'
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/place requirements-dev.lock pyproject.toml
	@echo 'Installing the locked packages for development (once) …'
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# The programs in .venv know the path it was made at, so that a moved or copied checkout makes its own.
ifneq ($(shell cat .venv/place 2>/dev/null),$(CURDIR))
.PHONY: .venv/place
else ifeq ($(wildcard $(PY)),)
.PHONY: .venv/place
endif

.venv/place:
	@$(FIND_PYTHON); \
	"$$python" -m venv --clear .venv && pwd > $@

# Leaves the newest Python that can make an environment in $python, or says what is missing and fails.
FIND_PYTHON = seen=; for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null && break; \
		seen=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		python=; \
	done; \
	"$${python:-false}" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		if [ "$$seen" ]; then \
			echo "Python $$seen lacks its venv and ensurepip modules: install them (on Debian and Ubuntu: python$$seen-venv) and repeat."; \
		else \
			echo 'formsvc needs Python 3.11 or newer, and there is none on PATH: install it, or name it: make PYTHON=/path/to/python3.'; \
		fi >&2; \
		exit 1; \
	}
