"""What the Runs page shows, and how; its URL and callbacks are in dashboard/pages/runs.py.

view     rows with their results for a query: pinned ones first, or groups
drawing  from a view to components, with the page's links
strip    the activity strip
preview  a run at a glance, for an expanded row
"""
