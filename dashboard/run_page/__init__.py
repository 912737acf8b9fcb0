"""What the page of a run shows, and how; its URL and callbacks are in dashboard/pages/run.py.

lanes  the steps as the timeline draws them
"""
