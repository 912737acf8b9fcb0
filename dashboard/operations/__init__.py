"""How the dashboard itself fares: told to probes, to Prometheus and to the log.

health    live and ready
metrics   counters and times, in a registry of each app
requests  what is counted and logged of a request, and the id that it is known by
logs      the form of the log: lines of text or of JSON
"""
