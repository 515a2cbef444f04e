"""The figures of the wall: each is counted anew from the database, of what a person may see."""
