"""Read-only monitoring of Metaflow runs. Only the version: importing a leaf does not import the app."""

VERSION = "0.1.0"
