"""Pictures of measurements, drawn from their CSVs alone: `python -m benchmarks.charts`."""
