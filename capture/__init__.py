"""Hears calls and puts them on the spool: edge configuration, worker pool, session, pjsip."""
