"""Test processes side by side share the cores: torch would take all of them in each."""

import os

SHARING = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if SHARING > 1:  # before torch is imported; the processes that tests start inherit it
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // SHARING)))
