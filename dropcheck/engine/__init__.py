"""From files to a report: read, sieve, extract (in processes), link, judge, suppress, select, fix.

``run.check`` is the whole flow; every stage behind it is a small function of its own that knows nothing of the others.
"""
