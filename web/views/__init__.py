"""The views: each asks who it is, opens a transaction, asks the packages below, and shows what they said."""
