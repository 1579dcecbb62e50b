"""Real SIP phones for the demo, the tests and the bench: sipp, baresip, and an endpoint that checks every frame.

No part of a running house: nothing here is imported by the packages that record.
"""
