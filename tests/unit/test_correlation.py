"""The measures by which tests tell whose voice is on a channel."""

import numpy as np
import pytest
from fixtures_phones import SAMPLE_AUDIO

from softphones import g711
from softphones.correlation import Channel, leakage_db, length_ms, level_dbfs, presence, silent_share
from softphones.errors import PhoneError
from softphones.sound import SAMPLE_RATE_HZ, Samples, padded, read_sound

SECONDS = 8 * SAMPLE_RATE_HZ


@pytest.fixture(scope="module")
def customer() -> Samples:
    return read_sound(SAMPLE_AUDIO / "customer-fi-1.wav")[:SECONDS]


@pytest.fixture(scope="module")
def agent() -> Samples:
    return read_sound(SAMPLE_AUDIO / "agent-fi-1.wav")[:SECONDS]


def over_telephone(samples: Samples) -> Samples:
    return g711.decode(g711.encode(samples))


def test_speech_is_found_where_it_is_and_how_late(customer: Samples) -> None:
    late = np.concatenate([np.zeros(1234, dtype=np.int16), over_telephone(customer)])
    found = presence(customer, late)
    assert found.found_share == 1.0
    assert found.median_score > 0.99
    assert found.median_lag_ms == pytest.approx(1234 / 8, abs=0.2)


def test_another_voice_is_not_found(customer: Samples, agent: Samples) -> None:
    found = presence(customer, over_telephone(agent))
    assert found.found_share == 0.0
    assert found.best_score < 0.5


def test_speech_with_a_slip_of_the_jitter_buffer_is_found(customer: Samples) -> None:
    for at in (3 * SAMPLE_RATE_HZ, round(6.5 * SAMPLE_RATE_HZ)):  # before what is spoken, and within
        slipped = np.delete(customer, np.s_[at : at + 160])
        assert presence(customer, slipped).found_share == 1.0
        assert presence(customer, np.insert(customer, at, customer[at - 160 : at])).found_share == 1.0


@pytest.mark.parametrize("factor", [1.0, 0.1, 0.03])
def test_leakage_is_measured(customer: Samples, agent: Samples, factor: float) -> None:
    mixed = (agent * 0.5 + customer * factor).astype(np.int16)
    leakage = leakage_db(customer, own=over_telephone(customer), other=mixed)
    assert leakage == pytest.approx(20 * np.log10(factor), abs=3.0)


def test_no_leakage(customer: Samples, agent: Samples) -> None:
    assert leakage_db(customer, own=over_telephone(customer), other=over_telephone(agent)) < -30


def test_leakage_wants_the_speech_on_its_own_channel(customer: Samples, agent: Samples) -> None:
    with pytest.raises(PhoneError, match="not even on its own channel"):
        leakage_db(customer, own=agent, other=customer)


def test_silence_has_no_speech_and_too_short_a_channel_is_refused(customer: Samples) -> None:
    silence = np.zeros(SECONDS, dtype=np.int16)
    assert presence(customer, silence).best_score < 0.01
    with pytest.raises(PhoneError, match="no speech"):
        presence(silence, customer)
    with pytest.raises(PhoneError, match="no speech"):
        presence(customer, customer[:100])
    with pytest.raises(PhoneError, match="cannot be looked for"):
        Channel(customer).best_match(silence[:100])


def test_levels_and_lengths() -> None:
    loud = np.full(SAMPLE_RATE_HZ, 32767, dtype=np.int16)
    assert level_dbfs(loud) == pytest.approx(0.0, abs=0.01)
    assert level_dbfs(loud[:0]) == -120.0
    half = padded(loud, seconds=2.0)
    assert silent_share(half) == 0.5
    assert silent_share(half[:0]) == 1.0
    assert length_ms(half) == 2000.0
