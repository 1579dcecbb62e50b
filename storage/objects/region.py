"""Where recordings are kept: in the EEA, or the start is refused.

What a region is called says where it is only for those that are known here by name. For any other the settings declare
a country. A region outside the EEA is refused unless the settings name that very region and give the reason, which
every start audits and the documents tell (GDPR articles 30 and 44 to 49).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

# Regulation (EU) 2016/679 holds in the EEA: the 27 of the Union with Iceland, Liechtenstein and Norway
EEA = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT"),
        *("LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
OUTSIDE = "outside the EEA"  # where only that is known of a region

# As the providers name their regions in their own documentation; a name that two of them use is in one country
_KNOWN: Mapping[str, str] = MappingProxyType(
    {
        # Amazon S3
        "eu-north-1": "SE",
        "eu-west-1": "IE",
        "eu-west-2": "GB",
        "eu-west-3": "FR",
        "eu-central-1": "DE",
        "eu-central-2": "CH",
        "eu-south-1": "IT",
        "eu-south-2": "ES",
        "eusc-de-east-1": "DE",
        # Google Cloud Storage
        "europe-central2": "PL",
        "europe-north1": "FI",
        "europe-north2": "SE",
        "europe-southwest1": "ES",
        "europe-west1": "BE",
        "europe-west2": "GB",
        "europe-west3": "DE",
        "europe-west4": "NL",
        "europe-west6": "CH",
        "europe-west8": "IT",
        "europe-west9": "FR",
        "europe-west10": "DE",
        "europe-west12": "IT",
        # Azure
        "austriaeast": "AT",
        "francecentral": "FR",
        "francesouth": "FR",
        "germanynorth": "DE",
        "germanywestcentral": "DE",
        "italynorth": "IT",
        "northeurope": "IE",
        "norwayeast": "NO",
        "norwaywest": "NO",
        "polandcentral": "PL",
        "spaincentral": "ES",
        "swedencentral": "SE",
        "swedensouth": "SE",
        "switzerlandnorth": "CH",
        "switzerlandwest": "CH",
        "uksouth": "GB",
        "ukwest": "GB",
        "westeurope": "NL",
        # OVHcloud
        "de": "DE",
        "eu-south-mil": "IT",
        "eu-west-par": "FR",
        "gra": "FR",
        "rbx": "FR",
        "sbg": "FR",
        "uk": "GB",
        "waw": "PL",
        # Hetzner
        "fsn1": "DE",
        "hel1": "FI",
        "nbg1": "DE",
    }
)
_OUTSIDE = re.compile(
    r"(us|us-gov|us-iso[a-z]*|ca|ap|sa|me|af|il|cn|mx)-(north|south|east|west|central)[a-z]*-\d+"  # Amazon
    r"|(us|northamerica|southamerica|asia|australia|africa|me)-?[a-z]*\d+"  # Google: us-east1, me-west1
    r"|(east|west|central|north|south|northcentral|southcentral|westcentral)us\d?"  # Azure
    r"|(canada|brazil|japan|korea|india|australia|southafrica|uae|qatar|israel|mexico)[a-z]+\d?"
    r"|(east|southeast)asia"
    r"|ash|hil|sin|bhs|sgp|syd|tor|vin|ash1|hil1|sin1"  # Hetzner, OVHcloud
)
_CITY = re.compile(r"([a-z]{2})-[a-z]{3}\d?")  # fr-par (Scaleway), fi-hel1 (UpCloud): ISO 3166-1, and uk
_COUNTRIES: Mapping[str, str] = MappingProxyType({"UK": "GB"})
_S3_LABEL = re.compile(r"s3[-.]")
_CONTAINER = re.compile(r"(?!localhost$)[a-z0-9_-]+")  # a host's name without a dot; localhost may be a tunnel's end


@dataclass(frozen=True, slots=True)
class StoragePlace:
    """Where objects are kept.

    ``region`` is None on a machine of one's own. ``country`` is ISO 3166-1 alpha-2, "outside the EEA", or None where a
    machine of one's own has none declared. ``provider`` is the company that keeps them there, ``provider_country``
    where it is established; None where neither is declared. ``reason`` is why one of them may be outside; None within.
    """

    region: str | None
    country: str | None
    reason: str | None = None
    provider: str | None = None
    provider_country: str | None = None

    @property
    def is_outside(self) -> bool:
        """Whether the objects themselves are outside the EEA."""
        return self.country is not None and self.country not in EEA


def country_of(region: str) -> str | None:
    """Tell the country of a region by its name, ``OUTSIDE`` where only that is known; None for an unknown name."""
    name = region.strip().lower()
    if name in _KNOWN:
        return _KNOWN[name]
    if (city := _CITY.fullmatch(name)) and city[1] != "eu":
        code = city[1].upper()
        return _COUNTRIES.get(code, code)
    return OUTSIDE if _OUTSIDE.fullmatch(name) else None


def regions_in(host: str) -> list[str]:
    """Give the parts of a host's name that are known regions, e.g. of ``s3.us-east-1.amazonaws.com``.

    The last part is a country of the name's registration, which says nothing of where the server is.
    """
    labels = [_S3_LABEL.sub("", label) for label in host.lower().split(".")[:-1]]
    short = 3  # "de" and "gra" stand in hosts with other meanings
    return [label for label in labels if len(label) > short and country_of(label) is not None]


def place_of(
    *, region: str, host: str | None, country: str | None, outside: str | None, reason: str | None
) -> StoragePlace:
    """Tell where objects are kept; ValueError, beginning with the setting's name, where that is not permitted.

    ``host`` is the store's, None on a machine of one's own, where a region has no meaning. Nor has it one in a
    container beside ours, though a region outside is refused there too. ``outside`` is the region that the settings
    permit by name, with the reason.
    """
    if (outside is None) != (reason is None):
        raise ValueError("outside_eea: the region and outside_eea_reason are given together")
    if host is None:
        if country is not None and country not in EEA and outside != country:
            raise ValueError(f"country: {country} is outside the EEA; {_remedy(country)}")
        return StoragePlace(None, country, reason if country is not None and country not in EEA else None)
    told = {name: country_of(name) for name in (region, *regions_in(host))}
    for name, where in told.items():
        if where is not None and where not in EEA:
            if outside != name:
                raise ValueError(f"region: {name} is outside the EEA ({where}); {_remedy(name)}")
            return StoragePlace(name, where, reason)
    if country is None and told[region] is None:
        raise ValueError(f"region: it is not known where {region} is; declare its country, e.g. country = 'FI'")
    where = country or told[region]
    if where is not None and where not in EEA and outside != region:
        raise ValueError(f"country: {where} is outside the EEA; {_remedy(region)}")
    if where in EEA and _CONTAINER.fullmatch(host.lower()):
        return StoragePlace(None, country)
    return StoragePlace(region, where, reason if where not in EEA else None)


def kept_by(
    place: StoragePlace, *, provider: str, provider_country: str | None, outside: str | None, reason: str | None
) -> StoragePlace:
    """Say of a place who keeps it; ValueError, beginning with the setting's name, for a company that is not permitted.

    One that is established outside the EEA can be made to hand out what it keeps inside (GDPR 44, 48): it is permitted
    by its country's name with the reason, or by that of a place that is outside itself.
    """
    if bool(provider) != (provider_country is not None):
        raise ValueError("provider: the company that keeps the objects and provider_country are given together")
    named = replace(place, provider=provider or None, provider_country=provider_country)
    if provider_country is None or provider_country in EEA or place.reason is not None:
        return named
    if outside != provider_country:
        raise ValueError(f"provider_country: {provider_country} is outside the EEA; {_remedy(provider_country)}")
    return replace(named, reason=reason)


def _remedy(name: str) -> str:
    return f"choose another, or set outside_eea = {name!r} and outside_eea_reason"
