"""Tests of local mode, on trees that the real `metaflow` wrote."""
