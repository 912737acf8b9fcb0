"""Read-only monitoring of Metaflow runs. Empty on purpose: importing a leaf does not import the app."""
