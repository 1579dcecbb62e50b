"""Objects: sealed bytes under a key, in S3 or in plain files, behind one interface with one contract suite."""
