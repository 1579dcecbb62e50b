"""The rows that were read and are not yet written, in a file without a name: memory does not grow with the folder."""

import marshal
import tempfile
from collections.abc import Iterator

SpooledRow = tuple[object, ...]  # line, fingerprint, then the values in the order of FileSchema.stored_columns
_BATCH_ROWS = 5_000


class RowSpool:
    """Rows of one file, in order. The file is readable by this process alone, and gone when it ends."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="tallenne-register-")  # noqa: SIM115 (lives as long as the spool)
        self._held: list[SpooledRow] = []
        self.count = 0

    def add(self, row: SpooledRow) -> None:
        """Add a row."""
        self._held.append(row)
        self.count += 1
        if len(self._held) >= _BATCH_ROWS:
            self._flush()

    def batches(self) -> Iterator[list[SpooledRow]]:
        """Give all rows, in batches."""
        self._flush()
        self._file.seek(0)
        while True:
            try:
                yield marshal.load(self._file)  # noqa: S302 (this process wrote it)
            except EOFError:
                return

    def close(self) -> None:
        """Let the file go."""
        self._held = []
        self._file.close()

    def _flush(self) -> None:
        if self._held:
            marshal.dump(self._held, self._file)
            self._held = []
