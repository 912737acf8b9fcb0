"""What runs left in their datastore: parameters and the last error. Nothing is ever unpickled.

store       Datastore, the one door to the bytes, and what it raises
stores      open_store(ds_type, ds_root) -> Datastore | None
local       LocalStore: a `.metaflow` tree on this machine
pickled     decode: plain data out of a pickle, by reading its opcodes
plain       NotPlain, and the bounds of plain data
values      compact: one short line of text for a plain value
parameters  the parameters and constants of a run
stderr      last_error: the line of an attempt's stderr that says why it failed
failure     that line among the lines of a log
"""

from dashboard.datastore.local import LocalStore
from dashboard.datastore.parameters import Parameter, parameters
from dashboard.datastore.pickled import decode
from dashboard.datastore.plain import NotPlain
from dashboard.datastore.stderr import last_error
from dashboard.datastore.store import Datastore, TooLarge, Unreadable
from dashboard.datastore.stores import StoreOptions, open_store

__all__ = [
    "Datastore",
    "LocalStore",
    "NotPlain",
    "Parameter",
    "StoreOptions",
    "TooLarge",
    "Unreadable",
    "decode",
    "last_error",
    "open_store",
    "parameters",
]
