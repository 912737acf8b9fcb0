"""What the page of a task shows, and how; its URL and callbacks are in dashboard/pages/task.py.

header    pathspec, status, attempts, facts
blame     why it failed, and where else
facts     what is known of an attempt, in words
snippets  how to go on in a notebook or a terminal
about     metadata with readable names
absent    in place of a task or attempt that is not there
"""
