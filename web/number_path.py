"""Numbers in addresses: one that no database column holds is that of no page of ours."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

from web.bounds import MAX_NUMBER


class NumberConverter(IntegerConverter):
    """Digits alone, up to what an INTEGER of PostgreSQL holds; a greater number is answered as any that is not there.

    It stands in the place of werkzeug's own ``int``, so that no route can forget it.
    """

    def __init__(self, url_map: Map, **options: Any) -> None:  # noqa: ANN401 (werkzeug's own signature)
        super().__init__(url_map, **{"max": MAX_NUMBER, **options})
