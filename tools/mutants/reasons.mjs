// Why a mutant survives: a part of its name, and the reason. The first that fits counts.

export const REASONS = [
  ["dealing.rs: replace | with ^ in Masks::", "the same number: what is joined has no bit in common"],
  ["mask.rs: replace | with ^ in run", "the same number: what is joined has no bit in common"],
  [
    "pld/mod.rs: replace / with % in epsilon",
    "a tail that is cut longer counts as lost, so epsilon stays a bound; it grows by less than the test's tolerance",
  ],
  ["frame.rs: replace > with >= in Frame", "found by this sample; `the_longest_frame_is_read_and_no_longer_one` catches it since"],
  [
    "stream.rs: replace || with && in Incoming::join",
    "found by this sample; `pieces_with_unknown_marks_or_out_of_their_order_are_refused` catches it since",
  ],
  [
    "hearing.rs: replace + with * in Endpoint::note",
    "what was lost is sent again some seconds later, when a keep-alive asks for it: slower, and all of it arrives",
  ],
  [
    "receiving.rs: replace + with * in Endpoint::ack",
    "what was lost is sent again some seconds later, when a keep-alive asks for it: slower, and all of it arrives",
  ],
  ["costs.rs: replace < with == in stages", "a bench: who vanishes does so after another phase, and every figure still comes out"],
  ["messages.rs: replace << with >>", "found by this sample; `the_longest_list_fits_its_limit` catches it since"],
  [
    "server/mod.rs: replace Server::invite -> bool with false",
    "found by this sample; `workers_are_invited_as_long_as_keys_are_taken` catches it since",
  ],
  [
    "neighbourhood.rs: replace Neighbourhood::threshold",
    "found by this sample; `the_threshold_of_shares_opens_a_secret_and_one_fewer_does_not` catches it since",
  ],
  ["history.rs: replace History::is_empty", "found by this sample; `a_history_is_empty_until_something_was_released` catches it since"],
  ["normal.rs: replace < with <= in mills", "at the border of the two ways both are right: a test looks at it"],
  ["rounding.rs: replace * with / in norm_bound", "found by this sample; `the_bound_is_the_formula_s` catches it since"],
  ["gaussian.rs: replace - with /", "a draw ends at 512 scales in place of 1,022, of which no run of any test sees one"],
  [
    "composed.rs: replace * with + in Composed",
    "other tilts are tried for the same bound: each is valid, and the best of them hardly wider",
  ],
];
