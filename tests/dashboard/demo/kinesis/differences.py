"""What npm's kinesis-local 0.6.2 does not do as Amazon documents it: these tests run against the stand-in alone.

Beside them, whole files: test_fan_out (it has no SubscribeToShard), test_faults (it is told no faults, and cannot be
made older), test_server and test_shard (the stand-in's own parts).
"""

SIZES = "counts the bytes of a record in another way, or not at all"
ITERATORS = "answers 500 to an iterator that it did not give"

NOT_IN_KINESIS_LOCAL = {
    "test_a_record_over_the_bound_is_refused_and_one_at_the_bound_is_not": SIZES,
    "test_a_batch_with_a_record_over_the_bound_puts_nothing": SIZES,
    "test_a_batch_over_ten_mebibytes_is_refused": SIZES,
    "test_an_answer_holds_at_most_ten_mebibytes": SIZES,
    "test_a_stream_can_be_made_for_larger_records": "takes nine seconds for a record of nine mebibytes",
    "test_more_than_500_records_in_one_batch_are_refused": "puts any number of records at once",
    "test_a_page_of_more_than_10_000_records_cannot_be_asked_for": "refuses it with another code",
    "test_a_sequence_number_of_another_shard_is_refused": "takes any sequence number for any shard",
    "test_an_iterator_that_nobody_gave_is_refused": ITERATORS,
    "test_shards_merge_whichever_is_named_first": "wants the lower one named first",
    "test_a_split_at_the_edge_of_a_shard_is_refused": "splits at a shard's first hash key",
    "test_a_closed_shard_cannot_be_split_again": "refuses it with another code",
    "test_a_filter_holds_for_the_pages_that_follow": "forgets the filter on the second page",
    "test_streams_are_listed_in_pages": "has no NextToken for streams, which boto3's paginator follows",
}
