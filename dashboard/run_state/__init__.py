"""The tasks and attempts of one run as numpy columns: loaded once, kept up by increments, shared by all viewers.

foreach   the label and index of a task in a foreach or gang, from its metadata
evidence  Evidence, what the database has said so far: gathered in any order, as often as you like
view      RunView, what is shown of it at one moment: frozen columns, with the version in which each row last changed
state     RunState, one run: load, refresh
states    RunStates, the runs that somebody looks at, bounded by bytes
wire      a view as bytes for the browser, whole or since a version
"""
