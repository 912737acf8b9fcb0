"""What fits a text that somebody types or pastes: objects with how they are, or a sentence and what is near.

fitting    objects that the text names or begins to name
near       where there is none: a sentence, and objects of similar names
described  how objects are: status, when they began, a few words
"""
