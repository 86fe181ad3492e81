"""The parts of the page that `python -m reproduce.report` makes: a results folder as one HTML file.

page         the whole: head, contents, sections, style and script in one file
markup       elements and attributes; whatever is no markup yet is escaped
grid         a table that is sorted by a click on a column's head
chooser      parts of which one is shown at a time
verdicts     a verdict as a mark and a word, and how many of each there are
summary      the counts of verdicts, for each file
tables       the evaluations, results/*.json
papers       the tables of the papers, published beside ours
classes      the IU of each class, as bars
confusion    which class is taken for which, as heat maps
gallery      image, truth, Caffe's labels, ours and the difference, of the bundled sample
speed        times of the runners, as bars
growth       how cost grows, as lines
curves       losses and scores of training runs, as lines
measured     every other measurement
sheet        a measurement's CSV: what was measured, and on which machine
chart        lines in a coordinate system, as SVG
provenance   how the figures of a row were made
citing       BibTeX of the papers and of this software
page.css, page.js, citations.yaml   are put into the page as they are

Nothing is fetched, nothing of the time or place of making is told: the same results give the same
bytes.
"""
