"""What all tests share: the fixtures of each part, one line a part."""

pytest_plugins = [
    "fixtures_archive",
    "fixtures_archive_contents",
    "fixtures_compose",
    "fixtures_database",
    "fixtures_edge",
    "fixtures_s3",
    "fixtures_house",
    "fixtures_live",
    "fixtures_phones",
    "fixtures_register",
    "fixtures_records",
    "fixtures_rights",
    "fixtures_spool",
    "fixtures_statement",
    "fixtures_web",
    "fixtures_browser",
    "fixtures_register_pages",
]
