"""Runs plugins: loads, checks, guards and places them. Nothing in the core names one.

loading     what is found, imported, configured and checked at the start
manifests   plugins of the official GUI, which are pages of HTML
fields      what the fields of links stand for
templates   links and commands with fields; pure
rendering   the guard round their code
host        the plugins of one app by slot
panels      their places in the pages, and the callbacks that draw them
"""
