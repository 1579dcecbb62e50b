"""The demo: real phones place eight calls, a customer asks for her data, and every expectation can be verified."""
