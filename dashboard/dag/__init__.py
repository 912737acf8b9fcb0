"""Where the steps of a graph stand when it is drawn: pure and deterministic, in pixels, without Dash.

ways    what follows what, with loops apart, and where ways come together again
blocks  a graph as series of steps and boxes of branches, as flows are built; what is not built so is a tangle
fold    long chains as one block
layers  a tangle in layers
place   the size and the place of every block
edges   the lines between steps
layout  all of it: layout(graph, …) -> Layout
"""
