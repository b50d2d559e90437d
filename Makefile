# make app    the page on http://localhost:8501 (PORT=n for another port)
#             HTTPS=1: over https, for phones and other computers of the network
# make test   what a change must pass, with what that needs; some minutes
# make test-all  what make test leaves out: trainings, browsers at length, bad networks, two replicas, Ray; 40 minutes
#             COVER=1: make test and then make test-all count what their unit tests cover, and say so at the end
# make bench  medians of each stage, side by side with plain TensorFlow; the HTTP API beside a plain Flask route
# make soak   HOURS=2 of visitors, photos, API calls, model switches and network faults, by SEED=1; then the slope of
#             memory, what is left over, and latency are judged. CONNECTS=10000: so many connects instead
# make fuzz   strangers' bytes, made up by Atheris, for SECONDS=60 each target; SECONDS=600 for ten minutes each
# make chaos  SEEDS=50 seeds of faults made on purpose while people are live: killed and stopped processes, a full disk,
#             clocks that jump, and more; docs/resilience.md tells
# make image  the container image localhost/fairest; deploy/image.sh tells what can be chosen
# make requirements  requirements*.txt from pyproject.toml, by uv; UPGRADE=1 takes the newest versions
# make docs   docs/benchmarks.md, docs/settings.md and the figures in other documents, from the reports and settings
PYTHON ?= python3
PORT ?= 8501
HTTPS ?=
UPGRADE ?=
SECONDS ?= 60
COVER ?=
HOURS ?= 2
SEED ?= 1
CONNECTS ?=
SEEDS ?= 50
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q
# What is installed: for the page; for training; for the tests. Each builds on the one before.
PAGE := .venv/installed-page
TRAIN := .venv/installed-train
STAMP := .venv/installed
# Tests with a running page, a server of their own for those who run them at a time.
WATCHED := tests/browser tests/live tests/soak tests/chaos
# Tests at scale that no live video is watched in.
BATCHES := $(addprefix tests/scale/test_,folds.py package.py pictures.py store.py)
# A test that fails is run once more. One that passes then stops nobody, but is named at the end: it is to be mended.
PYTEST := $(BIN)/python -m pytest --reruns 1 -r fER
UNITS := --dist loadscope $(addprefix --ignore ,$(WATCHED))

.PHONY: install app test test-all bench soak fuzz chaos image requirements docs

install: $(STAMP)

$(PAGE): requirements.txt
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	@touch $@

$(TRAIN): $(PAGE) requirements-train.txt
	$(PIP) -r requirements-train.txt
	@touch $@

$(STAMP): $(TRAIN) requirements-test.txt
	$(PIP) -r requirements-test.txt
	@touch $@

# Given no address, Streamlit listens on all of them.
app: $(PAGE)
ifeq ($(HTTPS),)
	@echo "Fairest: http://localhost:$(PORT)"
	$(BIN)/python -m streamlit run webapp/app.py --server.port $(PORT)
else
	@$(BIN)/python -m webapp.server.https --port $(PORT)
	$(BIN)/python -m streamlit run webapp/app.py --server.port $(PORT) \
	  --server.sslCertFile .certs/server.crt --server.sslKeyFile .certs/server.key
endif

# Some unit tests mostly wait: three processes keep two cores busy.
test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy core training webapp tests deploy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.browser.install
	$(PYTEST) -m "not long" -n 3 $(UNITS) $(if $(COVER),--cov --cov-report= --cov-fail-under=0)
	$(PYTEST) -m "not long" -n 2 --dist loadfile $(WATCHED)

# What Ray and the store bring along replaces versions that the units hold to requirements-test.txt: it comes after
# them, and the next make installs what it wants again.
test-all: $(STAMP)
	$(BIN)/python -m tests.browser.install --scale
	$(PYTEST) -m long -n 2 $(UNITS) $(if $(COVER),--cov --cov-append)
	$(PYTEST) -m long -n 2 --dist loadfile $(WATCHED)
	@rm -f $(PAGE) $(TRAIN) $(STAMP)
	$(PIP) -r requirements-ray.txt
	$(PIP) -r tests/scale/requirements.txt
	$(PYTEST) -n 2 --dist loadfile $(BATCHES)
	$(PYTEST) tests/scale $(addprefix --ignore ,$(BATCHES))

bench: $(STAMP)
	$(PIP) -r tests/bench/requirements.txt
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench api

soak: $(STAMP)
ifeq ($(CONNECTS),)
	$(BIN)/python -m tests.soak --hours $(HOURS) --seed $(SEED) --plot docs/soak.webp
else
	$(BIN)/python -m tests.soak connects --count $(CONNECTS)
endif

fuzz: $(STAMP)
	$(PIP) -r requirements-fuzz.txt
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

chaos: $(STAMP)
	$(BIN)/python -m tests.browser.install --scale
	$(BIN)/python -m tests.chaos --seeds $(SEEDS) --out artifacts/chaos.json

image:
	sh deploy/image.sh

requirements: $(STAMP)
	$(BIN)/python -m tests.package.lock $(if $(UPGRADE),--upgrade)

docs: $(STAMP)
	$(BIN)/python -m training benchmarks
	$(BIN)/python -m core.settings_guide
	$(BIN)/python -m tests.chaos.document
