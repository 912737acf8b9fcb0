"""What runs left in their datastore: artifacts, parameters, logs, cards, errors, the graph. Nothing is ever unpickled.

store       Datastore, the one door to the bytes, and what it raises
stores      open_store(ds_type, ds_root, options) -> Datastore | None
address     where a datastore is, as one text
shielded    a store without what is not shown
gate        how many read one datastore at the same time, and how long
impatient   Impatient: a store that is asked no more once it was silent
tree        what all stores have in common
names       names in a path
local       LocalStore: a `.metaflow` tree on this machine
remote      RemoteStore: one in S3, Azure or Google
clouds      the file systems for that
logs        logs of attempts, a package of its own
cards       the cards of a task, their HTML and data
card_frame  a card as it is served
plain       NotPlain, and the bounds of plain data
machine     the stack machine that reads the opcodes of a pickle
pickled     decode: plain data out of a pickle
objects     value_of: what else data is made of (times, arrays, tables), and descriptions of all other objects
leaves      values without parts as text, names of types
values      compact: one short line of text for any value
written     text of values that are larger than what is wanted of it
views       values as trees, tables, pages of text and JSON
artifacts   the artifacts of an attempt by name, type and size
artifact    the value of one
exceptions  exception_of: what `_exception` holds
graph       graph_info: what `_graph_info` holds
code        source: the files of a flow's folder, from its code package
tar         files out of an archive, in memory
flowspec    flow_info: the same graph from source
parameters  the parameters and constants of a run
stderr      last_error: the line of an attempt's stderr that says why it failed
failure     that line among the lines of a log
"""

from dashboard.datastore.artifact import Preview, UnknownEncoding, artifact_preview, artifact_value, client_code
from dashboard.datastore.artifacts import Artifact, ArtifactRow, Change, Kind, artifacts, changes, is_internal
from dashboard.datastore.code import SourceFiles, source
from dashboard.datastore.exceptions import Place, TaskException, exception_of
from dashboard.datastore.flowspec import flow_info
from dashboard.datastore.graph import graph_info
from dashboard.datastore.impatient import Impatient
from dashboard.datastore.local import LocalStore
from dashboard.datastore.parameters import Parameter, parameters
from dashboard.datastore.pickled import decode
from dashboard.datastore.plain import NotPlain
from dashboard.datastore.shielded import ShieldedStore, Withheld
from dashboard.datastore.stderr import last_error
from dashboard.datastore.store import Datastore, TooLarge, Unreadable
from dashboard.datastore.stores import StoreOptions, open_store

__all__ = [
    "Artifact",
    "ArtifactRow",
    "Change",
    "Datastore",
    "Impatient",
    "Kind",
    "LocalStore",
    "NotPlain",
    "Parameter",
    "Place",
    "Preview",
    "ShieldedStore",
    "SourceFiles",
    "StoreOptions",
    "TaskException",
    "TooLarge",
    "UnknownEncoding",
    "Unreadable",
    "Withheld",
    "artifact_preview",
    "artifact_value",
    "artifacts",
    "changes",
    "client_code",
    "decode",
    "exception_of",
    "flow_info",
    "graph_info",
    "is_internal",
    "last_error",
    "open_store",
    "parameters",
    "source",
]
