"""Where each call is, by what the live streams tell: a small machine that does not mind their order."""
