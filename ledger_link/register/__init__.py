"""The register behind one protocol: our own tables, or another register that answers over HTTP."""
