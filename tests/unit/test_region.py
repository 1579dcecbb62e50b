"""Where recordings are kept: within the EEA, or named with a reason."""

import pytest
from pydantic import ValidationError

from storage.objects.region import EEA, OUTSIDE, StoragePlace, country_of, regions_in
from storage.settings import ObjectSettings

REASON = "Standard contractual clauses of 4.6.2021, GDPR 46(2)(c)"
REMOTE = {"embedded": False, "endpoint": "https://s3.example.net"}


def objects(**settings: object) -> ObjectSettings:
    return ObjectSettings.model_validate({**REMOTE, **settings})


@pytest.mark.parametrize(
    ("region", "country"),
    [
        ("eu-north-1", "SE"),
        ("EU-NORTH-1", "SE"),
        ("europe-north1", "FI"),
        ("swedencentral", "SE"),
        ("norwayeast", "NO"),
        ("gra", "FR"),
        ("fr-par", "FR"),
        ("hel1", "FI"),
        ("fi-hel2", "FI"),
        ("eu-west-2", "GB"),
        ("europe-west6", "CH"),
        ("uk-lon1", "GB"),
        ("us-nyc1", "US"),
        ("us-east-1", OUTSIDE),
        ("us-gov-west-1", OUTSIDE),
        ("ap-southeast-2", OUTSIDE),
        ("us-central1", OUTSIDE),
        ("asia-northeast1", OUTSIDE),
        ("eastus2", OUTSIDE),
        ("japaneast", OUTSIDE),
        ("ash", OUTSIDE),
        ("garage", None),
        ("", None),
    ],
)
def test_region_tells_its_country(region: str, country: str | None) -> None:
    assert country_of(region) == country


def test_every_country_told_is_a_country_or_known_to_be_outside() -> None:
    assert len(EEA) == 30
    assert regions_in("s3.us-east-1.amazonaws.com") == ["us-east-1"]
    assert regions_in("s3-us-west-2.amazonaws.com") == ["us-west-2"]
    assert regions_in("de.example.net") == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"region": "us-east-1"}, "region: us-east-1 is outside the EEA"),
        ({"region": "eu-west-2"}, "eu-west-2 is outside the EEA (GB)"),
        ({"region": "us-east-1", "country": "FI"}, "us-east-1 is outside the EEA"),
        ({"endpoint": "https://s3.us-east-1.amazonaws.com"}, "us-east-1 is outside the EEA"),
        ({"region": "garage"}, "it is not known where garage is; declare its country"),
        ({"region": "garage", "country": "US"}, "country: US is outside the EEA"),
        ({"region": "eu-north-1", "country": "CH"}, "country: CH is outside the EEA"),
        ({"region": "us-east-1", "outside_eea": "us-east-1"}, "outside_eea_reason are given together"),
        ({"outside_eea_reason": REASON}, "outside_eea_reason are given together"),
        ({"region": "us-east-1", "outside_eea": "us-west-1", "outside_eea_reason": REASON}, "choose another"),
        ({"region": "us-east-1", "outside_eea": "us-east-1", "outside_eea_reason": "short"}, "at least 20"),
        ({"embedded": True, "endpoint": "https://s3.us-east-1.amazonaws.com"}, "us-east-1 is outside the EEA"),
        ({"embedded": True, "endpoint": "http://127.0.0.1:8333", "country": "US"}, "country: US is outside the EEA"),
        ({"country": "Finland"}, "pattern"),
    ],
)
def test_place_outside_the_eea_is_refused_and_says_why(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        objects(**settings)
    assert told in str(caught.value)


def test_place_is_told() -> None:
    assert ObjectSettings().place == StoragePlace(None, None)
    assert objects(store="files", country="FI").place == StoragePlace(None, "FI")
    assert objects().place == StoragePlace("eu-north-1", "SE")
    assert objects(region="garage", country="FI").place == StoragePlace("garage", "FI")
    assert objects(country="FI").place == StoragePlace("eu-north-1", "FI")  # a compatible server of one's own


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8333", "http://localhost:8333", "http://[::1]:8333"])
def test_what_answers_on_loopback_may_be_a_tunnels_end(endpoint: str) -> None:
    assert objects(endpoint=endpoint).place == StoragePlace("eu-north-1", "SE")


def test_a_container_beside_ours_is_where_the_house_says() -> None:
    beside = "http://objects:8333"
    assert objects(endpoint=beside).place == StoragePlace(None, None)
    hired = objects(endpoint=beside, country="FI", provider="Kone Oy", provider_country="FI").place
    assert hired == StoragePlace(None, "FI", None, "Kone Oy", "FI")
    for wrong in ({"region": "us-east-1"}, {"country": "US"}):
        with pytest.raises(ValidationError, match="outside the EEA"):
            objects(endpoint=beside, **wrong)


def test_place_outside_is_permitted_by_its_name_with_a_reason() -> None:
    permitted = {"outside_eea_reason": REASON}
    assert objects(region="us-east-1", outside_eea="us-east-1", **permitted).place.reason == REASON
    named = objects(region="garage", country="US", outside_eea="garage", **permitted).place
    assert named == StoragePlace("garage", "US", REASON)
    endpoint = objects(endpoint="https://s3.us-east-1.amazonaws.com", outside_eea="us-east-1", **permitted).place
    assert endpoint == StoragePlace("us-east-1", OUTSIDE, REASON)
    assert objects(outside_eea="us-east-1", **permitted).place.reason is None  # what is inside needs none


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"provider": "Pilvi Oy"}, "provider: the company that keeps the objects and provider_country"),
        ({"provider_country": "LU"}, "are given together"),
        ({"provider": "Cloud Inc", "provider_country": "US"}, "provider_country: US is outside the EEA"),
        (
            {"provider": "Cloud Inc", "provider_country": "US", "outside_eea": "GB", "outside_eea_reason": REASON},
            "provider_country: US is outside the EEA",
        ),
        ({"provider": "x", "provider_country": "fi"}, "provider_country"),
    ],
)
def test_a_provider_is_named_whole_and_within_the_eea(settings: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        objects(**settings)


def test_a_provider_outside_is_permitted_by_its_countrys_name_with_a_reason() -> None:
    named = {"provider": " Cloud Inc ", "provider_country": "US", "outside_eea_reason": REASON}
    place = objects(**named, outside_eea="US").place
    assert place == StoragePlace("eu-north-1", "SE", REASON, "Cloud Inc", "US")
    assert not place.is_outside
    abroad = objects(**named, outside_eea="us-east-1", region="us-east-1").place
    assert (abroad.is_outside, abroad.reason, abroad.provider_country) == (True, REASON, "US")
    inside = objects(provider="Pilvi Oy", provider_country="FI").place
    assert inside == StoragePlace("eu-north-1", "SE", None, "Pilvi Oy", "FI")
