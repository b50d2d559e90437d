# make app    the page on http://localhost:8501 (PORT=n for another port)
#             HTTPS=1: over https, for phones and other computers of the network
# make test   the tests, with what they need
# make test-all  many pictures and trainings through Ray, viewers on two replicas, bad networks; some minutes more
# make bench  medians of each stage, side by side with plain TensorFlow
# make soak   ten minutes of the live page with four viewers
# make docs   docs/benchmarks.md, docs/settings.md and the figures in other documents, from the reports and settings
PYTHON ?= python3
PORT ?= 8501
HTTPS ?=
BIN := .venv/bin
STAMP := .venv/installed
# Tests with a running page: one at a time, since frames are awaited.
WATCHED := tests/browser tests/live
NETWORKS := tests/live/test_network.py

.PHONY: install app test test-all bench soak docs

install: $(STAMP)

$(STAMP): requirements.txt requirements-test.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt -r requirements-test.txt
	@touch $(STAMP)

# Given no address, Streamlit listens on all of them.
app: $(STAMP)
ifeq ($(HTTPS),)
	@echo "Fairest: http://localhost:$(PORT)"
	$(BIN)/python -m streamlit run webapp/app.py --server.port $(PORT)
else
	@$(BIN)/python -m webapp.server.https --port $(PORT)
	$(BIN)/python -m streamlit run webapp/app.py --server.port $(PORT) \
	  --server.sslCertFile .certs/server.crt --server.sslKeyFile .certs/server.key
endif

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy core training webapp tests
	$(BIN)/lint-imports
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m pytest -n 2 --dist loadscope $(addprefix --ignore ,$(WATCHED))
	$(BIN)/python -m pytest --no-cov $(WATCHED) --ignore $(NETWORKS)

test-all: $(STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r tests/scale/requirements.txt
	$(BIN)/python -m tests.browser.install --scale
	$(BIN)/python -m pytest --no-cov tests/scale
	$(BIN)/python -m pytest --no-cov $(NETWORKS)

bench: $(STAMP)
	$(BIN)/python -m tests.bench

soak: $(STAMP)
	$(BIN)/python -m tests.bench live --viewers 4 --seconds 600 --apps fairest

docs: $(STAMP)
	$(BIN)/python -m training benchmarks
	$(BIN)/python -m core.settings_guide
