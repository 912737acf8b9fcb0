"""Plugins that come with the dashboard, one file each; README.md tells how to write one."""
