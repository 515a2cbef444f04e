"""What no live stream tells of a caller who waits, asked of Amazon Connect: above all the number.

Once for each contact, and once more for each silence of it; those who wait first, as fast as the instance allows, and
never in the way of a reader.
"""
