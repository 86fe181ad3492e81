"""What a recipe needs to be run: its data and start, its iterations, what is kept and told of them.

order       which image each forward pass takes, as the authors' Python 2 drew
feeds       those images and labels as blobs
start       what the net begins with
explain     what the solver's numbers amount to
plan        recipe, data and start of one net of a call; on_sample: on the bundled drawings
run, loop   one net from beginning to end: steps, snapshots and scores in between
passes      the feeds of one iteration, each with random numbers of its own
parallel    an iteration that several processes make together
memory      segments that are computed twice, bfloat16
snapshots   the files that a run goes on from
score       the net scored as its table scores it
log, plot, display, outcome, watch   what a run tells
"""
