"""What is noted of a call before it is shredded: where its objects are, and the hashes that its proof will name."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from storage.database.calls import CallRow


@dataclass(frozen=True, slots=True)
class Evidence:
    """The object keys of a call, and SHA-256 values by what they are of; both empty for a call without audio."""

    objects: tuple[str, ...]
    hashes: Mapping[str, str]

    @classmethod
    def of(cls, call: CallRow | None) -> Self:
        """Note a call; None is one that is gone but for what is noted elsewhere."""
        if call is None:
            return cls(objects=(), hashes={})
        facts = {"facts_mac": call.facts_mac.hex()} if call.facts_mac else {}
        if (recording := call.recording) is None:
            return cls(objects=(), hashes=facts)
        return cls(
            objects=(recording.object_key, recording.peaks_key),
            hashes={
                **facts,
                "flac": recording.sha256,
                "audio_object": recording.object_sha256,
                "peaks_object": recording.peaks_sha256,
            },
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what :meth:`__str__` wrote."""
        plain = json.loads(text)
        return cls(objects=tuple(plain["objects"]), hashes=plain["hashes"])

    def with_earlier(self, earlier: "Evidence") -> "Evidence":
        """Add what was noted at an earlier try, whose objects may be there still."""
        objects = dict.fromkeys((*self.objects, *earlier.objects))
        return Evidence(objects=tuple(objects), hashes={**earlier.hashes, **self.hashes})

    def __str__(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)
