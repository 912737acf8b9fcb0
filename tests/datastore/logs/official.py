"""Metaflow's own code for log lines, as the oracle."""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what it imports of Kubernetes warns about YAML
    from metaflow.mflog import mflog as _mflog

mflog: Any = _mflog  # without types
