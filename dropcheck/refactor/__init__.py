"""The nn.Dropout refactor: functional dropout in Modules becomes registered modules.

From a linked project to the edits of each class: ``candidates`` (which calls come into question), ``gates`` (whether the mode of
the module itself switches them), ``probability`` (their rate as ``__init__`` computes it), ``family``, ``globals`` and
``surroundings`` (whether it stays what it was there), ``constructor``, ``created`` and ``placement`` (where the module is made),
``naming``, ``calls``, ``leftovers`` and ``imports`` (what is written), ``class_plan`` and ``plan`` (all of it for a class and a
file), ``context`` (what they share). ``result`` is what comes out, as plain data. ``tree`` is LibCST's tree with offsets: of the
files that are rewritten, and of those that hold their subclasses; everything else is known from the facts.
"""
