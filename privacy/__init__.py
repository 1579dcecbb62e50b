"""What customers and employees are owed: cases, copies, retention, erasure, disclosures, documents."""
