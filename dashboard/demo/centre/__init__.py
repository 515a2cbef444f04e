"""The simulated contact centre: it speaks only through Kinesis, and says nothing that Amazon Connect would not say."""
