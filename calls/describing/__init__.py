"""What no live stream tells of a caller who waits, asked of Amazon Connect: above all the number.

Once for each contact, those who wait first, as fast as the instance allows, and never in the way of a reader.
"""
