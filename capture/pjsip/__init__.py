"""The only place that touches pjsua2: callbacks translate to events, actions are performed, nothing is decided."""
