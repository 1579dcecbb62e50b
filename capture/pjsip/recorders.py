"""The pair of recorders of one conversation, and the wiring of its two parties."""

from pathlib import Path
from typing import Any

import pjsua2 as pj


class RecorderPair:
    """Two recorders that start in one turn of the loop, each fed by a permanent silent source.

    A recorder's clock stops when nobody transmits to it; the silence keeps both channels on wall-clock time through
    every hold and re-INVITE.
    """

    def __init__(self, *, customer_wav: Path, agent_wav: Path, silence: Any) -> None:
        """Open both files and start both clocks; raise pj.Error with neither running where one cannot be opened."""
        self._customer = pj.AudioMediaRecorder()
        self._agent = pj.AudioMediaRecorder()
        self._customer.createRecorder(str(customer_wav))
        self._agent.createRecorder(str(agent_wav))
        silence.startTransmit(self._customer)
        silence.startTransmit(self._agent)

    def wire(self, *, customer: Any | None, agent: Any | None) -> None:
        """Connect the parties that have audio: with each other, and each with its own recorder. Repeatable."""
        if customer is not None:
            customer.startTransmit(self._customer)
        if agent is not None:
            agent.startTransmit(self._agent)
        if customer is not None and agent is not None:
            customer.startTransmit(agent)
            agent.startTransmit(customer)
