"""Sealed objects open only whole, in order, under their own key and label."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.errors import IntegrityError
from storage.vault.key_ring import DataKey
from storage.vault.sealing import (
    CHUNK_BYTES,
    HEADER_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    Kind,
    Label,
    SealedReader,
    plain_size,
    seal,
)

KEY = DataKey(bytes(range(32)))
LABEL = Label(call_id="0199a1b2-0000-7000-8000-000000000001", kind=Kind.AUDIO)
SIZES = st.sampled_from(
    [0, 1, 15, 16, 17, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]
)


def plain_of(size: int) -> bytes:
    return bytes(index * 7 % 251 for index in range(256)) * (size // 256) + bytes(size % 256)


def sealed_of(size: int) -> bytes:
    return b"".join(seal([plain_of(size)], key=KEY, label=LABEL))


def reader_of(sealed: bytes, *, key: DataKey = KEY, label: Label = LABEL, size: int | None = None) -> SealedReader:
    return SealedReader(
        lambda start, length: sealed[start : start + length],
        sealed_size=len(sealed) if size is None else size,
        key=key,
        label=label,
    )


def opened(sealed: bytes, *, key: DataKey = KEY, label: Label = LABEL, size: int | None = None) -> bytes:
    return b"".join(reader_of(sealed, key=key, label=label, size=size).verify())


@given(SIZES)
def test_what_is_sealed_opens(size: int) -> None:
    sealed = sealed_of(size)
    assert opened(sealed) == plain_of(size)
    assert plain_size(len(sealed)) == size


@given(SIZES, st.lists(st.integers(0, 70_000), max_size=8))
def test_pieces_make_no_difference(size: int, cuts: list[int]) -> None:
    plain = plain_of(size)
    pieces, rest = [], plain
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    sealed = b"".join(seal([*pieces, rest], key=KEY, label=LABEL))
    assert len(sealed) == len(sealed_of(size))
    assert opened(sealed) == plain


@given(SIZES, st.integers(0, 4 * CHUNK_BYTES), st.integers(0, 4 * CHUNK_BYTES))
def test_any_range_is_the_slice(size: int, start: int, length: int) -> None:
    assert reader_of(sealed_of(size)).read(start, length) == plain_of(size)[start : start + length]


def test_a_range_fetches_only_its_chunks() -> None:
    sealed = sealed_of(40 * CHUNK_BYTES)
    fetched: list[tuple[int, int]] = []

    def fetch(start: int, length: int) -> bytes:
        fetched.append((start, length))
        return sealed[start : start + length]

    reader = SealedReader(fetch, sealed_size=len(sealed), key=KEY, label=LABEL)
    assert len(reader.read(30 * CHUNK_BYTES + 5, 10)) == 10
    assert fetched == [(0, HEADER_BYTES), (HEADER_BYTES + 30 * SEALED_CHUNK_BYTES, SEALED_CHUNK_BYTES)]


@settings(max_examples=200)
@given(SIZES, st.data())
def test_one_changed_bit_is_noticed(size: int, data: st.DataObject) -> None:
    sealed = bytearray(sealed_of(size))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(IntegrityError):
        opened(bytes(sealed))


@given(SIZES, st.data())
def test_truncation_is_noticed(size: int, data: st.DataObject) -> None:
    sealed = sealed_of(size)
    shorter = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    with pytest.raises(IntegrityError):
        opened(shorter)
    with pytest.raises(IntegrityError):
        opened(shorter, size=len(sealed))


def test_truncation_between_chunks_is_noticed() -> None:
    with pytest.raises(IntegrityError):
        opened(sealed_of(3 * CHUNK_BYTES)[:-SEALED_CHUNK_BYTES])


@given(SIZES, st.binary(min_size=1, max_size=100))
def test_lengthening_is_noticed(size: int, tail: bytes) -> None:
    with pytest.raises(IntegrityError):
        opened(sealed_of(size) + tail)


def test_chunks_that_changed_places_are_noticed() -> None:
    sealed = sealed_of(3 * CHUNK_BYTES)
    head, body = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    one, two, three = (body[index * SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES] for index in range(3))
    for order in ((two, one, three), (one, three, two), (one, one, three)):
        with pytest.raises(IntegrityError):
            opened(head + b"".join(order))


def test_chunks_of_another_object_of_the_same_key_are_noticed() -> None:
    first, second = sealed_of(2 * CHUNK_BYTES), sealed_of(2 * CHUNK_BYTES)
    middle = HEADER_BYTES + SEALED_CHUNK_BYTES
    with pytest.raises(IntegrityError):
        opened(first[:middle] + second[middle:])


def test_another_label_or_key_does_not_open() -> None:
    sealed = sealed_of(100)
    for label in (Label("0199a1b2-0000-7000-8000-000000000002", Kind.AUDIO), Label(LABEL.call_id, Kind.PEAKS)):
        with pytest.raises(IntegrityError):
            opened(sealed, label=label)
    with pytest.raises(IntegrityError):
        opened(sealed, key=DataKey(bytes(32)))


def test_sealing_twice_gives_different_bytes() -> None:
    assert sealed_of(100) != sealed_of(100)


@given(st.integers(0, 10 * SEALED_CHUNK_BYTES))
def test_sizes_are_possible_or_refused(sealed_size: int) -> None:
    try:
        plain = plain_size(sealed_size)
    except IntegrityError:
        return
    chunks = max(1, -(-plain // CHUNK_BYTES))
    assert HEADER_BYTES + plain + chunks * TAG_BYTES == sealed_size
