"""The embedded S3 server: SeaweedFS on this machine, loopback only, as docs/adr/0004-embedded-seaweedfs.md decides."""
