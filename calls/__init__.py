"""What a call is: identities, parties, outcomes, the manifest. Pure: no input or output, nothing of ours imported."""
