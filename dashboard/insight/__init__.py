"""What the columns of a run mean: pure functions of numpy columns and models, without SQL and without Dash.

steps     one summary a step: counts, status, durations, stragglers
story     what happened to the run: failures, what was not reached, whether it can still end well
findings  where the time went: slowest step, queue, stragglers, retries
estimate  when a running run will end, from how long its flow has taken before
lineage   which tasks come before and after a task
cause     what stopped a task that its own code did not
signature what errors have in common
"""
