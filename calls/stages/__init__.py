"""Where calls are, by contact events and agents' snapshots: in any order, twice, or some of them lost.

Rows are locked in the same order as everywhere, with names and agents before calls: fence, queues, agents, calls,
callers, cases, each sorted by its key.
"""
