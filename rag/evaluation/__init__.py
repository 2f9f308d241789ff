"""Benchmarks that can be believed: data sets, one file per metric, the runner, the comparison, the report."""
