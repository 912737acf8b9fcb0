"""Who may ask for what, how much of it, and what a browser may do with the answer. Nothing here knows of runs.

gate       all of it, in the order in which a request meets it
proxies    what a trusted proxy says of a viewer, and nobody else
hosts      names under which the dashboard is reached, and pages that may send to it
rates      requests per second of one viewer
bodies     size and form of what is sent
login      who is asking: named by a proxy, or by name and password
passwords  the file of hashed passwords; `python -m dashboard.guard.passwords NAME` makes a line of it
headers    what every answer carries
"""
