"""The contract suite: holds an API, this mock or the real service, against the document.

It shares the bundled document with the mock and nothing else.
"""
