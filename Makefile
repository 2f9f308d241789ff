# make chat: set up, index corpus/, open the chat on http://127.0.0.1:7860
# make test: set up with the test tools, check style, types and floors, run every test
# make bench: measure the defaults and the baselines on our own questions over corpus/ (docs/evaluation.md)
VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin

.PHONY: chat test bench guard baseline models clean

chat: $(VENV)/.ready
	@$(BIN)/python app.py

test: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

bench: $(VENV)/.ready
	$(BIN)/sourcier bench benchmarks/questions/corpus.jsonl --corpus corpus \
		--system default --system bm25 --system lead --out bench-results

# make guard: make bench, and fail if the defaults got worse than the committed baseline. The limits leave room for
# processors that round 8-bit products otherwise: grouping passages differently already moves a figure by some points
guard: bench
	$(BIN)/sourcier compare benchmarks/baseline bench-results/corpus/default \
		--fail-if-worse f1:0.03 --fail-if-worse answer_in_quote:0.05 --fail-if-worse no_ans:0.08 \
		--fail-if-worse mrr@10:0.01 --fail-if-worse citation_recall:0.02 --fail-if-worse quote_fidelity:0

# make baseline: make bench, and take what the defaults reach as the baseline from now on
baseline: bench
	cp bench-results/corpus/default/summary.json bench-results/corpus/default/predictions.jsonl benchmarks/baseline/

# make models DATA=folder: makes the bundled models again (training/README.md says what the folder holds)
models: $(VENV)/.ready-test
	@test -n "$(DATA)" || { echo "Name the folder with the training data: make models DATA=folder"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[training]"
	$(BIN)/python -m training.train_embedder --data $(DATA)
	$(BIN)/python -m training.encoder --data $(DATA)
	$(BIN)/python -m training.train_reader --data $(DATA) --out rag/bundled/reader
	$(BIN)/python -m training.export_reader rag/bundled/reader
	$(BIN)/python -m training.fit_fusion --data $(DATA)
	$(BIN)/python -m training.fit_reader --data $(DATA)

$(BIN)/python:
	@echo "Creating the environment in $(VENV) (once)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

# torch comes first and pinned: any looser request downloads gigabytes of CUDA
$(VENV)/.ready: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Sourcier (once, about a minute)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	@echo "Installing the test tools (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
