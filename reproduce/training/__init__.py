"""What a recipe needs to be run: the order of its images, their feeds, its start, its explanation.

order     which image each forward pass takes, as the authors' Python 2 drew
feeds     those images and labels as blobs
start     what the net begins with
explain   what the solver's numbers amount to
"""
