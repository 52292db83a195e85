"""The document at run time: loaded, cut to an edition, compiled to a trie of operations."""
