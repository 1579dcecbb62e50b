"""The demo: real phones place eight calls through the whole house, and every expectation can be verified."""
