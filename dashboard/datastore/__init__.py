"""What runs left in their datastore: artifacts, parameters, logs, cards, the last error. Nothing is ever unpickled.

store       Datastore, the one door to the bytes, and what it raises
stores      open_store(ds_type, ds_root, options) -> Datastore | None
address     where a datastore is, as one text
gate        how many read one datastore at the same time, and how long
tree        what all stores have in common
names       names in a path
local       LocalStore: a `.metaflow` tree on this machine
remote      RemoteStore: one in S3, Azure or Google
clouds      the file systems for that
logs        logs of attempts, a package of its own
cards       the cards of a task, their HTML and data
card_frame  a card as it is served
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
