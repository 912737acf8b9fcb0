"""Everything that this program raises on purpose.

DashboardError              one clear sentence, fit to be shown
├── BadInput                what a user typed or linked cannot be understood (400, exit code 2)
│   ├── BadSetting          a setting: its name and value are in the sentence
│   ├── BadSource           SOURCE is no Metaflow database, folder or known URL
│   ├── BadPlugin           a plugin that cannot be loaded, or its configuration
│   └── BadQuery            a query parameter or pathspec
└── DatabaseError           the database did not answer as asked
    ├── DatabaseUnreachable no connection; may come back by itself
    └── QueryTimeout        the statement ran longer than the limit
"""


class DashboardError(Exception):
    """Base of all errors raised on purpose; `str()` is a sentence for users."""


class BadInput(DashboardError):
    """Input that cannot be understood."""


class BadSetting(BadInput):
    """A setting with a value that cannot be used."""


class BadSource(BadInput):
    """A SOURCE that is not a Metaflow database, a `.metaflow` folder or `demo`."""


class BadPlugin(BadInput):
    """A plugin that cannot be loaded, or its configuration; the sentence names it."""


class BadQuery(BadInput):
    """A query parameter or pathspec that cannot be understood."""


class DatabaseError(DashboardError):
    """The database did not answer as asked."""


class DatabaseUnreachable(DatabaseError):
    """No connection to the database."""


class QueryTimeout(DatabaseError):
    """A statement ran longer than its limit and was cancelled."""
