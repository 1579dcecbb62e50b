"""Health, for probes: whether the viewer and its database answer. Says nothing else."""

from flask import Blueprint, jsonify
from flask.wrappers import Response
from sqlalchemy import text

from web.parts import parts
from web.visitor import open_to_all

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@open_to_all
def health() -> Response:
    """Answer 200, or 503 where the database does not answer."""
    with parts().database.read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")
