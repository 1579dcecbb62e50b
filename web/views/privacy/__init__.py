"""Pages of privacy: cases, retention, disclosures, documents, the audit."""
