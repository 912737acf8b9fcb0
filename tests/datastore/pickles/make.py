# mypy: ignore-errors
"""Writes pickles of pandas, numpy, Arrow and polars beside this file, with what each should show.

The files in this folder were made by `python make.py`, each in an environment of its own:

    pandas-1.5.json    Python 3.10.13, pandas 1.5.3, numpy 1.24.4
    pandas-2.2.json    Python 3.12.1,  pandas 2.2.3, numpy 1.26.4, polars 2.1.0
    pandas-2.3.json    Python 3.12.1,  pandas 2.3.3, numpy 2.2.6, pyarrow 26.0.1
    pandas-3.1.json    Python 3.13.0,  pandas 3.1.1, numpy 2.5.5, pyarrow 26.0.1
"""

import base64
import datetime
import json
import pickle
import platform
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

try:
    import pyarrow as pa
except ImportError:
    pa = None
try:
    import polars as pl
except ImportError:
    pl = None

DAY = "2026-01-0"


def frame():
    """A column of each common type."""
    return pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.5, float("nan"), -0.25],
            "s": ["a", "grün", None],
            "d": pd.to_datetime([f"{DAY}1", f"{DAY}2", None]),
            "z": pd.to_datetime([f"{DAY}1 12:00"] * 3, utc=True),
            "c": pd.Categorical(["x", None, "x"], categories=["x", "y"]),
            "n": pd.array([1, None, 3], dtype="Int64"),
            "m": pd.array([True, None, False], dtype="boolean"),
            "b": [True, False, True],
            "t": pd.to_timedelta([1, 90, 86_400], unit="s"),
            "p": pd.period_range("2026-01", periods=3, freq="M"),
            "v": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3]),
            "j": [10, 20, 30],
        }
    )


def tables():
    """By name: the value and the protocols in which it is pickled."""
    table = frame()
    yield "frame", table, (2, 4, 5)
    yield "series", table["f"], (4,)
    yield "text series", table["s"], (4,)
    yield "indexed", table.set_index(["i", "s"])[["f"]], (4,)
    yield "columns of two levels", pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([["a"], ["x", "y"]])), (4,)
    yield "range index", pd.RangeIndex(2, 10, 4, name="r"), (4,)
    yield "dates", pd.date_range("2026-01-01", periods=2, tz="Europe/Berlin"), (4,)
    yield "categories", pd.CategoricalIndex(["b", "a"], name="k"), (4,)
    yield "intervals", pd.interval_range(0, 2), (4,)
    yield "joined", pd.concat([table[["s", "i"]], table[["s", "i"]]]), (4,)
    yield "empty", pd.DataFrame({"a": []}), (4,)
    yield "irregular", pd.DataFrame({"a": [1], "b": [2], "c": ["x"], "d": [3]}), (4,)
    yield "python text", pd.DataFrame({"s": pd.array(["a", None], dtype="string[python]")}), (4,)
    yield "fixed zone", pd.Series(pd.to_datetime(["2026-01-01 12:00+02:00"])), (4,)
    yield "sparse", pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}), (4,)
    if pa:
        yield "arrow columns", arrow_columns(), (4,)


def arrow_columns():
    """pandas' columns whose values Arrow holds."""
    instants = pd.ArrowDtype(pa.timestamp("ms", "UTC"))
    return pd.DataFrame(
        {
            "i": pd.array([1, None], dtype="int64[pyarrow]"),
            "b": pd.array([True, None], dtype="bool[pyarrow]"),
            "s": pd.array(["x", None], dtype="string[pyarrow]"),
            "t": pd.array([pd.Timestamp("2026-01-01", tz="UTC"), None], dtype=instants),
            "l": pd.array([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
        }
    )


def others():
    """The same of what is no table of pandas; the text is what a preview should say."""
    yield "stamp", pd.Timestamp("2026-01-01 12:00:00.5"), (4,)
    yield "zoned stamp", pd.Timestamp("2026-01-01 12:00", tz="UTC"), (4,)
    yield "timedelta", pd.Timedelta(90, "s"), (4,)
    yield "missing", [pd.NaT, pd.NA], (4,)
    yield "array", np.arange(6, dtype="i2").reshape(2, 3), (2, 4, 5)
    yield "big endian", np.array([1, 256], dtype=">u4"), (4,)
    yield "by columns", np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]), (4, 5)
    yield "strided", np.arange(6)[::-2], (4, 5)
    yield "objects", np.array([[1, "a"], [None, datetime.date(2026, 1, 1)]], dtype=object), (2, 4)
    yield "record", np.array([(1, "ä", 0.5)], dtype=[("n", "u1"), ("s", "U2"), ("f", "f8")]), (4, 5)
    yield "bytes", np.array([b"ab", b""]), (4, 5)
    yield "instants", np.array(["2026-01-01", "NaT"], dtype="M8[25s]"), (4, 5)
    yield "scalar", np.float16(0.5), (4, 5)
    yield "no dimension", np.array(7), (4, 5)
    yield "masked", np.ma.array([1, 2], mask=[0, 1]), (4,)
    if pa:
        yield (
            "arrow table",
            pa.table({"i": [1, None], "s": ["x", "y"], "d": pa.array(["a", "a"]).dictionary_encode()}),
            (4,),
        )
        yield "arrow slice", pa.table({"s": ["x", None, "y"], "b": [True, False, None]}).slice(1), (4,)
        yield "arrow chunks", pa.concat_tables([pa.table({"s": ["x"]}), pa.table({"s": ["y", "z"]})]), (4,)
    if pl:
        yield "polars", pl.DataFrame({"a": [1]}), (4,)


def main():
    """One file for the environment that runs this."""
    warnings.simplefilter("ignore")
    made = {
        name: {str(protocol): base64.b64encode(pickle.dumps(value, protocol)).decode() for protocol in protocols}
        for name, value, protocols in (*tables(), *others())
    }
    modules = {"pandas": pd, "numpy": np, "pyarrow": pa, "polars": pl}
    versions = {name: module.__version__ for name, module in modules.items() if module}
    about = {"python": platform.python_version(), **versions}
    short = ".".join(pd.__version__.split(".")[:2])
    text = json.dumps({"made by": about, "pickles": made}, indent=1, ensure_ascii=False)
    Path(__file__).with_name(f"pandas-{short}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
