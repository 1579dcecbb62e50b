"""What all tests share: the fixtures of each part, one line a part."""

pytest_plugins = [
    "fixtures_database",
    "fixtures_rights",
]
